"""A modest display form: the recogniser says lower-case words without punctuation."""

from __future__ import annotations

_PROFANE_WORDS = """
    arse asshole bastard bitch bollocks bullshit crap damn fuck fucked fucking goddamn piss
    pissed shit shitty wanker
"""
_PROFANITIES = frozenset(_PROFANE_WORDS.split())


def masked(words: list[str], mode: str) -> list[str]:
    """Words under a profanityFilterMode; a removed word becomes ""."""
    return [_masked(word, mode) if word in _PROFANITIES else word for word in words]


def display_words(words: list[str], punctuation: str, profanity: str) -> list[str]:
    """One display form per word, the full stop on the last; "" where it was removed.

    Without punctuation (`None`) there is no full stop; "Dictated" punctuation has to be
    spoken, which the recogniser's words do not show, so there is none either.
    """
    shown = [_spelt(word) for word in masked(words, profanity)]
    kept = [index for index, word in enumerate(shown) if word]
    if not kept:
        return shown
    shown[kept[0]] = shown[kept[0]][:1].upper() + shown[kept[0]][1:]
    if punctuation not in ("None", "Dictated"):
        shown[kept[-1]] += "."
    return shown


def joined(words: list[str]) -> str:
    return " ".join(filter(None, words))


def _masked(word: str, mode: str) -> str:
    if mode == "Removed":
        return ""
    if mode == "Tags":
        return f"<profanity>{word}</profanity>"
    return "*" * len(word) if mode == "Masked" else word


def _spelt(word: str) -> str:
    return "I" + word[1:] if word == "i" or word.startswith("i'") else word
