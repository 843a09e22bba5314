"""The options that not every provider knows. What a provider has not is left out with a note for
the reader; what must not be left out is refused."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.model.failure_texts import NO_REDACTION
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.options import Options
from shared.model.redaction.kinds import beyond_the_net

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
_COULD_TELL = ("entities", "chapters", "highlights")


def redacting(capabilities: Mapping[str, Capabilities]) -> frozenset[str]:
    """The providers that hide personal data by themselves."""
    return frozenset(name for name, can in capabilities.items() if "redact" in can.extras)


def fit_extras(options: Options, capabilities: Capabilities) -> tuple[Options, tuple[str, ...]]:
    """The options without what the provider does not know, and a note for each that was left out.

    Raises `InputError` (no_redaction): nothing is stored unredacted that was to be redacted. What
    the net finds needs no provider.
    """
    options, notes = _without_what_tells(options)
    if options.candidate_locales and not capabilities.identifies_languages:
        options = msgspec.structs.replace(options, candidate_locales=())
        notes.append(f"The provider does not find out languages; {options.locale} was assumed.")
    strange = [key for key in EXTRAS if key not in capabilities.extras and _is_asked(options, key)]
    if "redact" in strange:
        strange = [key for key in strange if key != "redact"]
        _refuse_beyond_the_net(options)
    notes += [f"The provider has {EXTRAS[key]}; {key} was left out." for key in strange]
    usual = {key: getattr(_USUAL, key) for key in strange}
    if options.max_speakers is None and {"expected_speakers", "min_speakers"} & set(strange):
        usual["max_speakers"] = max(2, options.expected_speakers or _MOST_SPEAKERS)
    return msgspec.structs.replace(options, **usual), tuple(notes)


def _refuse_beyond_the_net(options: Options) -> None:
    locales = (options.locale, *options.candidate_locales)
    missed = beyond_the_net(options.redact, locales)
    if missed:
        raise NO_REDACTION.error(locale=" and ".join(locales), kinds=", ".join(missed))


def _without_what_tells(options: Options) -> tuple[Options, list[str]]:
    """A provider redacts the text, not what it concludes from the audio."""
    telling = [key for key in _COULD_TELL if getattr(options, key)] if options.redact else []
    if not telling:
        return options, []
    note = f"They could tell what is redacted, so these were left out: {', '.join(telling)}."
    return msgspec.structs.replace(options, **dict.fromkeys(telling, False)), [note]


def _is_asked(options: Options, key: str) -> bool:
    return bool(getattr(options, key) != getattr(_USUAL, key))
