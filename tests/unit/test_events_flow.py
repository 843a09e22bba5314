"""Events from the change to the receiver: who is told of what, how often, and what it costs."""

from __future__ import annotations

import json
import logging
from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from standardwebhooks.webhooks import Webhook

from shared.errors import (
    ProviderUnauthorised,
    StoreUnavailable,
    SubscriptionMissing,
    SubscriptionRefused,
)
from shared.messages import Announce, Deliver, step_of
from shared.model.events.delivery import CALLBACKS, SCHEDULE
from shared.model.events.subscription import Subscription
from shared.model.policy import Policy
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording
from shared.ports.events import DeliveryFilter
from tests.fakes.events import answer, silence
from tests.fakes.provider import BAD, FakeProvider
from tests.fakes.world import OWN_SECRET, World, a_second_of_silence

URL = "https://hooks.example/in?sig=s%2Bc"
BATCH_URL, ITEM_URL = "https://a.example/batch?sig=1", "https://b.example/item?sig=2"
ALL = DeliveryFilter()


def a_world(**more: Any) -> World:
    return World(policy=Policy(slice_size=20), **more)


def subscribe(world: World, url: str = URL, **more: Any) -> Subscription:
    return world.app.subscriptions.create(url, **more).subscription


def told(world: World, url: str = URL) -> Counter[tuple[str, str | None]]:
    events = world.sender.events(url)
    return Counter((e["type"], e["data"].get("name")) for e in events)


def transcribe(world: World) -> None:
    """Until no batch is open, whatever is still to be delivered."""
    for _ in range(20):
        world.drain()
        world.complete_all()
        world.drain()
        if not world.store.notes:
            return
        world.clock.advance(30)
    raise AssertionError("still open")


def wait(world: World, seconds: float) -> None:
    """Time passes and what comes due is run; nobody sweeps."""
    until = world.clock.now() + timedelta(seconds=seconds)
    while (due_at := world.queue.next_due_at()) is not None and due_at <= until:
        world.clock.advance_to(due_at)
        world.drain()
    world.clock.advance_to(until)


def test_everything_that_happens_is_told_once() -> None:
    world = a_world()
    subscribe(world)
    for name in ("good.wav", "bad.wav"):
        world.drop(name)
    world.drop("empty.wav", b"")
    world.provider.bad_sources[world.audio.url("audio", "bad.wav")] = BAD
    world.run()
    assert told(world) == {
        ("batch.accepted", None): 1,
        ("recording.failed", "empty.wav"): 1,
        ("batch.submitted", None): 1,
        ("recording.transcribed", "good.wav"): 1,
        ("recording.failed", "bad.wav"): 1,
        ("batch.completed", None): 1,
    }
    assert not world.outbox.notices and not world.deliveries.parcel_rows


def test_an_event_says_where_to_look_and_never_what_was_said() -> None:
    world = a_world()
    subscribe(world)
    world.drop("a.wav", metadata={"dropscribe_client_item_id": "7", "ticket": "4711"})
    world.run()
    events = {e["type"]: e for e in world.sender.events(URL)}
    done = events["recording.transcribed"]
    row = world.rows()["a.wav"]
    assert done["subject"] == f"batches/{row.batch_id}/items/{row.id}"
    data = done["data"]
    assert data["client_item_id"] == "7" and data["metadata"] == {"ticket": "4711"}
    assert data["outputs"]["json"].endswith("/transcripts/audio/a.wav.json")
    assert events["batch.completed"]["data"]["counts"] == {
        "accepted": 1,
        "transcribed": 1,
        "failed": 0,
        "unchanged": 0,
    }
    for received in world.sender.received:
        assert b"sig=" not in received.body and b"hello" not in received.body.lower()
        assert received.headers["Content-Type"].startswith("application/cloudevents+json")
        assert received.headers["webhook-id"] == received.event["id"]
    assert len({e["id"] for e in world.sender.events(URL)}) == len(world.sender.received)


def test_where_nobody_listens_nothing_is_added() -> None:
    quiet, loud = a_world(), a_world()
    subscribe(loud)
    for world in (quiet, loud):
        for i in range(3):
            world.drop(f"{i}.wav")
        world.run()
    assert not quiet.outbox.notes and not quiet.deliveries.rows
    events = sum(isinstance(message, Announce | Deliver) for _, message in quiet.queue.waiting)
    assert events == 0 and loud.queue.sent > quiet.queue.sent


def test_a_slice_costs_as_much_for_two_as_for_twenty() -> None:
    counts = []
    for files in (2, 20):  # a single one needs fewer messages
        world = a_world()
        subscribe(world, types=["recording.transcribed"])
        for i in range(files):
            world.drop(f"{i}.wav")
        before = world.queue.sent
        world.run()
        counts.append(world.queue.sent - before)
        assert len(world.sender.received) == files
    assert counts[0] == counts[1]


def test_filters_choose_by_type_and_by_profile() -> None:
    calls = Profile(name="calls", prefixes=("calls",))
    world = a_world(profiles=(Profile(), calls))
    subscribe(world, types=["recording.transcribed"])
    subscribe(world, "https://other.example/", profiles=["calls"])
    world.drop("a.wav")
    world.drop("calls/b.wav")
    world.run()
    assert set(told(world)) == {
        ("recording.transcribed", "a.wav"),
        ("recording.transcribed", "calls/b.wav"),
    }
    names = {name for _, name in told(world, "https://other.example/") if name}
    assert names == {"calls/b.wav"}


def test_what_leaves_doubt_is_told_twice_over() -> None:
    world = a_world(profiles=(Profile(review_below=1.0),))
    subscribe(world)
    world.drop("a.wav")
    world.run()
    assert told(world)["recording.needs_review", "a.wav"] == 1
    assert told(world)["recording.transcribed", "a.wav"] == 1


def test_a_hundred_and_twenty_at_once_are_saved_and_told() -> None:
    """Cancelled, so that they fail in transactions that are full already."""
    world = a_world()
    subscribe(world)
    for i in range(120):
        world.drop(f"{i}.wav")
    [batch_id] = world.store.headers
    world.app.cancel(batch_id)
    world.run()
    failed = {name for type_, name in told(world) if type_ == "recording.failed"}
    assert len(failed) == 120


@pytest.mark.long
def test_news_that_do_not_fit_into_one_row_are_told_all_the_same() -> None:
    world = World(policy=Policy(slice_size=90))
    subscribe(world)
    noise = {f"k{i}": "".join(chr(33 + (i * j * 7919) % 90) for j in range(900)) for i in range(8)}
    for i in range(90):
        world.drop(f"{i}.wav", metadata={**noise, "who": f"{i}" * 50})
    world.run()
    assert sum(type_ == "recording.transcribed" for type_, _ in told(world)) == 90


def test_deliveries_are_signed_with_the_subscriptions_own_secret() -> None:
    world = a_world()
    made = world.app.subscriptions.create(URL)
    world.drop("a.wav")
    world.run()
    for received in world.sender.received:
        # The package refuses what is not of this moment, and the clock here stands still.
        headers = {**received.headers}
        stamp = int(headers["webhook-timestamp"])
        assert abs(stamp - world.clock.now().timestamp()) < 3600
        signature = headers["webhook-signature"]
        moment = world.clock.now().fromtimestamp(stamp, world.clock.now().tzinfo)
        expected = Webhook(made.secret).sign(headers["webhook-id"], moment, received.body.decode())
        assert signature == expected


def test_while_a_secret_is_rotated_both_sign() -> None:
    world = a_world()
    first = world.app.subscriptions.create(URL)
    second = world.app.subscriptions.rotate_secret(first.subscription.id, timedelta(hours=1))
    assert second.secret != first.secret
    counts = []
    for _ in range(2):
        world.app.deliveries.send_test_event(first.subscription.id)
        world.drain()
        counts.append(len(world.sender.received[-1].headers["webhook-signature"].split()))
        world.clock.advance(3601)
    assert counts == [3, 1]  # the first of several comes once more
    with pytest.raises(SubscriptionRefused):
        world.app.subscriptions.rotate_secret(first.subscription.id, timedelta(days=8))


def test_a_failing_receiver_is_tried_ten_times_over_three_days() -> None:
    world = a_world()
    subscription = subscribe(world)
    world.sender.behaviours[URL] = [answer(404)]
    event_id = world.app.deliveries.send_test_event(subscription.id)
    world.drain()
    wait(world, 80 * 3600)
    row = world.app.deliveries.one(subscription.id, event_id)
    assert (row.state, len(row.attempts)) == ("failed", 10)
    assert {attempt.status for attempt in row.attempts} == {404}
    gaps = [
        after.at - before.at for before, after in zip(row.attempts, row.attempts[1:], strict=False)
    ]
    assert gaps == list(SCHEDULE[1:])
    assert not world.deliveries.parcel_rows


def test_what_failed_at_first_arrives_later_under_the_same_id() -> None:
    world = a_world()
    subscription = subscribe(world, types=["recording.transcribed"])
    world.sender.behaviours[URL] = [answer(500), silence, answer(200)]
    world.drop("a.wav")
    world.run()
    wait(world, 3600)
    [received] = world.sender.received
    row = world.app.deliveries.one(subscription.id, received.event["id"])
    assert [a.status for a in row.attempts] == [500, None, 200]
    assert row.attempts[1].problem == "no answer in time"
    there = world.app.subscriptions.get(subscription.id)
    assert there.failing_since_at is None and there.state == "active"


def test_retry_after_is_obeyed_and_holds_for_what_else_waits() -> None:
    world = a_world()
    subscription = subscribe(world)
    world.sender.behaviours[URL] = [answer(429, retry_after="600"), answer(200)]
    for _ in range(3):
        world.app.deliveries.send_test_event(subscription.id)
        world.clock.advance(0.01)
    world.drain()
    wait(world, 599)
    assert world.sender.calls[URL] == 1
    wait(world, 200)
    assert len(world.sender.received) == 3
    rows, _ = world.app.deliveries.page(subscription.id, ALL)
    assert sorted(len(row.attempts) for row in rows) == [1, 1, 2]


def test_a_receiver_that_hangs_is_called_a_few_times_and_not_for_every_event() -> None:
    world = a_world()
    subscription = subscribe(world)
    world.sender.behaviours[URL] = [silence]
    for i in range(100):
        world.drop(f"{i}.wav")
    transcribe(world)
    wait(world, 3600)
    assert world.sender.calls[URL] < 40
    world.sender.behaviours[URL] = [answer(204)]
    wait(world, 3 * 3600)
    assert sum(type_ == "recording.transcribed" for type_, _ in told(world)) == 100
    rows, _ = world.app.deliveries.page(subscription.id, ALL, most=1000)
    assert {row.state for row in rows} == {"delivered"}


def test_410_disables_at_once_and_the_others_are_told() -> None:
    world = a_world()
    gone, other = subscribe(world), subscribe(world, "https://other.example/")
    world.sender.behaviours[URL] = [answer(410)]
    world.drop("a.wav")
    world.run()
    there = world.app.subscriptions.get(gone.id)
    assert there.state == "disabled" and "410" in there.reason
    assert world.sender.calls[URL] == 1
    [event] = [
        e
        for e in world.sender.events("https://other.example/")
        if e["type"] == "subscription.disabled"
    ]
    assert event["data"]["subscription_id"] == gone.id
    assert world.app.subscriptions.get(other.id).state == "active"
    rows, _ = world.app.deliveries.page(gone.id, ALL)
    assert rows and {row.state for row in rows} == {"stopped"}


def test_five_days_without_success_disable(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "dropscribe")
    world = a_world()
    subscription = subscribe(world)
    world.sender.behaviours[URL] = [answer(500)]
    for _ in range(6):
        world.app.deliveries.send_test_event(subscription.id)
        world.drain()
        wait(world, 86_400)
    there = world.app.subscriptions.get(subscription.id)
    assert there.state == "disabled" and "five days" in there.reason
    assert '"event":"subscription.disabled"' in caplog.text
    assert "sig=" not in caplog.text and "whsec_" not in caplog.text


def test_what_was_stopped_can_be_sent_again_when_it_is_switched_on() -> None:
    world = a_world()
    subscription = subscribe(world)
    world.sender.behaviours[URL] = [answer(410), answer(204)]
    begun_at = world.clock.now()
    for i in range(30):
        world.drop(f"{i}.wav")
    world.run()
    deliveries = world.app.deliveries
    assert not world.sender.received
    assert world.app.subscriptions.change(subscription.id, active=True).reason == ""
    before = {row.event_id for row in deliveries.page(subscription.id, ALL)[0]}
    deliveries.replay(subscription.id, from_at=begun_at)
    world.drain()
    wait(world, 3600)
    assert {e["id"] for e in world.sender.events(URL)} == before and before


def test_one_event_and_those_of_a_batch_can_be_sent_again_under_their_ids() -> None:
    world = a_world()
    subscription = subscribe(world)
    book = world.app.deliveries
    for i in range(120):
        world.drop(f"{i}.wav")
    world.run()
    world.clock.advance(3600)
    world.drop("later.wav")
    world.run()
    first = Counter(e["id"] for e in world.sender.events(URL))
    assert set(first.values()) == {1}
    one = next(iter(first))
    book.replay(subscription.id, event_id=one)
    world.drain()
    second = Counter(e["id"] for e in world.sender.events(URL))
    assert second - first == {one: 1}
    batch_id = world.rows()["0.wav"].batch_id
    book.replay(subscription.id, batch_id=batch_id)
    world.drain()
    again = Counter(e["id"] for e in world.sender.events(URL)) - second
    of_batch = {r.event_id for r in world.deliveries.rows.values() if r.batch_id == batch_id}
    assert set(again) == of_batch and set(again.values()) == {1} and len(again) > 120
    row = book.one(subscription.id, one)
    assert [a.status for a in row.attempts][:2] == [204, 204]
    with pytest.raises(SubscriptionRefused):
        book.replay(subscription.id)
    with pytest.raises(SubscriptionMissing):
        book.replay(subscription.id, event_id="evt_nonsense")
    with pytest.raises(SubscriptionMissing):
        book.replay("sub-nobody", batch_id=batch_id)


def drop_manifest(world: World, content: dict[str, Any], name: str = "m.json") -> None:
    world.audio.drop(name, json.dumps(content).encode(), world.clock.now(), container="manifests")
    world.app.manifest_dropped("manifests", name)


def test_the_addresses_of_a_manifest_are_called_when_it_is_over() -> None:
    world = a_world()
    for name in ("a.wav", "b.wav", "c.wav"):
        world.audio.drop(name, a_second_of_silence(), world.clock.now(), container="uploads")
    recordings = [
        {"blob": "a.wav", "callback_url": ITEM_URL, "client_item_id": "A"},
        {"blob": "missing.wav", "callback_url": ITEM_URL},
        {"blob": "c.wav"},
    ]
    drop_manifest(world, {"callback_url": BATCH_URL, "recordings": recordings})
    world.run()
    assert told(world, ITEM_URL) == {
        ("recording.transcribed", "a.wav"): 1,
        ("recording.failed", "missing.wav"): 1,
    }
    assert told(world, BATCH_URL) == {("batch.completed", None): 1}
    [received] = [r for r in world.sender.received if r.url == BATCH_URL]
    stamp = int(received.headers["webhook-timestamp"])
    moment = world.clock.now().fromtimestamp(stamp, world.clock.now().tzinfo)
    expected = Webhook(OWN_SECRET).sign(received.event["id"], moment, received.body.decode())
    assert received.headers["webhook-signature"] == expected
    rows, _ = world.app.deliveries.page(CALLBACKS, ALL)
    assert len(rows) == 3 and "sig=" not in msgspec.json.encode(rows).decode()
    assert "sig=" not in repr(world.store.rows) + repr(world.store.headers)


def test_an_address_of_a_batch_that_was_deleted_is_called_no_more() -> None:
    world = a_world()
    world.audio.drop("a.wav", a_second_of_silence(), world.clock.now(), container="uploads")
    world.sender.behaviours[BATCH_URL] = [answer(500)]
    drop_manifest(world, {"callback_url": BATCH_URL, "recordings": [{"blob": "a.wav"}]})
    transcribe(world)
    [batch_id] = world.store.headers
    world.app.delete_batch(batch_id, False)
    world.drain()
    calls = world.sender.calls[BATCH_URL]
    world.start()
    wait(world, 3 * 86_400)
    assert world.sender.calls[BATCH_URL] == calls
    [row], _ = world.app.deliveries.page(CALLBACKS, ALL)
    assert row.state == "stopped" and not world.requests.callbacks


def test_flows_are_told_in_plain_json() -> None:
    world = a_world()
    subscribe(world, "https://prod-1.westeurope.logic.azure.com:443/x?sig=1")
    world.drop("a.wav", b"")
    world.drain()
    types = {received.headers["Content-Type"] for received in world.sender.received}
    assert types == {"application/json"}


def test_an_endpoint_that_is_taken_out_is_told_of_once() -> None:
    provider = FakeProvider()
    world = a_world(providers=(provider,))
    subscribe(world)
    provider.errors["submit"] = [ProviderUnauthorised("key")] * 3
    world.drop("a.wav")
    world.run()
    failing = [e for e in world.sender.events(URL) if e["type"] == "endpoint.failing"]
    assert len(failing) == 1
    assert failing[0]["data"]["endpoint"] == provider.endpoint
    assert told(world)["recording.transcribed", "a.wav"] == 1


def test_a_retried_batch_is_told_of_again_under_new_ids() -> None:
    world = a_world()
    subscribe(world, types=["recording.failed", "batch.completed"])
    world.drop("a.wav", b"")
    world.run()
    world.clock.advance(60)
    [batch_id] = world.store.headers
    world.app.retry(batch_id)
    world.run()
    ids = Counter(e["id"] for e in world.sender.events(URL))
    types = Counter(e["type"] for e in world.sender.events(URL))
    assert types == {"recording.failed": 2, "batch.completed": 2} and set(ids.values()) == {1}


def test_messages_that_are_lost_are_sent_again_by_the_sweep() -> None:
    world = a_world()
    subscribe(world, types=["recording.failed"])
    for lost in (Announce, Deliver):
        world.drop(f"{step_of(lost)}.wav", b"")
        while not any(isinstance(message, lost) for _, message in world.queue.waiting):
            message = world.queue.take()
            assert message is not None
            world.step(message)
        world.queue.waiting = [e for e in world.queue.waiting if not isinstance(e[1], lost)]
        world.drain()
        assert not [
            e for e in world.sender.events(URL) if e["data"]["name"].startswith(step_of(lost))
        ]
        world.clock.advance(601)
        world.sweep()
        world.drain()
        assert told(world)["recording.failed", f"{step_of(lost)}.wav"] == 1
    world.clock.advance(700)
    world.sweep()
    assert not world.outbox.notes


def test_a_message_that_cannot_be_sent_does_not_undo_what_was_saved() -> None:
    world = a_world()
    subscribe(world, types=["recording.failed"])
    send = world.queue.send

    def refusing(message: Any, **more: Any) -> None:
        if isinstance(message, Announce):
            raise StoreUnavailable("send message")
        send(message, **more)

    world.queue.send = refusing  # type: ignore[method-assign]
    row = world.drop("a.wav", b"")
    assert isinstance(row, Recording) and row.state == "failed"
    world.queue.send = send  # type: ignore[method-assign]
    world.clock.advance(601)
    world.sweep()
    world.drain()
    assert told(world) == {("recording.failed", "a.wav"): 1}


def test_old_deliveries_are_forgotten_and_those_of_the_deleted_at_once() -> None:
    world = a_world()
    kept, deleted = subscribe(world), subscribe(world, "https://other.example/")
    world.drop("a.wav", b"")
    world.run()
    world.app.subscriptions.delete(deleted.id)
    world.sweep()
    assert {key[0] for key in world.deliveries.rows} == {kept.id}
    assert deleted.id not in world.subscriptions.rows and not world.confidences.get(deleted.id)
    world.clock.advance(31 * 86_400)
    world.sweep()
    assert not world.deliveries.rows


def test_a_subscription_is_made_changed_and_deleted() -> None:
    world = a_world()
    book, deliveries = world.app.subscriptions, world.app.deliveries
    made = book.create(URL, title="t", types=["batch.completed", "batch.completed"])
    there = made.subscription
    assert made.secret.startswith("whsec_")
    assert (there.origin, there.types, there.state) == (
        "https://hooks.example",
        ("batch.completed",),
        "active",
    )
    assert "sig=" not in repr(world.subscriptions.rows) and made.secret not in repr(there)
    changed = book.change(there.id, url="https://new.example:8443/y", types=[], title="u")
    assert (changed.origin, changed.types, changed.title) == ("https://new.example:8443", (), "u")
    deliveries.send_test_event(there.id)
    world.drain()
    assert [r.url for r in world.sender.received] == ["https://new.example:8443/y"]
    assert book.change(there.id, active=False).state == "disabled"
    with pytest.raises(SubscriptionRefused):
        deliveries.send_test_event(there.id)
    assert [s.id for s in book.all()] == [there.id]
    book.delete(there.id)
    assert book.all() == []
    for ask in (book.get, book.delete, deliveries.send_test_event, book.rotate_secret):
        with pytest.raises(SubscriptionMissing):
            ask(there.id)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("url", {"url": "http://hooks.example/?sig=secret"}),
        ("url", {"url": "https://user:secret@hooks.example/"}),
        ("types", {"types": ["recording.lost"]}),
        ("profiles", {"profiles": ["nobody"]}),
        ("title", {"title": "x" * 201}),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(field: str, wrong: dict[str, Any]) -> None:
    world = a_world()
    with pytest.raises(SubscriptionRefused) as caught:
        world.app.subscriptions.create(**{"url": URL, **wrong})
    assert caught.value.field == field and "secret" not in str(caught.value)
    assert not world.subscriptions.rows and not world.confidences.contents


def test_a_subscription_of_another_instance_is_heard_within_half_a_minute() -> None:
    world = a_world()
    world.drop("before.wav", b"")
    twin = world.twin()
    twin.app.subscriptions.create(URL, types=["recording.failed"])
    world.clock.advance(31)
    world.drop("after.wav", b"")
    world.drain()
    assert told(world) == {("recording.failed", "after.wav"): 1}
