"""What is hidden in the sound is heard by nobody: spoken by a machine, redacted by what the
recogniser of the local stack makes of it, and heard by that once more."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.recogniser.pool import RecogniserPool
from local.recogniser.types import Heard
from shared.confined.converter import LIMITS, ConfinedConverter
from shared.confined.pool import Children
from shared.model.listening.hiding import Fill, padded
from shared.model.listening.recipe import ListeningRecipe
from shared.model.profile.options import Options
from shared.model.redaction.redact import redact
from shared.model.transcript.normalise import build_transcript
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.transcript import Word
from tests.unit.test_redaction import said

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed"),
]
KINDS = ("phone_number", "credit_card_number")
NUMBERS = re.compile(
    r"\d|\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)\b"
)
SPOKEN = {
    "slt": (
        "Good morning. My phone number is three one oh, five five five, oh one two two. "
        "Please call me back tomorrow morning.",
        ("good morning my phone", "me back tomorrow morning"),
    ),
    "rms": (
        "Here is the card. It is four one one one, two two two two, three three three three, "
        "four four four four. Thank you very much for your help with this order.",
        ("here is the card", "thank you very much for your help with this order"),
    ),
}
"""By voice: what is said, and what is still heard."""


@pytest.fixture(scope="module")
def converter() -> Iterator[ConfinedConverter]:
    children = Children(LIMITS)
    yield ConfinedConverter(children)
    children.close()


@pytest.fixture(scope="module", params=["whisper"])
def pool(request: pytest.FixtureRequest) -> Iterator[RecogniserPool]:
    with RecogniserPool(request.param) as pool:
        yield pool


def text_of(heard: Heard) -> str:
    return " ".join(phrase.text for phrase in heard.phrases)


def recognised(heard: Heard) -> Recognition:
    return Recognition(
        source="",
        duration_ms=heard.duration_ms,
        utterances=tuple(
            RecognisedUtterance(
                start_ms=phrase.start_ms,
                end_ms=phrase.end_ms,
                text=phrase.text,
                words=tuple(Word(word.text, word.start_ms, word.end_ms) for word in phrase.words),
            )
            for phrase in heard.phrases
        ),
    )


def without_numbers(data: bytes, heard: Heard, fill: Fill, converter: ConfinedConverter) -> bytes:
    there = said((0, ""))
    transcript = build_transcript(
        recognised(heard),
        job=there.job,
        source=there.source,
        provider=there.provider,
        options=Options(),
        roles={},
        review_below=None,
    )
    spans = redact(transcript, KINDS, "kind").spans
    assert spans
    recipe = ListeningRecipe(
        mix=(((0, 1.0),),), hidden=padded((one.start_ms, one.end_ms) for one in spans), fill=fill
    )
    blocks: dict[int, bytes] = {}
    converter.copy_to_hear(
        len(data), lambda at, length: data[at : at + length], recipe, blocks.__setitem__
    )
    return b"".join(blocks[number] for number in sorted(blocks))


@pytest.mark.parametrize("voice", sorted(SPOKEN))
def test_of_numbers_that_are_hidden_nothing_is_heard_and_of_the_rest_all(
    voice: str, tmp_path: Path, pool: RecogniserPool, converter: ConfinedConverter
) -> None:
    text, stays = SPOKEN[voice]
    spoken, copy = tmp_path / "spoken.wav", tmp_path / "copy.mp3"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(spoken)], check=True)
    heard = pool.recognise(spoken).result(120)
    assert len(NUMBERS.findall(text_of(heard))) >= 7
    for fill in ("silence", "tone"):
        copy.write_bytes(without_numbers(spoken.read_bytes(), heard, fill, converter))
        left = text_of(pool.recognise(copy).result(120))
        assert not NUMBERS.search(left)
        if fill == "silence":
            assert all(part in left for part in stays)
