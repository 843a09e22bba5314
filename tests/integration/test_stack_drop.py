"""One drop by the command is one batch with one report, whatever is dropped beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.data.tables import TableServiceClient

from local.stack.demo import drop_into
from local.stack.lasting import Lasting, told
from local.stack.stack import TABLE, Stack
from tests.stack import quick_stack, sound

PROFILES = """
[default]
companions = ["{name}.json"]
companion_wait_seconds = 1

[profile.calls]
prefixes = ["calls"]

[profile.meetings]
prefixes = ["meetings"]
coalesce_seconds = 3
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("drop")
    profiles = folder / "profiles.toml"
    profiles.write_text(PROFILES, encoding="utf-8")
    with quick_stack(folder / "logs", PROFILES_FILE=str(profiles)) as running:
        yield running


@pytest.fixture
def lasting(stack: Stack, tmp_path: Path) -> Iterator[Path]:
    there = Lasting(stack.azurite.connection_string, f"{stack.app_url}/api", stack.api_key)
    with told(there, tmp_path / "cache"):
        yield tmp_path / "cache"


def batches(stack: Stack) -> set[str]:
    with TableServiceClient.from_connection_string(stack.azurite.connection_string) as tables:
        found = tables.get_table_client(TABLE).query_entities("RowKey eq 'batch'")
        return {row["PartitionKey"] for row in found}


def test_nine_files_of_three_profiles_are_one_batch(
    stack: Stack, lasting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audio = tmp_path / "audio"
    names = [f"{place}{i}.wav" for place in ("calls/", "meetings/", "") for i in range(3)]
    for name in names:
        (audio / name).parent.mkdir(parents=True, exist_ok=True)
        (audio / name).write_bytes(sound())
    out = tmp_path / "out"
    assert drop_into(lasting, [str(audio / "*")], out, {"client": "ACME"}) == 0
    [batch] = batches(stack)
    shown = capsys.readouterr().out
    assert batch in shown
    assert shown.count("profile calls") == shown.count("profile meetings") == 3
    assert {path.name for path in (out / "reports").iterdir()} == {
        f"{batch}.{kind}" for kind in ("html", "json", "csv")
    }
    report = json.loads((out / "reports" / f"{batch}.json").read_text())
    assert {one["name"] for one in report["recordings"]} == set(names)
    assert report["profiles"] == ["calls", "default", "meetings"]
    assert report["title"].startswith("9 recordings, ")
    assert {one["metadata"]["client"] for one in report["recordings"]} == {"ACME"}

    assert drop_into(lasting, [str(audio / "*")], out, {"client": "ACME"}) == 0
    [again] = batches(stack) - {batch}
    report = json.loads((out / "reports" / f"{again}.json").read_text())
    assert report["counts"]["unchanged"] == 9


def test_a_companion_is_dropped_before_its_recording_and_is_none(
    stack: Stack, lasting: Path, tmp_path: Path
) -> None:
    calls = tmp_path / "calls"
    calls.mkdir()
    (calls / "x.wav").write_bytes(sound())
    (calls / "x.wav.json").write_text('{"agent": "7"}')
    before, out = batches(stack), tmp_path / "out"
    files = [str(calls / "x.wav"), str(calls / "x.wav.json")]
    assert drop_into(lasting, files, out, {}) == 0
    [batch] = batches(stack) - before
    [row] = json.loads((out / "reports" / f"{batch}.json").read_text())["recordings"]
    assert row["metadata"] == {"agent": "7"}


def test_what_fails_is_in_the_same_report(stack: Stack, lasting: Path, tmp_path: Path) -> None:
    (tmp_path / "good.wav").write_bytes(sound())
    (tmp_path / "empty.wav").write_bytes(b"")
    before, out = batches(stack), tmp_path / "out"
    assert drop_into(lasting, [str(tmp_path / "*.wav")], out, {}) == 3
    [batch] = batches(stack) - before
    report = json.loads((out / "reports" / f"{batch}.json").read_text())
    assert (report["counts"]["transcribed"], report["counts"]["failed"]) == (1, 1)


def test_a_batch_that_is_not_taken_is_said(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.wav").write_bytes(sound())
    there = Lasting(stack.azurite.connection_string, f"{stack.app_url}/api", "wrong")
    with told(there, tmp_path / "cache"):
        assert drop_into(tmp_path / "cache", [str(tmp_path / "a.wav")], None, {}) == 1
    assert "The batch was not taken" in capsys.readouterr().out


def test_what_was_mended_and_what_cannot_be_dropped(
    stack: Stack, lasting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls, out = tmp_path / "calls", tmp_path / "out"
    calls.mkdir()
    (calls / "mended.wav").write_bytes(b"")
    assert drop_into(lasting, [str(calls)], out, {}) == 3
    assert [path.name for path in out.rglob("mended.wav.json")] == ["mended.wav.json"]
    (calls / "mended.wav").write_bytes(sound())
    (calls / "back\\slash.wav").write_bytes(sound())
    assert drop_into(lasting, [str(calls)], out, {}) == 3
    assert [path.relative_to(out).parts[0] for path in out.rglob("mended.wav.json")] == [
        "transcripts"
    ]
    assert "back\\slash.wav: Its name holds a backslash" in capsys.readouterr().out


def test_outputs_that_could_go_nowhere_keep_anything_from_being_dropped(
    stack: Stack, lasting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.wav").write_bytes(sound())
    before = batches(stack)
    assert drop_into(lasting, [str(tmp_path / "a.wav")], tmp_path / "a.wav", {}) == 1
    assert batches(stack) == before
    assert "Name another folder" in capsys.readouterr().out
