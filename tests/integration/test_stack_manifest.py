"""The whole stack with a manifest: dropped, worked off, seen, refused, cancelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient

from local.__main__ import main
from local.emulators.azure_speech.server import running
from local.stack.lasting import Lasting, told
from local.stack.stack import TABLE, Stack
from shared.batches.batch_status import BatchStatus
from shared.batches.listing import ListBatches, ReadItems
from shared.batches.status import TellStatus
from shared.model.batch.batch import manifest_batch_id
from shared.ports.state import BatchFilter
from shared.stores.table.batches import TableBatchStore
from tests.fakes.clock import FakeClock
from tests.speech_emulator import KEY, settings
from tests.stack import Site, WavePool, quick_stack, site_on, sound, until


class Office:
    """A place where manifests are dropped."""

    def __init__(self, stack: Stack, site: Site) -> None:
        self.site = site
        self.blobs = BlobServiceClient.from_connection_string(stack.azurite.connection_string)
        tables = TableServiceClient.from_connection_string(stack.azurite.connection_string)
        self.store = TableBatchStore(tables.get_table_client(TABLE))

    def upload(self, *names: str) -> None:
        for name in names:
            blob = self.blobs.get_blob_client("uploads", name)
            blob.upload_blob(sound(), overwrite=True)

    def drop(self, name: str, content: str | bytes) -> str:
        answer = self.blobs.get_blob_client("manifests", name).upload_blob(content, overwrite=True)
        return manifest_batch_id("manifests", name, str(answer["etag"]))

    def await_end(self, batch_id: str) -> BatchStatus:
        until(lambda: self.store.batch(batch_id))

        def end() -> BatchStatus | None:
            status = TellStatus(store=self.store, clock=FakeClock())(batch_id)
            return status if status.status in ("completed", "cancelled", "refused") else None

        return until(end)

    def json(self, path: str) -> Any:
        container, _, name = path.partition("/")
        return json.loads(self.blobs.get_blob_client(container, name).download_blob().readall())


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("stack")
    with ExitStack() as exits:
        url = exits.enter_context(running(WavePool(), settings()))
        stack = exits.enter_context(
            quick_stack(folder / "logs", SPEECH_ENDPOINTS=f"local={url}", SPEECH_KEY=KEY)
        )
        yield Office(stack, exits.enter_context(site_on(stack, url)))


def test_a_manifest_of_mixed_entries_goes_all_the_way(office: Office) -> None:
    office.upload("one.wav", "calls/grüße #1.wav", "calls/b.wav")
    office.site.order("fail_recording", match={"source": "b.wav"}, code="InvalidData")
    manifest = {
        "title": "March",
        "locale": "de-DE",
        "metadata": {"client": "ACME"},
        "callback_url": "https://hooks.example/in?sig=hush",
        "recordings": [
            {"blob": "one.wav", "client_item_id": "1", "title": "One", "speakers": 2},
            {"prefix": "calls/"},
            {"blob": "missing.wav", "client_item_id": "2"},
            {"prefix": "nothing/"},
            {"url": "https://169.254.169.254/private.wav?sig=hush"},
        ],
    }
    batch_id = office.drop("deep/march (1).json", json.dumps(manifest))
    status = office.await_end(batch_id)
    assert (status.counts.accepted, status.counts.transcribed, status.counts.failed) == (6, 2, 4)
    assert status.progress == 1.0 and status.cost is not None
    report = office.json(f"reports/{batch_id}.json")
    assert (report["title"], report["origin"], report["counts"]["accepted"]) == (
        "March",
        "manifest",
        6,
    )
    assert "March" in {create["displayName"] for create in office.site.ledger()["creates"]}
    codes = {
        item["name"]: item["failure"]["code"] for item in report["recordings"] if item["failure"]
    }
    assert codes.pop("calls/b.wav")
    assert codes == {
        "missing.wav": "recording_missing",
        "nothing/*": "nothing_listed",
        codes_name(codes): "url_refused",
    }
    one = ReadItems(store=office.store).one_of_client(batch_id, "1")
    assert one is not None and one.outcome is not None
    transcript = office.json(one.outcome.outputs["json"])
    assert transcript["job"]["client_item_id"] == "1"
    assert transcript["job"]["metadata"] == {"client": "ACME"}
    assert transcript["language"]["code"] == "de-DE"
    assert len(office.site.ledger()["creates"]) >= 1
    office.site.audit()


def codes_name(codes: dict[str, str]) -> str:
    [name] = [name for name in codes if name.startswith("169.254.169.254/private")]
    return name


def test_a_manifest_with_faults_is_refused_and_says_why(office: Office) -> None:
    batch_id = office.drop("bad.csv", "blob,colour\none.wav,red\n")
    status = office.await_end(batch_id)
    assert status.status == "refused"
    assert status.error_report == "errors/manifests/bad.csv.json"
    [fault] = office.json(status.error_report)["faults"]
    assert (fault["code"], fault["at"], fault["line"]) == ("unknown_field", "colour", 1)
    listed = ListBatches(store=office.store)(BatchFilter(state="refused")).batches
    assert [entry.id for entry in listed] == [batch_id]


def test_every_fault_of_a_manifest_is_told_once_on_the_command_line(
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stack = office.site.stack
    lasting = Lasting(stack.azurite.connection_string, f"{stack.app_url}/api", stack.api_key)
    manifest = tmp_path / "wrong.json"
    manifest.write_text('{"recording": [], "colour": "blue", "recordings": [{"blob": "a.wav"}]}')
    monkeypatch.setattr("local.__main__.CACHE", tmp_path / "cache")
    monkeypatch.setattr("sys.argv", ["local", "drop", "--manifest", str(manifest)])
    with told(lasting, tmp_path / "cache"):
        assert main() == 3
    told_now = capsys.readouterr().out
    assert "2 faults; nothing of this manifest was taken." in " ".join(told_now.split())
    assert told_now.count("colour: ") == told_now.count("recording: ") == 1


def test_a_manifest_is_dropped_from_the_command_line(
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stack = office.site.stack
    lasting = Lasting(stack.azurite.connection_string, f"{stack.app_url}/api", stack.api_key)
    (tmp_path / "a.wav").write_bytes(sound())
    manifest = tmp_path / "m.jsonl"
    manifest.write_text('{"manifest": {"title": "CLI"}}\n{"blob": "a.wav"}\n{"blob": "b.wav"}\n')
    monkeypatch.setattr("local.__main__.CACHE", tmp_path / "cache")
    out = tmp_path / "out"
    command = ["local", "drop", "--out", str(out), "--manifest", str(manifest)]
    command.append(str(tmp_path / "a.wav"))
    monkeypatch.setattr("sys.argv", command)
    with told(lasting, tmp_path / "cache"):
        assert main() == 3
    told_now = capsys.readouterr().out
    assert "1 transcribed, 1 failed of 2 recordings" in told_now
    assert "✗ b.wav" in told_now and "✓ a.wav" in told_now
    assert f"{out}/transcripts/" in "".join(told_now.split("\n"))
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    reports = {name for name in names if name.startswith("reports/")}
    assert len(reports) == 3  # of this batch alone, whatever the stack made before
    assert "transcripts/uploads/a.wav.json" in names
    assert "errors/uploads/b.wav.json" in names
