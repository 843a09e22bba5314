"""What the platform starts by itself, and which route it takes: computed from the functions, as the
real host does it."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import pytest

from local.host.groups import group_of
from shared.api.operations.all import OPERATIONS
from tests.bicep.dropscribe import PLAIN, deployed, triggers

MOST_GROUPS = 8
QUOTA_MB = 512_000
"""Of a subscription in a region, all apps of the plan together:
https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#regional-subscription-memory-quotas"""


def groups() -> set[str]:
    return {group_of(trigger["type"], name) for name, trigger in triggers().items()}


@pytest.mark.long
def test_few_groups_start_from_nothing() -> None:
    assert groups() == {
        "http",
        "blob",
        "function:steps",
        "function:write",
        "function:deliver",
        "function:heavy",
        "function:poll",
        "function:sweep",
    }
    assert len(groups()) <= MOST_GROUPS


def plan(**environment: str) -> Any:
    (app,) = deployed(tuple(environment.items()) or PLAIN).of_type("Microsoft.Web/sites")
    return app["properties"]["functionAppConfig"]["scaleAndConcurrency"]


@pytest.mark.long
def test_a_burst_does_not_take_all_memory_of_the_subscription_by_default() -> None:
    """A timer runs on one instance; every other group may have all that the plan allows."""
    scale = plan()
    timers = sum(trigger["type"] == "timerTrigger" for trigger in triggers().values())
    most = (len(groups()) - timers) * scale["maximumInstanceCount"] + timers
    assert most * scale["instanceMemoryMB"] <= QUOTA_MB


@pytest.mark.long
def test_what_is_kept_warm_are_groups_that_a_lone_recording_passes() -> None:
    kept = {one["name"] for one in plan(ALWAYS_READY_INSTANCES="1")["alwaysReady"]}
    assert kept == {"http", "blob", "function:steps"}
    assert kept <= groups()
    assert plan()["alwaysReady"] == []


# --- routes


def routes() -> list[tuple[str, str, frozenset[str]]]:
    """Function, route and methods, in the order in which the host tries them: by name."""
    return [
        (name, trigger["route"], frozenset(trigger["methods"]))
        for name, trigger in sorted(triggers().items())
        if trigger["type"] == "httpTrigger"
    ]


@pytest.mark.long
def overlap(one: str, other: str) -> bool:
    """Whether there is a path that both take. A parameter takes any one segment, `{*x}` all that
    is left."""
    ours, theirs = one.split("/"), other.split("/")
    for mine, his in zip(ours, theirs, strict=False):
        if mine.startswith("{*") or his.startswith("{*"):
            return True
        if not (mine.startswith("{") or his.startswith("{") or mine == his):
            return False
    return len(ours) == len(theirs)


def test_no_two_routes_overlap_but_the_last_one_which_takes_what_is_left() -> None:
    found = routes()
    assert len(found) == len(OPERATIONS) + 3  # webhooks, the page, and what is left
    *known, (last, rest, _) = found
    assert (last, rest) == ("unknown_path", "api/{*path}")
    both = [
        (one[0], other[0])
        for one, other in combinations(known, 2)
        if one[2] & other[2] and overlap(one[1], other[1])
    ]
    assert both == []


def test_overlapping_routes_would_be_seen() -> None:
    assert overlap("batches/{id}", "batches/all")
    assert overlap("batches/{id}", "{*path}")
    assert overlap("{kind}/x", "batches/{id}")
    assert not overlap("batches/{id}", "batches/{id}/items")
    assert not overlap("batches/a", "batches/b")


def test_routes_keep_clear_of_those_of_the_host() -> None:
    for _, route, _ in routes():
        assert not re.match(r"(admin|runtime)(/|$)", route)
