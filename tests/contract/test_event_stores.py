"""The promises of the books of events: outbox, subscriptions, what is confidential, deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from azure.storage.blob import BlobServiceClient

from local.stack.azurite import Azurite
from shared.errors import StoreConflict
from shared.model.endpoint.endpoint import EndpointState
from shared.model.events.delivery import (
    Attempt,
    Delivery,
    Parcel,
    callback_id,
    delivery_of,
    packed,
    stopped,
)
from shared.model.events.event import Event, event_id, key_at
from shared.model.events.notice import Notice, notice_of
from shared.model.events.subscription import Confidential, SigningSecret, Subscription
from shared.ports.blobs import Requests
from shared.ports.events import Confidences, Deliveries, DeliveryFilter, Outbox, Subscriptions
from shared.ports.indices import EndpointBook
from shared.ports.state import BatchStore
from shared.stores.blob.requests import BlobRequests
from shared.stores.table.batches import TableBatchStore
from shared.stores.table.deliveries import TableDeliveries
from shared.stores.table.indices import TableEndpointBook
from shared.stores.table.outbox import TableOutbox
from shared.stores.table.subscriptions import BlobConfidences, TableSubscriptions
from tests.contract.stores import NOW, SEALER, a_batch, a_job, a_recording, fresh, fresh_table
from tests.fakes.events import FakeConfidences, FakeDeliveries, FakeOutbox, FakeSubscriptions
from tests.fakes.requests import FakeRequests
from tests.fakes.stores import FakeBatchStore, FakeEndpointBook

replace = msgspec.structs.replace
BATCH = a_batch().id


@dataclass
class Books:
    """One table, as they share it in a deployment."""

    outbox: Outbox
    subscriptions: Subscriptions
    deliveries: Deliveries
    store: BatchStore
    book: EndpointBook
    confidences: Confidences
    requests: Requests


@pytest.fixture(params=["stand-in", "azurite"])
def books(request: pytest.FixtureRequest) -> Iterator[Books]:
    if request.param == "stand-in":
        outbox, subscriptions = FakeOutbox(), FakeSubscriptions()
        store, book = FakeBatchStore(), FakeEndpointBook()
        for posting in (subscriptions, store, book):
            posting.notices = outbox.notices  # type: ignore[attr-defined]
        yield Books(
            outbox, subscriptions, FakeDeliveries(), store, book, FakeConfidences(), FakeRequests()
        )
        return
    azurite: Azurite = request.getfixturevalue("azurite")
    blobs = BlobServiceClient.from_connection_string(azurite.connection_string)
    container = blobs.create_container(fresh("c")).container_name
    with fresh_table(azurite) as table, blobs:
        yield Books(
            TableOutbox(table),
            TableSubscriptions(table),
            TableDeliveries(table),
            TableBatchStore(table),
            TableEndpointBook(table),
            BlobConfidences(blobs, container, SEALER),
            BlobRequests(blobs, container, SEALER),
        )


def an_event(number: int = 0, at: datetime = NOW, batch_id: str = BATCH) -> Event:
    return Event(
        id=event_id("recording.transcribed", at, batch_id, str(number)),
        type="recording.transcribed",
        at=at,
        subject=f"batches/{batch_id}/items/{number}",
        data={"name": f"grüße {number}.wav", "nested": {"a": [1, None, True]}},
        batch_id=batch_id,
        recording_id=str(number),
        profile="calls",
        callback=None,
    )


def a_notice(partition: str = BATCH, events: int = 3) -> Notice:
    return notice_of(partition, [an_event(i) for i in range(events)], NOW)


def a_subscription(name: str = "sub-1") -> Subscription:
    return Subscription(
        id=name,
        origin="https://hooks.example:443",
        title="Ein Titel",
        types=("batch.completed", "recording.failed"),
        profiles=("calls",),
        created_at=NOW,
        changed_at=NOW,
    )


def some_deliveries(
    receiver: str = "sub-1", *, count: int = 3, at: datetime = NOW, batch_id: str = BATCH
) -> tuple[Parcel, list[Delivery]]:
    events = [an_event(i, at + timedelta(milliseconds=i), batch_id) for i in range(count)]
    return packed([delivery_of(event, b'{"a":"\xc3\xbc"}', receiver) for event in events], at)


def same(one: Any, other: Any) -> bool:
    return bool(replace(one, version="") == replace(other, version=""))


def test_a_notice_is_stored_with_the_rows_that_it_tells_of(books: Books) -> None:
    notice = a_notice()
    books.store.save(a_job(), [a_recording(1)], notice)
    found = books.outbox.get(BATCH, notice.id)
    assert found == notice and found.events == tuple(an_event(i) for i in range(3))
    assert [row.id for row in books.store.recordings(BATCH)] == [a_recording(1).id]
    assert [job.id for job in books.store.jobs(BATCH)] == ["job1"]
    assert books.outbox.overdue(BATCH) == [(notice.id, NOW)]
    books.outbox.remove(BATCH, notice.id)
    books.outbox.remove(BATCH, notice.id)
    assert books.outbox.get(BATCH, notice.id) is None
    assert books.outbox.overdue(BATCH) == []


def test_where_the_rows_are_not_saved_there_is_no_notice(books: Books) -> None:
    books.store.save(recordings=[a_recording(1)])
    books.store.open_batch(a_batch())
    notice = a_notice()
    with pytest.raises(StoreConflict):
        books.store.save(recordings=[a_recording(1)], notice=notice)
    assert not books.store.insert(a_recording(1), notice)
    assert not books.store.create_batch(a_batch(), notice=notice)
    with pytest.raises(StoreConflict):
        books.store.save_batch(a_batch(), notice)
    books.store.open_batch(a_batch(), notice)
    books.book.save(EndpointState(name="west"))
    with pytest.raises(StoreConflict):
        books.book.save(EndpointState(name="west"), a_notice("!endpoint"))
    assert books.outbox.overdue(BATCH) == books.outbox.overdue("!endpoint") == []


def test_every_way_to_save_takes_a_notice(books: Books) -> None:
    books.store.open_batch(a_batch(), first := a_notice(events=1))
    assert books.store.insert(a_recording(7), second := a_notice(events=2))
    header = books.store.batch(BATCH)
    assert header is not None
    books.store.save_batch(replace(header, title="t"), third := a_notice(events=3))
    assert {first.id, second.id, third.id} == {n for n, _ in books.outbox.overdue(BATCH)}
    other = replace(a_batch(), id="api-1")
    assert books.store.create_batch(other, notice=a_notice("api-1"))
    assert books.store.note_version(BATCH) and books.store.note_version("api-1") is None
    assert len(books.outbox.overdue("api-1")) == 1
    saved = books.book.save(EndpointState(name="west", pauses=1), a_notice("!endpoint"))
    assert books.book.save(saved, a_notice("!endpoint")).version != saved.version
    assert list(books.book.all()) == ["west"]
    assert len(books.outbox.overdue("!endpoint")) == 1


def test_a_batch_is_deleted_and_what_is_to_be_told_of_it_stays(books: Books) -> None:
    books.store.open_batch(a_batch(), a_notice())
    books.store.forget(a_batch())
    assert len(books.outbox.overdue(BATCH)) == 1


def test_a_partition_with_notices_is_noted_until_nobody_needs_that(books: Books) -> None:
    books.outbox.note(BATCH, NOW)
    books.outbox.note("!endpoint", NOW)
    first = {note.partition: note for note in books.outbox.noted()}
    assert set(first) == {BATCH, "!endpoint"}
    books.outbox.note(BATCH, NOW + timedelta(minutes=1))
    with pytest.raises(StoreConflict):
        books.outbox.forget(first[BATCH])
    books.outbox.forget(first["!endpoint"])
    [left] = books.outbox.noted()
    assert (left.partition, left.noted_at) == (BATCH, NOW + timedelta(minutes=1))


def test_a_subscription_comes_back_as_it_was(books: Books) -> None:
    books.subscriptions.insert(a_subscription())
    found = books.subscriptions.get("sub-1")
    assert found is not None and found.version and same(found, a_subscription())
    with pytest.raises(StoreConflict):
        books.subscriptions.insert(replace(a_subscription(), title="another"))
    books.subscriptions.save(replace(found, state="disabled", reason="r", failing_since_at=NOW))
    with pytest.raises(StoreConflict):
        books.subscriptions.save(replace(found, title="late"), a_notice("!subscriptions"))
    with pytest.raises(StoreConflict):
        books.subscriptions.save(replace(found, title="late"))
    assert books.outbox.overdue("!subscriptions") == []
    [now] = books.subscriptions.all()
    assert (now.state, now.reason, now.failing_since_at) == ("disabled", "r", NOW)
    books.subscriptions.save(replace(now, reason="s"), a_notice("!subscriptions"))
    assert [s.reason for s in books.subscriptions.all()] == ["s"]
    assert len(books.outbox.overdue("!subscriptions")) == 1
    books.subscriptions.remove("sub-1")
    books.subscriptions.remove("sub-1")
    assert books.subscriptions.all() == [] and books.subscriptions.get("sub-1") is None


def test_what_is_confidential_is_kept_apart(books: Books) -> None:
    assert books.confidences.get("sub-1") is None
    secrets = (SigningSecret(secret="whsec_b"), SigningSecret(secret="whsec_a", until_at=NOW))
    content = Confidential(url="https://hooks.example:443/x?sig=%2Bä", secrets=secrets)
    books.confidences.put("sub-1", replace(content, url="https://old.example"))
    books.confidences.put("sub-1", content)
    assert books.confidences.get("sub-1") == content
    books.confidences.remove("sub-1")
    books.confidences.remove("sub-1")
    assert books.confidences.get("sub-1") is None


def test_an_address_of_a_batch_goes_with_it(books: Books) -> None:
    url = "https://prod-1.logic.azure.com:443/workflows/x?sig=%2B"
    asked = replace(a_batch(), items=1, digest="d" * 64)
    books.requests.put(asked, b"{}\n{}\n")
    books.requests.put_callback(asked.id, url)
    books.requests.put_callback(asked.id, url)
    assert books.requests.callback(asked.id, callback_id(url)) == url
    assert books.requests.callback("api-other", callback_id(url)) is None
    books.requests.remove(asked)
    books.requests.remove(asked)
    assert books.requests.callback(asked.id, callback_id(url)) is None
    with pytest.raises(StoreConflict):
        books.requests.head(asked)


def test_deliveries_come_back_as_they_were_the_newest_first(books: Books) -> None:
    parcel, rows = some_deliveries()
    full = replace(
        rows[0],
        state="failed",
        callback="c" * 32,
        tries=3,
        attempts=(Attempt(at=NOW, ms=5, status=500, answer="nö"), Attempt(at=NOW, ms=1)),
    )
    assert books.deliveries.add(parcel, [full, *rows[1:]])
    found, more = books.deliveries.page("sub-1", DeliveryFilter())
    assert more is None
    assert [row.at for row in found] == sorted((row.at for row in rows), reverse=True)
    [one], _ = books.deliveries.page("sub-1", DeliveryFilter(), first=full.key, last=full.key)
    assert same(one, full)
    assert books.deliveries.page("sub-2", DeliveryFilter()) == ([], None)
    assert books.deliveries.parcel("sub-1", parcel.id) == parcel
    assert books.deliveries.parcel("sub-2", parcel.id) is None
    assert books.deliveries.parcels("sub-2") == []


def test_what_is_there_already_is_not_added_again(books: Books) -> None:
    parcel, rows = some_deliveries()
    assert books.deliveries.add(parcel, rows[:2])
    assert not books.deliveries.add(parcel, rows)
    assert books.deliveries.known("sub-1", parcel.first, parcel.last) == {r.key for r in rows[:2]}


def test_ninety_nine_deliveries_and_their_parcel_change_together(books: Books) -> None:
    parcel, rows = some_deliveries(count=99)
    assert books.deliveries.add(parcel, rows)
    waiting = books.deliveries.in_line(parcel)
    assert len(waiting) == 99
    done = [replace(row, state="delivered", due_at=None) for row in waiting[:98]]
    books.deliveries.save(done, keep=[replace(parcel, due_at=NOW + timedelta(hours=1))])
    [left] = books.deliveries.in_line(parcel)
    assert left.key == waiting[98].key
    [there] = books.deliveries.parcels("sub-1")
    assert there.due_at == NOW + timedelta(hours=1)
    books.deliveries.save([stopped(left)], drop=there)
    books.deliveries.save([], drop=there)
    [again, *_], _ = books.deliveries.page("sub-1", DeliveryFilter(state="stopped"))
    with pytest.raises(StoreConflict):
        books.deliveries.save([replace(again, tries=7)], drop=there)
    assert books.deliveries.parcels("sub-1") == []
    assert books.deliveries.in_line(parcel) == []


def test_of_two_who_note_the_same_delivery_one_loses(books: Books) -> None:
    parcel, rows = some_deliveries()
    books.deliveries.add(parcel, rows)
    first = books.deliveries.in_line(parcel)
    books.deliveries.save([replace(first[0], state="delivered")])
    with pytest.raises(StoreConflict):
        books.deliveries.save([replace(row, state="failed") for row in first], drop=parcel)
    states = [row.state for row in books.deliveries.page("sub-1", DeliveryFilter())[0]]
    assert sorted(states) == ["delivered", "pending", "pending"]
    assert len(books.deliveries.parcels("sub-1")) == 1


def test_a_delivery_in_another_parcel_is_not_in_line_twice(books: Books) -> None:
    parcel, rows = some_deliveries()
    books.deliveries.add(parcel, rows)
    moved = [replace(books.deliveries.in_line(parcel)[1], parcel="another")]
    other = replace(parcel, id="another")
    books.deliveries.save(moved, keep=[other])
    assert len(books.deliveries.in_line(parcel)) == 2
    assert [row.key for row in books.deliveries.in_line(other)] == [moved[0].key]


def test_deliveries_are_listed_by_page_and_filter(books: Books) -> None:
    for hours in range(3):
        at, batch_id = NOW + timedelta(hours=hours), f"api-{hours}"
        books.deliveries.add(*some_deliveries(count=2, at=at, batch_id=batch_id))
    everything, _ = books.deliveries.page("sub-1", DeliveryFilter())
    seen: list[Delivery] = []
    first: str | None = None
    while True:
        page, first = books.deliveries.page("sub-1", DeliveryFilter(), first=first, most=4)
        seen += page
        if first is None:
            break
    assert seen == everything and len(seen) == 6
    at = NOW + timedelta(hours=1)
    span = DeliveryFilter(from_at=at, to_at=at + timedelta(hours=1))
    assert {row.batch_id for row in books.deliveries.page("sub-1", span)[0]} == {"api-1"}
    wanted = DeliveryFilter(batch_id="api-2", state="pending", type="recording.transcribed")
    assert len(books.deliveries.page("sub-1", wanted)[0]) == 2
    for nobody in (DeliveryFilter(state="failed"), DeliveryFilter(type="batch.completed")):
        assert books.deliveries.page("sub-1", nobody) == ([], None)
    last = everything[0].key
    assert books.deliveries.page("sub-1", DeliveryFilter(), last=last)[0] == everything[:1]


def test_what_is_old_is_removed_and_the_rest_stays(books: Books) -> None:
    old, new = NOW - timedelta(days=31), NOW
    parcel, rows = some_deliveries(count=99, at=old)
    books.deliveries.add(parcel, rows)
    books.deliveries.add(*some_deliveries(count=2, at=new))
    assert not books.deliveries.purge("sub-1", NOW - timedelta(days=30), 60)
    assert books.deliveries.purge("sub-1", NOW - timedelta(days=30), 1_000)
    left, _ = books.deliveries.page("sub-1", DeliveryFilter())
    assert len(left) == 2 and all(row.key < key_at(old) for row in left)
    assert len(books.deliveries.parcels("sub-1")) == 2
    assert books.deliveries.purge("sub-1", None, 1_000)
    assert books.deliveries.page("sub-1", DeliveryFilter()) == ([], None)
    assert books.deliveries.parcels("sub-1") == []
