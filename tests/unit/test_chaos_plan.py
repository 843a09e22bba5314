"""The plan of misfortunes follows from the seed, whichever provider it is for."""

from __future__ import annotations

from importlib import import_module

import pytest

from local.chaos.plan import Plan, make_plan, tag_of
from local.chaos.providers.registry import PROVIDERS
from local.emulators.common.faults import Faults
from local.emulators.registry import EMULATORS

AZURE = "azure-speech"


def plan_of(seed: int, recordings: int, seconds: float, provider: str = AZURE) -> Plan:
    return make_plan(seed, recordings, seconds, PROVIDERS[provider])


def test_the_same_seed_gives_the_same_plan() -> None:
    assert plan_of(5, 60, 30) == plan_of(5, 60, 30)
    assert plan_of(5, 60, 30) != plan_of(6, 60, 30)


def test_every_blob_is_dropped_and_no_two_versions_are_the_same_sound() -> None:
    plan = plan_of(1, 200, 100)
    assert len({drop.name for drop in plan.drops}) == 200
    good = [drop.content for drop in plan.drops if drop.kind == "good"]
    assert len(set(good)) == len(good)
    assert {drop.kind for drop in plan.drops} == {"good", "empty", "text", "truncated"}


def test_a_trouble_strikes_one_name_alone() -> None:
    plan = plan_of(2, 200, 100)
    assert plan.troubles
    for trouble in plan.troubles:
        assert len({drop.name for drop in plan.drops if trouble.tag in drop.name}) == 1
        assert {tag_of(drop.name) for drop in plan.drops if trouble.tag in drop.name} == {
            trouble.tag
        }


def test_everything_happens_within_the_time_and_both_kinds_of_program_are_killed() -> None:
    plan = plan_of(3, 100, 60)
    for happening in (*plan.drops, *plan.kills, *plan.storms):
        assert 0 < happening.at < 60
    assert {kill.host is None for kill in plan.kills} == {True, False}


def test_a_short_run_kills_a_host_and_the_emulator() -> None:
    plan = plan_of(1, 40, 14)
    assert {kill.host is None for kill in plan.kills} == {True, False}


def test_there_is_one_for_every_emulator() -> None:
    assert set(PROVIDERS) == set(EMULATORS)


@pytest.mark.long
@pytest.mark.parametrize("name", PROVIDERS)
def test_its_emulator_takes_every_order(name: str) -> None:
    kinds = import_module(f"{EMULATORS[name].module}.faults").KINDS
    faults, plan = Faults(kinds), plan_of(1, 2_000, 4_000, name)
    for order in [*(t.order(1) for t in plan.troubles), *(s.order for s in plan.storms)]:
        faults.order(order)
    assert all(any(t.ill is ill for t in plan.troubles) for ill in PROVIDERS[name].ills)


@pytest.mark.parametrize("name", PROVIDERS)
def test_storms_that_end_jobs_are_few(name: str) -> None:
    failing = PROVIDERS[name].failing
    storms = plan_of(1, 100, 4_000, name).storms
    assert sum(storm.order["kind"] in failing for storm in storms) <= 2


@pytest.mark.parametrize("name", [name for name, one in PROVIDERS.items() if not one.proves])
def test_create_calls_are_seldom_refused_where_that_leaves_no_proof(name: str) -> None:
    """Each such refusal stops a job for good."""
    found = []
    for seed in range(8):
        orders = [storm.order for storm in plan_of(seed, 100, 4_000, name).storms]
        down = [o for o in orders if o["kind"] == "refuse" and o["status"] >= 500]
        found.append([o for o in down if o["match"].get("call") in (None, PROVIDERS[name].create)])
        assert len(found[-1]) <= 2 < len(down)
    assert any(found) and all(order["times"] == 1 for orders in found for order in orders)
