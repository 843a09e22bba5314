"""Turns what stands in a manifest into a `Manifest`, or into the list of all that is wrong with it.

Every key has a row in `HEAD_KEYS`, `ITEM_KEYS` or `RECORDING_KEYS`; docs/manifest.schema.json and
docs/manifest.md are tested against them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard
from urllib.parse import urlsplit

import msgspec

from shared.errors import Fault, InputError, ManifestRefused
from shared.model import profile_keys as keys
from shared.model.admission import check_request
from shared.model.capabilities import Capabilities
from shared.model.manifest import (
    AUTO_SPEAKERS,
    MOST_ITEMS,
    Head,
    Item,
    Manifest,
    asked,
    base_profile,
    with_mode,
)
from shared.model.profile import Profile, contradictions, override

MOST_FAULTS = 100
MOST_TITLE, MOST_NAME, MOST_URL, MOST_ID = 400, 1_024, 2_048, 200
MOST_ENTRIES, MOST_KEY, MOST_VALUE, MOST_METADATA = 50, 100, 1_000, 8_000
MOST_SPEAKERS = 35

SPEAKER_KEYS = ("expected_speakers", "min_speakers", "max_speakers")
OPTION_KEYS = frozenset(keys.RECORDING_KEYS) - set(SPEAKER_KEYS)
"""Options that are written as in profiles. `speakers` stands for three of them, which exclude one
another in part."""
HEAD_KEYS = (
    "title",
    "profile",
    "provider",
    "mode",
    "container",
    "callback_url",
    "metadata",
    "speakers",
)
SOURCE_KEYS = ("container", "blob", "prefix", "url")
ITEM_KEYS = (*SOURCE_KEYS, "client_item_id", "title", "callback_url", "metadata", "speakers")
SINGLE_KEYS = ("client_item_id", "title")
"""What makes sense for one recording only, not for a prefix or a container."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Known(NamedTuple):
    """What a manifest may refer to. `containers` are those whose blobs may be named, the first
    one where none is named."""

    profiles: Sequence[Profile]
    capabilities: Mapping[str, Capabilities]
    containers: Sequence[str]


class Faults:
    """Collects what is wrong; of a manifest of ten thousand mistakes, the first hundred are
    enough."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.more = 0

    def add(self, code: str, message: str, at: str = "", line: int | None = None) -> None:
        if len(self.found) < MOST_FAULTS:
            self.found.append(Fault(code=code, message=message, at=at, line=line))
        else:
            self.more += 1

    def raise_if_any(self) -> None:
        if self.found:
            raise ManifestRefused(tuple(self.found), self.more)


class Checker:
    """Takes the head first, then the items one by one in their order, then `manifest()`.

    What was seen of earlier items is remembered by hash-sized keys; checked combinations of
    options are remembered too, since in a large manifest nearly all are the same.
    """

    def __init__(self, known: Known, faults: Faults | None = None) -> None:
        self._known = known
        self.faults = faults or Faults()
        self._told_of_head: set[tuple[str, str]] = set()
        self._head_line: int | None = None
        self._head, self._container = Head(), known.containers[0] if known.containers else ""
        self._items: list[Item] = []
        self._ids: dict[str, int] = {}
        self._places: dict[tuple[str, str], int] = {}
        self._listings: dict[tuple[str, str], int] = {}
        self._verdicts: dict[bytes, tuple[tuple[str, str, str], ...]] = {}
        self._lines: dict[int, int] = {}
        self.count = 0

    # --- head

    def head(self, raw: Mapping[str, Any], line: int | None = None) -> None:
        """What holds for all; `raw` as JSON has it."""
        self._head_line = line
        entry = _Entry(raw, "", line, self.faults)
        entry.refuse_strangers((*HEAD_KEYS, *OPTION_KEYS))
        container = entry.text("container", 63)
        if container is not None:
            self._container = self._checked_container(container, entry)
        self._head = Head(
            title=entry.text("title", MOST_TITLE) or "",
            profile=self._profile(entry),
            provider=self._provider(entry),
            mode=self._mode(entry),
            callback_url=entry.url("callback_url"),
            metadata=entry.metadata(),
            fields=entry.fields(),
        )

    def _profile(self, entry: _Entry) -> str | None:
        name = entry.text("profile", 40)
        known = [profile.name for profile in self._known.profiles]
        return entry.one_of("profile", name, known, "unknown_profile")

    def _provider(self, entry: _Entry) -> str | None:
        name = entry.text("provider", 40)
        return entry.one_of("provider", name, self._known.capabilities, "unknown_provider")

    def _mode(self, entry: _Entry) -> Any:
        return entry.one_of("mode", entry.text("mode", 20), ("standard", "express"), "bad_value")

    def _checked_container(self, name: str, entry: _Entry) -> str:
        known = self._known.containers
        return entry.one_of("container", name, known, "unknown_container") or known[0]

    # --- items

    def item(self, raw: object, line: int | None = None) -> None:
        """The next of the recordings."""
        at, self.count = f"recordings[{self.count}]", self.count + 1
        if self.count > MOST_ITEMS:
            if self.count == MOST_ITEMS + 1:
                text = f"Holds more than {MOST_ITEMS} recordings. Split it into several batches."
                self.faults.add("too_many", text, "recordings", line)
            return
        if not isinstance(raw, dict):
            text = f'Is {_kind(raw)}. Write an object such as {{"blob": "calls/a.wav"}}.'
            self.faults.add("wrong_type", text, at, line)
            return
        entry = _Entry(raw, at, line, self.faults)
        if line is not None:
            self._lines[self.count - 1] = line
        entry.refuse_strangers((*ITEM_KEYS, *OPTION_KEYS))
        item = self._source(entry)
        if item is None:
            return
        item = msgspec.structs.replace(
            item,
            client_item_id=entry.text("client_item_id", MOST_ID),
            title=entry.text("title", MOST_TITLE),
            callback_url=entry.url("callback_url"),
            metadata=entry.metadata(),
            fields=entry.fields(),
        )
        self._refuse_repetitions(item, entry)
        self._refuse_contradictions(item, entry)
        self._items.append(item)

    def _source(self, entry: _Entry) -> Item | None:
        """Which recordings are meant."""
        given = [key for key in SOURCE_KEYS if entry.has(key)]
        named = [key for key in given if key != "container"]
        if not given or len(named) > 1 or given == ["container", "url"]:
            found = f"Names {' and '.join(given)}" if given else "Names no audio"
            entry.fault(
                "no_source" if not given else "several_sources",
                f"{found}. Give one of blob, prefix, url, or container alone for all it holds.",
            )
            return None
        if named == ["url"]:
            url = entry.url("url")
            return None if url is None else Item(url=url)
        container = entry.text("container", 63)
        where = self._container
        if container is not None:
            where = self._checked_container(container, entry)
        if not named:
            return Item(container=where)
        name = entry.text(named[0], MOST_NAME)
        if name is None:
            return None
        return (
            Item(container=where, blob=name)
            if named == ["blob"]
            else Item(container=where, prefix=name)
        )

    def _refuse_repetitions(self, item: Item, entry: _Entry) -> None:
        number = self.count - 1
        if item.is_listing:
            for key in SINGLE_KEYS:
                if entry.has(key):
                    text = "Can be given to a single recording only, not to a prefix or container."
                    entry.fault("only_for_one", text, key)
            first = self._listings.setdefault(item.place, number)
            if first != number:
                text = f"Is the same as recordings[{first}]. Name it once."
                entry.fault("duplicate_recording", text)
            return
        if item.client_item_id is not None:
            first = self._ids.setdefault(item.client_item_id, number)
            if first != number:
                text = f"Is that of recordings[{first}] already. Give each an id of its own."
                entry.fault("duplicate_id", text, "client_item_id")
        first = self._places.setdefault(item.place, number)
        if first != number:
            text = f"Is the same audio as recordings[{first}]. Name each recording once."
            entry.fault("duplicate_recording", text, "url" if item.url else "blob")

    def _refuse_contradictions(self, item: Item, entry: _Entry) -> None:
        """Options that are right one by one, but not together, not in this profile, or not at
        this provider."""
        head = self._head
        try:
            profile = with_mode(base_profile(head, self._known.profiles, item.place[1]), head)
        except InputError:
            return  # the profile is unknown, which is said elsewhere
        options = asked(head, item)
        key = msgspec.msgpack.encode((profile.name, options))
        if key not in self._verdicts:
            self._verdicts[key] = self._verdict(profile, options)
        for name, code, text in self._verdicts[key]:
            if _says(item, name):
                entry.fault(code, text, name)
            elif (name, text) not in self._told_of_head:
                self._told_of_head.add((name, text))
                self.faults.add(code, text, name, self._head_line)

    def _verdict(
        self, profile: Profile, options: dict[str, Any]
    ) -> tuple[tuple[str, str, str], ...]:
        result = override(profile, options)
        inherited = contradictions(profile)
        found = [
            (_shown_key(key), "contradiction", f"{text[:1].upper()}{text[1:]}.")
            for key, text in contradictions(result)
            if (key, text) not in inherited
        ]
        limits = self._known.capabilities.get(result.provider)
        if limits is not None:
            found += [
                (_shown_key(key), "not_supported", text)
                for key, text in check_request(result, limits)
            ]
        return tuple(found)

    # --- the end

    def manifest(self) -> Manifest:
        """Raises `ManifestRefused` with every fault."""
        if not self.count:
            text = "Names no recordings. Give at least one."
            self.faults.add("no_recordings", text, "recordings")
        self._refuse_overlaps()
        self.faults.raise_if_any()
        return Manifest(head=self._head, items=tuple(self._items))

    def _refuse_overlaps(self) -> None:
        """What lies below a prefix would be transcribed twice, and paid twice."""
        if not self._listings:
            return
        lengths = sorted({len(prefix) for _, prefix in self._listings})
        for item, place in self._placed():
            container, name = place
            for length in lengths:
                first = self._listings.get((container, name[:length]))
                if first is None or length > len(name) or first == item:
                    continue
                text = (
                    f"Is among the blobs of recordings[{first}] already, and would be transcribed "
                    "twice. Leave one of the two out."
                )
                at = f"recordings[{item}]"
                self.faults.add("duplicate_recording", text, at, self._lines.get(item))
                break

    def _placed(self) -> list[tuple[int, tuple[str, str]]]:
        listings = [(number, place) for place, number in self._listings.items()]
        return sorted([*listings, *((number, place) for place, number in self._places.items())])


class _Entry:
    """One object of the manifest, and where it stands."""

    def __init__(self, raw: Mapping[str, Any], at: str, line: int | None, faults: Faults) -> None:
        self._raw, self._at, self._line, self._faults = raw, at, line, faults

    def has(self, key: str) -> bool:
        return self._raw.get(key) is not None

    def fault(self, code: str, message: str, key: str = "") -> None:
        at = ".".join(part for part in (self._at, key) if part)
        self._faults.add(code, message, at, self._line)

    def refuse_strangers(self, known: Collection[str]) -> None:
        for key in self._raw:
            if key not in known:
                hint = keys.did_you_mean(key, sorted(known))
                text = f"There is no such field{hint or '. Known are: ' + _listed(known)}"
                self.fault("unknown_field", text if hint else f"{text}.", _shortened(key, 60))

    def text(self, key: str, most: int) -> str | None:
        value = self._raw.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault("wrong_type", f"Is {_kind(value)}. Write text in quotes.", key)
        elif not value.strip() or len(value) > most:
            self.fault("bad_value", f"Has {len(value)} characters. Write 1 to {most}.", key)
        elif _CONTROL.search(value):
            self.fault("bad_value", "Holds control characters. Leave them out.", key)
        else:
            return value
        return None

    def one_of(self, key: str, value: str | None, known: Collection[str], code: str) -> str | None:
        if value is None or value in known:
            return value
        hint = keys.did_you_mean(value, known)
        text = f"{_shortened(value, 60)!r} is not known{hint or f'. Use one of: {_listed(known)}.'}"
        self.fault(code, text, key)
        return None

    def url(self, key: str) -> str | None:
        """An https address. It may hold a secret, so no message repeats it."""
        value = self.text(key, MOST_URL)
        if value is None:
            return None
        problem = _url_problem(value)
        if problem:
            self.fault("bad_url", f"{problem}. Write an https:// address.", key)
            return None
        return value

    def metadata(self) -> dict[str, str]:
        value = self._raw.get("metadata")
        if value is None:
            return {}
        if not isinstance(value, dict):
            text = f"Is {_kind(value)}. Write an object of texts."
            self.fault("wrong_type", text, "metadata")
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
            self.fault("wrong_type", f"Is {_kind(text)}. Write text in quotes.", key)
        elif len(text) > MOST_VALUE:
            text = f"Has {len(text)} characters. Write at most {MOST_VALUE}."
            self.fault("bad_value", text, key)

    def fields(self) -> dict[str, Any]:
        """The options, by the names of `RECORDING_KEYS`, as values that JSON can carry."""
        found: dict[str, Any] = {}
        for key, raw in self._raw.items():
            if key not in OPTION_KEYS or (raw is None and not keys.RECORDING_KEYS[key].is_nullable):
                continue
            value = keys.value_of(key, raw, keys.RECORDING_KEYS)
            if isinstance(value, keys.Problem):
                text = value.text
                self.fault("bad_value", f"{text[:1].upper()}{text[1:]}.", key)
            else:
                found[key] = value
        speakers = self._raw.get("speakers")
        if speakers is not None:
            self._add_speakers(found, speakers)
        return found

    def _add_speakers(self, found: dict[str, Any], raw: object) -> None:
        try:
            found |= speaker_options(raw)
        except ValueError as error:
            self.fault("bad_value", str(error), "speakers")


def speaker_options(raw: object) -> dict[str, int | None]:
    """What of the options says how many voices there are; all None: they are not told apart, for
    there is only one. Raises `ValueError` with what to write instead."""
    options: dict[str, int | None] = dict.fromkeys(SPEAKER_KEYS)
    if raw == "auto":
        return options | {"max_speakers": AUTO_SPEAKERS}
    if not isinstance(raw, dict):
        if not _is_count(raw):
            raise ValueError(_SPEAKERS)
        return options if raw == 1 else options | {"expected_speakers": raw}
    least, most = raw.get("min", 1), raw.get("max")
    if set(raw) - {"min", "max"} or not _is_count(least) or not _is_count(most):
        raise ValueError(_SPEAKERS)
    if least > most:
        raise ValueError(f"The range runs from {least} to {most}. Write the smaller first.")
    if most == 1:
        return options
    return options | {"min_speakers": least if least > 1 else None, "max_speakers": most}


_SPEAKERS = (
    f'Is no number of speakers. Write a number from 1 to {MOST_SPEAKERS}, {{"min": 2, "max": 5}}, '
    'or "auto".'
)


def _is_count(raw: object) -> TypeGuard[int]:
    return isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= MOST_SPEAKERS


def _url_problem(value: str) -> str:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return "Is no address"
    if parts.scheme != "https":
        return "Does not begin with https://"
    if not parts.hostname or port == 0 or re.search(r"\s", value):
        return "Is no address"
    if parts.username is not None:
        return "Holds a user name or password"
    return ""


def _shown_key(key: str) -> str:
    return "speakers" if key in SPEAKER_KEYS else key


def _says(item: Item, shown: str) -> bool:
    """Whether an option is the item's own, and not that of the batch."""
    return any(key in item.fields for key in (SPEAKER_KEYS if shown == "speakers" else (shown,)))


_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "an object"),
)


def _kind(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "nothing")


def _listed(known: Collection[str]) -> str:
    return ", ".join(sorted(known))


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
