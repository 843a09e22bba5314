"""Thousands of recordings through the whole application and the Sofer.ai client in front of its
emulator, with trouble of every kind. One clock moves both, so that a day takes minutes.

`python -m tests.soferai_bulk 2000` runs it by hand and prints the ledger; a smaller run is among
the tests.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from local.emulators.soferai.server import running
from shared.model.policy import Policy
from shared.model.profile.options import Mode
from shared.model.profile.profile import Profile
from shared.providers.soferai.capabilities import LIMITS
from shared.providers.soferai.client import SoferAi
from tests.fakes.clock import FakeClock
from tests.fakes.world import World
from tests.soferai_emulator import KEY, ReadingPool, SoferApi, settings
from tests.speech_emulator import audio_host, until

CALLS_PER_MINUTE = 5
TALK = b"welcome to the shalom talk\nit is about torah"
BAD = "bad"
"""In the names of recordings that nobody can hear."""


class SoferWorld(World):
    """The application with Sofer.ai as its only provider."""

    def __init__(self, api: SoferApi, http: httpx.Client, audio: str, mode: Mode) -> None:
        self._api, self._audio_url = api, audio
        super().__init__(
            profiles=(Profile(provider="soferai", mode=mode),),
            policy=Policy(max_active_jobs=8, resolve_after_seconds=60),
        )
        self.audio.readable_url = self._readable_url  # type: ignore[method-assign]
        client = SoferAi(
            http=http,
            endpoint=api.url,
            key=KEY,
            prepare_seconds=2.0,
            now=self.clock.now,
        )
        self.endpoints = {"soferai": client}  # type: ignore[dict-item]
        self.capabilities = {
            "soferai": msgspec.structs.replace(LIMITS, calls_per_window=CALLS_PER_MINUTE)
        }
        self.start()

    def complete_all(self) -> None:
        """The emulator works by itself; time stands still until it has nothing left to do."""
        until(lambda: self._api.ledger()["pending"] == 0)

    def _readable_url(self, container: str, name: str | None) -> str:
        return f"{self._audio_url}/{quote(name or '')}?sig=secret"


def order_trouble(api: SoferApi, random: Random, recordings: int) -> None:
    """Some of everything; what strikes an input strikes it once."""

    kinds: tuple[tuple[str, dict[str, Any]], ...] = (
        ("end_item", {"status": "FAILED"}),
        ("missing_result", {"status": 404}),
        ("malformed_result", {}),
        ("hide_item", {}),
        ("forget_client_item_id", {}),
        ("both_scripts", {}),
    )
    each = max(1, recordings // 100)
    struck = random.sample([name for name in names(recordings) if BAD not in name], 6 * each)
    for number, name in enumerate(struck):
        kind, options = kinds[number % len(kinds)]
        api.order(kind, match={"source": name}, **options)
    calls = ("manifests.upload", "batches.status", "transcriptions.get", "transcriptions.list")
    for call in calls:
        match = {"call": call.replace(".", r"\.")}
        api.order("refuse", match=match, status=429, retryAfter=70, times=1, skip=1)
        api.order("refuse", match=match, status=503, times=1, skip=2)
        api.order("lose_answer", match=match, how="cut", times=1, skip=3)
    create = {"call": r"batches\.create"}
    api.order("lose_answer", match=create, how="cut", times=1, skip=1)
    api.order("refuse", match=create, status=429, retryAfter=30, times=1)
    api.order("slow_validation", seconds=300, times=1, skip=1)
    api.order("misstate_batch", status="FAILED", times=2)


@contextmanager
def world_of(
    recordings: int, mode: Mode, *, balance_cents: int = 10_000_000
) -> Iterator[tuple[SoferWorld, SoferApi]]:
    files = {name: b"noise" if BAD in name else TALK for name in names(recordings)}
    worlds: list[World] = []

    def clock() -> float:
        return (worlds[0].clock if worlds else FakeClock()).now().timestamp()

    limits = settings(
        calls_per_window=CALLS_PER_MINUTE, balance_cents=balance_cents, items_at_once=16
    )
    with (
        audio_host(files) as audio,
        running(ReadingPool(), limits, clock=clock) as url,
        SoferApi(url) as api,
        httpx.Client() as http,
    ):
        world = SoferWorld(api, http, audio, mode)
        worlds.append(world)
        yield world, api


def names(recordings: int) -> list[str]:
    return [
        f"talk{number:05}{f'-{BAD}' if number % 97 == 50 else ''}.mp3"
        for number in range(recordings)
    ]


def drop_all(world: SoferWorld, recordings: int) -> None:
    for name in names(recordings):
        world.drop(name)


def audit(world: SoferWorld, api: SoferApi, recordings: int) -> dict[str, Any]:
    """Nothing lost, nothing paid twice, limits kept; and what there is to tell."""
    rows = world.rows()
    assert set(rows) == set(names(recordings)), "a recording was lost"
    ledger = api.ledger()
    paid = {source.rpartition("/")[2]: times for source, times in ledger["transcribed"].items()}
    states = Counter(row.state for row in rows.values())
    codes = Counter(row.failure.code for row in rows.values() if row.failure is not None)
    unresolved = {name for name, row in rows.items() if _code(row) == "outcome_unknown"}
    for name, row in rows.items():
        assert row.is_terminal, name
        expected = "failed" if BAD in name or name in unresolved else "transcribed"
        assert row.state == expected, (name, row.failure)
        if row.state == "transcribed":
            assert paid[name] == 1, f"{name} was paid for {paid[name]} times"
    assert max(paid.values()) == 1, "something was paid for twice"
    assert ledger["busiest"] <= CALLS_PER_MINUTE
    own_429 = sum(calls.get("429", 0) for calls in ledger["calls"].values())
    assert not any(create["unknownFields"] for create in ledger["creates"])
    return {
        "states": states,
        "codes": codes,
        "429": own_429,
        "busiest": ledger["busiest"],
        "creates": len(ledger["creates"]),
        "calls": ledger["calls"],
    }


def _code(row: Any) -> str:
    return row.failure.code if row.failure is not None else ""


def main() -> None:
    recordings = int(sys.argv[1])
    mode: Mode = "express" if "express" in sys.argv else "standard"
    began = time.monotonic()
    with world_of(recordings, mode) as (world, api):
        order_trouble(api, Random(1), recordings)
        drop_all(world, recordings)
        started_at = world.clock.now()
        world.run(hours=24 * 14)
        told = audit(world, api, recordings)
        told["hours"] = (world.clock.now() - started_at) / timedelta(hours=1)
    told["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(told, indent=1, default=str))


if __name__ == "__main__":
    main()
