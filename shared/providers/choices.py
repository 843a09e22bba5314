"""Whose choice a refused create call blames: that of the profile, that of the app, or neither.

A profile that names a model or a feature has to be mended when the provider takes it no more. What
the app sends of its own accord (the usual model, a version, punctuation that nobody asked for) is
refused for every recording alike, so no recording may fail for it. Providers give sentences, hardly
ever codes, so these are told apart by the words that name a field; where no word is known, what
becomes of other calls has to show it. No I/O.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from shared.errors import ChoiceRefused, ProviderError, ProviderRefused, RefusedInDoubt
from shared.model.profile.options import Options

CODE = "choice_refused"
_NOT_SERVED = frozenset({404, 405, 406, 410, 415, 421, 426})
"""RFC 9110: address, method or form are not served (any more), whatever is asked for."""


class _Subject(NamedTuple):
    """Words by which an answer names a part of the call, and the options by which a profile chooses
    it. None: it is always the app's choice."""

    words: re.Pattern[str]
    options: tuple[str, ...] = ()


def _subject(words: str, *options: str) -> _Subject:
    return _Subject(re.compile(words, re.IGNORECASE), options)


_MODEL = _subject(r"model", "models", "model", "model_by_locale")
_LANGUAGE = _subject(
    r"language|locale", "locale", "candidate_locales", "language_mode", "min_language_confidence"
)
_FEATURES = (
    _subject(
        r"speaker|diariz", "max_speakers", "expected_speakers", "min_speakers", "finds_speakers"
    ),
    _subject(r"key.?terms?|phrase.?list", "key_terms"),
    _subject(r"prompt", "prompt", "key_terms"),
    _subject(r"target.?language|translat", "translate_to"),
    _subject(r"spelling", "spelling"),
    _subject(r"redact|\bpii", "redact", "redact_with"),
    _subject(r"sentiment", "sentiments"),
    _subject(r"entity.?detection|entities", "entities"),
    _subject(r"chapters?", "chapters"),
    _subject(r"highlights?", "highlights"),
    _subject(r"hebrew", "hebrew_words"),
    _subject(r"channel", "channels"),
    _subject(r"punctuat", "punctuation"),
    _subject(r"profanity", "profanity"),
    _subject(r"format.?text|text.?format", "formatting"),
    _subject(r"word.?level|display.?form", "word_times", "display_word_times"),
    _subject(r"time.?to.?live", "time_to_live_hours"),
)
_ALWAYS_OURS = (
    _subject(r"webhook"),
    _subject(r"api.?version|\bversion\b"),
    _subject(r"processing.?mode"),
)
_AN_INPUT = re.compile(
    r"audio|\bfiles?\b|content.?urls?|\burls?\b|recording|download|duration|\btoo (?:long|short)\b",
    re.IGNORECASE,
)
_A_MEASURE = re.compile(
    r"duration|\btoo (?:long|short|large|small)\b|\bbytes\b|\bhours?\b|\bminutes?\b", re.IGNORECASE
)
_ACCEPTED = re.compile(
    r"(?<!not )(?<!n't )(?<!no longer )(?<!never )\b(?:one (?:or more )?of|use|must be|accepted|"
    r"supported|available|valid|allowed|choose|try|migrate to|switch to|replaced by|successor)\b",
    re.IGNORECASE,
)
_MODEL_NAME = re.compile(r"(?<![\w.-])[a-z]+(?:[-.][a-z0-9]+)+(?![\w-])", re.IGNORECASE)
_DEFAULTS = Options()


def blamed(
    error: ProviderRefused, status: int, said: str, options: Options, usual: Collection[str] = ()
) -> ProviderError:
    """The error of a create call that was refused with this status and these words. `usual` are
    names of models that the call asked for because the profile named none."""
    if error.names_an_input:
        return error
    if _names_one(usual, said) and not _A_MEASURE.search(said):
        return _refused(error, said, usual)
    if _AN_INPUT.search(said):
        return error
    features = [one for one in _FEATURES if one.words.search(said)]
    if any(_is_named(one, options) for one in features):
        return error
    if _MODEL.words.search(said):
        return error if _is_named(_MODEL, options) else _refused(error, said, usual)
    if _LANGUAGE.words.search(said):
        return error if _is_named(_LANGUAGE, options) else _refused(error, said)
    is_ours = features or any(one.words.search(said) for one in _ALWAYS_OURS)
    if is_ours or status in _NOT_SERVED:
        return _refused(error, said)
    return RefusedInDoubt(str(error), code=error.code)


def accepted_models(said: str, refused: Collection[str]) -> tuple[str, ...]:
    """The names of models that an answer offers in place of those it refuses, in its order; none
    where these are all the same ones. A name holds a digit, as ordinary words do not."""
    start = _ACCEPTED.search(said)
    if start is None:
        return ()
    names = _MODEL_NAME.findall(said[start.end() :])
    found = tuple(dict.fromkeys(name for name in names if any(c.isdigit() for c in name)))
    return () if set(found) == set(refused) else found


def _refused(error: ProviderRefused, said: str, usual: Collection[str] = ()) -> ChoiceRefused:
    accepted = accepted_models(said, usual) if usual else ()
    return ChoiceRefused(str(error), code=error.code or CODE, accepted=accepted)


def _names_one(names: Collection[str], said: str) -> bool:
    """Not as one that is accepted instead."""
    lowered = said.lower()
    start = _ACCEPTED.search(said)
    offered = accepted_models(said, ()) if start else ()
    return any(name in lowered and name not in offered for name in names)


def _is_named(subject: _Subject, options: Options) -> bool:
    """Whether the profile chose it: it differs from what is sent where nobody says anything."""
    return any(getattr(options, name) != getattr(_DEFAULTS, name) for name in subject.options)
