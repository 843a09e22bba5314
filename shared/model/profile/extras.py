"""The options that not every provider knows. What a provider has not is left out with a note for
the reader; what must not be left out is refused."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.model.failure_texts import NO_REDACTION
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.options import Options
from shared.model.redaction.kinds import found_by_nobody

EXTRAS: Mapping[str, str] = {
    "expected_speakers": "no expected number of speakers",
    "min_speakers": "no least number of speakers",
    "min_language_confidence": "no least confidence for the language",
    "models": "no models to be chosen by name",
    "key_terms": "no key terms",
    "prompt": "no prompt",
    "translate_to": "no translation",
    "spelling": "no spelling of one's own",
    "formatting": "no text without formatting",
    "redact": "no redaction",
    "sentiments": "no sentiments",
    "entities": "no entities",
    "chapters": "no chapters",
    "highlights": "no highlights",
    "hebrew_words": "no choice of script for Hebrew words",
}
"""Option -> what a provider lacks that does not know it."""

_MOST_SPEAKERS = 35
_USUAL = Options()
_OF_REDACTION = (
    *("redact", "redact_unsupported", "locale", "candidate_locales"),
    *("provider", "mode"),
)
_COULD_TELL = ("entities", "chapters", "highlights")


def redacting(capabilities: Mapping[str, Capabilities]) -> frozenset[str]:
    """The providers that hide personal data by themselves."""
    return frozenset(name for name, can in capabilities.items() if "redact" in can.extras)


def fit_extras(options: Options, capabilities: Capabilities) -> tuple[Options, tuple[str, ...]]:
    """The options without what the provider does not know, and a note for each that was left out.

    Raises `InputError` (no_redaction): nothing is stored unredacted that was to be redacted, unless
    the profile puts up with it. What the net or a finder finds needs no provider.
    """
    options, notes = _without_what_tells(options)
    if options.candidate_locales and not capabilities.identifies_languages:
        options = msgspec.structs.replace(options, candidate_locales=())
        notes.append(f"The provider does not find out languages; {options.locale} was assumed.")
    strange = left_out(options, capabilities)
    if options.redact and "redact" not in capabilities.extras:
        notes += _not_found(options, capabilities)
    notes += [f"The provider has {EXTRAS[key]}; {key} was left out." for key in strange]
    usual = {key: getattr(_USUAL, key) for key in strange}
    if options.max_speakers is None and {"expected_speakers", "min_speakers"} & set(strange):
        usual["max_speakers"] = max(2, options.expected_speakers or _MOST_SPEAKERS)
    return msgspec.structs.replace(options, **usual), tuple(notes)


def left_out(options: Options, capabilities: Capabilities) -> list[str]:
    """The keys of what is asked for and not had there. What is to be hidden is none of them: it is
    found by others, or refused."""
    known = capabilities.extras | {"redact"}
    return [key for key in EXTRAS if key not in known and _is_asked(options, key)]


def hidden_by_nobody(options: Options, capabilities: Capabilities) -> tuple[str, ...]:
    """The kinds that are to be hidden and that neither the provider nor anybody else finds."""
    if "redact" in capabilities.asked_for(options).extras:
        return ()
    return found_by_nobody(options.redact, _locales(options), capabilities.finds)


def _locales(options: Options) -> tuple[str, ...]:
    return (options.locale, *options.candidate_locales)


def _not_found(options: Options, capabilities: Capabilities) -> list[str]:
    """What nobody will look for, where the profile puts up with it."""
    locales, missed = " and ".join(_locales(options)), hidden_by_nobody(options, capabilities)
    if not missed:
        return []
    if options.redact_unsupported == "fail":
        raise NO_REDACTION.error(locale=locales, kinds=", ".join(missed)).of(*_OF_REDACTION)
    return [f"Nobody finds these in {locales}, so they may stay: {', '.join(missed)}."]


def _without_what_tells(options: Options) -> tuple[Options, list[str]]:
    """A provider redacts the text, not what it concludes from the audio."""
    telling = [key for key in _COULD_TELL if getattr(options, key)] if options.redact else []
    if not telling:
        return options, []
    note = f"They could tell what is redacted, so these were left out: {', '.join(telling)}."
    return msgspec.structs.replace(options, **dict.fromkeys(telling, False)), [note]


def _is_asked(options: Options, key: str) -> bool:
    return bool(getattr(options, key) != getattr(_USUAL, key))
