"""What the tests of the whole stack share: a site where audio is dropped, and its books.

A stack takes seconds to start, so a module shares one. Each test gets a `Site` of its own on it:
names in a folder of their own, no faults on order, an empty ledger, an empty audio container.
"""

from __future__ import annotations

import io
import json
import time
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient

from local.host.journal import LEFT_OUT
from local.recogniser.scripted import Script, script_for
from local.recogniser.types import Heard
from local.stack.progress import Key, Progress, look
from local.stack.stack import TABLE, Stack, running_stack
from shared.model.recording.recording import Recording

T = TypeVar("T")
SECONDS = 90.0
AUDIO = "audio"
OVER = '"event":"batch.completed"'
OUTPUTS = ("transcripts", "reports", "errors")
QUICK = {
    "COALESCE_SECONDS": "1",
    "POLL_SCHEDULE": "* * * * * *",
    "POLL_MIN_SECONDS": "1",
    "REFETCH_SECONDS": "1",
    "RESOLVE_AFTER_SECONDS": "5",
    "ENDPOINT_PAUSE_SECONDS": "1",
    "SWEEP_SCHEDULE": "*/2 * * * * *",
    "MAX_ATTEMPTS": "2",
}
"""App settings with which nothing waits longer than the test needs."""

_numbers = count(1)


def sound(*, channels: int = 1, seconds: float = 1.0) -> bytes:
    """A WAV file of one value that no other of this run has, on the first channel."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(8_000)
        frame = next(_numbers).to_bytes(2, "little") + bytes(2 * (channels - 1))
        out.writeframes(frame * int(8_000 * seconds))
    return file.getvalue()


class WavePool:
    """A scripted recogniser that hears as many channels as a WAV file has, and that a test can
    keep busy for as long as it likes."""

    def __init__(self) -> None:
        self._held: list[tuple[Future[Heard], Heard]] | None = None

    def recognise(self, path: Path, channels: Sequence[int] | None = None) -> Future[Heard]:
        future: Future[Heard] = Future()
        with wave.open(str(path), "rb") as audio:
            script = Script(channels=audio.getnchannels())
        heard = script_for(path.read_bytes(), script, channels)
        if self._held is None:
            future.set_result(heard)
        else:
            self._held.append((future, heard))
        return future

    def progress(self) -> tuple[int, int]:
        return 0, 0

    def hold(self) -> None:
        """Nothing is ready from now on."""
        self._held = []

    def release(self) -> None:
        held, self._held = self._held or [], None
        for future, heard in held:
            future.set_result(heard)


def until(look_for: Callable[[], T], *, seconds: float = SECONDS) -> T:
    """What `look_for` finds, as soon as it finds something true."""
    deadline = time.monotonic() + seconds
    while not (found := look_for()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


def await_window(seconds: int = 1) -> None:
    """Return at the start of a coalescing window of that length: what is dropped now shares it."""
    until(lambda: time.time() % seconds < seconds / 5)


class News:
    """What the hosts that log into a folder have printed since it was last asked."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._known: dict[Path, int] = {}

    def fresh(self) -> str:
        return "".join(self._fresh(path) for path in host_logs(self._logs))

    def _fresh(self, path: Path) -> str:
        known = self._known.get(path, 0)
        if path.stat().st_size == known:
            return ""
        with path.open("rb") as file:
            file.seek(known)
            new = file.read()
        self._known[path] = known + len(new)
        return new.decode(errors="replace")


def host_logs(logs: Path) -> list[Path]:
    return sorted(logs.glob("*functions*.log"))


class Site:
    """A folder of a running stack, and what a person, an operator and an auditor do there."""

    def __init__(self, stack: Stack, folder: str, speech_urls: Sequence[str], exits: ExitStack):
        self.stack, self.folder = stack, folder
        self._news = News(stack.logs)
        storage = stack.azurite.connection_string
        enter = exits.enter_context
        self._speech = [enter(httpx.Client(base_url=f"{url}/_emulator")) for url in speech_urls]
        self._blobs = enter(BlobServiceClient.from_connection_string(storage))
        tables = enter(TableServiceClient.from_connection_string(storage))
        self.table = tables.get_table_client(TABLE)

    # --- dropping ---------------------------------------------------------------------------

    def drop(self, *names: str, **said: str) -> set[Key]:
        """New audio under these names in the folder; `said` is the blobs' metadata."""
        return self.put({name: sound() for name in names}, said)

    def put(
        self, contents: Mapping[str, bytes], metadata: dict[str, str] | None = None
    ) -> set[Key]:
        container = self._blobs.get_container_client(AUDIO)
        wanted = set()
        for name, content in contents.items():
            path = f"{self.folder}/{name}"
            answer = container.upload_blob(path, content, overwrite=True, metadata=metadata)
            wanted.add((path, answer.get_blob_properties().etag.strip('"')))
        return wanted

    def transcribe(self, *names: str) -> dict[str, Recording]:
        """Drop, wait for the end, audit. What became of each name."""
        return self.end(self.drop(*names))

    def end(self, wanted: set[Key]) -> dict[str, Recording]:
        """What became of each name once all `wanted` are over, after an audit."""
        rows = self.rows(self.await_end(wanted))
        self.audit()
        return rows

    def await_end(self, wanted: set[Key]) -> Progress:
        deadline = time.monotonic() + SECONDS
        while not (progress := self.look(wanted)).is_over:
            assert time.monotonic() < deadline, f"{progress}\n{self._tail()}"
            self._await_news()
        return progress

    def _await_news(self) -> None:
        """Return when a host says that a batch is over, or after a second: to look at the table in
        vain would slow down those who write it."""
        deadline = time.monotonic() + 1
        while OVER not in self._news.fresh() and time.monotonic() < deadline:
            time.sleep(0.02)

    def look(self, wanted: set[Key]) -> Progress:
        self.stack.check()
        return look(self.table, wanted)

    def rows(self, progress: Progress) -> dict[str, Recording]:
        """By name within the folder."""
        return {row.name.removeprefix(f"{self.folder}/"): row for row in progress.rows.values()}

    # --- outputs ----------------------------------------------------------------------------

    def names(self, container: str) -> set[str]:
        """The blobs of this folder's audio in an output container, without container and folder."""
        prefix = f"{AUDIO}/{self.folder}/"
        found = self._blobs.get_container_client(container).list_blob_names(name_starts_with=prefix)
        return {name.removeprefix(prefix) for name in found}

    def transcript(self, name: str) -> Any:
        return self._json("transcripts", f"{AUDIO}/{self.folder}/{name}.json")

    def error(self, name: str) -> Any:
        return self._json("errors", f"{AUDIO}/{self.folder}/{name}.json")

    def text(self, container: str, name: str) -> str:
        blob = self._blobs.get_blob_client(container, f"{AUDIO}/{self.folder}/{name}")
        return blob.download_blob(encoding="utf-8").readall()

    def _json(self, container: str, name: str) -> Any:
        return json.loads(self._blobs.get_blob_client(container, name).download_blob().readall())

    # --- the provider -----------------------------------------------------------------------

    def order(self, kind: str, *, at: int = 0, **fault: Any) -> None:
        """Order a fault at the emulator; see its README. `at` is which one, if there are two."""
        answer = self._speech[at].post("/faults", json={"kind": kind, **fault})
        assert answer.status_code == 201, answer.text

    def struck(self, kind: str) -> int:
        """How often faults of this kind have struck."""
        faults = self._speech[0].get("/faults").json()["faults"]
        return sum(fault["struck"] for fault in faults if fault["kind"] == kind)

    def ledger(self, at: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = self._speech[at].get("/ledger").json()
        return found

    def await_create(self, at: int = 0) -> None:
        until(lambda: self.ledger(at)["creates"])

    @property
    def paid(self) -> dict[str, int]:
        """How often each name of the folder was transcribed, whatever its SAS."""
        times: dict[str, int] = {}
        for at in range(len(self._speech)):
            for source, number in self.ledger(at)["transcribed"].items():
                name = httpx.URL(source).path if "://" in source else source
                name = name.partition(f"{self.folder}/")[2]
                times[name] = times.get(name, 0) + number
        return times

    # --- auditing ---------------------------------------------------------------------------

    def audit(self) -> None:
        """What must hold when all is over, whatever went wrong on the way."""
        ledgers = [self.ledger(at) for at in range(len(self._speech))]
        created = [create for ledger in ledgers for create in ledger["creates"]]
        marks = [_mark(create) for create in created]
        assert len(marks) == len(set(marks)), "a job was created twice"
        deleted = {delete["id"] for ledger in ledgers for delete in ledger["deletes"]}
        assert {create["id"] for create in created} <= deleted
        assert [ledger["live"] for ledger in ledgers] == [[]] * len(ledgers)
        assert not any(create["unknownFields"] for create in created)
        assert list(self.table.query_entities("PartitionKey eq '!active'")) == []
        self._audit_reports()
        self._audit_outputs()
        self._audit_secrets()
        assert "message.poisoned" not in self.log

    def _audit_reports(self) -> None:
        """Every batch has one report in each format, whose counts are those of the table."""
        rows: dict[str, list[str]] = {}
        for row in self.table.list_entities(select=["PartitionKey", "RowKey", "state", "etag"]):
            if "etag" in row:
                rows.setdefault(row["PartitionKey"], []).append(row["state"])
        reports = set(self._blobs.get_container_client("reports").list_blob_names())
        assert reports == {f"{batch}.{form}" for batch in rows for form in ("json", "csv", "html")}
        for batch, states in rows.items():
            counts = self._json("reports", f"{batch}.json")["counts"]
            assert counts["accepted"] == len(states)
            for state in ("transcribed", "failed", "unchanged"):
                assert counts[state] == states.count(state)

    def _audit_outputs(self) -> None:
        """All are there, but for the error report of a version whose successor is transcribed: the
        sweep takes it away."""
        rows = list(self.table.list_entities())
        done = {row["name"] for row in rows if row.get("state") == "transcribed" and "name" in row}
        for row in rows:
            if row.get("state") == "failed" and row.get("name") in done:
                continue
            for path in _paths(row):
                container, _, name = path.partition("/")
                assert self._blobs.get_blob_client(container, name).exists(), path

    def _audit_secrets(self) -> None:
        """No link, no key and nothing that was said is in a log or in a row."""
        logged = self.log
        assert "recording.registered" in logged
        rows = repr([dict(row) for row in self.table.list_entities()])
        environment = self.stack.environment
        secrets = {self.stack.key, environment["WEBHOOK_SECRET"], "sig="}
        for name in self.names("transcripts"):
            if name.endswith(".json") and not name.endswith((".insights.json", ".parts.json")):
                said = self.transcript(name.removesuffix(".json"))["utterances"]
                secrets |= {utterance["text"] for utterance in said}
        for secret in secrets:
            assert secret not in logged, "a secret is in the log"
            assert secret not in rows, "a secret is in the table"

    @property
    def log(self) -> str:
        """What all functions hosts have printed so far."""
        return "".join(path.read_text() for path in host_logs(self.stack.logs))

    # --- between tests ----------------------------------------------------------------------

    def clear(self) -> None:
        """Nothing of this test is left that could be in the way of the next."""
        for speech in self._speech:
            speech.delete("/faults")
            speech.delete("/ledger")
        container = self._blobs.get_container_client(AUDIO)
        for name in container.list_blob_names():
            container.delete_blob(name)

    def _tail(self) -> str:
        return "\n".join(self.log.splitlines()[-30:])


@contextmanager
def site_on(stack: Stack, *speech_urls: str, folder: str = "") -> Iterator[Site]:
    """A site in a folder of its own. `speech_urls` are emulators in place of the stack's own."""
    with ExitStack() as exits:
        urls = speech_urls or (stack.speech_url,)
        site = Site(stack, folder or f"s{next(_numbers)}", urls, exits)
        site.clear()
        try:
            yield site
        finally:
            site.clear()


@contextmanager
def quick_stack(
    logs: Path,
    *,
    with_host: bool = True,
    provider: str = "azure-speech",
    speech_options: Sequence[str] = (),
    **settings: str,
) -> Iterator[Stack]:
    """A stack of quick settings, with `settings` over them. No line of the app may be lost."""
    with running_stack(
        logs,
        engine="scripted",
        provider=provider,
        settings={**QUICK, **settings},
        with_host=with_host,
        speech_options=speech_options,
    ) as stack:
        yield stack
    for log in host_logs(logs):
        lost = [line for line in log.read_text(errors="replace").splitlines() if LEFT_OUT in line]
        assert not lost, f"lines that Azure never sees, in {log.name}: {lost}"


def states(rows: Mapping[str, Recording]) -> dict[str, str]:
    return {name: row.state for name, row in rows.items()}


def _mark(create: Mapping[str, Any]) -> str:
    """Our id of the attempt, where each emulator tells of it."""
    own = create.get("customProperties") or create.get("labels") or {}
    mark: str = own.get("dropscribe") or create.get("displayName") or create["id"]
    return mark


def _paths(row: Mapping[str, Any]) -> list[str]:
    outcome = json.loads(row["outcome"]) if row.get("outcome") else {}
    paths: list[str] = list(outcome.get("outputs", {}).values())
    return paths + ([row["error_report"]] if row.get("error_report") else [])


def have_copy(stack: Stack, path: str) -> None:
    """Returns once the recording at that path of the API has its listening copy."""
    key = stack.page_url.partition("#key=")[2]
    with httpx.Client(base_url=f"{stack.app_url}/api", headers={"x-functions-key": key}) as api:
        while api.get(f"/{path}/listening").status_code == 202:
            time.sleep(1)
