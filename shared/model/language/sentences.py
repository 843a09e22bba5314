"""Where a sentence ends: one rule for utterances, captions and paragraphs.

A full stop says little by itself: it also ends an abbreviation, an initial, an ordinal. What
follows decides, together with what `languages.py` knows of the language. The marks of other
scripts, question and exclamation marks end a sentence, unless it goes on with a small letter, as
after what somebody is quoted to have said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shared.model.language.languages import Language

CLOSING = "\"'”’»)]}」』）】》〉›*"
"""Quotes and brackets that close behind the mark which ends a sentence."""
OPENING = "\"'“‘„«([{「『（【《〈‹¿¡-–—"
_ALWAYS = frozenset("。！？｡؟۔।॥።")
_ENDS = frozenset(".?!…") | _ALWAYS
_STOPS = ".．"
_DOTTED = re.compile(r"(?:\w{1,4}\.)+\w{1,4}")
_INITIAL = re.compile(r"\w\.")
_ORDINAL = re.compile(r"\d{1,3}")
_LATEST_ORDINAL_OF_A_NOUN = 2


def may_end(token: str, language: Language) -> bool:
    """Whether a sentence can end with this word at all."""
    last = token.rstrip(CLOSING)[-1:]
    return last != "" and (last in _ENDS or last in language.ends)


def ends_sentence(token: str, following: str | None, language: Language) -> bool:
    """Whether a sentence ends with `token`, a word with its punctuation, if `following` is the
    word after it; None where nothing follows."""
    bare = token.rstrip(CLOSING)
    last = bare[-1:]
    if not last or not (last in _ENDS or last in language.ends):
        return False
    if following is None or last in _ALWAYS:
        return True
    first = following.lstrip(OPENING)[:1]
    if not first:  # a dash or a quote alone: nothing is begun yet
        return False
    if first.islower():
        return False
    if last not in _STOPS or bare[-2:-1] in ("?", "!", "…", "."):
        return True
    return _full_stop_ends(bare[:-1].lstrip(OPENING), following.lstrip(OPENING), language)


def _full_stop_ends(word: str, following: str, language: Language) -> bool:
    low = word.casefold().replace("’", "'")
    if not low or low in language.titles:
        return not low
    if len(word) == 1 and _INITIAL.fullmatch(following):  # z. B., J. R. R. Tolkien
        return False
    if following[0].isdigit():
        return len(word) > 1 and not (_takes_number(low, language) or _is_ordinal(word, language))
    if low in language.closing:
        return True
    begins = _bare(following) in language.starters
    if low in language.abbreviations or _DOTTED.fullmatch(low):
        return begins
    if _is_ordinal(word, language):
        return begins or not _goes_on_after_ordinal(word, following, language)
    if len(word) == 1 and word.isalpha():  # an initial, but not the English I
        if word.islower():
            return begins or not language.nouns_capitalised
        return begins or word == "I" or not following[0].isupper()
    return True


def _takes_number(word: str, language: Language) -> bool:
    if word in language.before_numbers:
        return True
    return bool(language.endings) and word.endswith(language.endings)


def _is_ordinal(word: str, language: Language) -> bool:
    return language.has_ordinals and _ORDINAL.fullmatch(word) is not None


def _goes_on_after_ordinal(word: str, following: str, language: Language) -> bool:
    if language.nouns_capitalised:
        return len(word) <= _LATEST_ORDINAL_OF_A_NOUN
    return _bare(following) in language.months


def _bare(word: str) -> str:
    return word.casefold().strip("\"'“”‘’„«»()[]{}¿¡.,;:?!…")


def sentences(words: Sequence[str], language: Language) -> Iterator[tuple[int, int]]:
    """The sentences of a text as first word and last one, exclusive."""
    first = 0
    for at, word in enumerate(words, 1):
        following = words[at] if at < len(words) else None
        if following is None or (
            may_end(word, language) and ends_sentence(word, following, language)
        ):
            yield first, at
            first = at
