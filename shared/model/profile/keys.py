"""The vocabulary of profiles, blob metadata and manifest entries: each key, the type of its value
and what is expected, in words. One table for checking and for the documentation's test."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import date, time
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import msgspec

from shared.model.profile import options as o
from shared.model.profile.locale import canonical
from shared.model.profile.options import Locale
from shared.model.profile.spread import Send
from shared.model.redaction.kinds import InSound, Mask, Unsupported

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Folder = Annotated[str, msgspec.Meta(min_length=1, max_length=900)]
_PART = r"(?!\.\.?(?:/|$))[^\s/\\*?\x00-\x1f](?:[^/\\*?\x00-\x1f]*[^\s/\\*?\x00-\x1f])?"
Prefix = Annotated[str, msgspec.Meta(max_length=900, pattern=rf"^/?(?:{_PART}(?:/{_PART})*)?/?$")]
"""A folder, its way from the top of the container; a name of no blob has other parts."""
ModelName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")]
PolicyName = Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{1,60}$")]
SOUND = r"\.(?i:wav|mp3|m4a|mp4|aac|oga|ogg|opus|flac|wma|amr|webm)"
_RECORDING = rf"(?:\{{(?:name|stem)\}}|.*{SOUND})"
CompanionPattern = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"^(?!/)(?!.*\.\.)(?!{_RECORDING}$)[^{{}}]*\{{(name|stem)\}}[^{{}}]*$",
        max_length=200,
    ),
]
"""Never the recording itself: what is a companion is transcribed by no arrival."""
LongText = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
Languages = Annotated[tuple[Locale, ...], msgspec.Meta(max_length=10)]
InsightNames = Annotated[tuple[str, ...], msgspec.Meta(max_length=20)]
Channel = Annotated[int, msgspec.Meta(ge=0, le=63)]
Terms = Annotated[tuple[Text, ...], msgspec.Meta(max_length=1000)]
Providers = Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=10)]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=3600)]
ModelUrl = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s?#]+$", max_length=600)]
_FOLDERS = (
    'a list of folders such as "sales/inbound", without patterns, backslashes, ".." and blanks at '
    "the ends of names"
)
_LOCALE = 'a locale such as "en-US"'
_SWITCH = "true or false"
_DAYS = 'a number of days from 1 to 36500, or "none"'
_Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]
_Amount = Annotated[float, msgspec.Meta(gt=0, le=1_000_000_000)]
_NEAR = 0.8
"""From so alike on, of 1, a word is taken for another one that was misspelt."""
NO_SUCH_KEY = "there is no such key"
_LOCALES = ("locale", "candidate_locales", "model_by_locale", "translations")


class Key(NamedTuple):
    """`type` is what msgspec checks, `expects` says the same to a person. `is_nullable` keys take
    "none", which undoes what the default profile sets."""

    type: Any
    expects: str
    is_nullable: bool = False

    @property
    def shape(self) -> Any:
        """`tuple` for a list of values, `dict` for a table, None for a single one."""
        limited = get_origin(self.type) is Annotated
        return get_origin(get_args(self.type)[0] if limited else self.type)


class Problem(NamedTuple):
    """Why a value cannot be used."""

    text: str

    @property
    def sentence(self) -> str:
        sentence = f"{self.text[:1].upper()}{self.text[1:]}"
        return sentence if sentence.endswith("?") else f"{sentence}."


_OPTION_KEYS = {
    "locale": Key(Locale, _LOCALE),
    "candidate_locales": Key(tuple[Locale, ...], "a list of 2 to 10 locales, or [] for none"),
    "language_mode": Key(o.LanguageMode, '"continuous" or "single"'),
    "channels": Key(tuple[Channel, ...], "a list of channel numbers from 0 on, or [] for all"),
    "max_speakers": Key(o.SeveralSpeakers, 'a number from 2 to 35, or "none"', True),
    "word_times": Key(bool, _SWITCH),
    "display_word_times": Key(bool, _SWITCH),
    "punctuation": Key(
        o.Punctuation, '"none", "dictated", "automatic" or "dictated_and_automatic"'
    ),
    "profanity": Key(o.Profanity, '"none", "removed", "tags" or "masked"'),
    "model": Key(ModelUrl, 'the URL of a model, or "none"', True),
    "model_by_locale": Key(dict[Locale, ModelUrl], "a table of locale = the URL of a model"),
    "time_to_live_hours": Key(o.Hours, "a number of hours from 6 to 744"),
    "models": Key(tuple[ModelName, ...], "a list of names of models, the best first"),
    "expected_speakers": Key(o.Speakers, 'a number from 1 to 35, or "none"', True),
    "min_speakers": Key(o.Speakers, 'a number from 1 to 35, or "none"', True),
    "finds_speakers": Key(bool, _SWITCH),
    "min_language_confidence": Key(o.Share, 'a number from 0 to 1, or "none"', True),
    "key_terms": Key(Terms, "a list of up to 1000 terms"),
    "prompt": Key(LongText, 'a text of up to 10,000 characters, or "none"', True),
    "translate_to": Key(Locale, f'{_LOCALE}, or "none"', True),
    "spelling": Key(dict[Text, Text], "a table of what is heard = how it is written"),
    "formatting": Key(bool, _SWITCH),
    "redact": Key(
        tuple[PolicyName, ...],
        "a list of kinds of personal data, such as person_name, or of presets, such as pci",
    ),
    "redact_with": Key(Mask, '"hash", "kind" or "pseudonym"'),
    "redact_unsupported": Key(Unsupported, '"fail" or "net"'),
    "redact_audio": Key(InSound, '"keep", "mute" or "beep"'),
    "sentiments": Key(bool, _SWITCH),
    "entities": Key(bool, _SWITCH),
    "chapters": Key(bool, _SWITCH),
    "highlights": Key(bool, _SWITCH),
    "hebrew_words": Key(o.Script, '"hebrew" or "latin"'),
}
OPTION_NAMES = frozenset(_OPTION_KEYS)
assert set(o.Options.__struct_fields__) == OPTION_NAMES

RECORDING_KEYS = _OPTION_KEYS | {
    "roles": Key(dict[Channel, Text], "a table of channel number = name"),
    "formats": Key(
        tuple[o.Format, ...], 'a list of "vtt", "srt", "ttml", "txt", "docx", "csv", "words"'
    ),
    "caption_speakers": Key(o.SpeakerStyle, '"names", "dashes" or "tags"'),
    "review_below": Key(o.Share, 'a number from 0 to 1, or "none"', True),
    "accept_truncated": Key(bool, _SWITCH),
    "reuse": Key(bool, _SWITCH),
    "priority": Key(o.Priority, '"urgent", "normal" or "bulk"'),
    "prepare": Key(o.Prepare, '"auto", "never" or "always"'),
    "send": Key(Send, '"now", "by 06:00" or "22:00-06:00", as UTC has it'),
}
"""What may be said of a single recording."""

DEFAULT_KEYS = RECORDING_KEYS | {
    "provider": Key(str, "the name of a provider"),
    "providers": Key(Providers, "a list of names of providers, the first choice first"),
    "mode": Key(o.Mode, '"standard" or "express"'),
    "coalesce_seconds": Key(Seconds, 'a number from 1 to 3600, or "none"', True),
    "keep_provider_copy": Key(bool, _SWITCH),
    "container_jobs": Key(bool, _SWITCH),
    "shares_jobs": Key(bool, _SWITCH),
    "no_speech": Key(o.NoSpeech, '"send" or "refuse"'),
    "listening": Key(o.Listening, '"auto", "never", "on_demand" or "always"'),
    "keep_unredacted": Key(bool, _SWITCH),
    "keep_rows_days": Key(_Days, _DAYS, True),
    "keep_outputs": Key(bool, _SWITCH),
    "keep_audio_days": Key(_Days, _DAYS, True),
    "keep_outputs_days": Key(_Days, _DAYS, True),
    "most_per_day": Key(_Amount, 'a number above 0, or "none"', True),
    "most_hours_per_day": Key(_Amount, 'a number above 0, or "none"', True),
    "every_version": Key(bool, _SWITCH),
    "only": Key(tuple[Folder, ...], 'a list of patterns such as "*.wav", or [] for all'),
    "ignore": Key(tuple[Folder, ...], 'a list of patterns such as "*-test.wav"'),
    "companions": Key(
        tuple[CompanionPattern, ...],
        'a list of names with {name} or {stem} and something beside it, such as "{name}.json"',
    ),
    "companion_wait_seconds": Key(
        Annotated[int, msgspec.Meta(ge=0, le=86_400)], "a number of seconds from 0 to 86400"
    ),
    "companion_fields": Key(dict[Text, Text], "a table of name = where its value lies"),
    "name_pattern": Key(Text, 'a pattern such as "{agent}_{customer}", or "none"', True),
    "locked": Key(tuple[str, ...], 'a list of keys such as "redact", or [] for none'),
    "may_be_asked_for": Key(bool, _SWITCH),
    "export": Key(bool, _SWITCH),
    "insights": Key(InsightNames, 'a list of names such as "summary", or [] for none'),
    "translations": Key(Languages, 'a list of up to 10 languages such as "de", or [] for none'),
    "endpoints": Key(tuple[str, ...], "a list of names of endpoints, or [] for all"),
}
"""What the [default] table may hold."""

PROFILE_KEYS = DEFAULT_KEYS | {
    "prefixes": Key(tuple[Prefix, ...], _FOLDERS),
}
"""What a [profile.NAME] table may hold."""

LABEL_KEYS = ("profile", "title", "client_item_id", "on_request")
"""What blob metadata may say besides: which profile, whose turn it is, and what changes nothing."""


def value_of(key: str, raw: object, known: dict[str, Key]) -> Any | Problem:
    """`raw`, as TOML or JSON has it, as the checked value of `key`."""
    if key not in known:
        return Problem(f"{NO_SUCH_KEY}{did_you_mean(key, known)}")
    spec = known[key]
    if spec.is_nullable and (raw is None or raw == "none"):
        return None
    typed = raw
    if key == "roles" and isinstance(raw, dict):  # JSON and TOML have no integer keys
        typed = {_number(k): v for k, v in raw.items()}
    if key in _LOCALES:
        typed = _canonical(typed)
    try:
        return msgspec.convert(typed, spec.type)
    except msgspec.ValidationError:
        wrong = _wrong_ones(raw, typed, spec)
        return Problem(
            f"{_shown(key, wrong)} is not usable, expected {spec.expects}{_hint(key, wrong, spec)}"
        )


def value_of_text(key: str, text: str, prefix: str = "") -> Any | Problem:
    """`key` is without the `prefix` that whoever wrote it gave it. A
    metadata value, which is always text, as JSON would have it: lists are separated by
    commas, tables are `0=Agent,1=Customer`, and "none" stands for nothing."""
    if key not in RECORDING_KEYS:
        hint = did_you_mean(key, [*RECORDING_KEYS, *LABEL_KEYS], prefix)
        return Problem(f"{NO_SUCH_KEY}{hint}")
    spec = RECORDING_KEYS[key]
    text = text.strip()
    is_none = text.lower() == "none"
    if spec.is_nullable and is_none:
        return None
    parts = [part.strip() for part in text.split(",") if part.strip() and not is_none]
    if spec.shape is dict:
        pairs = [part.partition("=") for part in parts]
        if not all(sign for _, sign, _ in pairs):
            return Problem(f"{_shown(key, text)} is not usable, expected name=value,name=value")
        table = {name.strip(): value.strip() for name, _, value in pairs}
        return _canonical(table) if key in _LOCALES else table
    if key in _LOCALES:
        text, parts = canonical(text), [canonical(part) for part in parts]
    lax = parts if spec.shape is tuple else text.lower() if spec.type is bool else text
    try:
        return msgspec.convert(lax, spec.type, strict=False)
    except msgspec.ValidationError:
        return Problem(f"{_shown(key, text)} is not usable, expected {spec.expects}")


def did_you_mean(word: str, known: Iterable[str], prefix: str = "") -> str:
    """', did you mean ...?' for a word close to known ones, or one part of theirs, else an empty
    string. They are written with the `prefix`."""
    by_letters = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), by_letters, 1, 0.6 if len(word) > 3 else 0.7)
    near = difflib.SequenceMatcher(None, word.lower(), close[0]).ratio() if close else 0.0
    parted = [one for one in by_letters if _stem(word) in map(_stem, re.split("[_-]", one))]
    found = close if near >= _NEAR or not parted else sorted(parted)[:3]
    said = " or ".join(f"{prefix}{by_letters[one]}" for one in found)
    return f", did you mean {said}?" if said else ""


def _stem(word: str) -> str:
    return word.lower().removesuffix("s")


def _canonical(raw: object) -> object:
    """With its locales as they are written."""
    if isinstance(raw, str):
        return canonical(raw)
    if isinstance(raw, dict):
        return {canonical(k) if isinstance(k, str) else k: v for k, v in raw.items()}
    return [_canonical(one) for one in raw] if isinstance(raw, list | tuple) else raw


def _number(key: object) -> object:
    return int(key) if isinstance(key, str) and key.isascii() and key.isdigit() else key


def _wrong_ones(raw: object, typed: object, spec: Key) -> object:
    """Of a list what is wrong alone, if that is not all of it."""
    if not (isinstance(raw, list) and isinstance(typed, list)) or spec.shape is not tuple:
        return raw
    return [one for one, value in zip(raw, typed, strict=True) if not _fits([value], spec)] or raw


def _fits(raw: object, spec: Key, *, strict: bool = True) -> bool:
    try:
        msgspec.convert(raw, spec.type, strict=strict)
    except msgspec.ValidationError:
        return False
    return True


def _shown(key: str, raw: object) -> str:
    if isinstance(raw, date | time):
        return raw.isoformat()
    if key.startswith("model"):  # an address may hold a secret
        return "the value"
    text = str(raw).lower() if isinstance(raw, bool) else repr(raw)
    return text if len(text) <= 60 else text[:57] + "..."


def _hint(key: str, raw: object, spec: Key) -> str:
    if key == "locale" and isinstance(raw, bool):
        return '; write it in quotes, Norwegian for example as "nb-NO"'
    if isinstance(raw, str) and spec.shape is tuple:
        parts = [part.strip() for part in raw.split(",") if part.strip()]
        listed = ", ".join(_written(part, spec) for part in parts)
        fits = _fits(parts, spec, strict=False)
        return f"; write it as a list: [{listed}]" if fits else ""
    if _fits(_lower(raw), spec):
        return "; write it in small letters"
    if _fits(raw, spec, strict=False):
        return "; write numbers, true and false without quotes"
    if _fits(_in_quotes(raw), spec):
        return "; write it in quotes"
    return ""


def _written(part: str, spec: Key) -> str:
    """A part of a list as TOML and JSON have it."""
    return part if _fits([_number(part)], spec) and part.isdigit() else f'"{part}"'


def _lower(raw: object) -> object:
    if isinstance(raw, str):
        return raw.lower()
    return [_lower(one) for one in raw] if isinstance(raw, list) else raw


def _in_quotes(raw: object) -> object:
    if isinstance(raw, list):
        return [_in_quotes(one) for one in raw]
    return str(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else raw
