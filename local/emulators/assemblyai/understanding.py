"""The features beside the text. As the service warns, they know nothing of redaction: what they
find still holds what the text no longer does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from local.emulators.assemblyai.lexicon import kind_of
from local.emulators.assemblyai.speech import Json, joined
from local.recogniser.types import Heard, Word

_LONG_WORD = 6
_MOST_HIGHLIGHTS = 15
_NOTHING = {"status": "unavailable", "results": [], "summary": {}}


def understood(heard: Heard, phrases: Sequence[list[Json]], asked: Mapping[str, Any]) -> Json:
    """The fields of a completed transcript; a feature that is off is null or says so."""
    spoken = [word for phrase in heard.phrases for word in phrase.words]
    return {
        "entities": _entities(spoken) if asked.get("entity_detection") else None,
        "auto_highlights_result": _highlights(spoken) if asked.get("auto_highlights") else None,
        "chapters": _chapters(heard) if asked.get("auto_chapters") else None,
        "sentiment_analysis_results": (
            [_sentiment(words) for words in phrases] if asked.get("sentiment_analysis") else None
        ),
        "content_safety_labels": _NOTHING,
        "iab_categories_result": _NOTHING,
        "summary": None,
    }


def _entities(spoken: Sequence[Word]) -> list[Json]:
    return [
        {"entity_type": kind, "text": word.text, "start": word.start_ms, "end": word.end_ms}
        for word in spoken
        if (kind := kind_of(word.text)) is not None
    ]


def _highlights(spoken: Sequence[Word]) -> Json:
    where: defaultdict[str, list[Json]] = defaultdict(list)
    for word in spoken:
        if len(word.text) >= _LONG_WORD:
            where[word.text].append({"start": word.start_ms, "end": word.end_ms})
    weightiest = sorted(where, key=lambda text: (-len(where[text]), text))[:_MOST_HIGHLIGHTS]
    return {
        "status": "success",
        "results": [
            {
                "count": len(where[text]),
                "rank": round(len(where[text]) / len(spoken), 2),
                "text": text,
                "timestamps": where[text],
            }
            for text in weightiest
        ],
    }


def _chapters(heard: Heard) -> list[Json]:
    if not heard.phrases:
        return []
    texts = [phrase.text for phrase in heard.phrases]
    return [
        {
            "gist": " ".join(texts[0].split()[:4]),
            "headline": texts[0],
            "summary": " ".join(texts),
            "start": min(phrase.start_ms for phrase in heard.phrases),
            "end": max(phrase.end_ms for phrase in heard.phrases),
        }
    ]


def _sentiment(words: list[Json]) -> Json:
    return {
        "text": joined(words),
        "start": words[0]["start"],
        "end": words[-1]["end"],
        "sentiment": "NEUTRAL",
        "confidence": 0.5,
        "speaker": words[0]["speaker"],
        "channel": words[0]["channel"],
    }
