"""What would this cost? Asked before anything is sent, answered without writing a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from typing import NamedTuple

import msgspec

from shared.audio import probe
from shared.errors import DropscribeError, InputError, ProviderError
from shared.model.manifest.manifest import Head, Item, Manifest, effective_profile
from shared.model.money.estimate import Estimate, Length, Sample, add_up, guessed_ms
from shared.model.money.price import PriceTable
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import settle
from shared.model.profile.profile import Profile, named
from shared.model.transcript.transcript import Cost
from shared.ports.blobs import AudioBlobs, AudioHead, WebAudio
from shared.ports.provider import Prepaid, SpeechProvider

MOST_LOOKS = 100
MOST_PAGES = 20
NAMES_IN_PAGE = 5_000  # as many as storage lists in one answer


def estimate(
    asked: Manifest | Sequence[Length],
    *,
    profile: str = "default",
    audio: AudioBlobs,
    web: WebAudio,
    profiles: Sequence[Profile],
    capabilities: Mapping[str, Capabilities],
    endpoints: Mapping[str, SpeechProvider],
    prices: PriceTable,
    pool: Executor,
) -> Estimate:
    """Of a manifest, what it names is listed in at most 20 calls, and at most a hundred
    recordings, evenly spread, are looked into with a ranged GET each. Of lengths, nothing is
    looked at: they are taken as told, in `profile`. Each account that has to hold money
    beforehand is asked for its balance. Raises `InputError` (unknown_profile).
    """
    if isinstance(asked, Manifest):
        entries, notes = _entries(asked, audio)
        looks = _spread(entries)
        look = _Look(asked.head, audio, web, profiles, capabilities)
        samples = [sample for sample in pool.map(look, looks) if sample is not None]
        recordings = len(entries)
    else:
        mine = named(profiles, profile)
        samples, notes = [_told(length, mine) for length in asked], []
        recordings = sum(length.count for length in asked)
    used = {provider.name for provider in endpoints.values()}
    balances, unread = _balances(endpoints)
    return add_up(
        samples,
        recordings,
        capabilities={name: capabilities[name] for name in sorted(used)},
        prices=prices,
        balances=balances,
        notes=[*notes, *unread],
    )


class _Entry(NamedTuple):
    item: Item
    container: str
    name: str


def _entries(manifest: Manifest, audio: AudioBlobs) -> tuple[list[_Entry], list[str]]:
    """Every recording that the manifest stands for, as far as the calls reach."""
    entries: list[_Entry] = []
    pages = 0
    for item in manifest.items:
        container, name = item.place
        if not item.is_listing:
            entries.append(_Entry(item, container, name))
            continue
        marker, is_first = "", True
        while is_first or marker:
            if pages == MOST_PAGES:
                return entries, ["There are more recordings than could be listed for an estimate."]
            is_first, pages = False, pages + 1
            try:
                blobs, marker = audio.page(container, name, marker, NAMES_IN_PAGE)
            except InputError:
                break  # no such container: nothing that could cost
            entries += [_Entry(item, container, blob.name) for blob in blobs]
    return entries, []


def _spread(entries: Sequence[_Entry]) -> Sequence[_Entry]:
    """At most `MOST_LOOKS`, from all over."""
    if len(entries) <= MOST_LOOKS:
        return entries
    return [entries[i * len(entries) // MOST_LOOKS] for i in range(MOST_LOOKS)]


class _Look:
    """Looks into one recording as registering will."""

    def __init__(
        self,
        head: Head,
        audio: AudioBlobs,
        web: WebAudio,
        profiles: Sequence[Profile],
        capabilities: Mapping[str, Capabilities],
    ) -> None:
        self._head, self._audio, self._web, self._profiles = head, audio, web, profiles
        self._capabilities = capabilities

    def __call__(self, entry: _Entry) -> Sample | None:
        """None where it could not be looked at now: the others stand for it."""
        profile = self._profiles[0]
        try:
            head = self._fetch(entry)
            if head is None:
                return Sample(profile=profile, failure="recording_missing")
            profile = effective_profile(
                self._head, entry.item, self._profiles, entry.name, head.metadata
            )
            return self._sample(entry, head, profile)
        except InputError as error:
            return Sample(profile=profile, failure=error.code)
        except DropscribeError:
            return None

    def _fetch(self, entry: _Entry) -> AudioHead | None:
        if entry.item.url is not None:
            return self._web.head(entry.item.url)
        return self._audio.head(entry.container, entry.name)

    def _sample(self, entry: _Entry, head: AudioHead, profile: Profile) -> Sample:
        def read(offset: int, length: int) -> bytes:
            if entry.item.url is not None:
                return self._web.read(entry.item.url, offset, length)
            return self._audio.read(entry.container, entry.name, head.etag, offset, length)

        found = probe(
            head.data,
            head.bytes,
            read,
            name=entry.name,
            accept_truncated=profile.accept_truncated,
        )
        with suppress(InputError):  # where nobody takes it, each provider's price says so
            asked = profile.options
            profile = settle(found, profile, self._capabilities)[0]
            profile = msgspec.structs.replace(profile, options=asked)
        return Sample(
            profile=profile,
            duration_ms=found.duration_ms or guessed_ms(head.bytes, found.container),
            channels=found.channels,
            is_guess=not found.duration_ms,
            audio=found,
        )


def _told(length: Length, profile: Profile) -> Sample:
    duration_ms, is_guess = length.duration_ms, False
    if duration_ms is None and length.bytes is not None:
        duration_ms, is_guess = guessed_ms(length.bytes, length.media_type), True
    return Sample(
        profile=profile,
        duration_ms=duration_ms,
        channels=length.channels,
        is_guess=is_guess,
        count=length.count,
    )


def _balances(endpoints: Mapping[str, SpeechProvider]) -> tuple[dict[str, Cost], list[str]]:
    """By provider. Two of its endpoints may belong to one account, so the largest counts."""
    found: dict[str, Cost] = {}
    notes = []
    for name, provider in endpoints.items():
        if not isinstance(provider, Prepaid):
            continue
        try:
            balance = provider.balance()
        except ProviderError:
            notes.append(f"The balance at {name} could not be read now.")
            continue
        if balance is None:
            continue
        best = found.get(provider.name)
        if best is None or balance.amount > best.amount:
            found[provider.name] = balance
    return found, notes
