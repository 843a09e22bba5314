"""The samples, through the engines that come with the project: how well they hear, and always the
same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jiwer
import pytest

from benchmarks.hearing import normalised
from local.recogniser.pool import RecogniserPool
from local.recogniser.types import Heard

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
TEXTS: dict[str, Any] = json.loads((SAMPLES / "texts.json").read_text(encoding="utf-8"))
CALL = "calls/+15551234 support.wav"


def said_on(heard: Heard, channel: int) -> str:
    return " ".join(said.text for said in heard.phrases if said.channel == channel)


def pairs(name: str, heard: Heard) -> list[tuple[str, str]]:
    """(spoken, heard) of each channel, numbers written in one way."""
    spoken = TEXTS[name]["channels"]
    return [
        (normalised(spoken[channel]), normalised(said_on(heard, int(channel))))
        for channel in spoken
    ]


def word_error_rate(texts: list[tuple[str, str]]) -> float:
    return float(jiwer.wer([spoken for spoken, _ in texts], [heard for _, heard in texts]))


@pytest.fixture(
    scope="module", params=["whisper", pytest.param("pocketsphinx", marks=pytest.mark.slow)]
)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pool(engine: str) -> Iterator[RecogniserPool]:
    with RecogniserPool(engine) as pool:
        yield pool


@pytest.fixture(scope="module")
def everything(pool: RecogniserPool) -> dict[str, Heard]:
    """All samples, recognised at once."""
    futures = {name: pool.recognise(SAMPLES / "audio" / name) for name in TEXTS}
    return {name: future.result(120) for name, future in futures.items()}


def test_every_sample_has_its_text_and_the_other_way_round() -> None:
    audio = SAMPLES / "audio"
    found = {path.relative_to(audio).as_posix() for path in audio.rglob("*") if path.is_file()}
    assert found == set(TEXTS)


def test_the_samples_stay_small() -> None:
    sizes = [path.stat().st_size for path in (SAMPLES / "audio").rglob("*") if path.is_file()]
    assert sum(sizes) < 3_000_000


@pytest.mark.parametrize("name", TEXTS)
def test_a_sample_is_understood(name: str, everything: dict[str, Heard]) -> None:
    assert word_error_rate(pairs(name, everything[name])) < 0.12


def test_over_all_samples_few_words_are_wrong(everything: dict[str, Heard], engine: str) -> None:
    texts = [pair for name, heard in everything.items() for pair in pairs(name, heard)]
    assert word_error_rate(texts) < {"whisper": 0.02, "pocketsphinx": 0.08}[engine]


@pytest.mark.parametrize("engine", ["whisper"], indirect=True)
def test_whisper_writes_capitals_and_punctuation(everything: dict[str, Heard]) -> None:
    [first, *_] = everything[CALL].phrases
    shown = " ".join(word.shown for word in first.words)
    assert shown == "Good morning. Thank you for calling. How can I help you today?"


@pytest.mark.parametrize("name", TEXTS)
def test_duration_and_channels_are_those_of_the_recording(
    name: str, everything: dict[str, Heard]
) -> None:
    assert everything[name].duration_ms == pytest.approx(TEXTS[name]["duration_ms"], abs=100)
    assert everything[name].channels == len(TEXTS[name]["channels"])


@pytest.mark.parametrize("name", TEXTS)
def test_phrases_words_and_confidences_fit_together(
    name: str, everything: dict[str, Heard]
) -> None:
    heard = everything[name]
    assert [said.start_ms for said in heard.phrases] == sorted(
        said.start_ms for said in heard.phrases
    )
    for said in heard.phrases:
        assert said.text == " ".join(word.text for word in said.words)
        assert (said.start_ms, said.end_ms) == (said.words[0].start_ms, said.words[-1].end_ms)
        assert all(
            before.end_ms <= after.start_ms
            for before, after in zip(said.words, said.words[1:], strict=False)
        )
        assert 0 <= said.start_ms < said.end_ms <= heard.duration_ms
        assert 0 <= said.confidence <= 1
        texts = [alternative.text for alternative in said.alternatives]
        assert texts[0] == said.text
        assert len(set(texts)) == len(texts) <= 5


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["pocketsphinx"], indirect=True)
def test_some_phrases_have_other_readings(everything: dict[str, Heard]) -> None:
    assert any(len(said.alternatives) > 1 for said in everything[CALL].phrases)


def test_the_voices_of_the_call_alternate_as_they_did(everything: dict[str, Heard]) -> None:
    turns, phrases = TEXTS[CALL]["turns"], everything[CALL].phrases
    assert [said.channel for said in phrases] == [turn["channel"] for turn in turns]
    for said, turn in zip(phrases, turns, strict=True):
        assert said.start_ms == pytest.approx(turn["start_ms"], abs=200)
        assert said.end_ms == pytest.approx(turn["end_ms"], abs=200)


def test_both_voices_are_heard_while_they_speak_at_once(everything: dict[str, Heard]) -> None:
    before, last = everything[CALL].phrases[-2:]
    assert last.start_ms < before.end_ms


def test_one_channel_alone_is_heard_as_in_the_whole(
    pool: RecogniserPool, everything: dict[str, Heard]
) -> None:
    agent = pool.recognise(SAMPLES / "audio" / CALL, channels=[1]).result(120)
    whole = everything[CALL]
    assert agent.channels == 2
    assert agent.phrases == tuple(said for said in whole.phrases if said.channel == 1)


def test_what_was_heard_before_changes_nothing(everything: dict[str, Heard], engine: str) -> None:
    with RecogniserPool(engine, workers=1) as fresh:
        call = fresh.recognise(SAMPLES / "audio" / CALL, channels=[0]).result(120)
    customer = tuple(said for said in everything[CALL].phrases if said.channel == 0)
    assert call.phrases == customer
