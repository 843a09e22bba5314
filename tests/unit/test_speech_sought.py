"""No speech at all is told from speech, and where nobody is sure it may be speech."""

from __future__ import annotations

import io
import math
import random
import shutil
import subprocess
import wave
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.confined.converter import LIMITS, ConfinedConverter
from shared.confined.pool import Children
from shared.ports.copies import Speech
from tests.sounds import sound
from tests.unit.test_copies_of_sound import added, scaled

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "audio"
RATE = 8_000
SECONDS = 12


@pytest.fixture(scope="module")
def converter() -> Iterator[ConfinedConverter]:
    children = Children(LIMITS)
    yield ConfinedConverter(children)
    children.close()


def of(track: array[int], rate: int = RATE) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(track.tobytes())
    return file.getvalue()


def sought(converter: ConfinedConverter, content: bytes) -> Speech:
    return converter.speech(len(content), lambda at, length: content[at : at + length])


def tones(*hertz: float, seconds: float = SECONDS, level: int = 6_000) -> array[int]:
    return array(
        "h",
        (
            round(sum(level * math.sin(2 * math.pi * one * n / RATE) for one in hertz))
            for n in range(round(seconds * RATE))
        ),
    )


def rest(seconds: float) -> array[int]:
    return array("h", bytes(2 * round(seconds * RATE)))


def hiss(level: int, seconds: float = SECONDS, smooth: float = 0.0) -> array[int]:
    """White; the smoother the deeper."""
    chance, value = random.Random(5), 0.0
    found = array("h")
    for _ in range(round(seconds * RATE)):
        value = smooth * value + chance.gauss(0, level) * math.sqrt(1 - smooth * smooth)
        found.append(max(-32_768, min(32_767, round(value))))
    return found


def fax() -> array[int]:
    """It calls, is answered, says what it can do, and sends a page."""
    chance, phase = random.Random(7), 0.0
    called = (tones(1_100, seconds=0.5) + rest(3)) * 2 + tones(2_100, seconds=3) + rest(0.1)
    handshake, page = array("h"), array("h")
    for _ in range(400):
        step = 2 * math.pi * chance.choice((1_650, 1_850)) / RATE
        for _ in range(RATE // 300):
            phase += step
            handshake.append(round(6_000 * math.sin(phase)))
    for symbol in range(2_400 * 5):
        turn = chance.randrange(4) * math.pi / 2
        start, end = symbol * RATE // 2_400, (symbol + 1) * RATE // 2_400
        page.extend(
            round(6_000 * math.sin(2 * math.pi * 1_700 * n / RATE + turn))
            for n in range(start, end)
        )
    return called + handshake + rest(0.1) + page + rest(1)


NONE = {
    "hiss": hiss(300),
    "loud hiss": hiss(4_000),
    "hum": tones(50, 100, 150),
    "a tone": tones(440),
    "a line that is busy": (tones(480, 620, seconds=0.25) + rest(0.25)) * 20,
    "a line that rings": (tones(440, 480, seconds=2) + rest(4)) * 2,
    "dialling": sum(
        (
            (tones(low, high, seconds=0.09) + rest(0.06))
            for low, high in ((697, 1_209), (770, 1_336), (852, 1_477), (941, 1_336))
        ),
        array("h"),
    ),
    "a fax": fax(),
    "a chord that is held": tones(262, 330, 392, 523, level=2_500),
    "a tune on a whistle": sum(
        (tones(hertz, seconds=0.3) for hertz in (523, 587, 659, 784, 880, 784)), array("h")
    ),
}


@pytest.mark.parametrize("name", NONE)
def test_steady_noise_and_tones_are_surely_no_speech(
    converter: ConfinedConverter, name: str
) -> None:
    assert sought(converter, of(NONE[name])) == "none"


def test_silence_is_told(converter: ConfinedConverter) -> None:
    assert sought(converter, of(rest(SECONDS))) == "silence"
    assert sought(converter, of(hiss(2))) == "silence"
    assert sought(converter, sound("mp4", "aac", [rest(SECONDS)], rate=RATE)) == "silence"


@pytest.mark.parametrize(
    "path",
    sorted(path for path in SAMPLES.rglob("*") if path.is_file()),
    ids=lambda path: path.name,
)
def test_speech_may_be_speech(converter: ConfinedConverter, path: Path) -> None:
    assert sought(converter, path.read_bytes()) == "perhaps"


def spoken(text: str) -> array[int]:
    """At 8 kHz: every second sample of 16 kHz."""
    made = subprocess.run(
        ["flite", "-voice", "rms", "-t", text, "-o", "/dev/stdout"], check=True, capture_output=True
    ).stdout
    samples = array("h")
    samples.frombytes(made[made.index(b"data") + 8 :][: len(made) // 2 * 2])
    return samples[::2]


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_a_word_among_much_else_may_be_speech(converter: ConfinedConverter) -> None:
    for text in ("Yes.", "No.", "Hello?", "Call me back on Friday, please."):
        word = spoken(text)
        for around in (rest(20), hiss(100, 20), tones(1_100, seconds=20, level=300)):
            half = len(around) // 2
            track = around[:half] + added(word, around[half : half + len(word)]) + around[half:]
            assert sought(converter, of(track)) == "perhaps", text
        assert sought(converter, of(rest(20) + scaled(word, 0.02))) == "perhaps", text


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_speech_in_noise_as_loud_as_itself_may_be_speech(converter: ConfinedConverter) -> None:
    said = spoken("Certainly. When should we deliver the flowers to your house?")
    level = round(math.sqrt(sum(one * one for one in said) / len(said)))
    assert sought(converter, of(added(said, hiss(level, len(said) / RATE)))) == "perhaps"


def test_a_voice_on_one_channel_alone_counts(converter: ConfinedConverter) -> None:
    track = array("h")
    with wave.open(str(SAMPLES / "monologue.wav")) as talk:
        track.frombytes(talk.readframes(talk.getnframes()))
    nothing = array("h", bytes(2 * len(track)))
    content = sound("wav", "pcm_s16le", [nothing, track], rate=talk.getframerate())
    assert sought(converter, content) == "perhaps"
    turned = array("h", (-max(one, -32_767) for one in track))
    content = sound("wav", "pcm_s16le", [track, turned], rate=talk.getframerate())
    assert sought(converter, content) == "perhaps"


def test_where_nobody_is_sure_it_may_be_speech(converter: ConfinedConverter) -> None:
    assert sought(converter, b"no sound at all" * 100) == "perhaps"
    assert sought(converter, b"") == "perhaps"
    assert sought(converter, of(hiss(2_000, smooth=0.9))) == "perhaps"


def test_no_more_is_read_than_it_takes(converter: ConfinedConverter) -> None:
    content = (SAMPLES / "monologue.wav").read_bytes()
    content = content[:40] + (60 * len(content)).to_bytes(4, "little") + content[44:] * 60
    read: list[int] = []

    def some(at: int, length: int) -> bytes:
        read.append(length)
        return content[at : at + length]

    assert converter.speech(len(content), some) == "perhaps"
    assert sum(read) < len(content) / 2
