"""Questions of several threads share calls, and nobody waits for who does not come."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from shared.pipeline.write.gather import Gather


def doubled(questions: Sequence[int]) -> list[int]:
    return [2 * question for question in questions]


def test_who_asks_alone_is_answered_at_once() -> None:
    gather: Gather[int, int] = Gather(5, wait_seconds=3_600)
    with gather.one():
        assert gather([1, 2, 3], doubled) == [2, 4, 6]
        assert gather([], doubled) == []


def test_more_than_a_call_takes_are_several_calls() -> None:
    calls: list[int] = []

    def ask(questions: Sequence[int]) -> list[int]:
        calls.append(len(questions))
        return doubled(questions)

    gather: Gather[int, int] = Gather(5, wait_seconds=3_600)
    with gather.one():
        assert gather(range(12), ask) == [2 * n for n in range(12)]
    assert calls == [5, 5, 2]


def test_those_who_are_expected_share_calls() -> None:
    calls: list[int] = []

    def ask(questions: Sequence[int]) -> list[int]:
        calls.append(len(questions))
        return doubled(questions)

    gather: Gather[int, int] = Gather(5, expected=10, wait_seconds=3_600)

    def one(n: int) -> list[int]:
        with gather.one():
            return gather([n], ask)

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(one, range(10))) == [[2 * n] for n in range(10)]
    assert calls == [5, 5]


def test_who_does_not_come_is_not_waited_for() -> None:
    gather: Gather[int, int] = Gather(5, expected=10, wait_seconds=0.01)
    with gather.one():
        assert gather([1], doubled) == [2]


def test_who_is_at_work_is_waited_for_until_it_asks_or_ends() -> None:
    gather: Gather[int, int] = Gather(5, expected=2, wait_seconds=3_600)
    begun, may_end = Event(), Event()

    def idle() -> None:
        with gather.one():
            begun.set()
            may_end.wait()

    def asks() -> list[int]:
        with gather.one():
            may_end.set()
            return gather([1], doubled)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(idle)
        begun.wait()
        assert pool.submit(asks).result() == [2]
        first.result()


def test_what_a_call_raises_all_in_it_raise_and_no_others() -> None:
    gather: Gather[int, int] = Gather(2, expected=4, wait_seconds=3_600)

    def ask(questions: Sequence[int]) -> list[int]:
        if 3 in questions:
            raise ValueError("three")
        return doubled(questions)

    def one(n: int) -> list[int] | None:
        with gather.one():
            try:
                return gather([n], ask)
            except ValueError:
                return None

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, range(4)))
    assert answers.count(None) == 2 and answers[3] is None


def test_an_answer_too_few_is_an_error_and_no_end_of_waiting() -> None:
    gather: Gather[int, int] = Gather(5)
    with gather.one(), pytest.raises(ValueError):
        gather([1, 2], lambda questions: [1])
