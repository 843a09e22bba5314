"""Queue functions on a real emulator: retries, poison, leases, kills."""

import asyncio
import base64
import json
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient, QueueServiceClient

from local.host.bells import hearing
from local.host.storage import Storage
from local.stack.azurite import Azurite
from tests.integration.host_process import HostProcess, eventually, write_app

APP = """
import json, pathlib, time
import azure.functions as func
app = func.FunctionApp()
S = "AzureWebJobsStorage"
HERE = pathlib.Path(__file__).parent

@app.queue_trigger(arg_name="m", queue_name="NAME", connection=S)
@app.queue_output(arg_name="out", queue_name="NAME-done", connection=S)
def work(m: func.QueueMessage, out: func.Out[str]) -> None:
    body = m.get_json()
    with (HERE / "attempts.txt").open("a") as log:
        log.write(f"{body['id']} {m.dequeue_count}\\n")
    out.set(json.dumps({"id": m.id, "count": m.dequeue_count, "receipt": bool(m.pop_receipt),
        "inserted": m.insertion_time.isoformat(), "expires": m.expiration_time.isoformat(),
        "next": m.time_next_visible.isoformat()}))
    if body.get("fails", 0) >= m.dequeue_count:
        raise ValueError("told to fail")
    time.sleep(body.get("seconds", 0))
    if (HERE / "hang").exists():
        time.sleep(60)

@app.queue_trigger(arg_name="m", queue_name="NAME-many", connection=S)
@app.queue_output(arg_name="$return", queue_name="NAME-{kind}", connection=S)
async def many(m: func.QueueMessage) -> list[str]:
    return ["one", "two"]
"""


@pytest.fixture
def name() -> str:
    """Every test has queues of its own in the shared emulator."""
    return f"work-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def app(tmp_path: Path, name: str) -> Path:
    return write_app(tmp_path / name, APP.replace("NAME", name), visibilityTimeout="00:00:00")


@pytest.fixture
def open_queue(azurite: Azurite) -> Iterator[Callable[[str], QueueClient]]:
    with QueueServiceClient.from_connection_string(azurite.connection_string) as service:
        yield lambda name: service.get_queue_client(name)


@pytest.fixture
def start(app: Path, azurite: Azurite) -> Iterator[Callable[..., HostProcess]]:
    started: list[HostProcess] = []

    def start_host(*options: str, **settings: str) -> HostProcess:
        options = ("--idle-poll-seconds", "0.2", *options)
        started.append(HostProcess(app, azurite, *options, **settings))
        assert started[-1].address, started[-1].output
        return started[-1]

    yield start_host
    for process in started:
        process.stop()


def send(queue: QueueClient, body: object) -> None:
    queue.send_message(base64.b64encode(json.dumps(body).encode()).decode())


def contents(queue: QueueClient) -> list[str]:
    try:
        messages = queue.peek_messages(max_messages=32)
        return [base64.b64decode(message.content).decode() for message in messages]
    except ResourceNotFoundError:
        return []


def is_empty(queue: QueueClient) -> bool:
    return queue.get_queue_properties().approximate_message_count == 0


def attempts(app: Path) -> list[str]:
    file = app / "attempts.txt"
    return file.read_text().splitlines() if file.exists() else []


def test_a_message_comes_with_its_metadata_and_its_output_is_written(
    start: Callable[..., HostProcess], open_queue: Callable[[str], QueueClient], name: str
) -> None:
    host = start()
    queue = open_queue(name)
    queue.create_queue()
    send(queue, {"id": "a"})
    done = open_queue(f"{name}-done")
    [text] = eventually(lambda: contents(done))
    value = json.loads(text)
    assert (value["count"], value["receipt"]) == (1, True)
    assert value["inserted"] < value["next"] < value["expires"]
    assert eventually(lambda: is_empty(queue))
    assert host.counts("work")["succeeded"] == 1


def test_a_listener_is_woken_by_what_the_app_sends_itself_once_it_can_be_received(
    azurite: Azurite, open_queue: Callable[[str], QueueClient], name: str
) -> None:
    for each in (name, f"{name}-later", f"{name}-other"):
        open_queue(each).create_queue()

    async def run() -> None:
        storage = Storage({"S": azurite.connection_string})
        now, later, other = (
            storage.queue("S", each) for each in (name, f"{name}-later", f"{name}-other")
        )
        loop = asyncio.get_running_loop()
        with hearing(partial(loop.call_soon_threadsafe, storage.ring)):
            send_later = partial(open_queue(later.name).send_message, visibility_timeout=1)
            await asyncio.to_thread(send_later, "text")
            await asyncio.to_thread(open_queue(now.name).send_message, "text")
            await asyncio.wait_for(now.doorbell.wait(), 10)
            assert await now.receive(1, 30)
            await asyncio.wait_for(later.doorbell.wait(), 10)
            assert await later.receive(1, 30)
        assert not other.doorbell.is_set()
        await asyncio.to_thread(open_queue(other.name).send_message, "text")
        assert not other.doorbell.is_set()
        storage.close()

    asyncio.run(run())


def test_output_is_written_only_on_success_and_a_retry_counts_up(
    start: Callable[..., HostProcess],
    open_queue: Callable[[str], QueueClient],
    name: str,
    app: Path,
) -> None:
    start()
    queue = open_queue(name)
    queue.create_queue()
    send(queue, {"id": "a", "fails": 2})
    [text] = eventually(lambda: contents(open_queue(f"{name}-done")))
    assert json.loads(text)["count"] == 3
    assert attempts(app) == ["a 1", "a 2", "a 3"]


def test_the_fifth_failure_moves_a_message_to_the_poison_queue(
    start: Callable[..., HostProcess],
    open_queue: Callable[[str], QueueClient],
    name: str,
    app: Path,
) -> None:
    host = start()
    queue = open_queue(name)
    queue.create_queue()
    send(queue, {"id": "a", "fails": 99})
    assert eventually(lambda: contents(open_queue(f"{name}-poison"))) == [
        json.dumps({"id": "a", "fails": 99})
    ]
    assert eventually(lambda: is_empty(queue))
    assert attempts(app) == [f"a {count}" for count in range(1, 6)]
    assert contents(open_queue(f"{name}-done")) == []
    counts = host.counts("work")
    assert (counts["failed"], counts["poisoned"]) == (5, 1)


def test_a_message_that_is_not_base64_is_poison_and_spoils_no_other(
    start: Callable[..., HostProcess], open_queue: Callable[[str], QueueClient], name: str
) -> None:
    queue = open_queue(name)
    queue.create_queue()
    queue.send_message("{not base64}")
    send(queue, {"id": "a"})
    start()
    assert eventually(lambda: contents(open_queue(f"{name}-done")))
    poison = open_queue(f"{name}-poison")
    assert eventually(lambda: is_empty(queue))
    assert [message.content for message in poison.peek_messages()] == ["{not base64}"]


def test_a_message_dequeued_too_often_elsewhere_is_poison_without_running(
    start: Callable[..., HostProcess],
    open_queue: Callable[[str], QueueClient],
    name: str,
    app: Path,
) -> None:
    queue = open_queue(name)
    queue.create_queue()
    send(queue, {"id": "a"})
    for _ in range(5):
        message = queue.receive_message()
        queue.update_message(message.id, message.pop_receipt, visibility_timeout=0)
    start()
    assert eventually(lambda: contents(open_queue(f"{name}-poison")))
    assert attempts(app) == []


def test_a_list_becomes_messages_in_a_queue_named_by_binding_data(
    start: Callable[..., HostProcess], open_queue: Callable[[str], QueueClient], name: str
) -> None:
    start()
    queue = open_queue(f"{name}-many")
    queue.create_queue()
    send(queue, {"kind": "split"})
    split = open_queue(f"{name}-split")
    assert eventually(lambda: sorted(contents(split)) == ["one", "two"])


def test_a_long_function_keeps_its_message_beyond_the_lease(
    start: Callable[..., HostProcess],
    open_queue: Callable[[str], QueueClient],
    name: str,
    app: Path,
) -> None:
    start("--lease-seconds", "1")
    queue = open_queue(name)
    queue.create_queue()
    send(queue, {"id": "a", "seconds": 3})
    assert eventually(lambda: contents(open_queue(f"{name}-done")))
    assert eventually(lambda: is_empty(queue))
    assert attempts(app) == ["a 1"]


def test_a_message_held_by_a_killed_host_comes_back(
    start: Callable[..., HostProcess],
    open_queue: Callable[[str], QueueClient],
    name: str,
    app: Path,
) -> None:
    (app / "hang").touch()
    first = start("--lease-seconds", "2")
    queue = open_queue(name)
    queue.create_queue()
    send(queue, {"id": "a"})
    assert eventually(lambda: attempts(app) == ["a 1"])
    first.kill()
    assert contents(open_queue(f"{name}-done")) == []
    (app / "hang").unlink()
    start("--lease-seconds", "2")
    [text] = eventually(lambda: contents(open_queue(f"{name}-done")))
    assert json.loads(text)["count"] == 2
    assert attempts(app) == ["a 1", "a 2"]


def test_a_stop_lets_an_execution_finish(
    start: Callable[..., HostProcess],
    open_queue: Callable[[str], QueueClient],
    name: str,
    app: Path,
) -> None:
    host = start()
    queue = open_queue(name)
    queue.create_queue()
    send(queue, {"id": "a", "seconds": 1})
    assert eventually(lambda: attempts(app))
    assert host.stop() == 0
    assert len(contents(open_queue(f"{name}-done"))) == 1
    assert is_empty(queue)


def test_a_stop_does_not_wait_beyond_the_grace_time(
    start: Callable[..., HostProcess],
    open_queue: Callable[[str], QueueClient],
    name: str,
    app: Path,
) -> None:
    (app / "hang").touch()
    host = start("--grace-seconds", "0.2")
    queue = open_queue(name)
    queue.create_queue()
    send(queue, {"id": "a"})
    assert eventually(lambda: attempts(app))
    assert host.stop() == 0
    assert contents(open_queue(f"{name}-done")) == []
    assert not is_empty(queue)


def test_an_execution_beyond_the_time_limit_counts_as_failed(
    start: Callable[..., HostProcess],
    open_queue: Callable[[str], QueueClient],
    name: str,
    app: Path,
) -> None:
    (app / "hang").touch()
    limit = {"AzureFunctionsJobHost__functionTimeout": "00:00:01"}
    host = start("--grace-seconds", "0.2", **limit)
    queue = open_queue(name)
    queue.create_queue()
    send(queue, {"id": "a"})
    assert eventually(lambda: host.counts("work")["failed"])
    assert eventually(lambda: "longer than functionTimeout" in host.output)
    assert contents(open_queue(f"{name}-done")) == []


def test_two_hosts_share_a_queue_without_running_a_message_twice(
    start: Callable[..., HostProcess],
    open_queue: Callable[[str], QueueClient],
    name: str,
    app: Path,
) -> None:
    queue = open_queue(name)
    queue.create_queue()
    ids = [str(number) for number in range(60)]
    for identity in ids:
        send(queue, {"id": identity})
    start()
    start()
    assert eventually(lambda: is_empty(queue))
    assert sorted(attempts(app)) == sorted(f"{identity} 1" for identity in ids)


def test_the_owner_can_run_a_queue_function_by_hand(
    start: Callable[..., HostProcess], open_queue: Callable[[str], QueueClient], name: str
) -> None:
    host = start()
    with host.client() as client:
        body = {"input": json.dumps({"id": "by hand"})}
        assert client.post("/admin/functions/work", json=body).status_code == 202
        assert client.post("/admin/functions/unknown", json={}).status_code == 404
    assert eventually(lambda: contents(open_queue(f"{name}-done")))
