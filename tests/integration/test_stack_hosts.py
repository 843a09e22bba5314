"""The whole stack with several functions hosts on one storage, and with hosts that are killed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from local.children import Child
from local.stack.stack import Stack, running_host
from tests.stack import Site, quick_stack, site_on, states, until

NAMES = [f"r{number:02}.wav" for number in range(60)]
ALL_TRANSCRIBED = dict.fromkeys(NAMES, "transcribed")
PAID_ONCE = dict.fromkeys(NAMES, 1)
OUTPUTS = {f"{name}.{form}" for name in NAMES for form in ("json", "vtt")}


SLOWLY = {
    "SLICE_SIZE": "4",
    "WRITE_CONCURRENCY": "1",
    "AzureFunctionsJobHost__extensions__queues__batchSize": "2",
    "AzureFunctionsJobHost__extensions__queues__newBatchThreshold": "1",
    "STUCK_AFTER_SECONDS": "5",
    "RELIST_SECONDS": "5",
    "EVENT_PATIENCE_SECONDS": "4",
}
"""Small slices, few at a time, so that there is something half done for a while. What a dead host
held is handed over again by the sweep, events of new audio included: its messages stay hidden for
ten minutes."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Without a host."""
    logs = tmp_path_factory.mktemp("logs")
    with quick_stack(logs, with_host=False, **SLOWLY) as stack:
        yield stack


@pytest.fixture
def site(stack: Stack) -> Iterator[Site]:
    with site_on(stack) as site:
        yield site


def host(
    stack: Stack,
    log: str,
    *,
    hears_webhooks: bool = True,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> AbstractContextManager[Child]:
    """A host, on the port where the webhooks go or on another one. It looks often for what another
    one sent, of which nothing tells it."""
    port = urlsplit(stack.app_url).port if hears_webhooks else 0
    path = stack.logs / f"functions-{log}.log"
    environment = {**stack.environment, **settings}
    return running_host(port or 0, environment, path, "--idle-poll-seconds", "0.2")


def assert_all_is_done_once(site: Site, wanted: set[tuple[str, str]]) -> None:
    rows = site.end(wanted)
    assert states(rows) == ALL_TRANSCRIBED
    assert {row.attempt for row in rows.values()} == {1}
    assert site.paid == PAID_ONCE
    assert site.names("transcripts") == OUTPUTS


def test_two_hosts_share_the_work_and_do_nothing_twice(site: Site, stack: Stack) -> None:
    with host(stack, "first"), host(stack, "second", hears_webhooks=False):
        assert_all_is_done_once(site, site.drop(*NAMES))
    for log in ("first", "second"):
        printed = (stack.logs / f"functions-{log}.log").read_text()
        assert "recording.registered" in printed


def test_what_killed_hosts_left_half_done_is_finished_by_the_next(site: Site, stack: Stack) -> None:
    """Killed once while the provider works, once in the middle of writing the results."""
    site.order("slow_job", seconds=2)
    with host(stack, "killed-early") as running:
        wanted = site.drop(*NAMES)
        site.await_create()
        running.kill()
    with host(stack, "killed-late") as running:
        until(lambda: site.look(wanted).count("transcribed"))
        running.kill()
    assert site.look(wanted).count("transcribed") < len(NAMES)
    with host(stack, "last"):
        assert_all_is_done_once(site, wanted)


def test_a_release_with_wrong_profiles_goes_on_with_those_of_before(
    site: Site, stack: Stack, tmp_path: Path
) -> None:
    wrong = tmp_path / "profiles.toml"
    wrong.write_text('[default]\nprovider = "azure-speach"\n', encoding="utf-8")
    with host(stack, "before"):
        until(lambda: stack.blobs.get_blob_client("batches", "!memory/profiles").exists())
        assert (health(stack)["status"], health(stack)["problems"]) == ("ok", [])
    with host(stack, "wrong", settings={"PROFILES_FILE": str(wrong)}):
        assert states(site.end(site.drop("a.wav"))) == {"a.wav": "transcribed"}
        told = health(stack)
    assert told["status"] == "degraded"
    assert "azure-speach" in told["problems"][0]


def health(stack: Stack) -> Any:
    return httpx.get(f"{stack.app_url}/api/health", timeout=60).json()
