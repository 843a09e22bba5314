"""What was heard, as the service writes it: words, utterances, sentences, paragraphs.

Words are dicts in the service's own shape (`text`, `start`, `end` in milliseconds, `confidence`,
`speaker`, `channel`); whatever stands on them shares them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from local.emulators.assemblyai.lexicon import kind_of
from local.emulators.common.display import display_words
from local.recogniser.types import Heard, Phrase, Word

Json = dict[str, Any]
_SENTENCES_IN_PARAGRAPH = 4


def said(heard: Heard, asked: Mapping[str, Any]) -> list[list[Json]]:
    """The words of each phrase, in the order of time."""
    phrases = sorted(heard.phrases, key=lambda phrase: (phrase.start_ms, phrase.channel))
    spoken = [_words(phrase, asked) for phrase in phrases]
    return [words for words in spoken if words]


def joined(words: Iterable[Json]) -> str:
    return " ".join(word["text"] for word in words)


def confidence(words: Sequence[Json]) -> float:
    """The mean; 0.0 of nothing, as the service has it."""
    return sum(word["confidence"] for word in words) / len(words) if words else 0.0


def utterances(phrases: Sequence[list[Json]], asked: Mapping[str, Any]) -> list[Json] | None:
    """Only where channels or speakers are told apart."""
    if not (asked.get("speaker_labels") or is_multichannel(asked)):
        return None
    return [{**_stretch(words), **_who(words)} for words in phrases]


def sentences(phrases: Sequence[list[Json]]) -> list[Json]:
    return [{**_stretch(words), **_who(words)} for words in phrases]


def paragraphs(phrases: Sequence[list[Json]]) -> list[Json]:
    size = _SENTENCES_IN_PARAGRAPH
    parts = (phrases[start : start + size] for start in range(0, len(phrases), size))
    return [_stretch([word for words in part for word in words]) for part in parts]


def is_multichannel(asked: Mapping[str, Any]) -> bool:
    return bool(asked.get("multichannel") or asked.get("dual_channel"))


def _stretch(words: list[Json]) -> Json:
    return {
        "text": joined(words),
        "start": words[0]["start"],
        "end": words[-1]["end"],
        "confidence": confidence(words),
        "words": words,
    }


def _who(words: list[Json]) -> Json:
    return {"speaker": words[0]["speaker"], "channel": words[0]["channel"]}


def _words(phrase: Phrase, asked: Mapping[str, Any]) -> list[Json]:
    words = phrase.words or (Word(phrase.text, phrase.start_ms, phrase.end_ms, phrase.confidence),)
    shown = display_words(
        [word.text for word in words],
        "Automatic" if asked.get("punctuate", True) else "None",
        "Masked" if asked.get("filter_profanity") else "None",
        [word.shown for word in words],
    )
    channel = str(phrase.channel + 1) if is_multichannel(asked) else None
    speaker = _speaker(channel, bool(asked.get("speaker_labels")))
    return [
        {
            "text": text,
            "start": word.start_ms,
            "end": word.end_ms,
            "confidence": word.confidence,
            "speaker": speaker,
            "channel": channel,
        }
        for word, text in zip(words, _spelt(_redacted(words, shown, asked), asked), strict=True)
        if text
    ]


def _speaker(channel: str | None, labelled: bool) -> str | None:
    """Everybody on a channel is one speaker: the recogniser does not tell voices apart."""
    return f"{channel or ''}A" if labelled else channel


def _redacted(
    words: Sequence[Word], shown: Sequence[str], asked: Mapping[str, Any]
) -> Iterator[str]:
    policies = asked.get("redact_pii_policies", []) if asked.get("redact_pii") else []
    for word, text in zip(words, shown, strict=True):
        kind = kind_of(word.text)
        if kind is None or kind not in policies:
            yield text
            continue
        tail = "." if text.endswith(".") else ""
        is_named = asked.get("redact_pii_sub") == "entity_name"
        yield (f"[{kind.upper()}]" if is_named else "#" * len(word.text)) + tail


def _spelt(shown: Iterable[str], asked: Mapping[str, Any]) -> Iterator[str]:
    rules = {
        heard.lower(): rule["to"]
        for rule in asked.get("custom_spelling", [])
        for heard in rule["from"]
    }
    for text in shown:
        bare = re.sub(r"\W+$", "", text)
        yield rules[bare.lower()] + text[len(bare) :] if bare.lower() in rules else text
