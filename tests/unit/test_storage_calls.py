"""What a recording costs in storage calls, as `python -m benchmarks storage_calls` counts them."""

from __future__ import annotations

from collections.abc import Collection
from threading import Event, Thread
from time import monotonic

import pytest

from benchmarks.storage_calls import batches_of_one, exported, in_one_job, one_a_job
from shared.errors import StoreUnavailable
from shared.pipeline.together import AskTogether
from shared.ports.blobs import AudioEntry
from tests.fakes.clock import FakeClock


@pytest.mark.long
def test_a_burst_in_one_job_costs_little_more_than_what_each_recording_costs_alone() -> None:
    figures = in_one_job(500)
    assert figures["storage_calls_per_recording"] <= 4.3
    assert figures["executions_per_recording"] <= 1.1


@pytest.mark.long
def test_tables_cost_two_calls_a_slice_where_they_are_wanted_and_none_elsewhere() -> None:
    without, with_tables = in_one_job(200), exported(200)
    assert not any("exports" in kind for kinds in without["by_step"].values() for kind in kinds)
    more = with_tables["storage_calls_per_recording"] - without["storage_calls_per_recording"]
    assert 0 < more <= 0.05
    assert with_tables["executions_per_recording"] == without["executions_per_recording"]


@pytest.mark.long
def test_of_a_job_of_one_recording_its_row_is_all_that_is_read_when_its_result_is_there() -> None:
    figures = one_a_job(300)
    collect = figures["by_step"]["collect"]
    without_search = figures["storage_calls_per_recording"] - collect["pieces.put"]
    assert without_search <= 10.8  # in one thread; several share two calls
    reads = ("active.get", "active.all", "store.job", "store.rows_left")
    assert sum(collect.get(kind, 0) for kind in reads) <= 1.1


def test_batches_of_one_recording_that_share_a_job_share_what_can_be_shared() -> None:
    figures = batches_of_one(100)
    assert figures["jobs"] == 1
    assert figures["storage_calls_per_recording"] <= 21.6
    assert figures["executions_per_recording"] <= 2.1


def _entry(name: str) -> AudioEntry:
    return AudioEntry(name, "1", FakeClock().now(), {})


def _asked_at_once(ask: AskTogether, names: list[str], looks: list[set[str]]) -> list[object]:
    """Each by a thread of its own; the first look is not over before all others wait."""
    answers: list[object] = [None] * len(names)
    has_begun = Event()

    def look(container: str, wanted: Collection[str]) -> dict[str, AudioEntry]:
        looks.append(set(wanted))
        has_begun.set()
        deadline = monotonic() + 20
        while len(looks) == 1 and len(ask.waiting) < len(names) - 1 and monotonic() < deadline:
            pass
        if "broken" in wanted:
            raise StoreUnavailable("503")
        return {name: _entry(name) for name in wanted}

    def asks(i: int) -> None:
        try:
            answers[i] = ask("audio", names[i], look)
        except StoreUnavailable as error:
            answers[i] = error

    threads = [Thread(target=asks, args=(i,)) for i in range(len(names))]
    for thread in threads:
        thread.start()
        assert has_begun.wait(20)
    for thread in threads:
        thread.join(20)
    return answers


def test_those_who_ask_while_somebody_looks_are_answered_by_the_next_look() -> None:
    names, looks = [f"{i}.wav" for i in range(8)], list[set[str]]()
    answers = _asked_at_once(AskTogether(), names, looks)
    assert [getattr(answer, "name", None) for answer in answers] == names
    assert looks == [{"0.wav"}, set(names[1:])]


def test_what_a_look_raises_all_get_that_asked() -> None:
    looks = list[set[str]]()
    answers = _asked_at_once(AskTogether(), ["0.wav", "broken", "1.wav"], looks)
    assert getattr(answers[0], "name", None) == "0.wav"
    assert all(isinstance(answer, StoreUnavailable) for answer in answers[1:])


def test_a_name_that_is_not_there_has_no_entry() -> None:
    assert AskTogether()("audio", "a.wav", lambda container, names: {}) is None


def test_a_look_that_fails_is_raised_by_who_asked_alone() -> None:
    def fails(container: str, names: object) -> dict[str, AudioEntry]:
        raise StoreUnavailable("503")

    with pytest.raises(StoreUnavailable):
        AskTogether()("audio", "a.wav", fails)
