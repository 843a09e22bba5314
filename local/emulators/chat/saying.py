"""Answers by small means: the sentences whose words come most often, and a few English cues.

It shows that everything fits together, and says nothing of how well a language model answers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from local.emulators.chat.reading import Line
from local.emulators.common.feeling import sentences, whole
from local.emulators.common.phrases import phrases

_WORD = re.compile(r"[^\W\d_]{3,}")
_SENTENCE = re.compile(r"[^.!?]+[.!?]*")
_COMMON = frozenset(
    "the and you that for have with this was are not but can what your will from they would there "
    "about when just know like get one out all yes well okay our his her she him them then than "
    "been had has were who how did does could should here into over its also der die das und ich "
    "sie ist nicht ein eine mit auf für den dem von wir haben war aber auch".split()
)
_SOLVED = re.compile(r"\b(solved|resolved|fixed|done|thank you|thanks|works now|sorted)\b", re.I)
_OPEN = re.compile(r"\b(call (you )?back|not (yet )?(solved|fixed)|still (waiting|broken))\b", re.I)
_WISH = re.compile(r"\?|\b(problem|issue|broken|need|want|would like|help|cannot|can't)\b", re.I)
_NAMED = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}")
_CHAPTER_LINES = 12


def summary(lines: Sequence[Line], most: int = 2) -> str:
    """The sentences that say most, in their order."""
    sentences = [(n, s.strip()) for n, line in enumerate(lines) for s in sentences_of(line.said)]
    counts = Counter(word for _, text in sentences for word in words_of(text))
    ranked = sorted(sentences, key=lambda one: -_weight(one[1], counts))[:most]
    return " ".join(text for _, text in sorted(ranked))[:600]


def sentences_of(text: str) -> list[str]:
    return [s for s in _SENTENCE.findall(text) if s.strip()]


def words_of(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if word not in _COMMON]


def _weight(text: str, counts: Counter[str]) -> float:
    words = words_of(text)
    return sum(counts[word] for word in words) / (len(words) + 3)


def title(lines: Sequence[Line]) -> str:
    counts = Counter(word for line in lines for word in words_of(line.said))
    return ", ".join(word for word, _ in counts.most_common(3)).capitalize() or "What was said"


def outcome(lines: Sequence[Line]) -> str:
    """By how it ends."""
    end = " ".join(line.said for line in lines[-6:])
    if _OPEN.search(end):
        return "open"
    return "resolved" if _SOLVED.search(end) else "not_told"


def chapters(lines: Sequence[Line]) -> list[dict[str, Any]]:
    parts = [lines[at : at + _CHAPTER_LINES] for at in range(0, len(lines), _CHAPTER_LINES)]
    return [
        {"line": part[0].number, "title": title(part), "summary": summary(part, 1)}
        for part in parts[:20]
    ]


def issues(lines: Sequence[Line]) -> list[dict[str, Any]]:
    found = [line for line in lines if _WISH.search(line.said) and words_of(line.said)][:3]
    status = outcome(lines)
    return [
        {"line": line.number, "issue": line.said[:200], "outcome": None, "status": status}
        for line in found
    ]


def sentiment(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Of lines that are not neutral."""
    felt = [(line.number, whole(one.tone for one in sentences(line.said))) for line in lines]
    return [{"line": number, "sentiment": tone} for number, tone in felt if tone != "neutral"]


def key_phrases(lines: Sequence[Line]) -> list[str]:
    return phrases("\n".join(line.said for line in lines))


def entities(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Capitalised words that do not begin a sentence."""
    found = dict.fromkeys(name for line in lines for name in _NAMED.findall(line.said))
    return [{"text": name, "kind": "other"} for name in found][:50]
