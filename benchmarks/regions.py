"""Providers for the simulation of a day (`line.py`): how each works through its jobs, as documented
or as the worst of what is told of it."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from shared.model.profile.capabilities import Capabilities
from shared.ports.provider import RemoteStatus
from shared.providers.assemblyai.capabilities import limits_of
from shared.providers.azure_speech.capabilities import LIMITS as AZURE
from shared.providers.soferai.capabilities import LIMITS as SOFERAI
from tests.fakes.provider import FakeProvider

MINUTE, HOUR, DAY = 60, 3_600, 86_400
SECONDS_OF_SOUND = 6 * MINUTE
CALLS_A_DAY = 5 * DAY // MINUTE  # of Sofer.ai, and each result is one


@dataclass
class Region:
    """How a provider works through its jobs. One `at_once` job at a time, or so many; each starts
    some time after it was created; `speed` times real time, and `least` seconds at least."""

    name: str
    provider: str
    limits: Capabilities
    at_once: int
    starts_within: int
    speed: float
    least: int = 0
    most_active: int = 40
    results_a_day: int | None = None
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def takes(self, recordings: int) -> bool:
        """Whether it can go through a day of so many."""
        if self.results_a_day is not None and recordings > self.results_a_day:
            return False
        return recordings * SECONDS_OF_SOUND <= DAY * self.speed * self.at_once

    def never_behind(self) -> Region:
        """The same, with as many places as anybody could want: nobody stands in its line."""
        return replace(
            self, at_once=100_000, starts_within=0, most_active=100_000, chance=random.Random(1)
        )

    def ends(self, created: float, seconds: float, slots: list[float]) -> float:
        """When the job is over; `slots` are when each place is free, a heap."""
        starts = created + self.chance.uniform(0, self.starts_within)
        begin = max(starts, heapq.heappop(slots))
        end = begin + max(self.least, seconds / self.speed)
        heapq.heappush(slots, end)
        return end


def regions() -> list[Region]:
    assemblyai = limits_of(200, uploads=False)
    return [
        Region("azure one by one", "azure-speech", AZURE, 1, 1_800, 240, least=60),
        Region("azure slots", "azure-speech", AZURE, 40, 300, 30),
        Region("assemblyai", "assemblyai", assemblyai, 200, 5, 20, most_active=200),
        Region(
            "soferai", "soferai", SOFERAI, 50, 60, 20, most_active=50, results_a_day=CALLS_A_DAY
        ),
    ]


class Provider(FakeProvider):
    """One that takes a region's time."""

    def __init__(self, region: Region) -> None:
        super().__init__("endpoint")
        self.name = region.provider
        self.region = region
        self.slots = [0.0] * region.at_once
        self.due: list[tuple[float, str]] = []
        self.created_at: dict[str, float] = {}

    def submit(self, request: Any) -> str:
        id_ = super().submit(request)
        now = self.clock.now().timestamp()
        seconds = len(request.content_urls) * SECONDS_OF_SOUND
        heapq.heappush(self.due, (self.region.ends(now, seconds, self.slots), id_))
        self.created_at[id_] = now
        return id_

    def status(self, transcription_id: str) -> RemoteStatus:
        """Of all but Azure Speech the same answer tells where the results are."""
        told = super().status(transcription_id)
        if self.region.provider == "azure-speech" or told.state != "succeeded":
            return told
        files = (file for page in self.files(transcription_id) for file in page)
        return msgspec.structs.replace(told, files=tuple(f for f in files if f.kind == "result"))
