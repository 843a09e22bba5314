"""What parsers and players other than ours make of the files."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import av
import pytest

from shared.model.transcript.transcript import Transcript
from shared.outputs.bidi import DIRECTION_MARKS
from shared.outputs.captions.naming import SpeakerStyle, shown
from shared.outputs.formats import cues, render
from shared.outputs.plain import plain
from tests.caption_samples import ALL

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
SPEECH = {name: sample for name, sample in ALL.items() if sample.utterances}

PAGE = """<!doctype html><meta charset="utf-8"><pre id="out"></pre><script>
const files = JSON.parse(decodeURIComponent(escape(atob("%s"))));
const read = (text) => new Promise((done) => {
  const video = document.createElement("video");
  const element = document.createElement("track");
  element.src = URL.createObjectURL(new Blob([text], {type: "text/vtt"}));
  element.onload = () => done([...element.track.cues].map((cue) => ({
    id: cue.id, start: cue.startTime, end: cue.endTime,
    text: cue.getCueAsHTML().textContent,
    voice: cue.getCueAsHTML().querySelector("span")?.title ?? null,
  })));
  element.onerror = () => done("refused");
  video.append(element);
  document.body.append(video);
  element.track.mode = "hidden";
});
Promise.all(files.map(read)).then((results) => {
  out.textContent = "[[" + encodeURIComponent(JSON.stringify(results)) + "]]";
});
</script>"""


def _vtt(sample: Transcript, style: SpeakerStyle = "names") -> str:
    return render(sample, "vtt", style).decode()


def _words(text: str) -> list[str]:
    return re.sub(f"[{DIRECTION_MARKS}]", "", text).split()


def _joined(texts: list[str]) -> str:
    """Without spaces, which is how scripts without spaces are put together again."""
    return "".join("".join(_words(text)) for text in texts)


def _spoken(sample: Transcript) -> list[str]:
    return [plain(said.text) for said in sample.utterances]


@pytest.fixture(scope="module")
def parsed() -> dict[str, dict[str, Any]]:
    """All samples through the W3C parser, in one process."""
    files = [_vtt(sample) for sample in ALL.values()]
    done = subprocess.run(
        ["node", "tests/validators/webvtt.mjs"],
        cwd=ROOT,
        input=json.dumps(files),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return dict(zip(ALL, json.loads(done.stdout), strict=True))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All samples as Chromium's own track element shows them, in one start of the browser."""
    if CHROMIUM is None:
        pytest.skip("the Debian package chromium is not installed")
    folder = tmp_path_factory.mktemp("chromium")
    files = json.dumps([*(_vtt(sample, "tags") for sample in ALL.values()), _vtt(ALL["call"])])
    page = folder / "page.html"
    page.write_text(PAGE % base64.b64encode(files.encode()).decode(), encoding="utf-8")
    done = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=20000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = re.search(r'<pre id="out">\[\[(.*?)\]\]</pre>', done.stdout)
    assert found, "the page did not finish"
    return dict(zip([*ALL, "named call"], json.loads(unquote(found[1])), strict=True))


@pytest.mark.parametrize("name", ALL)
def test_the_w3c_parser_has_no_complaint(name: str, parsed: dict[str, dict[str, Any]]) -> None:
    assert parsed[name]["errors"] == []
    assert len(parsed[name]["cues"]) == len(cues(ALL[name]))


@pytest.mark.parametrize("name", ALL)
def test_the_w3c_parser_reads_the_cues_that_were_written(
    name: str, parsed: dict[str, dict[str, Any]]
) -> None:
    ours = [
        (str(number), cue.cue.start_ms, cue.cue.end_ms, "\n".join(cue.marked))
        for number, cue in enumerate(shown(cues(ALL[name]), "names"), 1)
    ]
    theirs = [
        (cue["id"], round(cue["start"] * 1000), round(cue["end"] * 1000), cue["text"])
        for cue in parsed[name]["cues"]
    ]
    assert theirs == ours


def test_the_w3c_parser_does_complain_of_a_broken_file() -> None:
    broken = _vtt(ALL["call"]).replace("&", "").replace("-->", "->", 1)
    done = subprocess.run(
        ["node", "tests/validators/webvtt.mjs"],
        cwd=ROOT,
        input=json.dumps([broken]),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout)[0]["errors"]


@pytest.mark.parametrize("name", SPEECH)
def test_the_viewer_sees_the_text_of_the_transcript(name: str, played: dict[str, Any]) -> None:
    said = ALL[name].utterances
    roles = {plain(one.role) or None if one.role else None for one in said}
    named = len(roles) > 1 or roles != {None}
    for role in roles:
        seen = [cue["text"] for cue in played[name] if not named or cue["voice"] == role]
        assert seen
        assert _joined(seen) == _joined(
            [plain(one.text) for one in said if not named or plain(one.role or "") == role]
        )


def test_the_viewer_of_a_browser_sees_who_speaks(played: dict[str, Any]) -> None:
    texts = [cue["text"] for cue in played["named call"]]
    assert texts[0] == "Agent: Thanks for holding."
    assert texts[2] == "Customer: Mhm."


def test_the_browser_shows_nothing_for_silence(played: dict[str, Any]) -> None:
    assert played["silence"] == []


def test_the_browser_reads_names_with_markup_in_them(played: dict[str, Any]) -> None:
    assert [cue["voice"] for cue in played["hostile"]][:2] == ["R&D <lab> -->", "Tester"]


@pytest.mark.parametrize("name", SPEECH)
@pytest.mark.parametrize("format", ["vtt", "srt"])
def test_ffmpeg_finds_every_cue(name: str, format: str) -> None:
    file = io.BytesIO(render(SPEECH[name], format))
    with av.open(file, format={"vtt": "webvtt", "srt": "srt"}[format]) as container:
        stream = container.streams.subtitles[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
    wanted = cues(SPEECH[name])
    assert [(packet.pts, packet.duration) for packet in packets] == [
        (cue.start_ms, cue.end_ms - cue.start_ms) for cue in wanted
    ]


@pytest.mark.parametrize("name", ["hostile", "hebrew", "monologue"])
def test_ffmpeg_swallows_nothing_of_a_subrip_file(name: str) -> None:
    file = io.BytesIO(render(ALL[name], "srt"))
    with av.open(file, format="srt") as container:
        stream = container.streams.subtitles[0]
        shown = [
            subtitle.dialogue.decode()
            for packet in container.demux(stream)
            for subtitle in stream.codec_context.decode2(packet) or ()
        ]
    text = unicodedata.normalize("NFKC", " ".join(shown).replace("\\N", " "))
    for word in " ".join(_spoken(ALL[name])).split():
        assert unicodedata.normalize("NFKC", word) in text
