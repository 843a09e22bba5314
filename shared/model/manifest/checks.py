"""Turns what stands in a manifest into a `Manifest`, or into the list of all that is wrong with it.

Every key is in `HEAD_KEYS`, `ITEM_KEYS` or `OPTION_KEYS`; manifest.schema.json of the API and
docs/manifest.md are tested against them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from shared.errors import InputError
from shared.model.manifest.bounds import may_name
from shared.model.manifest.entry import (
    HEAD_KEYS,
    MOST_ID,
    MOST_TITLE,
    OPTION_KEYS,
    SPEAKER_KEYS,
    Entry,
    Faults,
    kind_of_value,
)
from shared.model.manifest.known import Known
from shared.model.manifest.manifest import (
    MOST_ITEMS,
    Head,
    Item,
    Manifest,
    asked,
    base_profile,
    with_mode,
)
from shared.model.profile import keys
from shared.model.profile.fit import LANGUAGE_KEYS, unsupported
from shared.model.profile.locks import loosened
from shared.model.profile.profile import Profile, contradictions, override

SOURCE_KEYS = ("container", "blob", "prefix", "url")
ITEM_KEYS = (*SOURCE_KEYS, "client_item_id", "title", "callback_url", "metadata", "speakers")
SINGLE_KEYS = ("client_item_id", "title")
"""What makes sense for one recording only, not for a prefix or a container."""


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

    def head(
        self, raw: Mapping[str, Any], line: int | None = None, *, beside: Collection[str] = ()
    ) -> None:
        """What holds for all; `raw` as JSON has it. Fields that may stand `beside` it are meant
        where one of its own is not known."""
        self._head_line = line
        entry = self._entry(raw, "", line)
        entry.refuse_strangers((*HEAD_KEYS, *OPTION_KEYS), beside)
        container = entry.text("container", 63)
        if container is not None:
            self._container = self._checked_container(container, entry)
        order = self._order(entry)
        self._head = Head(
            title=entry.text("title", MOST_TITLE) or "",
            profile=self._profile(entry),
            provider=order[0] if order else self._provider(entry),
            next_providers=tuple(order[1:]),
            mode=self._mode(entry),
            deadline=entry.moment("deadline"),
            budget=entry.amount("budget"),
            callback_url=entry.callback("callback_url"),
            metadata=entry.metadata(),
            fields=entry.fields(),
        )

    def _profile(self, entry: Entry) -> str | None:
        name, known = entry.text("profile", 40), self._known.profile_names
        if (
            name is None
            and self._known.sight is not None
            and self._known.sight.profiles is not None
        ):
            text = f"Is missing. Your role is bound to some: name one of {', '.join(known)}."
            entry.fault("profile_needed", text, "profile")
        return entry.one_of("profile", name, known, "unknown_profile")

    def _provider(self, entry: Entry) -> str | None:
        name = entry.text("provider", 40)
        return entry.one_of("provider", name, self._known.capabilities, "unknown_provider")

    def _order(self, entry: Entry) -> list[str]:
        """The providers in order of preference."""
        if entry.has("provider") and entry.has("providers"):
            entry.fault(
                "contradiction", "Cannot go with provider. Name them all here.", "providers"
            )
        order = entry.texts("providers", 10, 40)
        for name in order:
            entry.one_of("providers", name, self._known.capabilities, "unknown_provider")
        if len(set(order)) < len(order):
            entry.fault("bad_value", "Names one twice. Name each provider once.", "providers")
        return order

    def _mode(self, entry: Entry) -> Any:
        return entry.one_of("mode", entry.text("mode", 20), ("standard", "express"), "bad_value")

    def _checked_container(self, name: str, entry: Entry) -> str:
        known = self._known.containers
        return entry.one_of("container", name, known, "unknown_container") or known[0]

    def _entry(self, raw: Mapping[str, Any], at: str, line: int | None) -> Entry:
        known = self._known
        return Entry(
            raw, at, line, self.faults, allow_http=known.allow_http, networks=known.networks
        )

    # --- items

    def item(self, raw: object, line: int | None = None) -> None:
        """The next of the recordings."""
        at, self.count = f"recordings[{self.count}]", self.count + 1
        if self.count > MOST_ITEMS:
            if self.count == MOST_ITEMS + 1:
                text = f"Holds more than {MOST_ITEMS} recordings. Split it into several batches."
                self.faults.add("too_many", text, "recordings", line)
            self.faults.raise_if_any()
        if not isinstance(raw, dict):
            text = f'Is {kind_of_value(raw)}. Write an object such as {{"blob": "calls/a.wav"}}.'
            self.faults.add("wrong_type", text, at, line)
            return
        entry = self._entry(raw, at, line)
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
            callback_url=entry.callback("callback_url"),
            metadata=entry.metadata(),
            fields=entry.fields(),
        )
        self._refuse_what_is_out_of_reach(item, entry)
        self._refuse_repetitions(item, entry)
        self._refuse_contradictions(item, entry)
        self._items.append(item)

    def _source(self, entry: Entry) -> Item | None:
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
        name = entry.name(named[0])
        if name is None:
            return None
        return (
            Item(container=where, blob=name)
            if named == ["blob"]
            else Item(container=where, prefix=name)
        )

    def _refuse_what_is_out_of_reach(self, item: Item, entry: Entry) -> None:
        known, profile = self._known, self._head.profile or ""
        if known.sight is None or known.sight.is_whole:
            return
        if not may_name(
            known.sight, item, profile=profile, profiles=known.profiles, shared=known.shared
        ):
            text = "Is out of reach of your role. Name audio of the profiles and containers of it."
            entry.fault("out_of_reach", text)

    def _refuse_repetitions(self, item: Item, entry: Entry) -> None:
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

    def _refuse_contradictions(self, item: Item, entry: Entry) -> None:
        """Options that are right one by one, but not together, not in this profile, or not at
        this provider."""
        head = self._head
        try:
            own = base_profile(head, self._known.profiles, item.place[1])
            profile = with_mode(own, head)
        except InputError as error:
            if error.code != "unknown_profile":  # which is said elsewhere
                entry.fault(error.code, f"{error.reason} {error.advice}")
            return
        options = asked(head, item)
        key = msgspec.msgpack.encode((profile.name, options))
        if key not in self._verdicts:
            self._verdicts[key] = self._verdict(own, profile, options)
        for name, code, text in self._verdicts[key]:
            if _says(item, name):
                entry.fault(code, text, name)
            elif (name, text) not in self._told_of_head:
                self._told_of_head.add((name, text))
                self.faults.add(code, text, name, self._head_line)

    def _verdict(
        self, own: Profile, profile: Profile, options: dict[str, Any]
    ) -> tuple[tuple[str, str, str], ...]:
        """What `own` is wrong about, the profile of the recording as nobody asked for more, is not
        the fault of the request: such a recording fails alone."""
        result = override(profile, options)
        limits = self._known.capabilities
        inherited = [*contradictions(profile), *unsupported(own, limits)]
        found = [
            (_shown_key(key), "contradiction", keys.Problem(text).sentence)
            for key, text in contradictions(result)
            if (key, text) not in inherited
        ]
        found += [
            (_shown_key(key), "not_supported", f"{text}{_LISTED if key in LANGUAGE_KEYS else ''}")
            for key, text in unsupported(result, limits)
            if (key, text) not in inherited
        ]
        found += [
            (_shown_key(key), "option_locked", _LOCKED.format(name=profile.name))
            for key in loosened(profile, result)
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
        found = sorted(_overlaps(self._listings, self._places)) if self._listings else []
        for item, first in found:
            text = (
                f"Is among the blobs of recordings[{first}] already, and would be transcribed "
                "twice. Leave one of the two out."
            )
            at = f"recordings[{item}]"
            self.faults.add("duplicate_recording", text, at, self._lines.get(item))


def _overlaps(
    listings: Mapping[tuple[str, str], int], places: Mapping[tuple[str, str], int]
) -> Iterator[tuple[int, int]]:
    """Each item that lies below a prefix, and the widest such prefix. In the order of their names
    all that a prefix covers follows it at once."""
    named = [(place, 0, number) for place, number in listings.items()]
    named += [(place, 1, number) for place, number in places.items()]
    above: list[tuple[tuple[str, str], int]] = []
    for (container, name), is_single, number in sorted(named):
        while above and not (container == above[-1][0][0] and name.startswith(above[-1][0][1])):
            above.pop()
        if above:
            yield number, above[0][1]
        if not is_single:
            above.append(((container, name), number))


_LISTED = " GET /api/locales lists the languages."
_LOCKED = "Is looser than the profile {name} lets it be. Leave it out."


def _shown_key(key: str) -> str:
    return "speakers" if key in SPEAKER_KEYS else key


def _says(item: Item, shown: str) -> bool:
    """Whether an option is the item's own, and not that of the batch."""
    return any(key in item.fields for key in (SPEAKER_KEYS if shown == "speakers" else (shown,)))
