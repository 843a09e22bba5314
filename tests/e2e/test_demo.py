"""`make demo`, as a newcomer runs it: the samples in, transcripts, captions and a report out."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import jiwer
import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
SPOKEN: dict[str, Any] = json.loads((ROOT / "samples" / "texts.json").read_text())
SCHEMA = json.loads((ROOT / "docs" / "transcript-1.schema.json").read_text())
CALL = "calls/+15551234 support.wav"


def run_demo(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local", "demo", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False
    )


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the demo made of the samples."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    done = run_demo("--out", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "stdout.txt").write_text(done.stdout)
    return folder


def transcript(out: Path, name: str) -> Any:
    return json.loads((out / "transcripts" / "audio" / f"{name}.json").read_text())


def words(text: str) -> str:
    return " ".join(re.sub(r"[^\w' ]", " ", text.lower()).split())


def heard(out: Path, name: str, channel: int) -> str:
    said = transcript(out, name)["utterances"]
    return words(" ".join(u["text"] for u in said if u["channel"] == channel))


@pytest.mark.parametrize("name", SPOKEN)
def test_every_sample_has_a_transcript_that_keeps_to_the_schema(out: Path, name: str) -> None:
    jsonschema.validate(transcript(out, name), SCHEMA)
    assert (out / "transcripts" / "audio" / f"{name}.vtt").read_text().startswith("WEBVTT\n")


def test_at_most_six_words_in_a_hundred_are_wrong_over_all_samples(out: Path) -> None:
    spoken, recognised = [], []
    for name, sample in SPOKEN.items():
        for channel, text in sample["channels"].items():
            spoken.append(words(text))
            recognised.append(heard(out, name, int(channel)))
    rate = jiwer.wer(spoken, recognised)
    print(f"word error rate over the samples: {rate:.3f}")
    assert rate <= 0.06


def test_the_call_comes_back_as_one_conversation_of_two_channels(out: Path) -> None:
    call = transcript(out, CALL)
    assert call["source"]["channels"] == 2
    starts = [u["start_ms"] for u in call["utterances"]]
    assert starts == sorted(starts)
    turns = [turn["channel"] for turn in SPOKEN[CALL]["turns"]]
    assert [u["channel"] for u in call["utterances"]] == turns
    assert {s["id"] for s in call["speakers"]} == {"S1", "S2"}


def test_the_report_counts_every_sample_and_nothing_else(out: Path) -> None:
    reports = [json.loads(path.read_text()) for path in (out / "reports").glob("*.json")]
    items = [item for report in reports for item in report["recordings"]]
    assert {item["name"] for item in items} == set(SPOKEN)
    assert sum(report["counts"]["transcribed"] for report in reports) == len(SPOKEN)
    assert not (out / "errors").exists()


def test_what_was_said_is_on_the_terminal(out: Path) -> None:
    shown = (out / "stdout.txt").read_text()
    assert f"{len(SPOKEN)} transcribed, 0 failed" in shown
    for name in SPOKEN:
        assert name in shown


def test_no_output_holds_a_signature(out: Path) -> None:
    for path in out.rglob("*"):
        if path.is_file():
            assert b"sig=" not in path.read_bytes(), path


def test_broken_files_fail_with_a_reason_and_their_neighbours_do_not(tmp_path: Path) -> None:
    audio = tmp_path / "audio"
    audio.mkdir()
    good = (ROOT / "samples" / "audio" / "monologue.wav").read_bytes()
    (audio / "good.wav").write_bytes(good)
    (audio / "empty.wav").write_bytes(b"")
    (audio / "text.mp3").write_text("This is a letter, not a song. " * 200)
    (audio / "half.wav").write_bytes(good[: len(good) // 2])
    (audio / "headless.wav").write_bytes(good[44:60_044])
    done = run_demo("--engine", "scripted", "--out", tmp_path / "out", audio / "*")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "1 transcribed, 4 failed" in done.stdout
    codes = {
        path.name.removesuffix(".json"): json.loads(path.read_text())["failure"]["code"]
        for path in (tmp_path / "out" / "errors" / "audio").iterdir()
    }
    assert codes == {
        "empty.wav": "empty_audio",
        "text.mp3": "not_audio",
        "half.wav": "truncated_audio",
        "headless.wav": "not_audio",
    }
    assert (tmp_path / "out" / "transcripts" / "audio" / "good.wav.json").exists()


def test_a_file_that_is_not_there_is_said_before_anything_starts(tmp_path: Path) -> None:
    done = run_demo("--out", tmp_path / "out", tmp_path / "nothing.wav")
    assert done.returncode == 1
    assert "There is no file or folder" in done.stdout


@pytest.mark.slow
def test_on_a_terminal_it_stays_until_enter_unless_it_is_told_not_to(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local", "demo", "--out", str(tmp_path / "out")]
    sample = str(ROOT / "samples" / "audio" / "monologue.wav")
    for more, is_asked in (([], True), (["--no-wait"], False)):
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [*command, *more, sample], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs
        ) as running:
            os.close(theirs)
            told = read_until(ours, "stops the stack" if is_asked else "")
            if is_asked:
                page = re.search(r"http://127\.0\.0\.1:\d+/app/", told)
                assert page and "#key=" in told and running.poll() is None
                assert httpx.get(page[0]).status_code == 200
                os.write(ours, b"\n")
                read_until(ours, "")
            assert running.wait(60) == 0
        assert ("#key=" in told) == is_asked
        os.close(ours)


def read_until(terminal: int, sought: str) -> str:
    """What is shown until then, or with "" until its end."""
    told = ""
    while not sought or sought not in told:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # so a terminal tells its end
            break
        if not part:
            break
        told += part.decode(errors="replace")
    assert sought in told
    return told
