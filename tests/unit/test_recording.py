"""The picture of the command line: what it is made of, and that it is of what is there."""

from __future__ import annotations

import re
import shlex
from xml.etree import ElementTree

import pytest
import typer
from dropscribe.cli.app import app
from dropscribe.cli.batches import items
from dropscribe.cli.transcribe import estimate

from local.recogniser.engines import BEST, resolve
from tests.recording.session import FILE, SESSION, record
from tests.recording.svg import Scene, picture
from tests.recording.terminal import shown

SVG = "{http://www.w3.org/2000/svg}"


def test_what_was_drawn_over_is_gone() -> None:
    spinner = "\x1b[?25l\r\x1b[2K⠋ running\r\x1b[2K⠙ running\r\x1b[2K\x1b[1A\x1b[2K"
    assert shown(f"one\n{spinner}two\n\x1b[1mthree\x1b[0m\n") == [
        "two",
        "\x1b[1mthree\x1b[0m",
        "",
    ]
    assert shown("10 %\r20 %\rdone\nnext") == ["done", "next"]


def test_a_picture_is_text_in_both_colours_and_nothing_from_elsewhere() -> None:
    scene = Scene('cat "a<b>.txt"', ["\x1b[32mcompleted\x1b[0m  & 1", ""])
    made = picture([scene, Scene("next", [])], columns=40, title="A & B")
    root = ElementTree.fromstring(made)
    texts = {text.text: text for text in root.iter(f"{SVG}text")}
    assert set(texts) == {"$", 'cat "a<b>.txt"', "completed", "& 1", "next"}
    assert texts["completed"].get("class") == "g"
    assert "prefers-color-scheme: dark" in made and "prefers-reduced-motion" in made


def test_the_picture_in_the_readme_is_of_commands_that_are_there() -> None:
    kept = FILE.read_text("utf-8")
    root = ElementTree.fromstring(kept)
    assert not {"script", "image", "a", "foreignObject"} & {
        element.tag.removeprefix(SVG) for element in root.iter()
    }
    assert set(re.findall(r"https?://[^\"]+", kept)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"/work|/tmp|dsk_|sig=", kept)
    typed = [text.text or "" for text in root.iter(f"{SVG}text") if text.get("class") == "b"]
    known = typer.main.get_command(app)
    assert items and estimate  # they are registered by being loaded
    for command in SESSION:
        begins = command.partition("{")[0].strip()
        assert any(line.startswith(begins) for line in typed), command
        words = shlex.split(begins)
        if words[0] == "dropscribe":
            options = {o for p in known.commands[words[1]].params for o in p.opts}  # type: ignore[attr-defined]
            assert {w for w in words if w.startswith("--")} <= options


@pytest.mark.slow
@pytest.mark.skipif(resolve(BEST) != "whisper", reason="another recogniser hears other words")
def test_it_is_what_a_run_of_today_shows() -> None:
    assert record() == FILE.read_text("utf-8")
