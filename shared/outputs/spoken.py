"""The words of an utterance as they are displayed, each with its time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from shared.model.language.scripts import script_of
from shared.model.transcript.transcript import Utterance, Word
from shared.model.transcript.words import mend_words, spread, timed
from shared.outputs.captions.units import phrase_ends
from shared.outputs.plain import plain


def spoken_words(utterance: Utterance, language: str | None) -> Sequence[Word]:
    """All of its text, word by word: the provider's words where they are those of the text, else
    those of the text with the provider's times; phrases, where words are not told apart."""
    text = plain(utterance.text)
    words = utterance.words
    if "".join(plain(word.text) for word in words).replace(" ", "") == text.replace(" ", ""):
        return words
    tokens = text.split(" ")
    if any(map(script_of, text)):
        tokens = [part for token in tokens for part in _phrases(token, utterance, language)]
        shares = [Word(token, 0, 0, utterance.confidence) for token in tokens]
        return spread(shares, utterance.start_ms, utterance.end_ms)
    return mend_words(timed(tokens, words), utterance.start_ms, utterance.end_ms)


def _phrases(token: str, utterance: Utterance, language: str | None) -> list[str]:
    ends = phrase_ends(token, utterance.language or language)
    edges = [0, *sorted(ends or {len(token)})]
    return [token[a:b] for a, b in pairwise(edges)]
