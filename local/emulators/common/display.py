"""A modest display form, for recognisers that say lower-case words without punctuation; the one of
the recogniser where it has its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from local.recogniser.types import WITHOUT_BLANKS

_PROFANE_WORDS = """
    arse asshole bastard bitch bollocks bullshit crap damn fuck fucked fucking goddamn piss
    pissed shit shitty wanker
"""
_PROFANITIES = frozenset(_PROFANE_WORDS.split())
_WITHIN = re.compile(f"(?<=[{WITHOUT_BLANKS}]) (?=[{WITHOUT_BLANKS}])")


def masked(words: Sequence[str], mode: str) -> list[str]:
    """Words under a profanityFilterMode; a removed word becomes ""."""
    return [_masked(word, mode) if word in _PROFANITIES else word for word in words]


def display_words(
    words: Sequence[str], punctuation: str, profanity: str, own: Sequence[str] = ()
) -> list[str]:
    """One display form per word; "" where it was removed. `own` are the recogniser's own forms; a
    recogniser without any gets a capital in front and a full stop on the last word.

    Without punctuation (`None`) there is no full stop; "Dictated" punctuation has to be
    spoken, which the recogniser's words do not show, so there is none either.
    """
    shown = masked(words, profanity)
    is_punctuated = punctuation not in ("None", "Dictated")
    if any(own):
        return [
            _in_form_of(form, word, mask, is_punctuated)
            for form, word, mask in zip(own, words, shown, strict=True)
        ]
    shown = [_spelt(word) for word in shown]
    kept = [index for index, word in enumerate(shown) if word]
    if not kept:
        return shown
    shown[kept[0]] = shown[kept[0]][:1].upper() + shown[kept[0]][1:]
    if is_punctuated:
        shown[kept[-1]] += "."
    return shown


def _in_form_of(form: str, word: str, mask: str, is_punctuated: bool) -> str:
    """`form`, the recogniser's, with the mask where there is one in place of the word itself."""
    if not mask or word not in form.lower():
        return mask
    before, _, _ = form.lower().partition(word)
    core = form[len(before) : len(before) + len(word)]
    told = core if mask == word else mask
    return form[: len(before)] + told + form[len(before) + len(word) :] if is_punctuated else told


def joined(words: Sequence[str]) -> str:
    """The words as text: a blank between them, but not within Chinese, Japanese and Thai."""
    return _WITHIN.sub("", " ".join(filter(None, words)))


def _masked(word: str, mode: str) -> str:
    if mode == "Removed":
        return ""
    if mode == "Tags":
        return f"<profanity>{word}</profanity>"
    return "*" * len(word) if mode == "Masked" else word


def _spelt(word: str) -> str:
    return "I" + word[1:] if word == "i" or word.startswith("i'") else word
