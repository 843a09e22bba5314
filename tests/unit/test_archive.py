"""Old results become transcripts: of the API of 2018, of later ones, of the ingestion client."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from local import __main__ as local
from local.archive.write import LIST, Became, archive

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "samples" / "azure_speech"
SCHEMA = json.loads((ROOT / "docs" / "transcript-1.schema.json").read_text())
CHANNELS = [SAMPLES / f"archive_channel_{number}.json" for number in (0, 1)]
RESULT = "24265e4c-e459-4384-b572-5e3e7795221"


def made(*named: Path, out: Path, locale: str = "") -> list[Became]:
    return list(archive(named, out, locale))


def read(file: Path) -> Any:
    transcript = json.loads(file.read_text("utf-8"))
    jsonschema.validate(transcript, SCHEMA)
    return transcript


def entity(**other: Any) -> dict[str, Any]:
    urls = {f"channel_{n}": f"https://a.example/data/{RESULT}{n}?sig=hush" for n in (0, 1)}
    return {
        "id": "0bb95356",
        "recordingsUrl": "https://a.example/calls/help%20me.wav?sig=hush",
        "resultsUrls": urls,
        "statusMessage": "None.",
        "status": "Succeeded",
        "locale": "en-us",
        **other,
    }


def keep(folder: Path, told: Any, names: Sequence[str] = (f"{RESULT}0", f"{RESULT}1.json")) -> Path:
    """As somebody kept it in 2018: the answer, and the two files that it led to."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "status.json").write_text(json.dumps(told))
    for name, channel in zip(names, CHANNELS, strict=False):
        (folder / name).write_bytes(channel.read_bytes())
    return folder


def test_the_channels_of_an_old_recording_become_one_transcript(tmp_path: Path) -> None:
    [one] = made(*CHANNELS, out=tmp_path)
    assert [path.name for path in one.outputs] == ["archive.vtt", "archive.txt", "archive.json"]
    transcript = read(tmp_path / "archive.json")
    assert {u["channel"] for u in transcript["utterances"]} == {0, 1}
    starts = [u["start_ms"] for u in transcript["utterances"]]
    assert starts == sorted(starts)


def test_an_entity_says_which_files_are_its_channels_and_what_was_spoken(tmp_path: Path) -> None:
    folder = keep(tmp_path / "kept" / "2018", entity())
    [one] = made(tmp_path / "kept", out=tmp_path / "out")
    assert one.state == "transcribed"
    transcript = read(tmp_path / "out" / "2018" / "help me.wav.json")
    assert {u["channel"] for u in transcript["utterances"]} == {0, 1}
    assert transcript["source"]["uri"] == "https://a.example/calls/help%20me.wav"
    assert transcript["language"]["code"] == "en-US"
    assert "hush" not in json.dumps(transcript)
    assert folder.is_dir()


def test_a_list_of_entities_is_read_as_well(tmp_path: Path) -> None:
    keep(tmp_path / "kept", [entity(), entity(id="other", resultsUrls={})])
    states = [one.state for one in made(tmp_path / "kept", out=tmp_path / "out")]
    assert states == ["transcribed", "failed"]


def test_two_recordings_of_one_name_are_both_kept(tmp_path: Path) -> None:
    keep(tmp_path / "kept", [entity(), entity(id="other")])
    made(tmp_path / "kept", out=tmp_path / "out")
    assert sorted(file.name for file in (tmp_path / "out").glob("*.json")) == [
        "help me.wav.2.json",
        "help me.wav.json",
    ]


def test_models_of_the_old_api_are_told_what_they_became(tmp_path: Path) -> None:
    models = [{"id": "ac-1", "modelKind": "Acoustic"}, {"id": "la-2", "modelKind": "Language"}]
    keep(tmp_path / "kept", entity(models=models))
    [one] = made(tmp_path / "kept", out=tmp_path / "out")
    assert "Acoustic ac-1, Language la-2" in one.why and "custom model" in one.why
    warnings = read(tmp_path / "out" / "help me.wav.json")["provider"]["warnings"]
    assert one.why in warnings


def test_half_a_conversation_is_no_transcript(tmp_path: Path) -> None:
    keep(tmp_path / "kept", entity(), names=[f"{RESULT}0"])
    [one] = made(tmp_path / "kept", out=tmp_path / "out")
    assert one.state == "failed" and f"channel 1: {RESULT}1" in one.why
    assert not list((tmp_path / "out").rglob("*.vtt"))


def test_two_recordings_without_an_entity_are_told_apart_by_their_names(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    for folder in ("a", "b"):
        (kept / folder).mkdir(parents=True)
        for number, file in enumerate(CHANNELS):
            (kept / folder / f"call.channel{number}.json").write_bytes(file.read_bytes())
    (kept / "alone.json").write_bytes(CHANNELS[0].read_bytes())
    found = made(kept, out=tmp_path / "out")
    assert sorted(path.as_posix() for one in found for path in one.outputs[:1]) == [
        "a/call.vtt",
        "alone.vtt",
        "b/call.vtt",
    ]


@pytest.mark.parametrize("name", ["result_v3.0_speakers", "result_2024-11-15_stereo"])
def test_later_results_are_a_recording_each(name: str, tmp_path: Path) -> None:
    made(SAMPLES / f"{name}.json", out=tmp_path)
    read(tmp_path / f"{name}.json")


def of_the_ingestion_client(name: str) -> bytes:
    """The service's result, written anew by classes of its own: names, nulls, no milliseconds."""
    told = json.loads((SAMPLES / name).read_text())
    told["timeStamp"] = told.pop("timestamp", "2023-07-10T14:28:16Z")
    for phrase in told["recognizedPhrases"]:
        phrase.setdefault("speaker", 0)
        for reading in phrase.get("nBest") or ():
            reading["sentiment"] = {"negative": 0.1, "neutral": 0.8, "positive": 0.1}
            reading.pop("displayWords", None)
    told["conversationAnalyticsResults"] = {"conversationPiiResults": {"conversations": []}}
    return json.dumps(told, indent=2).encode()


def test_what_the_ingestion_client_wrote_keeps_its_place(tmp_path: Path) -> None:
    """`json-result-output/sub/a.wav.json` is `sub/a.wav.json` here as well."""
    (tmp_path / "json-result-output" / "sub").mkdir(parents=True)
    file = tmp_path / "json-result-output" / "sub" / "+1555 a.wav.json"
    file.write_bytes(of_the_ingestion_client("result_v3.0_speakers.json"))
    [one] = made(tmp_path / "json-result-output", out=tmp_path / "out", locale="de-DE")
    assert {path.as_posix() for path in one.outputs} == {
        f"sub/+1555 a.wav.{ending}" for ending in ("json", "vtt", "txt")
    }
    transcript = read(tmp_path / "out" / "sub" / "+1555 a.wav.json")
    assert transcript["language"]["code"] == "de-DE" and transcript["utterances"]


def test_what_is_no_result_is_passed_over_or_failed_and_spoils_no_other(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "broken.json").write_text('{"recognizedPhrases": 7}')
    names = ("report_mixed", "files", "transcription_succeeded", "error_gateway", "result_silence")
    for name in names:
        (kept / f"{name}.json").write_bytes((SAMPLES / f"{name}.json").read_bytes())
    found = {one.files[0].stem: one for one in made(kept, out=tmp_path / "out")}
    assert {name: one.state for name, one in found.items()} == {
        "broken": "failed",
        "report_mixed": "passed over",
        "files": "passed over",
        "transcription_succeeded": "passed over",
        "error_gateway": "passed over",
        "result_silence": "transcribed",
    }
    assert "report" in found["report_mixed"].why and "list of files" in found["files"].why
    with (tmp_path / "out" / LIST).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["state"] for row in rows) == sorted(one.state for one in found.values())


def test_an_address_leads_nowhere_else(tmp_path: Path) -> None:
    keep(tmp_path / "kept", entity(recordingsUrl="https://a.example/x/%2e%2e?sig=hush"))
    [one] = made(tmp_path / "kept", out=tmp_path / "out")
    assert all(".." not in path.as_posix() for path in one.outputs)


def test_the_command_counts_and_ends_with_3_where_something_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(tmp_path / "kept", entity(), names=[f"{RESULT}0"])
    (tmp_path / "kept" / "good.json").write_bytes((SAMPLES / "result_silence.json").read_bytes())
    command = ["local", "archive", str(tmp_path / "kept"), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", command)
    assert local.main() == 3
    told = capsys.readouterr()
    assert told.out.startswith("1 transcribed, 1 failed, 0 passed over; listed in ")
    assert "Nobody kept" in told.err
