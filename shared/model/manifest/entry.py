"""One object of a manifest, read field by field; what is wrong is told with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeGuard
from urllib.parse import urlsplit

import msgspec

from shared.errors import Fault, ManifestRefused
from shared.model.address import BadAddress, Network, callable_address
from shared.model.names import name_problem
from shared.model.profile import keys

MOST_FAULTS, MOST_COUNTED = 100, 10_000
MOST_TITLE, MOST_NAME, MOST_URL, MOST_ID = 400, 1_024, 2_048, 200
MOST_ENTRIES, MOST_KEY, MOST_VALUE, MOST_METADATA = 50, 100, 1_000, 8_000
MOST_SPEAKERS, MOST_HINTED = 35, 60
MOST_MOMENT, MOST_AMOUNT = 40, 1_000_000_000

HEAD_KEYS = (
    "title",
    "profile",
    "provider",
    "providers",
    "mode",
    "deadline",
    "budget",
    "container",
    "callback_url",
    "metadata",
    "speakers",
)
SPEAKER_KEYS = ("expected_speakers", "min_speakers", "max_speakers", "finds_speakers")
OPTION_KEYS = frozenset(keys.RECORDING_KEYS) - set(SPEAKER_KEYS)
"""Options that are written as in profiles. `speakers` stands for three of them, which exclude one
another in part."""
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Faults:
    """Collects what is wrong; of a manifest of ten thousand mistakes, the first hundred are
    enough, and nobody reads on."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.more = 0

    def add(self, code: str, message: str, at: str = "", line: int | None = None) -> None:
        if len(self.found) < MOST_FAULTS:
            self.found.append(Fault(code=code, message=message, at=at, line=line))
        else:
            self.more += 1
            if self.more >= MOST_COUNTED:
                self.raise_if_any()

    @property
    def is_full(self) -> bool:
        """Whether a further one is only counted, so that nothing is to be worked out for it."""
        return len(self.found) >= MOST_FAULTS

    def hint(self, word: str, known: Collection[str]) -> str:
        """', did you mean ...?', while somebody will read it."""
        if self.is_full or len(word) > MOST_HINTED:
            return ""
        return keys.did_you_mean(word, sorted(known))

    def stranger(self, key: str, kind: str, known: Collection[str], listed: str) -> str:
        """Said of a field or column that there is not; `listed` are those that there are."""
        if key in SPEAKER_KEYS:
            return f'There is no such {kind}: write "speakers".'
        if key in HEAD_KEYS:
            return f"There is no such {kind}: say that once, of the whole manifest."
        if key in keys.PROFILE_KEYS:
            return f"There is no such {kind}: only a profile may say that."
        return f"There is no such {kind}{self.hint(key, known) or f'. Known are: {listed}.'}"

    def raise_if_any(self) -> None:
        if self.found:
            raise ManifestRefused(tuple(self.found), self.more)


class Entry:
    """One object of the manifest, and where it stands."""

    def __init__(
        self,
        raw: Mapping[str, Any],
        at: str,
        line: int | None,
        faults: Faults,
        *,
        allow_http: bool = False,
        networks: Sequence[Network] = (),
    ) -> None:
        self._raw, self._at, self._line, self._faults = raw, at, line, faults
        self._allow_http, self._networks = allow_http, networks

    def has(self, key: str) -> bool:
        return self._raw.get(key) is not None

    def fault(self, code: str, message: str, key: str = "") -> None:
        at = ".".join(part for part in (self._at, key) if part)
        self._faults.add(code, message, at, self._line)

    def _wrong_type(self, value: object, wanted: str, key: str) -> None:
        self.fault("wrong_type", f"Is {kind_of_value(value)}. Write {wanted}.", key)

    def refuse_strangers(self, known: Collection[str], beside: Collection[str] = ()) -> None:
        """`beside` are fields that were taken out before."""
        for key in self._raw:
            if key not in known:
                meant = (*known, *beside)
                text = self._faults.stranger(key, "field", meant, _listed(meant))
                self.fault("unknown_field", text, _shortened(key, 60))

    def text(self, key: str, most: int) -> str | None:
        value = self._raw.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self._wrong_type(value, "text in quotes", key)
        elif not value.strip() or len(value) > most:
            self.fault("bad_value", f"Has {len(value)} characters. Write 1 to {most}.", key)
        elif _CONTROL.search(value):
            self.fault("bad_value", "Holds control characters. Leave them out.", key)
        else:
            return value
        return None

    def name(self, key: str) -> str | None:
        """Of a blob, or how it begins."""
        value = self.text(key, MOST_NAME)
        problem = "" if value is None else name_problem(value)
        if problem:
            self.fault("bad_value", f"{problem}. No recording may be called so.", key)
        return None if problem else value

    def texts(self, key: str, most: int, longest: int) -> list[str]:
        """A list of 1 to `most` texts, each with at most `longest` characters; [] for none."""
        value = self._raw.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self._wrong_type(value, "a list of texts", key)
        elif not 1 <= len(value) <= most:
            self.fault("bad_value", f"Has {len(value)} entries. Give 1 to {most}.", key)
        elif not all(isinstance(text, str) and 1 <= len(text) <= longest for text in value):
            text = f"Holds what is no text of 1 to {longest} characters. Write a list of texts."
            self.fault("wrong_type", text, key)
        else:
            return value
        return []

    def moment(self, key: str) -> datetime | None:
        """RFC 3339, such as 2026-12-01T18:00:00Z."""
        value = self.text(key, MOST_MOMENT)
        if value is None:
            return None
        try:
            return msgspec.convert(value, _Moment)
        except msgspec.ValidationError:
            text = "Is no moment. Write date, time and zone: 2026-12-01T18:00:00Z."
            self.fault("bad_value", text, key)
            return None

    def amount(self, key: str) -> float | None:
        """Money, above zero."""
        value = self._raw.get(key)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool):
            self._wrong_type(value, "a number such as 12.50", key)
        elif not 0 < value <= MOST_AMOUNT:
            text = f"Write a number above 0, and at most {MOST_AMOUNT:,}."
            self.fault("bad_value", text, key)
        else:
            return float(value)
        return None

    def one_of(self, key: str, value: str | None, known: Collection[str], code: str) -> str | None:
        if value is None or value in known:
            return value
        hint = self._faults.hint(value, known)
        text = f"{_shortened(value, 60)!r} is not known{hint or f'. Use one of: {_listed(known)}.'}"
        self.fault(code, text, key)
        return None

    def url(self, key: str) -> str | None:
        """An https address. It may hold a secret, so no message repeats it."""
        value = self.text(key, MOST_URL)
        if value is None:
            return None
        problem = _url_problem(value, self._allow_http)
        if not problem and key == "url":
            problem = name_problem(urlsplit(value).path)
        if problem:
            self.fault("bad_url", f"{problem}. Write an https:// address.", key)
            return None
        return value

    def callback(self, key: str) -> str | None:
        """An address that is to be called; nothing is repeated of it."""
        value = self.url(key)
        if value is None:
            return None
        try:
            callable_address(value, allow_http=self._allow_http, allowed=self._networks)
        except BadAddress as error:
            self.fault("bad_url", keys.Problem(str(error)).sentence, key)
            return None
        return value

    def metadata(self) -> dict[str, str]:
        value = self._raw.get("metadata")
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._wrong_type(value, "an object of texts", "metadata")
            return {}
        if len(value) > MOST_ENTRIES:
            text = f"Has {len(value)} entries. Give at most {MOST_ENTRIES}."
            self.fault("bad_value", text, "metadata")
        size = 0
        for name, text in list(value.items())[:MOST_ENTRIES]:
            self._check_entry(name, text)
            size += len(name) + len(text) if isinstance(text, str) else 0
        if size > MOST_METADATA:
            text = f"Holds {size} characters in all. Give at most {MOST_METADATA}."
            self.fault("bad_value", text, "metadata")
        return value

    def _check_entry(self, name: str, text: object) -> None:
        key = f"metadata.{_shortened(name, 60)}"
        if not 1 <= len(name) <= MOST_KEY:
            self.fault("bad_value", f"Write a name of 1 to {MOST_KEY} characters.", key)
        if not isinstance(text, str):
            self._wrong_type(text, "text in quotes", key)
        elif len(text) > MOST_VALUE:
            text = f"Has {len(text)} characters. Write at most {MOST_VALUE}."
            self.fault("bad_value", text, key)

    def fields(self) -> dict[str, Any]:
        """The options, by the names of `RECORDING_KEYS`, checked."""
        found: dict[str, Any] = {}
        for key, raw in self._raw.items():
            if key not in OPTION_KEYS or (raw is None and not keys.RECORDING_KEYS[key].is_nullable):
                continue
            value = keys.value_of(key, raw, keys.RECORDING_KEYS)
            if isinstance(value, keys.Problem):
                self.fault("bad_value", value.sentence, key)
            else:
                found[key] = value
        speakers = self._raw.get("speakers")
        if speakers is not None:
            try:
                found |= speaker_options(speakers)
            except ValueError as error:
                self.fault("bad_value", str(error), "speakers")
        return found


def speaker_options(raw: object) -> dict[str, int | bool | None]:
    """What of the options says how many voices there are; all None: they are not told apart, for
    there is only one. Raises `ValueError` with what to write instead."""
    options: dict[str, int | bool | None] = {**dict.fromkeys(SPEAKER_KEYS), "finds_speakers": False}
    if raw == "auto":
        return options | {"finds_speakers": True}
    if not isinstance(raw, dict):
        if not _is_count(raw):
            raise ValueError(_SPEAKERS)
        return options if raw == 1 else options | {"expected_speakers": raw}
    given = {key: value for key, value in raw.items() if value is not None}
    least, most = given.get("min", 1), given.get("max", MOST_SPEAKERS)
    if not given or set(raw) - {"min", "max"} or not _is_count(least) or not _is_count(most):
        raise ValueError(_SPEAKERS)
    if least > most:
        raise ValueError(f"The range runs from {least} to {most}. Write the smaller first.")
    if least == most:
        return speaker_options(most)
    return options | {"min_speakers": least if least > 1 else None, "max_speakers": most}


_SPEAKERS = (
    f'Is no number of speakers. Write a number from 1 to {MOST_SPEAKERS}, {{"min": 2, "max": 5}}, '
    'or "auto".'
)


def _is_count(raw: object) -> TypeGuard[int]:
    return isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= MOST_SPEAKERS


def _url_problem(value: str, allow_http: bool) -> str:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return "Is no address"
    if parts.scheme != "https" and not (allow_http and parts.scheme == "http"):
        return "Does not begin with https://"
    if not parts.hostname or port == 0 or re.search(r"\s", value):
        return "Is no address"
    if parts.username is not None:
        return "Holds a user name or password"
    return ""


_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "an object"),
)


def kind_of_value(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "nothing")


def _listed(known: Collection[str]) -> str:
    return ", ".join(sorted(known))


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
