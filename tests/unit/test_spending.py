"""A batch with a deadline or a budget: standard until the deadline nears, and never too dear."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import (
    ManifestRefused,
    OutcomeUnknown,
    ProviderRefused,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnfunded,
    StoreConflict,
)
from shared.messages import Plan
from shared.model.manifest.files import read_manifest
from shared.model.manifest.known import Known
from shared.model.manifest.manifest import Head, Item, Manifest
from shared.model.money.price import PriceTable, Rate
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.profile import Profile
from shared.providers.azure_speech.capabilities import BATCH as LIMITS
from tests.fakes.crashes import PORTS, Crash, Trap
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD, FakeProvider
from tests.fakes.world import World

BOTH_MODES = msgspec.structs.replace(
    LIMITS,
    modes=frozenset({"standard", "express"}),
    files_per_job_in={"express": 2},
)
PRICES = PriceTable(  # a second costs 0.01 in standard, 0.02 in express
    rates={
        "first": {"standard": Rate(per_hour=36), "express": Rate(per_hour=72)},
        "second": {"standard": Rate(per_hour=144)},
    }
)
KNOWN = Known((Profile(),), {"azure-speech": LIMITS}, ("audio",))


def provider(name: str, endpoint: str) -> FakeProvider:
    made = FakeProvider(endpoint)
    made.name = name
    return made


def world(
    *, limits: Capabilities = BOTH_MODES, profile: Profile | None = None, files_per_job: int = 1000
) -> World:
    return World(
        profiles=(profile or Profile(provider="first"),),
        providers=(provider("first", "one"), provider("second", "two")),
        capabilities={
            "first": msgspec.structs.replace(limits, files_per_job=files_per_job),
            "second": LIMITS,
        },
        prices=PRICES,
    )


def ask(
    there: World,
    seconds: int | list[int],
    *,
    budget: float | None = None,
    hours: float | None = None,
    mode: Any = None,
) -> str:
    """So many recordings of a second each, or of so many seconds."""
    lengths = [1] * seconds if isinstance(seconds, int) else seconds
    for i, length in enumerate(lengths):
        there.audio.drop(f"{i:03}.wav", silence(length), there.clock.now(), container="uploads")
    deadline = None if hours is None else there.clock.now() + timedelta(hours=hours)
    manifest = Manifest(
        head=Head(budget=budget, deadline=deadline, mode=mode),
        items=tuple(Item(container="uploads", blob=f"{i:03}.wav") for i in range(len(lengths))),
    )
    return there.app.accept(manifest).id


def silence(seconds: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(1_000)
        out.writeframes(b"\x80" * 1_000 * seconds)
    return file.getvalue()


def report(there: World, batch_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(there.outputs.reports[f"reports/{batch_id}.json"])
    return found


def decisions(there: World, batch_id: str) -> list[tuple[str, int]]:
    return [(made["what"], made["recordings"]) for made in report(there, batch_id)["decisions"]]


def modes(there: World) -> list[tuple[str, int]]:
    return [(call.mode, len(call.content_urls)) for call in there.endpoints["one"].created]


# --- budget


def test_what_exceeds_the_budget_fails_with_a_reason_and_the_rest_is_done() -> None:
    there = world()
    batch_id = ask(there, 5, budget=0.03)
    there.run()
    assert modes(there) == [("standard", 3)]
    found = report(there, batch_id)
    assert found["counts"] == {
        "accepted": 5,
        "transcribed": 3,
        "failed": 2,
        "unchanged": 0,
        "needs_review": 0,
    }
    assert found["budget"] == 0.03
    failures = [row["failure"] for row in found["recordings"] if row["failure"]]
    assert {failure["code"] for failure in failures} == {"over_budget"}
    assert failures[0]["reason"] == (
        "The budget of 0.03 USD does not allow it at first in the mode standard."
    )
    assert not failures[0]["retryable"]
    assert {what for what, _ in decisions(there, batch_id)} == {"over_budget"}
    assert_all_is_well(there)


def test_a_budget_that_is_enough_changes_nothing() -> None:
    there = world()
    batch_id = ask(there, 5, budget=0.05)
    there.run()
    assert modes(there) == [("standard", 5)]
    assert report(there, batch_id)["decisions"] == []


@pytest.mark.long
def test_a_budget_holds_over_more_recordings_than_a_transaction_takes() -> None:
    there = world()
    batch_id = ask(there, 250, budget=2.2)
    there.run()
    assert sum(count for _, count in modes(there)) == 220
    assert decisions(there, batch_id) == [("over_budget", 30)]


def test_without_a_price_nobody_knows_whether_the_budget_is_kept() -> None:
    there = world()
    there.prices = PriceTable()
    there.start()
    batch_id = ask(there, 1, budget=100)
    there.run()
    [row] = report(there, batch_id)["recordings"]
    assert (row["failure"]["code"], modes(there)) == ("no_price", [])


def test_every_attempt_counts() -> None:
    """Two attempts of one recording use up what the budget has, and there is no third."""
    there = world()
    there.endpoints["one"].dropped_results.add(there.audio.url("uploads", "000.wav"))
    batch_id = ask(there, 1, budget=0.025)
    there.run()
    [row] = report(there, batch_id)["recordings"]
    assert (row["failure"]["code"], len(modes(there))) == ("over_budget", 2)


def test_a_retry_of_the_batch_does_not_forget_what_was_spent() -> None:
    there = world()
    there.endpoints["one"].dropped_results.add(there.audio.url("uploads", "000.wav"))
    batch_id = ask(there, 1, budget=0.025)
    there.run()
    there.app.retry(batch_id)
    there.run()
    assert len(modes(there)) == 2
    assert report(there, batch_id)["counts"]["failed"] == 1


def test_a_dearer_provider_takes_over_only_what_the_budget_allows() -> None:
    there = world(profile=Profile(provider="first", next_providers=("second",)))
    there.endpoints["one"].errors["submit"] = [ProviderUnfunded("empty")] * 9
    batch_id = ask(there, 3, budget=0.09)  # two at 0.04, after what was committed is given back
    there.run()
    assert [len(call.content_urls) for call in there.endpoints["two"].created] == [2]
    assert decisions(there, batch_id) == [("moved_on", 3), ("over_budget", 1)]


def test_two_planners_at_once_do_not_both_spend_the_rest() -> None:
    """The other one plans after the first has counted, and before it commits."""
    there = world(files_per_job=1)
    batch_id = ask(there, 4, budget=0.02)
    facts = there.store.facts
    overtaken: list[bool] = []

    def facts_and_overtake(asked: str) -> Any:
        found = list(facts(asked))
        if not overtaken and any(row.state == "waiting" for row in found):
            overtaken.append(True)
            there.twin().step(Plan(batch_id=batch_id))
        return iter(found)

    there.store.facts = facts_and_overtake  # type: ignore[method-assign]
    there.run()
    assert overtaken
    assert any(isinstance(error, StoreConflict) for error in there.last_errors)
    assert sum(count for _, count in modes(there)) == 2
    assert_all_is_well(there)


@pytest.mark.long
def test_whoever_dies_while_spending_is_followed_and_the_budget_is_kept() -> None:
    ports = {key: value for key, value in PORTS.items() if key != "provider"}
    whole = world()
    ask(whole, 4, budget=0.02)
    count = Trap(whole, 0, ports)
    whole.run()
    for calls in range(1, count.calls + 1):
        there = world()
        batch_id = ask(there, 4, budget=0.02)
        Trap(there, calls, ports)
        for _ in range(2):
            try:
                there.run()
            except Crash:
                there.start()
        assert sum(count for _, count in modes(there)) == 2
        assert report(there, batch_id)["counts"]["failed"] == 2
        assert_all_is_well(there)


# --- money of attempts that were not sent


def spent(there: World) -> float:
    """What the providers may ask for, if they ask for all that was sent."""
    rates = {("one", "standard"): 0.01, ("one", "express"): 0.02, ("two", "standard"): 0.04}
    return sum(
        rates[name, call.mode] * call.audio_ms / 1_000
        for name, endpoint in there.endpoints.items()
        for call in endpoint.created
    )


def committed(there: World) -> float:
    return sum(row.committed for row in there.store.rows.values())


def test_a_call_that_was_refused_costs_nothing_of_the_budget() -> None:
    there = world()
    there.endpoints["one"].errors["submit"] = [ProviderRefused("400", code="BadModel")]
    batch_id = ask(there, 3, budget=0.03)
    there.run()
    assert (report(there, batch_id)["counts"]["failed"], committed(there)) == (3, 0)
    there.clock.advance(60)
    there.app.retry(batch_id)  # after somebody has mended the profile
    there.run()
    assert report(there, batch_id)["counts"]["transcribed"] == 3
    assert committed(there) == pytest.approx(0.03)
    assert_all_is_well(there)


def test_a_call_that_is_refused_for_one_input_leaves_the_money_to_the_others() -> None:
    there = world()
    batch_id = ask(there, 4, budget=0.04)
    culprit, submit = there.audio.url("uploads", "002.wav"), there.endpoints["one"].submit

    def picky(request: Any) -> str:
        if any(url.startswith(culprit) for url in request.content_urls):
            raise ProviderRefused("400", names_an_input=True)
        return submit(request)

    there.endpoints["one"].submit = picky  # type: ignore[method-assign]
    there.run()
    assert report(there, batch_id)["counts"] == {
        "accepted": 4,
        "transcribed": 3,
        "failed": 1,
        "unchanged": 0,
        "needs_review": 0,
    }
    assert committed(there) == pytest.approx(spent(there)) == pytest.approx(0.03)
    assert_all_is_well(there)


def test_what_was_left_out_may_be_retried_with_the_money_of_a_refused_call() -> None:
    """And the report does not say any more that it was left out."""
    there = world(files_per_job=1)
    there.endpoints["one"].errors["submit"] = [ProviderRefused("400")]
    batch_id = ask(there, 2, budget=0.01)
    there.run()
    assert decisions(there, batch_id) == [("over_budget", 1)]
    refused = next(r for r in there.store.rows.values() if not r.decisions)
    there.clock.advance(60)
    retried = there.app.retry(batch_id).retry_at
    assert retried is not None
    still = msgspec.structs.replace(refused, changed_at=retried + timedelta(hours=1))
    there.store.rows[refused.batch_id, refused.id] = still  # that one is left as it is
    there.run()
    assert report(there, batch_id)["counts"]["transcribed"] == 1
    assert decisions(there, batch_id) == []
    assert committed(there) == pytest.approx(0.01)


def test_what_is_cancelled_before_it_was_sent_costs_nothing_of_the_budget() -> None:
    there = world()
    there.endpoints["one"].errors["submit"] = [ProviderUnauthorised("401")] * 100
    batch_id = ask(there, 3, budget=0.03)
    there.clock.advance(10)
    there.drain()
    assert committed(there) == pytest.approx(0.03)
    there.app.cancel(batch_id)
    there.run()
    assert (report(there, batch_id)["counts"]["failed"], committed(there)) == (3, 0)
    there.endpoints["one"].errors.clear()
    there.clock.advance(60)
    there.app.retry(batch_id)
    there.run()
    assert report(there, batch_id)["counts"]["transcribed"] == 3
    assert_all_is_well(there)


def test_what_is_cancelled_while_it_waits_for_its_job_costs_nothing_of_the_budget() -> None:
    there = world()
    batch_id = ask(there, 3, budget=0.03)
    trap = Trap.at(there, 1, store="commit")
    with pytest.raises(Crash):
        there.run()
    assert trap.calls == 1 and committed(there) == pytest.approx(0.03)
    there.start()
    there.app.cancel(batch_id)
    there.run()
    assert (report(there, batch_id)["counts"]["failed"], committed(there)) == (3, 0)


def test_what_is_cancelled_at_the_provider_stays_paid_for() -> None:
    there = world()
    batch_id = ask(there, 3, budget=0.03)
    there.clock.advance(10)
    there.drain()
    there.app.cancel(batch_id)
    there.run()
    assert report(there, batch_id)["counts"]["failed"] == 3
    assert committed(there) == pytest.approx(spent(there)) == pytest.approx(0.03)


def test_a_call_whose_outcome_stays_unknown_stays_paid_for() -> None:
    there = world(limits=msgspec.structs.replace(BOTH_MODES, find_is_proof=False))
    there.endpoints["one"].errors["submit"] = [OutcomeUnknown("time-out")]
    there.endpoints["one"].carries_out_unknown = False
    batch_id = ask(there, 3, budget=0.03)
    there.run()
    assert report(there, batch_id)["counts"]["failed"] == 3
    assert committed(there) == pytest.approx(0.03)


def test_the_halves_of_a_job_that_failed_as_a_whole_are_not_sent_with_the_same_money() -> None:
    """Nobody says that a provider asks nothing for it."""
    there = world()
    there.endpoints["one"].bad_sources[there.audio.url("uploads", "000.wav")] = BAD
    there.endpoints["one"].fails_with_bad_source = True
    batch_id = ask(there, 4, budget=0.06)
    there.run()
    assert sum(count for _, count in modes(there)) == 6
    assert committed(there) == pytest.approx(spent(there)) == pytest.approx(0.06)
    assert {what for what, _ in decisions(there, batch_id)} == {"over_budget"}
    assert_all_is_well(there)


@pytest.mark.long
def test_whoever_dies_while_giving_money_back_is_followed_and_none_is_lost_or_spent_twice() -> None:
    ports = {key: PORTS[key] for key in ("store", "active", "queue")}
    refused = [ProviderRefused("400", names_an_input=True), ProviderRefused("400")]
    for cancels in (False, True):
        points = given_back(None, ports, list(refused), cancels).calls
        for point in range(1, points + 1):
            given_back(point, ports, list(refused), cancels)


def given_back(
    point: int | None, ports: Mapping[str, type], errors: list[Exception], cancels: bool
) -> Trap:
    there = world()
    there.endpoints["one"].errors["submit"] = errors
    batch_id = ask(there, 5, budget=0.04)
    trap = Trap(there, point, ports)
    for _ in range(2):
        try:
            if cancels:
                there.clock.advance(10)
                there.drain()
                there.app.cancel(batch_id)
            there.run()
        except Crash:
            there.start()
    assert committed(there) == pytest.approx(spent(there)), point
    assert spent(there) <= 0.04 + 1e-9
    assert_all_is_well(there)
    return trap


# --- deadline


def test_far_from_the_deadline_it_is_standard() -> None:
    there = world()
    batch_id = ask(there, 3, hours=48)
    there.run()
    assert modes(there) == [("standard", 3)]
    assert report(there, batch_id)["decisions"] == []
    assert report(there, batch_id)["deadline_at"] == "2026-03-04T09:00:00Z"


def test_near_the_deadline_it_is_express_in_jobs_of_that_mode() -> None:
    there = world()
    batch_id = ask(there, 3, hours=20)
    there.run()
    assert modes(there) == [("express", 2), ("express", 1)]
    assert decisions(there, batch_id) == [("express", 3)]
    name = "transcripts/uploads/000.wav.json"
    cost = json.loads(there.outputs.files[name].content)["provider"]["cost"]
    assert cost["amount"] == 0.04  # two seconds, express


def test_a_job_that_could_not_be_sent_goes_express_when_the_deadline_nears() -> None:
    there = world()
    there.endpoints["one"].errors["submit"] = [ProviderUnavailable("503")] * 30
    batch_id = ask(there, 3, hours=24.5)
    there.run()
    assert modes(there) == [("express", 2), ("express", 1)]
    assert decisions(there, batch_id) == [("express", 3)]
    assert_all_is_well(there)


def test_express_is_refused_where_it_would_break_the_budget() -> None:
    there = world()
    batch_id = ask(there, 3, hours=20, budget=0.04)
    there.run()
    assert sorted(modes(there)) == [("express", 1), ("standard", 2)]
    assert decisions(there, batch_id) == [("express", 1), ("kept_standard", 2)]
    assert_all_is_well(there)


def test_a_job_that_stays_standard_for_the_budget_is_sent_and_not_planned_for_ever() -> None:
    there = world()
    there.endpoints["one"].errors["submit"] = [ProviderUnavailable("503")] * 30
    batch_id = ask(there, 3, hours=24.5, budget=0.03)
    there.run()
    assert modes(there) == [("standard", 3)]
    assert decisions(there, batch_id) == [("kept_standard", 3)]


def test_a_provider_without_two_modes_has_nothing_to_hurry() -> None:
    there = world(limits=LIMITS)
    batch_id = ask(there, 3, hours=1)
    there.run()
    assert modes(there) == [("standard", 3)]
    assert report(there, batch_id)["decisions"] == []


# --- as manifests write them


def read(**head: object) -> Head:
    content = json.dumps({**head, "recordings": [{"blob": "a.wav"}]}).encode()
    return read_manifest(content, "json", KNOWN).head


def test_a_manifest_may_have_a_deadline_and_a_budget() -> None:
    head = read(deadline="2026-12-01T18:00:00+01:00", budget=12)
    assert head.deadline == datetime.fromisoformat("2026-12-01T17:00:00Z")
    assert head.budget == 12.0


def test_a_table_may_have_them_too() -> None:
    content = b"# deadline: 2026-12-01T18:00:00Z\n# budget: 12.50\nblob\na.wav\n"
    head = read_manifest(content, "csv", KNOWN).head
    assert (head.budget, head.deadline is not None) == (12.5, True)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("deadline", "tomorrow", "bad_value"),
        ("deadline", "2026-12-01T18:00:00", "bad_value"),
        ("deadline", 5, "wrong_type"),
        ("budget", 0, "bad_value"),
        ("budget", -1, "bad_value"),
        ("budget", "12", "wrong_type"),
        ("budget", True, "wrong_type"),
        ("budget", 1e12, "bad_value"),
    ],
)
def test_what_is_no_deadline_and_no_budget_is_told(key: str, value: object, code: str) -> None:
    with pytest.raises(ManifestRefused) as refused:
        read(**{key: value})
    assert [(fault.code, fault.at) for fault in refused.value.faults] == [(code, key)]


# --- a law

TROUBLE = (
    ProviderUnfunded("empty"),
    ProviderRefused("400"),
    ProviderRefused("400", names_an_input=True),
    ProviderUnavailable("503"),
    OutcomeUnknown("time-out"),
)


@pytest.mark.long
@given(
    seconds=st.lists(st.integers(1, 9), min_size=1, max_size=8),
    budget=st.floats(0.01, 0.5),
    hours=st.sampled_from([None, 1.0, 48.0]),
    lost=st.sets(st.integers(0, 7)),
    bad=st.sets(st.integers(0, 7), max_size=2),
    trouble=st.lists(st.sampled_from(TROUBLE), max_size=4),
    is_carried_out=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_whatever_happens_what_was_sent_is_committed_and_never_costs_more_than_the_budget(
    seconds: list[int],
    budget: float,
    hours: float | None,
    lost: set[int],
    bad: set[int],
    trouble: list[Exception],
    is_carried_out: bool,
) -> None:
    there = world(profile=Profile(provider="first", next_providers=("second",)))
    one = there.endpoints["one"]
    one.dropped_results = {there.audio.url("uploads", f"{i:03}.wav") for i in lost}
    one.bad_sources = {there.audio.url("uploads", f"{i:03}.wav"): BAD for i in bad}
    one.fails_with_bad_source = True
    one.errors["submit"] = list(trouble)
    one.carries_out_unknown = is_carried_out
    ask(there, seconds, budget=budget, hours=hours)
    there.run()
    assert spent(there) <= budget + 1e-6
    assert committed(there) == pytest.approx(spent(there), abs=1e-5)
    assert_all_is_well(there)
