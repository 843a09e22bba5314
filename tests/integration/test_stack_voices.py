"""The whole stack with each provider, and a recogniser that really listens: two voices talk to each
other, on channels that hold what channels hold. Right text once, speakers right, paid once."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from array import array
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from local.stack.stack import Stack, running_stack
from shared.model.preparing.recipe import GAP_MS
from tests.integration.test_stack_prepared import NOT_MIXED, PROVIDERS
from tests.stack import QUICK, Site, site_on, states
from tests.unit.test_copies_of_sound import added, scaled

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed"),
]
RATE = 16_000
AGENT, CUSTOMER = "slt", "rms"
TALK = (
    (AGENT, "Good morning, thank you for calling the garden centre.", "garden"),
    (CUSTOMER, "Hello, I would like to order twenty yellow flowers.", "flowers"),
    (AGENT, "Certainly. When should we deliver them to your house?", "deliver"),
    (CUSTOMER, "On Friday afternoon, if that is possible.", "friday"),
)
"""Who says what, with a word of it that is nowhere else."""
ORDER = [word for _, _, word in TALK]
END_TO_END = ("soferai",)
"""Who hears channels one after the other, or as one where each holds both voices."""
BY_CHANNEL = ("azure-speech",)
"""Who bills each channel."""
CHANNELS = {"dual.wav": 1, "silent.wav": 1, "call.wav": 2, "leak.wav": 2}
"""How many voices can be told apart by them."""


@cache
def speech(voice: str, text: str) -> array[int]:
    made = subprocess.run(
        ["flite", "-voice", voice, "-t", text, "-o", "/dev/stdout"], check=True, capture_output=True
    ).stdout
    samples = array("h")
    samples.frombytes(made[made.index(b"data") + 8 :][: len(made) // 2 * 2])
    return samples


def talk() -> tuple[array[int], array[int]]:
    """The two voices, each silent while the other speaks."""
    tracks = {AGENT: array("h"), CUSTOMER: array("h")}
    pause = array("h", bytes(2 * RATE * 6 // 10))
    for who, text, _ in TALK:
        said = speech(who, text) + pause
        for voice, track in tracks.items():
            track.extend(said if voice == who else array("h", bytes(2 * len(said))))
    return tracks[AGENT], tracks[CUSTOMER]


def stereo(left: array[int], right: array[int]) -> bytes:
    woven = array("h", bytes(4 * len(left)))
    woven[0::2], woven[1::2] = left, right
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(woven.tobytes())
    return file.getvalue()


def recordings() -> dict[str, bytes]:
    one, other = talk()
    both, nothing = added(one, other), array("h", bytes(2 * len(one)))
    return {
        "dual.wav": stereo(both, both),
        "silent.wav": stereo(both, nothing),
        "call.wav": stereo(one, other),
        "leak.wav": stereo(added(one, scaled(other, 0.03)), added(other, scaled(one, 0.03))),
    }


@pytest.fixture(scope="module", params=PROVIDERS)
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    with running_stack(
        tmp_path_factory.mktemp("logs"),
        engine="whisper",
        provider=request.param,
        settings={**QUICK, **PROVIDERS[request.param]},
    ) as running:
        yield running


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    with site_on(stack) as site:
        yield site


def test_what_two_say_is_written_once_by_who_said_it_and_paid_once(
    site: Site, stack: Stack
) -> None:
    rows = site.rows(site.await_end(site.put(recordings())))
    assert states(rows) == dict.fromkeys(CHANNELS, "transcribed")
    assert list(site.ledger()["transcribed"].values()) == [1] * len(CHANNELS)
    told = {name: site.transcript(name) for name in CHANNELS}
    for said in told.values():
        words = [word.strip(".,?!") for word in said["text"].lower().split()]
        assert [words.count(word) for _, _, word in TALK] == [1] * len(TALK), said["text"]
    for name, voices in CHANNELS.items():
        if stack.provider in NOT_MIXED or name == "call.wav":
            assert by_channel(told[name]) == {word: at % voices for at, word in enumerate(ORDER)}
    minutes = {name: said["source"]["duration_ms"] for name, said in told.items()}
    assert len(set(minutes.values())) == 1
    costs = {name: row.cost_amount for name, row in rows.items()}
    assert costs["dual.wav"] == costs["silent.wav"]
    twice = 2 if stack.provider in BY_CHANNEL else 1
    assert costs["leak.wav"] == pytest.approx(costs["dual.wav"] * twice, rel=0.01)
    if stack.provider in END_TO_END:
        length_ms = minutes["call.wav"]
        twice = (2 * length_ms + GAP_MS) / length_ms
    assert costs["call.wav"] == pytest.approx(costs["dual.wav"] * twice, rel=0.01)


def by_channel(said: Any) -> dict[str, int]:
    """On which channel each of the words was heard; its speaker is that of the channel alone."""
    found = {}
    speakers = {}
    for one in said["utterances"]:
        assert speakers.setdefault(one["channel"], one["speaker"]) == one["speaker"]
        found |= {word: one["channel"] for word in ORDER if word in one["text"].lower()}
    assert len(set(speakers.values())) == len(speakers)
    return found
