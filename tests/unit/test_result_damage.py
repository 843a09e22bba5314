"""Whatever happens to a result document, no word of it is lost or doubled, order is kept, and times
stay inside the recording."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ResultMalformed, ResultMissing
from shared.model.transcript.recognition import Recognition
from shared.model.transcript.transcript import Transcript
from shared.providers.assemblyai.results import read_result as read_assemblyai
from shared.providers.azure_speech.results import read_result as read_azure
from shared.providers.soferai.results import Reading
from shared.providers.soferai.results import read_result as read_soferai
from tests.caption_talks import transcript_of

SENTENCES = [
    "Good morning, this is the claims department.",
    "Was anybody at home at 5 p.m. on Sunday?",
    "The floor was wet because a pipe had burst.",
    "I saw Dr. Smith, who lives next door.",
    "Thank you, goodbye.",
]
WORDS = [word for sentence in SENTENCES for word in sentence.split()]
END_MS = 20_000


def azure_document() -> dict[str, Any]:
    phrases, at = [], 500
    for number, sentence in enumerate(SENTENCES):
        words, start = [], at
        for word in sentence.split():
            words.append((word, at))
            at += 300
        phrases.append(
            {
                "recognitionStatus": "Success",
                "channel": 0,
                "speaker": 1 + number % 2,
                "offsetInTicks": start * 10_000,
                "durationInTicks": (at - start) * 10_000,
                "nBest": [
                    {
                        "confidence": 0.9,
                        "lexical": sentence.lower(),
                        "itn": sentence.lower(),
                        "maskedITN": sentence.lower(),
                        "display": sentence,
                        "displayWords": [
                            {
                                "displayText": word,
                                "offsetInTicks": ms * 10_000,
                                "durationInTicks": 2_800_000,
                            }
                            for word, ms in words
                        ],
                    }
                ],
            }
        )
        at += 400
    return {"durationInTicks": END_MS * 10_000, "recognizedPhrases": phrases}


def assemblyai_document() -> dict[str, Any]:
    words, at = [], 500
    for sentence in SENTENCES:
        for word in sentence.split():
            words.append({"text": word, "start": at, "end": at + 280, "confidence": 0.9})
            at += 300
        at += 400
    return {
        "status": "completed",
        "audio_url": "https://a.example/a.wav",
        "audio_duration": END_MS / 1000,
        "language_code": "en_us",
        "text": " ".join(SENTENCES),
        "words": words,
    }


def soferai_document() -> dict[str, Any]:
    stamps, at = [], 0.5
    for sentence in SENTENCES:
        for word in sentence.split():
            stamps.append({"word": word, "start": at, "end": at + 0.28, "speaker": "1"})
            at += 0.3
        at += 0.4
    return {
        "text": "\n".join(SENTENCES),
        "timestamps": stamps,
        "info": {"status": "COMPLETED", "duration": END_MS / 1000},
    }


def _sofer(body: bytes) -> Recognition:
    return read_soferai(body, Reading("he", ""))


PROVIDERS: dict[str, tuple[Callable[[], dict[str, Any]], Callable[[bytes], Recognition]]] = {
    "azure-speech": (azure_document, read_azure),
    "assemblyai": (assemblyai_document, read_assemblyai),
    "soferai": (soferai_document, _sofer),
}
# What says the words, and what makes it a result: their loss cannot be made good by anything.
TEXTS = {"display", "text", "status", "info", "recognizedPhrases", "nBest"}


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All fields and elements, but those of which the words themselves are made."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for name, value in items:
        if name not in TEXTS:
            yield (*path, name)
        if isinstance(value, dict | list):
            yield from places(value, (*path, name))


def parent_of(document: Any, path: tuple[Any, ...]) -> Any:
    for name in path[:-1]:
        document = document[name]
    return document


def damage(document: Any, chance: random.Random) -> None:
    """Drops, doubles, shifts or retypes something that is not a text."""
    path = chance.choice([p for p in places(document) if _is_free(document, p)])
    parent, name = parent_of(document, path), path[-1]
    value = parent[name]
    kind = chance.choice(["drop", "double", "shift", "retype"])
    if kind == "drop":
        del parent[name]
    elif kind == "double" and isinstance(parent, list):
        parent.insert(name, value)
    elif kind == "shift" and isinstance(value, int | float):
        parent[name] = value + chance.choice([-1, 1]) * chance.choice([10**3, 10**6, 10**9])
    elif kind == "retype":
        odd = [None, "x", "250.0", 7, 0.5, True, [], {}, [1], {"a": 1}, -1, 10**20, float("nan")]
        parent[name] = str(value) if chance.random() < 0.3 else chance.choice(odd)


def _is_free(document: Any, path: tuple[Any, ...]) -> bool:
    """Phrases and readings hold the words; a whole phrase may be doubled, never dropped."""
    value = parent_of(document, path)[path[-1]]
    return not (isinstance(value, dict) and ({"nBest", "display"} & set(value)))


def said(transcript: Transcript) -> list[str]:
    ordered = sorted(transcript.utterances, key=lambda u: u.id)
    return [word for utterance in ordered for word in utterance.text.split()]


def assert_is_sound(transcript: Transcript) -> None:
    length = transcript.source.duration_ms
    for utterance in transcript.utterances:
        edges = [utterance.start_ms]
        for word in utterance.words:
            edges += [word.start_ms, word.end_ms]
        edges.append(utterance.end_ms)
        assert edges == sorted(edges)
        assert edges[0] >= 0
        assert length is None or edges[-1] <= length
    for voice in {(u.channel, u.speaker) for u in transcript.utterances}:
        own = [u for u in transcript.utterances if (u.channel, u.speaker) == voice]
        assert all(a.end_ms <= b.start_ms for a, b in pairwise(own))


@pytest.mark.long
@pytest.mark.parametrize("provider", PROVIDERS)
@given(seed=st.integers(0, 10**9), times=st.integers(1, 4))
def test_no_word_is_lost_or_doubled_whatever_happens_to_the_rest(
    provider: str, seed: int, times: int
) -> None:
    make, read = PROVIDERS[provider]
    document, chance = make(), random.Random(seed)
    for _ in range(times):
        damage(document, chance)
    transcript = transcript_of(read(json.dumps(document).encode()), "en-US")
    assert_is_sound(transcript)
    assert Counter(said(transcript)) == Counter(WORDS)


@pytest.mark.long
@pytest.mark.parametrize("provider", PROVIDERS)
@given(seed=st.integers(0, 10**9))
def test_damage_to_side_fields_keeps_the_order(provider: str, seed: int) -> None:
    """One thing that is not a time of an utterance."""
    make, read = PROVIDERS[provider]
    document, chance = make(), random.Random(seed)
    fields = [
        p for p in places(document) if p[-1] in ("confidence", "speaker", "channel", "lexical")
    ]
    if not fields:
        return
    path = chance.choice(fields)
    parent_of(document, path)[path[-1]] = chance.choice(["0.5", 7, None, [], True, float("nan")])
    transcript = transcript_of(read(json.dumps(document).encode()), "en-US")
    assert_is_sound(transcript)
    assert said(transcript) == WORDS


@pytest.mark.long
@pytest.mark.parametrize("provider", PROVIDERS)
@given(seed=st.integers(0, 10**9))
def test_any_damage_at_all_gives_a_sound_transcript_or_an_error_of_ours(
    provider: str, seed: int
) -> None:
    make, read = PROVIDERS[provider]
    document, chance = make(), random.Random(seed)
    for _ in range(chance.randint(1, 6)):
        paths = list(places({"all": document}))
        path = chance.choice(paths) if paths else ("all",)
        parent = parent_of({"all": document}, path)
        if parent is None or path == ("all",):
            continue
        parent[path[-1]] = chance.choice([None, 1, "x", [], {}, float("inf")])
    try:
        transcript = transcript_of(read(json.dumps(document).encode()), "en-US")
    except (ResultMalformed, ResultMissing):
        return
    assert_is_sound(transcript)


def test_a_field_that_comes_twice_is_the_one_that_says_something() -> None:
    body = json.dumps(azure_document()).replace(
        '"confidence": 0.9', '"confidence": "0.5", "confidence": null'
    )
    found = read_azure(body.encode())
    assert {u.confidence for u in found.utterances} == {0.5}


def test_what_could_not_be_read_is_told() -> None:
    document = azure_document()
    document["recognizedPhrases"][0]["speaker"] = {"odd": 1}
    found = read_azure(json.dumps(document).encode())
    assert found.utterances[0].speaker == ""
    assert "1 value(s) of the result could not be read." in found.warnings


def test_a_result_without_phrases_is_read_from_the_text_of_the_whole() -> None:
    body = {
        "durationInTicks": 50_000_000,
        "recognizedPhrases": [],
        "combinedRecognizedPhrases": [{"channel": 1, "display": "All of it."}],
    }
    found = read_azure(json.dumps(body).encode())
    assert [(u.channel, u.text, u.end_ms) for u in found.utterances] == [(1, "All of it.", 5000)]
    assert "Azure Speech gave no phrases, only the text of the whole." in found.warnings
