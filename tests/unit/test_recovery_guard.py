"""A provider endpoint as all instances share it: limits, pauses, outages and probes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.endpoints.guard import TRIES, GuardedProvider
from shared.errors import (
    EndpointDown,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    StoreConflict,
    TranscriptionMissing,
)
from shared.model.endpoint.endpoint import FIRST_PAUSE, LONGEST_PAUSE, EndpointState
from shared.model.endpoint.limits import HANDFUL, Limit, Limits
from shared.model.profile.capabilities import Ramp
from shared.model.profile.options import Options
from shared.ports.provider import JobRequest, ResultFile
from tests.fakes.clock import FakeClock
from tests.fakes.provider import FakeProvider
from tests.fakes.stores import FakeEndpointBook

UNAVAILABLE = ProviderUnavailable("503")
REQUEST = JobRequest(
    mark="m", display_name="", options=Options(), content_urls=("https://store/audio/a.wav",)
)


class Place:
    """One provider endpoint and several instances of the app that use it."""

    def __init__(self, *, instances: int = 2, most: int = 20, files: int = 1, **more: Any) -> None:
        self._limits = Limits((Limit(most, 10),), **more)
        self.clock, self.book = FakeClock(), FakeEndpointBook()
        self.provider = FakeProvider("west", page=2)
        self.key = self.provider.submit(
            JobRequest(
                mark="m",
                display_name="",
                options=Options(),
                content_urls=tuple(f"https://store/audio/{i}.wav" for i in range(files)),
            )
        )
        self.provider.complete(self.key)
        self.provider.calls.clear()
        self.instances = [self.instance() for _ in range(instances)]

    def instance(self) -> GuardedProvider:
        return GuardedProvider(
            self.provider, "west", book=self.book, clock=self.clock, limits=self._limits
        )

    def fail(self, *errors: Exception) -> None:
        """The next questions are answered with these."""
        self.provider.errors["status"] = list(errors)

    def ask(self, instance: int = 0) -> ProviderError | None:
        """One call; how it failed, if it did."""
        try:
            self.instances[instance].status(self.key)
        except ProviderError as error:
            return error
        return None

    @property
    def asked(self) -> int:
        return self.provider.calls["status"]

    @property
    def state(self) -> EndpointState:
        return self.book.state("west")


# --- limits


@given(steps=st.lists(st.tuples(st.integers(0, 2), st.sampled_from((0, 0, 0, 1, 4))), max_size=120))
def test_instances_together_never_make_more_calls_than_the_limit(
    steps: list[tuple[int, int]],
) -> None:
    place = Place(instances=3, most=7)
    made: list[datetime] = []
    for instance, seconds in steps:
        place.clock.advance(seconds)
        before = place.asked
        error = place.ask(instance)
        assert isinstance(error, ProviderThrottled | None)
        assert (place.asked > before) == (error is None)
        made += [place.clock.now()] * (place.asked - before)
    for start in made:
        assert sum(start <= at < start + timedelta(seconds=10) for at in made) <= 7


def test_two_instances_that_call_at_the_same_moment_share_one_limit() -> None:
    place = Place(instances=2, most=11)
    start = Barrier(2)

    def call(instance: int) -> None:
        start.wait()
        for _ in range(50):
            place.ask(instance)

    threads = [Thread(target=call, args=(instance,)) for instance in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert place.asked == 11


def test_a_call_beyond_the_limit_is_not_made_and_says_when_it_may_be() -> None:
    place = Place(most=3)
    place.clock.advance(4)
    assert [place.ask() for _ in range(3)] == [None] * 3
    error = place.ask(1)
    assert isinstance(error, ProviderThrottled) and error.retry_after_seconds == 11
    assert place.asked == 3
    place.clock.advance(11)
    assert place.ask(1) is None


def test_our_own_limit_is_no_fault_of_the_endpoint() -> None:
    place = Place(most=1)
    for _ in range(10):
        place.ask()
    assert (place.state.failures, place.state.down_until_at) == (0, None)


def test_counting_costs_one_write_for_a_handful_of_calls() -> None:
    place, saves = Place(instances=1, most=90), Counter[str]()
    save = place.book.save

    def counted(state: EndpointState) -> EndpointState:
        saves["save"] += 1
        return save(state)

    place.book.save = counted  # type: ignore[method-assign]
    for _ in range(90):
        assert place.ask() is None
    for _ in range(10):
        assert place.ask() is not None
    assert saves["save"] == 90 / HANDFUL


def test_every_kind_of_call_but_a_download_counts() -> None:
    place = Place(instances=1, most=5)
    guarded = place.instances[0]
    guarded.submit(REQUEST)
    list(guarded.find("m"))
    guarded.status(place.key)
    list(guarded.ensure_webhook("https://app/api/webhooks", "secret"))
    guarded.delete("nobody")
    with pytest.raises(ProviderThrottled):
        guarded.delete("nobody")


def test_downloads_and_webhook_calls_are_not_counted_and_not_stopped() -> None:
    place = Place(most=4)
    guarded = place.instances[0]
    [page] = guarded.files(place.key)
    place.fail(ProviderUnauthorised("401"))
    assert isinstance(place.ask(), ProviderUnauthorised)
    assert place.state.is_down(place.clock.now())
    for file in page * 20:
        if file.kind == "result":
            guarded.result(file)
        else:
            guarded.report(file)
    assert place.provider.calls["result"] == place.provider.calls["report"] == 20
    guarded.read_webhook({}, {}, b"t-1", "secret")


def test_a_list_of_files_counts_by_its_pages() -> None:
    place = Place(instances=1, most=5, files=7)  # and a report: four pages of two
    guarded = place.instances[0]
    assert [len(page) for page in guarded.files(place.key)] == [2, 2, 2, 2]
    assert place.ask() is None
    with pytest.raises(ProviderThrottled):
        guarded.status(place.key)


@pytest.mark.parametrize("method", ["find", "copies"])
def test_looking_through_the_providers_list_counts_by_its_pages(method: str) -> None:
    place = Place(instances=1, most=5)
    for _ in range(6):
        place.provider.submit(REQUEST)
    guarded = place.instances[0]
    pages = guarded.find("nobody") if method == "find" else guarded.copies("nobody")
    assert len(list(pages)) == 4  # seven transcriptions, two on a page
    assert place.provider.calls[method] == 4
    assert place.ask() is None
    assert isinstance(place.ask(), ProviderThrottled)


def test_a_look_through_the_list_stops_at_the_limit() -> None:
    place = Place(instances=1, most=2)
    for _ in range(6):
        place.provider.submit(REQUEST)
    with pytest.raises(ProviderThrottled):
        list(place.instances[0].copies("m"))
    assert place.provider.calls["copies"] == 2


def test_a_create_call_counts_as_many_calls_as_the_provider_needs_for_it() -> None:
    place = Place(instances=1, most=7, calls_per_create=3)
    guarded = place.instances[0]
    guarded.submit(REQUEST)
    guarded.submit(REQUEST)
    with pytest.raises(ProviderThrottled):
        guarded.submit(REQUEST)
    assert place.ask() is None
    assert place.provider.calls["submit"] == 2


def test_results_count_where_the_provider_itself_hands_them_out() -> None:
    place = Place(instances=1, most=3, results_count=True)
    guarded = place.instances[0]
    [page] = guarded.files(place.key)
    guarded.result(page[0])
    guarded.result(page[0])
    with pytest.raises(ProviderThrottled):
        guarded.result(page[0])


def test_instances_together_begin_bulk_work_slowly() -> None:
    place = Place(instances=3, most=1000, ramp=Ramp(first=2, most=12, seconds=10))
    made = []
    for _ in range(5):
        before = place.provider.calls["submit"]
        for i in range(60):
            with suppress(ProviderThrottled):
                place.instances[i % 3].submit(REQUEST)
        made.append(place.provider.calls["submit"] - before)
        assert place.ask() is None
        place.clock.advance(10)
    assert made == [2, 4, 8, 12, 12]


def test_a_list_of_files_is_not_read_beyond_the_limit() -> None:
    place = Place(instances=1, most=2, files=7)
    pages = place.instances[0].files(place.key)
    assert [len(next(pages)), len(next(pages))] == [2, 2]
    with pytest.raises(ProviderThrottled):
        next(pages)
    assert place.provider.calls["files"] == 2


# --- what the endpoint asks for


def test_retry_after_pauses_all_instances_for_as_long_as_it_says() -> None:
    place = Place(instances=3)
    place.fail(ProviderThrottled("429", retry_after_seconds=45))
    assert isinstance(place.ask(0), ProviderThrottled)
    for instance in (1, 2, 0):
        error = place.ask(instance)
        assert isinstance(error, EndpointDown)
        assert error.until_at == place.clock.now() + timedelta(seconds=45)
    place.clock.advance(44)
    assert isinstance(place.ask(1), EndpointDown)
    assert place.asked == 1
    place.clock.advance(1)
    assert [place.ask(instance) for instance in (0, 1, 2)] == [None] * 3


def test_an_instance_with_calls_in_hand_makes_no_more_than_those_while_others_wait() -> None:
    place = Place(instances=2, most=90)
    assert place.ask(1) is None
    place.fail(ProviderThrottled("429", retry_after_seconds=45))
    place.ask(0)
    made = sum(place.ask(1) is None for _ in range(50))
    assert made == HANDFUL - 1
    place.clock.advance(10)
    assert isinstance(place.ask(1), EndpointDown)


def test_being_throttled_without_a_time_is_a_pause_of_a_second() -> None:
    place = Place()
    place.fail(ProviderThrottled("429", retry_after_seconds=None))
    place.ask(0)
    assert isinstance(place.ask(1), EndpointDown)
    place.clock.advance(1)
    assert place.ask(1) is None


def test_the_answer_to_an_older_call_does_not_end_the_pause_that_was_asked_for() -> None:
    """Two calls are under way; one is told to wait, and then the other succeeds."""
    place = Place()
    place.fail(UNAVAILABLE)
    place.ask(0)
    status = place.provider.status

    def overtaken(transcription_id: str):  # type: ignore[no-untyped-def]
        place.provider.status = status  # type: ignore[method-assign]
        place.fail(ProviderThrottled("429", retry_after_seconds=60))
        place.ask(1)
        return status(transcription_id)

    place.provider.status = overtaken  # type: ignore[method-assign]
    assert place.ask(0) is None
    place.clock.advance(59)
    assert isinstance(place.ask(0), EndpointDown)
    assert isinstance(place.ask(1), EndpointDown)


# --- outages


def test_a_wrong_key_takes_the_endpoint_out_at_once_for_all() -> None:
    place = Place()
    place.fail(ProviderUnauthorised("401", code="401"))
    assert isinstance(place.ask(0), ProviderUnauthorised)
    error = place.ask(1)
    assert isinstance(error, EndpointDown)
    assert error.until_at == place.clock.now() + FIRST_PAUSE
    assert "ProviderUnauthorised 401" in str(error)


@pytest.mark.parametrize(
    "call",
    [
        lambda guarded: guarded.delete("t"),
        lambda guarded: list(guarded.ensure_webhook("https://app", "s")),
    ],
)
def test_a_role_that_may_not_delete_or_register_may_still_transcribe(
    call: Callable[[GuardedProvider], object],
) -> None:
    place = Place()
    for method in ("delete", "ensure_webhook"):
        place.provider.errors[method] = [ProviderUnauthorised("403")]
    with pytest.raises(ProviderUnauthorised):
        call(place.instances[0])
    assert place.ask(0) is None and place.ask(1) is None


@pytest.mark.parametrize("error", [UNAVAILABLE, OutcomeUnknown("time-out")])
def test_three_failures_in_a_row_take_the_endpoint_out_whoever_sees_them(error: Exception) -> None:
    place = Place(instances=3)
    for instance in range(3):
        place.fail(error)
        place.ask(instance)
    assert place.asked == 3
    assert all(isinstance(place.ask(instance), EndpointDown) for instance in range(3))
    assert place.asked == 3


@pytest.mark.parametrize(
    "answer", [None, ProviderRefused("400"), TranscriptionMissing("404")], ids=str
)
def test_an_answer_in_between_shows_it_well_even_if_it_says_no(answer: Exception | None) -> None:
    place = Place()
    for error in (UNAVAILABLE, UNAVAILABLE, answer, UNAVAILABLE, UNAVAILABLE):
        place.fail(*[error] if error else [])
        place.ask()
    assert place.state.failures == 2
    assert place.ask(1) is None


def test_a_success_that_began_before_the_outage_proves_nothing() -> None:
    place = Place()
    status = place.provider.status

    def overtaken(transcription_id: str):  # type: ignore[no-untyped-def]
        place.provider.status = status  # type: ignore[method-assign]
        place.fail(ProviderUnauthorised("401"))
        place.ask(0)
        return status(transcription_id)

    place.provider.status = overtaken  # type: ignore[method-assign]
    assert place.ask(0) is None
    assert isinstance(place.ask(0), EndpointDown)
    assert isinstance(place.ask(1), EndpointDown)


def taken_out() -> Place:
    place = Place(instances=3)
    place.fail(ProviderUnauthorised("401"))
    place.ask()
    return place


def test_after_the_pause_one_caller_looks_and_the_others_wait_for_what_it_finds() -> None:
    place = taken_out()
    place.clock.advance(FIRST_PAUSE.total_seconds())
    status, seen = place.provider.status, []

    def slowly(transcription_id: str):  # type: ignore[no-untyped-def]
        place.provider.status = status  # type: ignore[method-assign]
        seen.extend(place.ask(instance) for instance in (1, 2, 0))
        return status(transcription_id)

    place.provider.status = slowly  # type: ignore[method-assign]
    assert place.ask(0) is None
    assert [type(error) for error in seen] == [EndpointDown] * 3
    assert [place.ask(instance) for instance in range(3)] == [None] * 3
    assert place.state.failures == place.state.pauses == 0


@pytest.mark.parametrize("answer", [ProviderRefused("400"), TranscriptionMissing("404")], ids=str)
def test_a_probe_that_is_told_no_has_found_the_endpoint_well(answer: Exception) -> None:
    place = taken_out()
    place.clock.advance(FIRST_PAUSE.total_seconds())
    place.fail(answer)
    place.ask(1)
    assert place.ask(0) is None and place.ask(2) is None


def test_probes_that_fail_come_ever_more_seldom() -> None:
    place = taken_out()
    place.fail(*[UNAVAILABLE] * 100)
    probed_at = [place.clock.now()]
    while len(probed_at) < 9:
        place.clock.advance(1)
        before = place.asked
        for instance in range(3):
            place.ask(instance)
        assert place.asked <= before + 1
        if place.asked > before:
            probed_at.append(place.clock.now())
    pauses = [(b - a).total_seconds() for a, b in pairwise(probed_at)]
    assert pauses == [30, 60, 120, 240, 480, 600, 600, 600]
    assert place.state.down_until_at == place.clock.now() + LONGEST_PAUSE


def test_a_probe_that_never_comes_back_is_followed_by_another() -> None:
    place = taken_out()
    place.clock.advance(FIRST_PAUSE.total_seconds())

    class Dead(BaseException):
        pass

    status = place.provider.status

    def dies(transcription_id: str) -> None:
        raise Dead

    place.provider.status = dies  # type: ignore[assignment,method-assign]
    with pytest.raises(Dead):
        place.ask(0)
    place.provider.status = status  # type: ignore[method-assign]
    assert isinstance(place.ask(1), EndpointDown)
    place.clock.advance(FIRST_PAUSE.total_seconds())
    assert place.ask(1) is None and place.ask(2) is None


def test_a_fresh_process_knows_what_the_others_know() -> None:
    place = taken_out()
    place.instances.append(place.instance())
    assert isinstance(place.ask(3), EndpointDown)


# --- the book


def test_a_call_is_admitted_though_others_write_in_between() -> None:
    place = Place(instances=1, most=100)
    save, rivals = place.book.save, [place.instance() for _ in range(TRIES - 1)]

    def overtaken(state: EndpointState) -> EndpointState:
        if rivals:
            rival, place.book.save = rivals.pop(), save  # type: ignore[method-assign]
            rival.delete("nobody")
            place.book.save = overtaken  # type: ignore[method-assign]
        return save(state)

    place.book.save = overtaken  # type: ignore[method-assign]
    assert place.ask() is None
    assert not rivals


def test_a_call_for_which_the_book_has_no_moment_is_put_off() -> None:
    place = Place(instances=1)

    def taken(state: EndpointState) -> EndpointState:
        raise StoreConflict("somebody else was first")

    place.book.save = taken  # type: ignore[method-assign]
    error = place.ask()
    assert isinstance(error, ProviderThrottled) and not isinstance(error, EndpointDown)
    assert place.asked == 0


def test_a_failure_is_noted_though_others_write_in_between() -> None:
    place = Place(instances=2)
    place.fail(ProviderUnauthorised("401"))
    status = place.provider.status

    def meanwhile(transcription_id: str):  # type: ignore[no-untyped-def]
        state = place.book.state

        def stale(name: str) -> EndpointState:
            found = state(name)
            place.book.state = state  # type: ignore[method-assign]
            place.book.save(found)
            return found

        place.book.state = stale  # type: ignore[method-assign]
        return status(transcription_id)

    place.provider.status = meanwhile  # type: ignore[method-assign]
    assert isinstance(place.ask(0), ProviderUnauthorised)
    assert isinstance(place.ask(1), EndpointDown)


def test_what_is_asked_comes_back_as_the_provider_said_it() -> None:
    place = Place(files=1)
    guarded = place.instances[0]
    assert (guarded.name, guarded.endpoint) == ("azure-speech", "west")
    assert guarded.status(place.key) == place.provider.status(place.key)
    assert list(guarded.find("m")) == [place.key]
    assert [[copy.transcription_id for copy in page] for page in guarded.copies("m")] == [
        [place.key]
    ]
    result = ResultFile(kind="result", name="contenturl_0.json", url=f"result:{place.key}:0")
    assert guarded.result(result) == place.provider.result(result)
    guarded.delete(place.key)
    assert place.provider.deleted == [place.key]
