"""The promises of `Queue`, kept by the stand-in and by Queue Storage alike."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import QueueServiceClient

from local.stack.azurite import Azurite
from shared.messages import QUEUES, Finish, Message, Plan, SliceItem, Write, read
from shared.ports.queue import Queue
from shared.stores.queues import StorageLeftovers, StorageQueue
from tests.fakes.clock import FakeClock
from tests.fakes.queue import FakeQueue

ITEM = SliceItem(recording_id="r", name="grüße +#.json", url="https://a.example/?sig=%2F+")


class Line(NamedTuple):
    """`visible` takes out what can be seen now, `hidden` counts the rest."""

    queue: Queue
    visible: Callable[[], list[Message]]
    hidden: Callable[[], int]


@pytest.fixture
def service(azurite: Azurite) -> Iterator[QueueServiceClient]:
    with QueueServiceClient.from_connection_string(azurite.connection_string) as service:
        for queue in QUEUES:
            with suppress(ResourceExistsError):  # the app's queues have fixed names
                service.create_queue(queue)
            service.get_queue_client(queue).clear_messages()
        yield service


@pytest.fixture(params=["stand-in", "queues"])
def line(request: pytest.FixtureRequest) -> Line:
    if request.param == "stand-in":
        fake = FakeQueue(FakeClock())
        return Line(fake, lambda: list(iter(fake.take, None)), lambda: len(fake.waiting))
    service: QueueServiceClient = request.getfixturevalue("service")

    def visible() -> list[Message]:
        return [
            read(queue, base64.b64decode(message.content, validate=True))
            for queue in QUEUES
            for message in taken(service, queue)
        ]

    def hidden() -> int:
        queues = map(service.get_queue_client, QUEUES)
        return sum(q.get_queue_properties().approximate_message_count for q in queues)

    return Line(StorageQueue(service), visible, hidden)


def taken(service: QueueServiceClient, name: str) -> list:  # type: ignore[type-arg]
    with service.get_queue_client(name) as queue:
        messages = list(queue.receive_messages())
        for message in messages:
            queue.delete_message(message)
        return messages


def test_a_message_arrives_as_it_was_sent(line: Line) -> None:
    write = Write(batch_id="b", job_id="j", items=(ITEM,) * 50)
    line.queue.send(Plan(batch_id="grüße"))
    line.queue.send(write)
    assert line.visible() == [Plan(batch_id="grüße"), write]
    assert line.hidden() == 0


def test_a_delayed_message_is_there_and_cannot_be_seen_yet(line: Line) -> None:
    line.queue.send(Finish(batch_id="b"), after=timedelta(seconds=90))
    assert line.visible() == []
    assert line.hidden() == 1


@pytest.mark.parametrize("after", [timedelta(), timedelta(seconds=-5)])
def test_a_message_for_now_can_be_seen_now(line: Line, after: timedelta) -> None:
    line.queue.send(Finish(batch_id="b"), after=after)
    assert line.visible() == [Finish(batch_id="b")]


def test_a_message_for_next_month_is_taken(line: Line) -> None:
    line.queue.send(Plan(batch_id="b"), after=timedelta(days=30))
    assert line.visible() == []
    assert line.hidden() == 1


def test_the_largest_slice_fits(line: Line) -> None:
    item = SliceItem(recording_id="0" * 32, url="u" * 478)
    write = Write(batch_id="b" * 60, job_id="j" * 32, items=(item,) * 90)
    line.queue.send(write)
    assert line.visible() == [write]


# --- queues that call nobody


@pytest.fixture
def leftovers(service: QueueServiceClient) -> Iterator[StorageLeftovers]:
    names = ("dropscribe-plan", "dropscribe-steps-poison", "webjobs-blobtrigger-poison", "other")
    for name in names:
        with suppress(ResourceExistsError):  # the emulator is shared, and these names are fixed
            service.create_queue(name)
        service.get_queue_client(name).clear_messages()
    yield StorageLeftovers(service)
    for name in names:
        service.delete_queue(name)


def test_messages_that_call_nobody_are_found_taken_and_gone_when_they_are_done(
    leftovers: StorageLeftovers, service: QueueServiceClient
) -> None:
    body = b'{"batch_id":"b\xc3\xa4"}'
    for content in (base64.b64encode(body).decode(), "by hand: no base64"):
        service.get_queue_client("dropscribe-plan").send_message(content)
    assert set(leftovers.queues()) >= {
        *("dropscribe-plan", "dropscribe-steps-poison", "webjobs-blobtrigger-poison"),
    }
    assert "other" not in leftovers.queues()
    found = leftovers.take("dropscribe-plan")
    assert {one.body for one in found} == {body, b"by hand: no base64"}
    assert leftovers.take("dropscribe-plan") == []  # hidden for a while
    leftovers.done(found[0])
    leftovers.done(found[0])  # twice
    left = service.get_queue_client("dropscribe-plan").get_queue_properties()
    assert left.approximate_message_count == 1
    assert leftovers.take("dropscribe-steps-poison") == []
    assert leftovers.take("dropscribe-is-not-there") == []
