"""What travels in the queues comes out as it went in, and outlives a release."""

import json
from typing import get_args

import msgspec
import pytest

from shared.messages import (
    FORMER,
    KINDS,
    QUEUES,
    STEPS,
    Announce,
    Collect,
    Deliver,
    Finish,
    Message,
    Plan,
    Register,
    SliceItem,
    Submit,
    Sweep,
    Write,
    encode,
    read,
    step_of,
)
from shared.model.failure import Failure

FAILURE = Failure(kind="input", code="empty", reason="Grüße: nothing in it.", advice="Look.")
MESSAGES: list[Message] = [
    Plan(batch_id="default-20260302T090000Z"),
    Submit(batch_id="b", job_id="j"),
    Collect(endpoint="westeurope", transcription_id="t"),
    Collect(endpoint="e", transcription_id="t", batch_id="b", job_id="j", again=True),
    Write(
        batch_id="b",
        job_id="j",
        items=(
            SliceItem(recording_id="r1", name="contenturl_0.json", url="https://a.example/?sig=x"),
            SliceItem(recording_id="r2", failure=FAILURE),
        ),
    ),
    Finish(batch_id="b"),
    Finish(batch_id="b", job_id="j"),
    Sweep(),
    Sweep(part="batches"),
    Announce(partition="b", notice_id="n"),
    Deliver(receiver="sub-1", parcel_id="p"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_out_as_it_went_in(message: Message) -> None:
    assert read(message.queue, encode(message)) == message
    assert read(message.queue, encode(message).decode()) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_of_a_release_before_tells_its_kind_by_its_queue(message: Message) -> None:
    """Each kind had one of its own."""
    before = {k: v for k, v in json.loads(encode(message)).items() if k != "kind"}
    assert read(f"dropscribe-{step_of(message)}", json.dumps(before)) == message
    assert FORMER[f"dropscribe-{step_of(message)}"] is type(message)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_fields_of_a_newer_release_are_ignored(message: Message) -> None:
    newer = {**json.loads(encode(message)), "v": 2, "novelty": {"a": [1]}}
    assert msgspec.structs.replace(read(message.queue, json.dumps(newer)), v=1) == message


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"batch_id": 1}',
        b"[]",
        b"null",
        b'{"kind": "plan", "batch_id": 1}',
        b'{"kind": "of the next release", "batch_id": "b"}',
    ],
)
@pytest.mark.parametrize("queue", [*QUEUES, "dropscribe-plan"])
def test_what_is_no_message_is_refused(queue: str, body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(queue, body)


def test_steps_that_are_small_share_a_queue_and_what_is_heavy_or_waits_has_its_own() -> None:
    by_queue = {queue: {step_of(k) for k in KINDS if k.queue == queue} for queue in QUEUES}
    assert by_queue == {
        "dropscribe-steps": {
            *("register", "expand", "change", "plan", "submit", "collect", "finish", "sweep"),
        },
        "dropscribe-write": {"write"},
        "dropscribe-deliver": {"announce", "deliver"},
        "dropscribe-heavy": {"express", "listen", "prepare", "translate", "understand"},
    }
    assert set(KINDS) == set(get_args(Message))


def renamed(**data: str) -> bytes:
    """As Event Grid leaves it in a queue, with more than is read."""
    return json.dumps(
        {
            "topic": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/x",
            "subject": "/blobServices/default/containers/audio/blobs/calls/new name.wav",
            "eventType": "Microsoft.Storage.BlobRenamed",
            "data": {
                "api": "RenameFile",
                "sourceUrl": "https://x.dfs.core.windows.net/a/b",
                **data,
            },
            "dataVersion": "1",
        }
    ).encode()


def test_a_renamed_blob_is_registered_under_its_new_name() -> None:
    url = "https://st.dfs.core.windows.net/audio/calls/n%C3%A4me+1.wav"
    assert read(STEPS, renamed(destinationUrl=url)) == Register(
        container="audio", names=("calls/näme+1.wav",)
    )


@pytest.mark.parametrize("body", [b"{}", renamed(), renamed(destinationUrl="/"), b'{"data": 1}'])
def test_what_is_neither_a_message_nor_such_an_event_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(STEPS, body)


def test_other_messages_are_not_taken_for_events() -> None:
    with pytest.raises(msgspec.ValidationError):
        read(
            "dropscribe-plan", renamed(destinationUrl="https://st.dfs.core.windows.net/audio/a.wav")
        )
