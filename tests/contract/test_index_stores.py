"""The promises of the small indices: active jobs, the endpoint book and the diaries."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec
import pytest
from azure.data.tables import TableClient

from local.stack.azurite import Azurite
from shared.errors import StoreConflict
from shared.model.endpoint.endpoint import EndpointState
from shared.model.endpoint.limits import Counted, Ramped
from shared.model.recording.fingerprint import Fingerprint, KnownName, name_key
from shared.ports.indices import (
    ActiveJobs,
    ContentClaim,
    Contents,
    Diaries,
    Diary,
    EndpointBook,
    Names,
)
from shared.stores.table.batches import TableBatchStore
from shared.stores.table.earlier_names import TableNames
from shared.stores.table.indices import (
    TableActiveJobs,
    TableContents,
    TableDiaries,
    TableEndpointBook,
)
from shared.stores.table.struct_to_row import to_row
from tests.contract.stores import NOW, a_batch, a_job, a_recording, an_active_job, fresh_table
from tests.fakes.stores import (
    FakeActiveJobs,
    FakeContents,
    FakeDiaries,
    FakeEndpointBook,
    FakeNames,
)

replace = msgspec.structs.replace


@contextmanager
def busy_table(request: pytest.FixtureRequest) -> Iterator[TableClient]:
    """A table in which the batches lie as well: one table holds everything."""
    with fresh_table(request.getfixturevalue("azurite")) as table:
        store = TableBatchStore(table)
        store.open_batch(a_batch())
        store.save(a_job("job9"), [a_recording()])
        yield table


@pytest.fixture(params=["stand-in", "table"])
def active(request: pytest.FixtureRequest) -> Iterator[ActiveJobs]:
    if request.param == "stand-in":
        yield FakeActiveJobs()
        return
    with busy_table(request) as table:
        yield TableActiveJobs(table)


@pytest.fixture(params=["stand-in", "table"])
def book(request: pytest.FixtureRequest) -> Iterator[EndpointBook]:
    if request.param == "stand-in":
        yield FakeEndpointBook()
        return
    with busy_table(request) as table:
        yield TableEndpointBook(table)


@pytest.fixture(params=["stand-in", "table"])
def contents(request: pytest.FixtureRequest) -> Iterator[Contents]:
    if request.param == "stand-in":
        yield FakeContents()
        return
    with busy_table(request) as table:
        yield TableContents(table)


@pytest.fixture(params=["stand-in", "table"])
def diaries(request: pytest.FixtureRequest) -> Iterator[Diaries]:
    if request.param == "stand-in":
        yield FakeDiaries()
        return
    with busy_table(request) as table:
        yield TableDiaries(table)


def test_an_active_job_comes_back_as_it_was(active: ActiveJobs) -> None:
    entry = replace(
        an_active_job(),
        transcription_id="t",
        polls=3,
        polled_at=NOW,
        next_poll_at=NOW + timedelta(minutes=10),
    )
    active.put(entry)
    active.put(an_active_job("job2"))
    found = active.get("job1")
    assert found is not None and found.version
    assert replace(found, version="") == entry
    assert [entry.job_id for entry in active.all()] == ["job1", "job2"]
    assert active.all()[0] == found


def test_putting_replaces_whatever_was_there(active: ActiveJobs) -> None:
    active.put(replace(an_active_job(), transcription_id="t"))
    active.put(an_active_job())
    [found] = active.all()
    assert found.transcription_id is None


def test_an_entry_that_changed_or_went_away_is_not_updated(active: ActiveJobs) -> None:
    active.put(an_active_job())
    found = active.get("job1")
    assert found is not None
    active.update(replace(found, polls=1))
    with pytest.raises(StoreConflict):
        active.update(replace(found, polls=2))
    [now] = active.all()
    assert now.polls == 1
    active.remove("job1")
    with pytest.raises(StoreConflict):
        active.update(replace(now, polls=3))
    assert active.all() == []


def test_many_are_listed_together_and_found_by_their_batch(active: ActiveJobs) -> None:
    active.put(an_active_job("job1"))
    moved = replace(an_active_job("job1"), endpoint="eastus", batch_id="another")
    active.put_all([moved, *(an_active_job(f"job{i}") for i in range(2, 60))])
    assert len(active.all()) == 59
    assert active.any_of("another")
    active.remove("job1")
    assert not active.any_of("another")
    assert active.any_of(an_active_job().batch_id)


def test_removing_what_is_gone_is_no_error(active: ActiveJobs) -> None:
    active.put(an_active_job())
    active.remove("job1")
    active.remove("job1")
    assert active.get("job1") is None
    assert active.all() == []


def test_many_that_leave_at_the_same_moment_are_all_gone_and_the_others_stay(
    active: ActiveJobs,
) -> None:
    ids = [f"job{i:02}" for i in range(40)]
    active.put_all([an_active_job(id_) for id_ in [*ids, "stays"]])
    active.remove("job07")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(active.remove, ids))
    assert [entry.job_id for entry in active.all()] == ["stays"]


def test_an_endpoint_that_nobody_wrote_about_is_unknown(book: EndpointBook) -> None:
    assert book.state("west") == EndpointState(name="west")
    assert book.all() == {}


def test_the_state_of_an_endpoint_comes_back_as_it_was(book: EndpointBook) -> None:
    state = EndpointState(
        name="west",
        counted={10: Counted(7, (5, 0, 2)), 60: Counted(1)},
        ramped=Ramped(3, 1, 4),
        failures=3,
        down_until_at=NOW,
        reason="503",
    )
    saved = book.save(state)
    assert saved.version and replace(saved, version="") == state
    assert book.state("west") == saved
    assert book.all() == {"west": saved}
    assert book.save(replace(saved, down_until_at=None)).down_until_at is None
    assert book.state("west").down_until_at is None


def test_of_two_who_change_an_endpoints_state_one_loses(book: EndpointBook) -> None:
    first = book.save(EndpointState(name="west"))
    with pytest.raises(StoreConflict):
        book.save(EndpointState(name="west", failures=1))
    book.save(replace(first, failures=2))
    with pytest.raises(StoreConflict):
        book.save(replace(first, failures=3))
    assert book.state("west").failures == 2


def test_a_diary_is_kept_by_one_writer_at_a_time(diaries: Diaries) -> None:
    assert diaries.get("reconcile") is None
    diaries.save(Diary(name="reconcile", done_at=NOW))
    with pytest.raises(StoreConflict):
        diaries.save(Diary(name="reconcile", done_at=NOW + timedelta(minutes=1)))
    found = diaries.get("reconcile")
    assert found is not None
    assert (found.done_at, found.complete_to_at) == (NOW, None)
    later = replace(found, done_at=NOW + timedelta(hours=1), complete_to_at=NOW)
    diaries.save(later)
    with pytest.raises(StoreConflict):
        diaries.save(replace(later, complete_to_at=None))
    found = diaries.get("reconcile")
    assert found is not None and replace(found, version="") == replace(later, version="")


# --- contents

CLAIM = ContentClaim(content="c1", batch_id="b", recording_id="r", looked_at=NOW)


def test_a_content_belongs_to_who_claims_it_first(contents: Contents) -> None:
    assert contents.claim("c1") is None
    contents.save(CLAIM)
    with pytest.raises(StoreConflict):
        contents.save(replace(CLAIM, recording_id="other"))
    found = contents.claim("c1")
    assert found is not None and found.version
    assert replace(found, version="") == CLAIM


def test_of_two_who_take_a_claim_over_one_gets_it(contents: Contents) -> None:
    contents.save(CLAIM)
    found = contents.claim("c1")
    assert found is not None
    contents.save(replace(found, recording_id="second"))
    with pytest.raises(StoreConflict):
        contents.save(replace(found, recording_id="third"))
    after = contents.claim("c1")
    assert after is not None and after.recording_id == "second"


def test_claims_that_nobody_looked_at_for_long_are_listed_a_few_at_a_time(
    contents: Contents,
) -> None:
    for i in range(4):
        contents.save(replace(CLAIM, content=f"c{i}", looked_at=NOW + timedelta(hours=i)))
    contents.save(replace(CLAIM, content="c9", looked_at=None))
    assert all_unseen(contents, NOW, 9) == []
    found = all_unseen(contents, NOW + timedelta(hours=3), 9)
    assert [claim.content for claim in found] == ["c0", "c1", "c2"]
    assert found[0] == contents.claim("c0")
    assert all_unseen(contents, NOW + timedelta(hours=3), 2) == found
    contents.save(replace(found[0], looked_at=NOW + timedelta(hours=5)))
    assert all_unseen(contents, NOW + timedelta(hours=3), 9) == found[1:]


def all_unseen(contents: Contents, since: datetime, most: int) -> list[ContentClaim]:
    """From place to place."""
    found, place = contents.unseen(since, most)
    while place:
        some, place = contents.unseen(since, most, place)
        assert len(some) <= most
        found += some
    return found


def test_contents_of_every_first_digit_are_found(contents: Contents) -> None:
    for digit in "0123456789abcdef":
        contents.save(replace(CLAIM, content=f"{digit}1"))
    found = all_unseen(contents, NOW + timedelta(hours=3), 3)
    assert [claim.content[0] for claim in found] == list("0123456789abcdef")


def test_claims_of_a_release_before_lie_in_one_partition_and_are_found_changed_and_removed(
    azurite: Azurite,
) -> None:
    with fresh_table(azurite) as table:
        former = to_row("!content", "c1", CLAIM)
        table.create_entity(former)
        contents = TableContents(table)
        found = contents.claim("c1")
        assert found is not None
        assert (found.recording_id, found.is_former) == ("r", True)
        assert all_unseen(contents, NOW + timedelta(hours=3), 9) == [found]
        contents.save(replace(found, recording_id="second"))
        with pytest.raises(StoreConflict):
            contents.save(replace(found, recording_id="third"))
        contents.save(replace(CLAIM, content="c2"))
        taken_over = contents.claim("c1")
        assert taken_over is not None
        assert taken_over.recording_id == "second"
        contents.remove(taken_over)
        assert contents.claim("c1") is None
        assert contents.claim("c2") is not None


def test_a_claim_that_somebody_took_over_meanwhile_is_not_removed(contents: Contents) -> None:
    contents.save(CLAIM)
    found = contents.claim("c1")
    assert found is not None
    contents.save(replace(found, recording_id="second"))
    with pytest.raises(StoreConflict):
        contents.remove(found)
    now = contents.claim("c1")
    assert now is not None and now.recording_id == "second"
    contents.remove(now)
    assert contents.claim("c1") is None
    contents.remove(now)
    with pytest.raises(StoreConflict):
        contents.save(replace(now, recording_id="third"))
    contents.save(CLAIM)


@pytest.fixture(params=["stand-in", "table"])
def names(request: pytest.FixtureRequest) -> Iterator[Names]:
    if request.param == "stand-in":
        yield FakeNames()
        return
    with busy_table(request) as table:
        yield TableNames(table)


def a_name(number: int, recording_id: str = "r1") -> KnownName:
    return KnownName(
        key=name_key("audio", f"{number}.wav"),
        batch_id="calls-20260302T090000Z",
        recording_id=recording_id,
        last_modified_at=NOW,
        audio_etag="0x8DC3A1",
        fingerprint=Fingerprint(12, "ab", None),
        asked="cd",
    )


def test_names_that_nobody_knew_are_known_from_now_on(names: Names) -> None:
    all_names = [a_name(i) for i in range(250)]
    assert names.add(all_names) == {}
    again = names.add([a_name(i, "r2") for i in range(250)])
    assert {key: replace(name, version="") for key, name in again.items()} == {
        name.key: name for name in all_names
    }
    assert all(name.version for name in again.values())


@pytest.mark.parametrize("known", [[0], [99], [3, 50, 51, 120], list(range(200))])
def test_of_many_names_those_that_were_known_come_back(names: Names, known: list[int]) -> None:
    names.add([a_name(i) for i in known])
    found = names.add([a_name(i, "r2") for i in range(200)])
    assert set(found) == {a_name(i).key for i in known}
    assert {name.recording_id for name in found.values()} == {"r1"}
    later = names.add([a_name(i, "r3") for i in range(200)])
    whose = {key: name.recording_id for key, name in later.items()}
    assert whose == {a_name(i).key: "r1" if i in known else "r2" for i in range(200)}


def test_a_name_is_replaced_by_who_knows_it_as_it_is(names: Names) -> None:
    names.add([a_name(1)])
    [there] = names.add([a_name(1, "another")]).values()
    saved = names.save(replace(a_name(1, "r2"), version=there.version))
    assert names.add([a_name(1, "another")]) == {saved.key: saved}
    with pytest.raises(StoreConflict):
        names.save(replace(a_name(1, "r3"), version=there.version))
