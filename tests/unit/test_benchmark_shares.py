"""What the benchmark says a recording's processor time goes into."""

from __future__ import annotations

import pytest

from benchmarks import shares as shares_module
from benchmarks.cpu import Cpu
from benchmarks.shares import BENCHMARK, Shares, measured
from shared.outputs.formats import FORMATS
from shared.pipeline.write import publish


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(shares_module, "thread_time", lambda: now[0])
    return now


def test_a_part_does_not_count_what_another_one_costs(clock: list[float]) -> None:
    shares = Shares()
    with shares.of("search"):
        clock[0] += 1
        with shares.of("storage"):
            clock[0] += 2
            with shares.of("storage"):
                clock[0] += 4
        clock[0] += 8
    clock[0] += 16
    assert (shares.ms()["search"], shares.ms()["storage"]) == (9_000, 6_000)


def test_what_the_benchmark_calls_is_no_share_of_the_app(clock: list[float]) -> None:
    shares = Shares()
    with shares.of(BENCHMARK), shares.of("storage"):
        clock[0] += 1
    assert (shares.ms()[BENCHMARK], shares.ms()["storage"]) == (1_000, 0)


def test_all_seams_are_there_and_are_left_as_they_were() -> None:
    before = publish.build_transcript, FORMATS["json"]
    with measured(Shares()):
        assert (publish.build_transcript, FORMATS["json"]) != before
    assert (publish.build_transcript, FORMATS["json"]) == before


def test_the_shares_add_up_to_the_whole() -> None:
    used = Cpu(user=3.0, system=1.0, children=0.5)
    found = used.shares({"storage": 1_500.0, "probing": 100.0}, 1_000)
    assert found == {"storage": 1.5, "probing": 0.6, "rest": 2.4}
    assert used.per_recording(1_000)["cpu_ms_per_recording"] == pytest.approx(4.5)
