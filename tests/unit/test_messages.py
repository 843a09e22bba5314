"""What travels in the queues comes out as it went in, and outlives a release."""

import json
from typing import get_args

import msgspec
import pytest

from shared.messages import (
    QUEUES,
    Collect,
    Finish,
    Message,
    Plan,
    Register,
    SliceItem,
    Submit,
    Write,
    decode,
    encode,
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
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_out_as_it_went_in(message: Message) -> None:
    assert decode(type(message), encode(message)) == message
    assert decode(type(message), encode(message).decode()) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_fields_of_a_newer_release_are_ignored(message: Message) -> None:
    newer = {**json.loads(encode(message)), "v": 2, "novelty": {"a": [1]}}
    assert msgspec.structs.replace(decode(type(message), json.dumps(newer)), v=1) == message


@pytest.mark.parametrize("body", [b"{}", b'{"batch_id": 1}', b"[]", b"null"])
def test_what_is_no_message_of_that_kind_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Plan, body)


def test_every_kind_has_a_queue_of_its_own() -> None:
    kinds = get_args(Message)
    assert len(kinds) == len({kind.queue for kind in kinds})
    assert {kind.queue for kind in kinds} == set(QUEUES)


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
    assert decode(Register, renamed(destinationUrl=url)) == Register(
        container="audio", names=("calls/näme+1.wav",)
    )


@pytest.mark.parametrize("body", [b"{}", renamed(), renamed(destinationUrl="/"), b'{"data": 1}'])
def test_what_is_neither_a_message_nor_such_an_event_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Register, body)


def test_other_messages_are_not_taken_for_events() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(Plan, renamed(destinationUrl="https://st.dfs.core.windows.net/audio/a.wav"))
