"""What the ingestion client transcribed is taken over: once, whole, and over nothing that is there;
what it left is told, or sent on."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dropscribe.cli.moving
import jsonschema
import pytest
from dropscribe.cli.app import app
from typer.testing import CliRunner

from local.archive.places import Folder, Lying, PlaceTrouble, place_at
from local.archive.take_over import ANOTHER, MOST_BYTES, Became, Wish, new_report, take_over
from tests.unit.test_archive import SCHEMA, of_the_ingestion_client

RESULT = of_the_ingestion_client("result_v3.0_speakers.json")
OTHER = of_the_ingestion_client("result_silence.json")


class Kept:
    """A place in memory. `reads` counts what was fetched; names of any kind can lie here."""

    def __init__(self, **files: bytes) -> None:
        self.files: dict[str, bytes] = dict(files)
        self.reads: list[str] = []
        self.sizes: dict[str, int] = {}
        self.times: dict[str, datetime] = {}

    def listing(self) -> dict[str, Lying]:
        return {
            name: Lying(self.sizes.get(name, len(one)), self.times.get(name))
            for name, one in self.files.items()
        }

    def takes(self, name: str) -> bool:
        return ".." not in name.split("/")

    def chunks(self, name: str) -> Iterator[bytes]:
        self.reads.append(name)
        if name not in self.files:
            raise PlaceTrouble("The container does not let us read: BlobNotFound.")
        yield self.files[name]

    def put_new(self, name: str, content: Iterable[bytes], media_type: str) -> bool:
        if name in self.files:
            return False
        self.files[name] = b"".join(content)
        return True


def moved(results: dict[str, bytes], to: Kept | None = None, **wish: Any) -> dict[str, Became]:
    with ThreadPoolExecutor(2) as pool:
        asked = Wish(results=Kept(**results), to=to or Kept(), **wish)
        return {one.name: one for one in take_over(asked, pool)}


def states(found: dict[str, Became]) -> dict[str, str]:
    return {name: one.state for name, one in found.items()}


def test_a_result_becomes_a_transcript_and_captions_where_programs_look() -> None:
    to = Kept()
    found = moved({"calls/a.wav.json": RESULT}, to, formats=("vtt",), locale="de-DE")
    assert states(found) == {"calls/a.wav.json": "taken over"}
    assert [*to.files] == ["audio/calls/a.wav.vtt", "audio/calls/a.wav.json"]
    transcript = json.loads(to.files["audio/calls/a.wav.json"])
    jsonschema.validate(transcript, SCHEMA)
    assert transcript["source"]["name"] == "calls/a.wav"
    assert transcript["language"]["code"] == "de-DE" and transcript["utterances"]


def test_what_was_broken_off_goes_on_and_nothing_is_read_twice() -> None:
    to, results = Kept(), Kept(**{f"{n}.wav.json": RESULT for n in range(5)})
    with ThreadPoolExecutor(1) as pool:
        wish = Wish(results=results, to=to, formats=("srt",))
        assert [one.state for one in take_over(wish, pool)] == ["taken over"] * 5
        del to.files["audio/2.wav.json"]  # the last that is written of a recording
        del to.files["audio/3.wav.json"], to.files["audio/3.wav.srt"]
        before, results.reads = dict(to.files), []
        again = {one.name: one for one in take_over(wish, pool)}
    assert results.reads == ["2.wav.json", "3.wav.json"]
    assert again["2.wav.json"].outputs == ("audio/2.wav.json",)
    assert {one.state for one in again.values()} == {"taken over", "there already"}
    assert {name: to.files[name] for name in before} == before and len(to.files) == 10


def test_another_transcript_of_that_name_stays_and_gets_no_captions_of_ours() -> None:
    to = Kept(**{"audio/a.wav.json": b"{}"})
    found = moved({"a.wav.json": RESULT}, to, formats=("vtt",))
    assert (found["a.wav.json"].state, found["a.wav.json"].why) == ("there already", ANOTHER)
    assert to.files == {"audio/a.wav.json": b"{}"}


def test_captions_that_are_asked_for_later_come_beside() -> None:
    to = Kept()
    moved({"a.wav.json": RESULT}, to)
    found = moved({"a.wav.json": RESULT}, to, formats=("srt",))
    assert found["a.wav.json"].outputs == ("audio/a.wav.srt",)


DEEP = b'{"recognizedPhrases": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (b"", "passed over"),
        (b"[1, 2]", "passed over"),
        (b'{"recognizedPhrases": 7}', "failed"),
        (b'{"recognizedPhrases": [', "failed"),
        (b'{"recognizedPhrases": [{"nBest": [{"display": "\xff\xfe"}]}]}', "failed"),
        (DEEP, "failed"),
        (b"\xef\xbb\xbf" + RESULT, "taken over"),
        (OTHER, "taken over"),
    ],
)
def test_one_that_cannot_be_read_spoils_no_other(content: bytes, state: str) -> None:
    found = moved({"a.wav.json": content, "b.wav.json": RESULT})
    assert states(found) == {"a.wav.json": state, "b.wav.json": "taken over"}


def test_what_is_no_json_or_too_large_is_not_fetched() -> None:
    results = Kept(**{"a.txt": b"x", ".json": RESULT, "b.wav.json": RESULT})
    results.sizes["b.wav.json"] = MOST_BYTES + 1
    with ThreadPoolExecutor(1) as pool:
        found = {one.name: one for one in take_over(Wish(results=results, to=Kept()), pool)}
    assert states(found) == {".json": "passed over", "a.txt": "passed over", "b.wav.json": "failed"}
    assert results.reads == []


def test_audio_with_a_result_is_paid_and_the_rest_is_told_or_sent_on_once() -> None:
    results = {"a.wav.json": RESULT, "b.wav.json": b"{}", "c.wav.json": b'{"recognizedPhrases": 7}'}
    audio = Kept(**{name: name.encode() for name in ("a.wav", "b.wav", "c.wav", "d.wav")})
    told = states(moved(results, audio=audio))
    left = {"a.wav": "paid", "b.wav": "left", "c.wav": "paid", "d.wav": "left"}
    assert {name: told[name] for name in left} == left
    assert audio.reads == []
    ours = Kept(**{"d.wav": b"of somebody else"})
    told = states(moved(results, audio=audio, audio_to=ours))
    sent = {"a.wav": "paid", "b.wav": "sent on", "c.wav": "paid", "d.wav": "there already"}
    assert {name: told[name] for name in sent} == sent
    assert ours.files == {"b.wav": b"b.wav", "d.wav": b"of somebody else"}


def test_audio_that_is_newer_than_its_result_was_not_transcribed() -> None:
    results, audio, ours = Kept(), Kept(), Kept()
    for hour, name in enumerate(("old.wav", "new.wav")):
        results.files[f"{name}.json"], audio.files[name] = RESULT, b"RIFF"
        results.times[f"{name}.json"] = datetime(2026, 3, 1, 12, tzinfo=UTC)
        audio.times[name] = datetime(2026, 3, 1, 11 + 2 * hour, tzinfo=UTC)
    with ThreadPoolExecutor(1) as pool:
        wish = Wish(results=results, to=Kept(), audio=audio, audio_to=ours)
        found = {one.name: one for one in take_over(wish, pool)}
    assert (found["old.wav"].state, found["new.wav"].state) == ("paid", "sent on")
    assert "newer" in found["new.wav"].why and [*ours.files] == ["new.wav"]


def redacted() -> bytes:
    """As it is written there: the forms of a phrase are blanked, its words and readings are not."""
    told = json.loads(RESULT)
    for phrase in told["recognizedPhrases"]:
        best = phrase["nBest"][0]
        best["words"] = [{"word": "gonzalez", "offsetInTicks": 0, "durationInTicks": 10_000_000}]
        phrase["nBest"] = [best, {"confidence": 0.1, "display": "Gonzalez"}]
        for form in ("display", "itn", "maskedITN", "lexical"):
            best[form] = "my name is ********"
    return json.dumps(told).encode()


def test_without_words_nothing_comes_along_that_was_redacted_in_the_phrases() -> None:
    with_words, without = Kept(), Kept()
    moved({"a.wav.json": redacted()}, with_words)
    moved({"a.wav.json": redacted()}, without, words=False, formats=("vtt", "csv", "words"))
    assert b"onzalez" in with_words.files["audio/a.wav.json"]
    assert len(without.files) == 4
    assert not [name for name, content in without.files.items() if b"onzalez" in content]
    assert b"my name is ********" in without.files["audio/a.wav.vtt"]


# --- folders ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["../a.wav", "a/../../b", "/etc/passwd", "a//b", "a\\..\\b", "", "a\x00b", "a\nb", "x" * 2_000],
)
def test_no_name_leads_out_of_a_folder(tmp_path: Path, name: str) -> None:
    assert not Folder(tmp_path / "to").takes(name)


def test_names_of_all_kinds_are_kept(tmp_path: Path) -> None:
    for name in ("a b/+1555 #1?.wav.json", "שלום.json", "a:b.json", "...json"):
        assert Folder(tmp_path).takes(name)
        assert Folder(tmp_path).put_new(name, [b"1"], "x") is True
        assert Folder(tmp_path).put_new(name, [b"2"], "x") is False
        assert b"".join(Folder(tmp_path).chunks(name)) == b"1"


def test_links_are_followed_neither_to_read_nor_to_write(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.json").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "door").symlink_to(outside)
    (root / "b.json").symlink_to(outside / "a.json")
    assert Folder(root).listing() == {}
    assert not Folder(root).takes("door/a.json")


def test_what_is_cut_off_while_it_is_written_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise PlaceTrouble("gone")

    with pytest.raises(PlaceTrouble):
        Folder(tmp_path).put_new("a.json", broken(), "x")
    assert [*os.scandir(tmp_path)] == []


def test_a_folder_that_is_not_there_is_empty_and_a_file_is_none(tmp_path: Path) -> None:
    assert Folder(tmp_path / "none").listing() == {}
    (tmp_path / "file").touch()
    with pytest.raises(PlaceTrouble):
        Folder(tmp_path / "file").listing()


def test_an_address_has_to_be_safe_and_is_not_repeated() -> None:
    with pytest.raises(PlaceTrouble) as caught:
        place_at("http://account.blob.example/results?sv=1&sig=hush")
    assert "hush" not in str(caught.value)


# --- the command ------------------------------------------------------------------------------


@pytest.fixture
def containers(tmp_path: Path) -> Path:
    (tmp_path / "json-result-output" / "sub").mkdir(parents=True)
    (tmp_path / "audio-input").mkdir()
    (tmp_path / "json-result-output" / "sub" / "a.wav.json").write_bytes(RESULT)
    (tmp_path / "audio-input" / "b.wav").write_bytes(b"RIFF")
    return tmp_path


def run(containers: Path, *more: str, data: bool = False) -> Any:
    usual = {"results": "json-result-output", "audio": "audio-input", "to": "transcripts"}
    args = [part for name, at in usual.items() for part in (f"--{name}", str(containers / at))]
    report = ["--report", str(containers / "report.csv")]
    start = ["--json"] if data else []
    return CliRunner().invoke(app, [*start, "take-over", *args, *report, *more])


def test_the_command_tells_what_became_of_each(containers: Path) -> None:
    told = run(containers, "-f", "vtt", "--no-words", data=True)
    assert told.exit_code == 0
    rows = json.loads(told.stdout)
    assert [(row["state"], row["name"]) for row in rows] == [
        ("taken over", "sub/a.wav.json"),
        ("left", "b.wav"),
    ]
    assert (containers / "transcripts" / "audio" / "sub" / "a.wav.vtt").exists()
    with (containers / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    assert [row["state"] for row in listed] == ["taken over", "left"]


def test_each_run_has_a_report_of_its_own(containers: Path) -> None:
    run(containers)
    told = run(containers)
    assert told.exit_code == 0 and "report.2.csv" in told.output
    assert "1 there already, 1 left" in told.output
    assert (containers / "report.csv").exists() and (containers / "report.2.csv").exists()


def test_it_ends_with_3_where_a_result_cannot_be_read(containers: Path) -> None:
    (containers / "json-result-output" / "bad.json").write_text('{"recognizedPhrases": 7}')
    told = run(containers)
    assert told.exit_code == 3 and "bad.json" in told.output


@pytest.mark.parametrize(
    ("more", "code"),
    [(("-f", "doc"), 2), (("--audio", "", "--audio-to", "x"), 2), (("--to", "http://a.b/c"), 1)],
)
def test_what_is_asked_wrongly_is_told(containers: Path, more: tuple[str, ...], code: int) -> None:
    assert run(containers, *more).exit_code == code


def test_without_the_repository_it_says_where_to_run(
    containers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    replaced: Callable[[str], None] = missing
    monkeypatch.setattr(dropscribe.cli.moving.importlib, "import_module", replaced)
    told = run(containers)
    assert told.exit_code == 2 and "folder of the repository" in told.output


def test_a_report_never_takes_the_place_of_another(tmp_path: Path) -> None:
    for name in ("r.csv", "r.2.csv", "r.3.csv"):
        with new_report(tmp_path / "r.csv") as file:
            assert Path(file.name).name == name
