"""The real stack while the provider, the webhooks or a host misbehave."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient

from local.progress import Key, Progress, look
from local.stack import TABLE, Stack, running_host, running_stack

SECONDS = 90
QUICK = {
    "COALESCE_SECONDS": "1",
    "POLL_MIN_SECONDS": "1",
    "REFETCH_SECONDS": "1",
    "RESOLVE_AFTER_SECONDS": "5",
}
NAMES = [
    "+15551234.wav",
    "a b/ü #1 100%.wav",
    "שלום/עולם.wav",
    "deep/er/and/deeper/x.wav",
    "plain.wav",
]


def sound(number: int) -> bytes:
    """A second of it, different for each number."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8_000)
        out.writeframes(number.to_bytes(2, "little") * 8_000)
    return file.getvalue()


class Site:
    """A running stack, and what a person and an operator can do with it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        storage = stack.azurite.connection_string
        self._exits = ExitStack()
        enter = self._exits.enter_context
        self._admin = enter(httpx.Client(base_url=f"{stack.speech_url}/_emulator"))
        self.blobs = enter(BlobServiceClient.from_connection_string(storage))
        tables = enter(TableServiceClient.from_connection_string(storage))
        self.table = tables.get_table_client(TABLE)

    def close(self) -> None:
        self._exits.close()

    def order(self, **fault: Any) -> None:
        answer = self._admin.post("/faults", json=fault)
        assert answer.status_code < 300, answer.text

    def forgive(self) -> None:
        self._admin.delete("/faults")

    @property
    def ledger(self) -> dict[str, Any]:
        return self._admin.get("/ledger").json()

    def drop(self, *names: str, first: int = 1) -> set[Key]:
        container = self.blobs.get_container_client("audio")
        wanted = set()
        for number, name in enumerate(names, first):
            answer = container.get_blob_client(name).upload_blob(sound(number), overwrite=True)
            wanted.add((name, str(answer["etag"]).strip('"')))
        return wanted

    def await_end(self, wanted: set[Key]) -> Progress:
        deadline = monotonic() + SECONDS
        while True:
            self.stack.check()
            progress = look(self.table, wanted)
            if progress.is_over:
                return progress
            assert monotonic() < deadline, str(progress)
            sleep(0.2)

    def output(self, path: str) -> Any:
        container, _, name = path.partition("/")
        blob = self.blobs.get_blob_client(container, name)
        return json.loads(blob.download_blob().readall())


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    settings = {**QUICK, **getattr(request, "param", {})}
    with running_stack(tmp_path / "logs", engine="scripted", settings=settings) as stack:
        site = Site(stack)
        yield site
        site.close()


def states(progress: Progress) -> dict[str, str]:
    return {row.name: row.state for row in progress.rows.values()}


def assert_nothing_is_left(site: Site) -> None:
    """At the provider, in the index of active jobs, and in the poison queues."""
    assert site.ledger["live"] == []
    assert list(site.table.query_entities("PartitionKey eq '!active'")) == []


@pytest.mark.parametrize(
    "site",
    [{"SPEECH_API_VERSION": v} for v in ("2025-10-15", "2024-11-15", "v3.2")],
    indirect=True,
    ids=["2025-10-15", "2024-11-15", "v3.2"],
)
def test_every_api_version_brings_every_name_home(site: Site) -> None:
    progress = site.await_end(site.drop(*NAMES))
    assert set(states(progress).values()) == {"transcribed"}
    for name in NAMES:
        transcript = site.output(f"transcripts/audio/{name}.json")
        assert transcript["source"]["name"] == name
        assert transcript["provider"]["api_version"] in site.stack.environment.get(
            "SPEECH_API_VERSION", "2025-10-15"
        )
    assert set(site.ledger["transcribed"].values()) == {1}
    assert_nothing_is_left(site)


def test_secrets_and_speech_are_in_no_log_and_no_row(site: Site) -> None:
    progress = site.await_end(site.drop("a.wav"))
    [row] = progress.rows.values()
    assert row.outcome is not None
    said = site.output(row.outcome.outputs["json"])["utterances"][0]["text"]
    logged = (site.stack.logs / "functions.log").read_text()
    rows = repr([dict(row) for row in site.table.list_entities()])
    for secret in ("sig=", site.stack.environment["SPEECH_KEY"], said):
        assert secret not in logged
        assert secret not in rows


def _lost_webhooks(site: Site) -> None:
    site.order(kind="drop_webhook", times=None)


def _doubled_webhooks(site: Site) -> None:
    site.order(kind="double_webhook", times=None)


def _answer_lost(site: Site) -> None:
    site.order(kind="lose_answer", match={"call": "transcriptions.create"}, how="500", times=1)


def _call_cut(site: Site) -> None:
    site.order(kind="lose_answer", match={"call": "transcriptions.create"}, how="cut", times=1)


def _throttled(site: Site) -> None:
    site.order(kind="refuse", status=429, retryAfter=1, times=6)


def _unavailable_for_questions(site: Site) -> None:
    site.order(kind="refuse", match={"call": "transcriptions.get"}, status=503, times=2)


def _result_missing_once(site: Site) -> None:
    site.order(kind="missing_result", match={"source": "plain"}, times=1)


def _result_malformed_once(site: Site) -> None:
    site.order(kind="malformed_result", match={"source": "plain"}, times=1)


def _no_report(site: Site) -> None:
    site.order(kind="drop_report", times=None)


def _job_fails_once(site: Site) -> None:
    site.order(kind="fail_job", times=1, code="InvalidData", message="Something in it is bad.")


TROUBLES = [
    _lost_webhooks,
    _doubled_webhooks,
    _answer_lost,
    _call_cut,
    _throttled,
    _unavailable_for_questions,
    _result_missing_once,
    _result_malformed_once,
    _no_report,
    _job_fails_once,
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__.strip("_"))
def test_trouble_delays_recordings_and_loses_none(
    site: Site, trouble: Callable[[Site], None]
) -> None:
    trouble(site)
    progress = site.await_end(site.drop(*NAMES))
    assert set(states(progress).values()) == {"transcribed"}
    assert all(count == 1 for count in site.ledger["transcribed"].values())
    assert_nothing_is_left(site)


def test_one_bad_recording_fails_alone_and_says_why(site: Site) -> None:
    site.order(
        kind="fail_recording",
        match={"source": "plain"},
        times=None,
        code="InvalidAudioFormat",
        message="The format is not supported.",
    )
    progress = site.await_end(site.drop(*NAMES))
    assert states(progress) == {
        name: "failed" if name == "plain.wav" else "transcribed" for name in NAMES
    }
    failure = site.output("errors/audio/plain.wav.json")["failure"]
    assert failure["code"] == "audio_unreadable"
    assert "format is not supported" in failure["reason"]
    assert failure["advice"]
    assert_nothing_is_left(site)


def test_a_result_that_never_comes_ends_in_an_error_report(site: Site) -> None:
    site.order(kind="drop_result", match={"source": "plain"}, times=None)
    site.order(kind="omit_from_report", match={"source": "plain"}, times=None)
    progress = site.await_end(site.drop("plain.wav", "other.wav"))
    assert states(progress) == {"plain.wav": "failed", "other.wav": "transcribed"}
    assert site.output("errors/audio/plain.wav.json")["failure"]["code"] == "result_missing"
    assert_nothing_is_left(site)


def test_two_hosts_share_the_work_and_do_nothing_twice(site: Site, tmp_path: Path) -> None:
    with running_host(0, site.stack.environment, tmp_path / "second.log"):
        progress = site.await_end(site.drop(*(f"r{i:02}.wav" for i in range(60))))
    assert set(states(progress).values()) == {"transcribed"}
    assert set(site.ledger["transcribed"].values()) == {1}
    assert len(site.ledger["transcribed"]) == 60
    assert_nothing_is_left(site)


def test_a_killed_host_is_taken_over_by_the_next(site: Site, tmp_path: Path) -> None:
    site.order(kind="slow_job", seconds=3, times=1)
    wanted = site.drop(*(f"r{i:02}.wav" for i in range(20)))
    host = site.stack.children.pop()
    deadline = monotonic() + SECONDS
    while not site.ledger["creates"]:
        assert monotonic() < deadline
        sleep(0.1)
    host.kill()
    with running_host(0, site.stack.environment, tmp_path / "next.log"):
        progress = site.await_end(wanted)
    assert set(states(progress).values()) == {"transcribed"}
    assert set(site.ledger["transcribed"].values()) == {1}
    assert_nothing_is_left(site)


def test_both_versions_of_an_overwritten_recording_end(site: Site) -> None:
    site.order(kind="slow_job", seconds=2, times=1)
    first = site.drop("call.wav", first=1)
    deadline = monotonic() + SECONDS
    while not site.ledger["creates"]:
        assert monotonic() < deadline
        sleep(0.1)
    second = site.drop("call.wav", first=2)
    progress = site.await_end(first | second)
    assert [row.state for row in progress.rows.values()] == ["transcribed", "transcribed"]
    [(_, etag)] = second
    assert site.output("transcripts/audio/call.wav.json")["source"]["etag"] == etag
    assert_nothing_is_left(site)
