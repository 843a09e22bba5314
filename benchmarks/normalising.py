"""A large result, from the provider's bytes to the written JSON and captions."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Callable
from time import perf_counter
from typing import Any

from shared.model.profile.options import Options
from shared.model.transcript import transcript as t
from shared.model.transcript.normalise import build_transcript
from shared.outputs.formats import render_all
from shared.providers.azure_speech.results import read_result

PHRASES, WORDS, READINGS = 700, 28, 5
ROUNDS = 5
TICKS_PER_MS = 10_000
_chance = random.Random(3)
VOCABULARY = [
    "".join(_chance.choices("etaoinshrdlu", k=_chance.randint(2, 9))) for _ in range(4_000)
]
_FREQUENCIES = [1 / rank for rank in range(1, len(VOCABULARY) + 1)]  # as in speech: few words often


def run() -> dict[str, Any]:
    """Best of some rounds, and the peak of what Python allocates."""
    data = result_file()
    plain, ours = _best(lambda: json.loads(data)), _best(lambda: write(data))
    tracemalloc.start()
    write(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    megabytes = len(data) / 1e6
    return {
        "result_mb": round(megabytes, 1),
        "json_loads_ms": round(plain * 1000, 1),
        "written_ms": round(ours * 1000, 1),
        "times_json_loads": round(ours / plain, 2),
        "mb_per_second": round(megabytes / ours, 1),
        "peak_memory_mb": round(peak / 1e6, 1),
    }


def write(data: bytes) -> dict[str, bytes]:
    """What the write step does between the download and the upload."""
    transcript = build_transcript(
        read_result(data),
        job=t.Job(id="j", batch_id="b", recording_id="r", attempt=1, profile="default"),
        source=t.Source(uri="https://a/b", container="audio", name="b", etag="1", bytes=1),
        provider=t.Provider(name="p", endpoint="e", api_version="v", transcription_id="t"),
        options=Options(),
        roles={},
        review_below=0.6,
    )
    return render_all(transcript, ["vtt", "json"])


def result_file() -> bytes:
    """About 10 MB: several readings of each phrase, words with times in the best one."""
    chance = random.Random(7)
    phrases, at_ms = [], 0
    for _ in range(PHRASES):
        phrase, at_ms = _phrase(chance, at_ms)
        phrases.append(phrase)
    return json.dumps(
        {
            "source": "https://example.blob.core.windows.net/audio/long.wav",
            "durationInTicks": at_ms * TICKS_PER_MS,
            "combinedRecognizedPhrases": [],
            "recognizedPhrases": phrases,
        },
        indent=1,
    ).encode()


def _phrase(chance: random.Random, at_ms: int) -> tuple[dict[str, Any], int]:
    words = chance.choices(VOCABULARY, _FREQUENCIES, k=WORDS)
    timed, start = [], at_ms
    for word in words:
        length = chance.randint(120, 480)
        timed.append((word, at_ms, length))
        at_ms += length + chance.randint(0, 60)
    text = " ".join(words)
    best = {
        **_reading(chance, text),
        "words": [_word("word", *word, confidence=chance.random()) for word in timed],
        "displayWords": [
            _word("displayText", shown, *word[1:])
            for shown, word in zip(_display(words).split(), timed, strict=True)
        ],
    }
    readings = [best, *(_reading(chance, text) for _ in range(READINGS - 1))]
    return {
        "recognitionStatus": "Success",
        "channel": 0,
        **_span(start, at_ms - start),
        "nBest": readings,
    }, at_ms + chance.randint(100, 900)


def _reading(chance: random.Random, text: str) -> dict[str, Any]:
    display = _display(text.split())
    return {
        "confidence": chance.random(),
        "lexical": text,
        "itn": text,
        "maskedITN": text,
        "display": display,
    }


def _display(words: list[str]) -> str:
    return " ".join(words).capitalize() + "."


def _word(key: str, word: str, at_ms: int, length_ms: int, **more: float) -> dict[str, Any]:
    return {key: word, **_span(at_ms, length_ms), **more}


def _span(at_ms: int, length_ms: int) -> dict[str, Any]:
    return {
        "offset": f"PT{at_ms / 1000}S",
        "duration": f"PT{length_ms / 1000}S",
        "offsetInTicks": float(at_ms * TICKS_PER_MS),
        "durationInTicks": float(length_ms * TICKS_PER_MS),
    }


def _best(step: Callable[[], object]) -> float:
    def timed() -> float:
        started = perf_counter()
        step()
        return perf_counter() - started

    return min(timed() for _ in range(ROUNDS))
