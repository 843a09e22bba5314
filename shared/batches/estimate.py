"""What would this cost? Asked before anything is sent, answered without writing a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import msgspec

from shared.audio import probe
from shared.errors import DropscribeError, InputError, ProviderError
from shared.model.failures_from import nothing_listed
from shared.model.job.lane import lane_at
from shared.model.manifest.manifest import Head, Item, Manifest, effective_profile
from shared.model.money.effort import Room
from shared.model.money.estimate import Estimate, Length, Sample, add_up, guessed_ms
from shared.model.money.price import PriceTable
from shared.model.policy import Policy
from shared.model.profile.audio import AudioProperties
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import fit
from shared.model.profile.profile import Profile, named
from shared.model.transcript.transcript import Cost
from shared.ports.blobs import AudioBlobs, AudioHead, WebAudio
from shared.ports.provider import Prepaid, SpeechProvider

MOST_LOOKS = 100
MOST_PAGES = 20
NAMES_IN_PAGE = 5_000  # as many as storage lists in one answer
CUT_SHORT = "There are more recordings than could be listed for an estimate."


class _Entry(NamedTuple):
    item: Item
    container: str
    name: str


@dataclass(frozen=True, kw_only=True)
class EstimateCost:
    """Of a manifest, what it names is listed in at most 20 calls, and at most a hundred
    recordings, evenly spread, are looked into with a ranged GET each. Of lengths, nothing is
    looked at: they are taken as told. Each account that has to hold money beforehand is asked for
    its balance."""

    audio: AudioBlobs
    web: WebAudio
    profiles: Sequence[Profile]
    capabilities: Mapping[str, Capabilities]
    endpoints: Mapping[str, SpeechProvider]
    prices: PriceTable
    policy: Policy
    pool: Executor

    def __call__(self, asked: Manifest | Sequence[Length], *, profile: str = "default") -> Estimate:
        """`profile` is that of lengths. Raises `InputError` (unknown_profile)."""
        if isinstance(asked, Manifest):
            entries, notes = self._entries(asked)
            samples, recordings = self._samples(asked.head, entries), len(entries)
        else:
            mine = named(self.profiles, profile)
            samples, notes = [_told(length, mine) for length in asked], []
            recordings = sum(length.count for length in asked)
        used = {provider.name for provider in self.endpoints.values()}
        balances, unread = self._balances()
        return add_up(
            samples,
            recordings,
            capabilities={name: self.capabilities[name] for name in sorted(used)},
            prices=self.prices,
            balances=balances,
            rooms=self._rooms(),
            notes=[*notes, *unread],
        )

    def _rooms(self) -> dict[str, Room]:
        """Of each provider and lane."""
        mine = Counter(lane_at(name, one.name) for name, one in self.endpoints.items())
        return {who: Room(n, self.policy.most_active_jobs(who)) for who, n in mine.items()}

    def _entries(self, manifest: Manifest) -> tuple[list[_Entry], list[str]]:
        """Every recording that the manifest stands for, as far as the calls reach."""
        entries: list[_Entry] = []
        notes: list[str] = []
        pages = MOST_PAGES
        for item in manifest.items:
            if not item.is_listing:
                entries.append(_Entry(item, *item.place))
                continue
            found, pages = self._listed(item, pages)
            entries += found
            if pages < 0:
                return entries, [*notes, CUT_SHORT]
            if not found:
                nothing = nothing_listed(*item.place)
                notes.append(f"{nothing.reason} {nothing.advice}")
        return entries, notes

    def _listed(self, item: Item, pages: int) -> tuple[list[_Entry], int]:
        """What lies there, and how many of the `pages` are left; -1: that was not all."""
        container, prefix = item.place
        found: list[_Entry] = []
        marker = ""
        while pages > 0:
            pages -= 1
            try:
                blobs, marker = self.audio.page(container, prefix, marker, NAMES_IN_PAGE)
            except InputError:
                return found, pages  # no such container: nothing that could cost
            found += [_Entry(item, container, blob.name) for blob in blobs]
            if not marker:
                return found, pages
        return found, -1

    def _samples(self, head: Head, entries: Sequence[_Entry]) -> list[Sample]:
        found = self.pool.map(partial(self._look, head), _spread(entries))
        return [sample for sample in found if sample is not None]

    def _look(self, asked: Head, entry: _Entry) -> Sample | None:
        """As registering will. None where it could not be looked at now: the others stand for
        it."""
        profile = self.profiles[0]
        try:
            head = self._fetch(entry)
            if head is None:
                return Sample(profile=profile, failure="recording_missing")
            profile = effective_profile(
                asked, entry.item, self.profiles, entry.name, head.metadata, self.capabilities
            )
            return self._sample(entry, head, profile)
        except InputError as error:
            return Sample(profile=profile, failure=error.code)
        except DropscribeError:
            return None

    def _fetch(self, entry: _Entry) -> AudioHead | None:
        if entry.item.url is not None:
            return self.web.head(entry.item.url)
        return self.audio.head(entry.container, entry.name)

    def _sample(self, entry: _Entry, head: AudioHead, profile: Profile) -> Sample:
        found = probe(
            head.data,
            head.bytes,
            self._reading(entry, head),
            name=entry.name,
            accept_truncated=profile.accept_truncated,
        )
        return Sample(
            profile=self._fitted(found, profile),
            duration_ms=found.duration_ms or guessed_ms(head.bytes, found.container),
            channels=found.channels,
            is_guess=not found.duration_ms,
            audio=found,
        )

    def _reading(self, entry: _Entry, head: AudioHead) -> Callable[[int, int], bytes]:
        if entry.item.url is not None:
            return partial(self.web.read, entry.item.url)
        return partial(self.audio.read, entry.container, entry.name, head.etag)

    def _fitted(self, audio: AudioProperties, profile: Profile) -> Profile:
        """With the provider that would take it, and the options that were asked for. Where nobody
        takes it, each provider's price says so."""
        try:
            fitted = fit(audio, profile, self.capabilities).profile
        except InputError:
            return profile
        return msgspec.structs.replace(fitted, options=profile.options)

    def _balances(self) -> tuple[dict[str, Cost], list[str]]:
        """By provider. Two of its endpoints may belong to one account, so the largest counts."""
        found: dict[str, Cost] = {}
        notes = []
        for name, provider in self.endpoints.items():
            if not isinstance(provider, Prepaid):
                continue
            try:
                balance = provider.balance()
            except ProviderError:
                notes.append(f"The balance at {name} could not be read now.")
                continue
            best = found.get(provider.name)
            if balance is not None and (best is None or balance.amount > best.amount):
                found[provider.name] = balance
        return found, notes


def _spread(entries: Sequence[_Entry]) -> Sequence[_Entry]:
    """At most `MOST_LOOKS`, from all over."""
    if len(entries) <= MOST_LOOKS:
        return entries
    return [entries[i * len(entries) // MOST_LOOKS] for i in range(MOST_LOOKS)]


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
