"""The promises of `Line`, kept by the stand-in and by Table Storage alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from shared.errors import StoreConflict
from shared.model.job.job import Job
from shared.ports.indices import Line, LineHead
from shared.stores.table.line import TableLine
from tests.contract.stores import NOW, a_job, fresh_table
from tests.fakes.stores import FakeLine

P = "azure-speech"


@pytest.fixture(params=["stand-in", "table"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    if request.param == "stand-in":
        yield FakeLine()
        return
    with fresh_table(request.getfixturevalue("azurite")) as table:
        yield TableLine(table)


def waits(number: int, **changes: object) -> Job:
    job = msgspec.structs.replace(
        a_job(f"j{number:03}"),
        provider=P,
        state="planned",
        version=f"v{number}",
        since_at=NOW + timedelta(seconds=number),
    )
    return msgspec.structs.replace(job, **changes)


def test_who_came_first_stands_first_and_comes_back_as_it_was(line: Line) -> None:
    jobs = [waits(number) for number in (3, 1, 2)]
    line.join(jobs)
    head, found = line.first(P, 2)
    assert head == LineHead(provider=P)
    assert [place.job for place in found] == [jobs[1], jobs[2]]


def test_rank_goes_before_time(line: Line) -> None:
    line.join([waits(1), waits(2, rank=1)])
    assert [place.job.id for place in line.first(P, 5)[1]] == ["j002", "j001"]


def test_joining_again_brings_the_place_up_to_date(line: Line) -> None:
    line.join([waits(1)])
    line.join([waits(1, version="later", changed_at=NOW + timedelta(hours=1))])
    [place] = line.first(P, 5)[1]
    assert place.job.version == "later"


def test_whoever_leaves_is_gone_and_may_be_gone_already(line: Line) -> None:
    line.join([waits(number) for number in range(150)])
    line.leave([waits(number) for number in range(149)])
    line.leave([waits(3), waits(149)])
    assert line.first(P, 5)[1] == []


def test_lines_of_two_providers_are_apart(line: Line) -> None:
    line.join([waits(1), waits(2, provider="soferai")])
    assert list(line.jobs(P)) == ["j001"]
    assert list(line.jobs("soferai")) == ["j002"]


def test_the_head_is_saved_on_the_version_that_was_read(line: Line) -> None:
    line.join([waits(1)])
    fresh = LineHead(provider=P, due_at=NOW)
    line.save_head(fresh)
    with pytest.raises(StoreConflict):
        line.save_head(fresh)
    head, [place] = line.first(P, 5)
    assert head.due_at == NOW and place.job.id == "j001"
    line.save_head(msgspec.structs.replace(head, told_at=NOW))
    assert list(line.jobs(P)) == ["j001"]


def test_whose_turn_was_put_off_stands_apart_until_it_comes(line: Line) -> None:
    later = [waits(i, turn_at=NOW + timedelta(hours=i)) for i in (3, 1, 2)]
    line.join([*later, waits(9)])
    assert [place.job.id for place in line.first(P, 9)[1]] == ["j009"]
    assert sorted(line.jobs(P)) == ["j001", "j002", "j003", "j009"]
    assert line.due(P, NOW, 9) == []
    due = line.due(P, NOW + timedelta(hours=2), 9)
    assert [place.job for place in due] == [later[1], later[2]]
    assert len(line.due(P, NOW + timedelta(hours=2), 1)) == 1
    line.leave([later[1]])
    assert [place.job.id for place in line.due(P, NOW + timedelta(hours=9), 9)] == ["j002", "j003"]
