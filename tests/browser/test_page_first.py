"""The main way through the page: sign in, drop, come back after a cut, read, hear."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack.stack import Stack
from tests.browser.play import needs_chromium, play
from tests.stack import quick_stack

pytestmark = needs_chromium
BLOCK_BYTES = 8 * 1024 * 1024


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with quick_stack(tmp_path_factory.mktemp("logs")) as running:
        yield running


def sound(path: Path, seconds: float) -> Path:
    """Noise that no other file holds."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", ""))
        out.writeframes(bytes(path.name, "utf-8").ljust(32, b"\1") * int(seconds * 1_000))
    path.write_bytes(file.getvalue())
    return path


def test_what_is_dropped_goes_on_after_a_cut_and_a_reload_and_can_be_read_and_heard(
    stack: Stack, tmp_path: Path
) -> None:
    files = [
        sound(tmp_path / "long.wav", 600),
        *(sound(tmp_path / f"{n}.wav", 20) for n in "a q".split()),
    ]
    files[2] = files[2].rename(tmp_path / "quick.wav")
    blocks = sum(-(-file.stat().st_size // BLOCK_BYTES) for file in files)
    assert blocks == 5
    play(
        "first",
        stack.page_url,
        files=[str(file) for file in files],
        blocks=blocks,
        lost=["block-000001", "block-000002"],
        title="a.wav and 2 more",
    )
    log = "".join(path.read_text() for path in stack.logs.glob("*functions*.log"))
    assert '"event":"audio.opened"' in log
    assert stack.api_key not in log
    assert "sig=" not in log


@pytest.mark.slow
def test_a_name_that_no_blob_can_have_keeps_nothing_from_being_transcribed(
    stack: Stack, tmp_path: Path
) -> None:
    names = {
        "plain.wav": "plain.wav",
        "back\\slash.wav": "back_slash.wav",
        "%5cback.wav": "_5cback.wav",
        "tab\there.wav": "tab_here.wav",
        f"{'long' * 55}.wav": f"{'long' * 49}.wav",
    }
    nothing = tmp_path / "nothing.wav"
    nothing.write_bytes(b"")
    play(
        "names",
        stack.page_url,
        files=[*(str(sound(tmp_path / name, 2)) for name in names), str(nothing)],
        names=[(name.replace("\t", "\ufffd"), plain) for name, plain in names.items()],
        leftOut=["nothing.wav"],
    )
