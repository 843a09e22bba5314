"""Blob functions: the scan that stands in for Event Grid, the webhook, receipts, poison."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient
from azure.storage.queue import QueueServiceClient

from local.stack.azurite import Azurite
from tests.integration.host_process import HostProcess, eventually, write_app

APP = """
import pathlib
import azure.functions as func
import azurefunctions.extensions.bindings.blob as blobs
app = func.FunctionApp()
S = "AzureWebJobsStorage"
LOG = pathlib.Path(__file__).parent / "seen.txt"

def note(text):
    with LOG.open("a") as log:
        log.write(text + "\\n")

@app.blob_trigger(arg_name="client", path="NAME/in/{name}", connection=S,
                  source=func.BlobSource.EVENT_GRID)
async def drop(client: blobs.BlobClient) -> None:
    note(f"drop {client.container_name} {client.blob_name}")
    if "bad" in client.blob_name:
        raise ValueError("bad")

@app.blob_trigger(arg_name="stream", path="NAME/text/{name}.txt", connection=S,
                  source=func.BlobSource.EVENT_GRID)
@app.blob_output(arg_name="out", path="NAME-out/{name}.copy", connection=S)
def read(stream: func.InputStream, out: func.Out[str]) -> None:
    note(f"read {stream.name} {stream.length}")
    out.set(stream.read().decode().upper())
"""
WEBHOOK = "/runtime/webhooks/blobs"


@pytest.fixture
def name() -> str:
    return f"audio-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def app(tmp_path: Path, name: str) -> Path:
    return write_app(tmp_path / name, APP.replace("NAME", name))


@pytest.fixture
def container(azurite: Azurite, name: str) -> Iterator[ContainerClient]:
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        service.create_container(f"{name}-out")
        yield service.create_container(name)


@pytest.fixture
def start(app: Path, azurite: Azurite) -> Iterator[Callable[..., HostProcess]]:
    started: list[HostProcess] = []

    def start_host(*options: str) -> HostProcess:
        options = ("--idle-poll-seconds", "0.2", *options)
        started.append(HostProcess(app, azurite, *options))
        assert started[-1].address, started[-1].output
        return started[-1]

    yield start_host
    for process in started:
        process.stop()


def seen(app: Path) -> list[str]:
    file = app / "seen.txt"
    return file.read_text().splitlines() if file.exists() else []


def event(url: str, **more: object) -> dict[str, object]:
    data = {"api": "PutBlob", "eTag": "0x1", "blobType": "BlockBlob", "url": url}
    return {"id": "1", "eventType": "Microsoft.Storage.BlobCreated", "data": data, **more}


def test_every_new_blob_and_every_new_version_runs_the_function_once(
    start: Callable[..., HostProcess], container: ContainerClient, app: Path, name: str
) -> None:
    container.upload_blob("in/before the start.wav", b"x")
    host = start()
    container.upload_blob("in/a/Ü + 1%.wav", b"x")
    container.upload_blob("elsewhere/b.wav", b"x")
    expected = [f"drop {name} in/a/Ü + 1%.wav", f"drop {name} in/before the start.wav"]
    assert eventually(lambda: sorted(seen(app)) == expected), seen(app)
    container.upload_blob("in/before the start.wav", b"again", overwrite=True)
    assert eventually(lambda: len(seen(app)) == 3)
    assert host.counts("drop")["succeeded"] == 3


def test_a_stream_is_passed_with_its_name_and_an_output_path_is_filled(
    start: Callable[..., HostProcess], container: ContainerClient, app: Path, azurite: Azurite
) -> None:
    start()
    container.upload_blob("text/hello.txt", b"hello")
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        copy = service.get_blob_client(f"{container.container_name}-out", "hello.copy")
        assert eventually(copy.exists)
        assert copy.download_blob().readall() == b"HELLO"
    assert seen(app) == [f"read {container.container_name}/text/hello.txt 5"]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restart_raises_nothing_again(
    start: Callable[..., HostProcess], container: ContainerClient, app: Path, name: str, end: str
) -> None:
    for number in range(20):
        container.upload_blob(f"in/{number}.wav", b"x")
    host = start()
    assert eventually(lambda: len(seen(app)) == 20)
    container.upload_blob("in/marker.wav", b"x")  # once it ran, the receipts of the 20 are saved
    assert eventually(lambda: len(seen(app)) == 21)
    getattr(host, end)()
    container.upload_blob("in/last.wav", b"x")
    start()
    assert eventually(lambda: f"drop {name} in/last.wav" in seen(app))
    repeated = [line for line in set(seen(app)) if seen(app).count(line) > 1]
    assert repeated in ([], [f"drop {name} in/marker.wav"])


def test_a_blob_that_fails_five_times_is_poison_and_spoils_no_other(
    start: Callable[..., HostProcess], container: ContainerClient, app: Path, azurite: Azurite
) -> None:
    container.upload_blob("in/bad.wav", b"x")
    container.upload_blob("in/good.wav", b"x")
    host = start()
    assert eventually(lambda: host.counts("drop")["poisoned"] == 1)
    assert host.counts("drop")["failed"] == 5
    assert host.counts("drop")["succeeded"] == 1
    with QueueServiceClient.from_connection_string(azurite.connection_string) as service:
        poison = service.get_queue_client("webjobs-blobtrigger-poison")
        assert poison.get_queue_properties().approximate_message_count >= 1


def test_the_webhook_takes_both_schemas_and_decodes_the_path(
    start: Callable[..., HostProcess], container: ContainerClient, app: Path, name: str
) -> None:
    container.upload_blob("in/Ü 1.wav", b"x")
    host = start()
    assert eventually(lambda: len(seen(app)) == 1)
    azurite_url = f"{container.url}/in/%C3%9C%201.wav"
    cloud_url = f"https://account.blob.core.windows.net/{name}/in/%C3%9C%201.wav"
    cloud_event = {
        **event(cloud_url),
        "specversion": "1.0",
        "type": "Microsoft.Storage.BlobCreated",
    }
    del cloud_event["eventType"]
    query = {"functionName": "Host.Functions.drop", "code": "blobs-key"}
    with host.client() as client:
        del client.headers["x-functions-key"]
        assert client.post(WEBHOOK, params=query, json=[event(azurite_url)]).status_code == 202
        assert client.post(WEBHOOK, params=query, json=cloud_event).status_code == 202
    assert eventually(lambda: seen(app) == [f"drop {name} in/Ü 1.wav"] * 3), seen(app)


def test_an_event_for_a_blob_that_is_gone_is_dropped_as_done(
    start: Callable[..., HostProcess], container: ContainerClient, app: Path, azurite: Azurite
) -> None:
    host = start()
    query = {"functionName": "Host.Functions.drop"}
    with host.client() as client:
        gone = event(f"{container.url}/in/gone.wav")
        assert client.post(WEBHOOK, params=query, json=[gone]).status_code == 202
    container.upload_blob("in/after.wav", b"x")
    assert eventually(lambda: len(seen(app)) == 1)
    assert host.counts("drop") | {"milliseconds": 0} == {
        "succeeded": 1,
        "failed": 0,
        "poisoned": 0,
        "milliseconds": 0,
    }
    with QueueServiceClient.from_connection_string(azurite.connection_string) as service:
        with host.client() as client:
            identity = client.get("/admin/host/status").json()["id"]
        internal = service.get_queue_client(f"azure-webjobs-blobtrigger-{identity}")
        count = eventually(lambda: internal.get_queue_properties().approximate_message_count == 0)
        assert count


def test_the_webhook_answers_handshakes_and_refuses_strangers(
    start: Callable[..., HostProcess], container: ContainerClient
) -> None:
    host = start()
    query = {"functionName": "Host.Functions.drop"}
    handshake = {
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "data": {"validationCode": "abc-123"},
    }
    with host.client() as client:
        answer = client.post(WEBHOOK, params=query, json=[handshake])
        assert (answer.status_code, answer.json()) == (200, {"validationResponse": "abc-123"})
        options = {"WebHook-Request-Origin": "eventgrid.azure.net"}
        answer = client.options(WEBHOOK, params=query, headers=options)
        assert answer.headers["webhook-allowed-origin"] == "eventgrid.azure.net"
        for body in ("{", "3", json.dumps([event("https://account/no-blob")])):
            assert client.post(WEBHOOK, params=query, content=body).status_code == 400
        other = {"functionName": "Host.Functions.other"}
        assert client.post(WEBHOOK, params=other, json=[]).status_code == 404
        del client.headers["x-functions-key"]
        assert client.post(WEBHOOK, params=query, json=[]).status_code == 401


def test_two_hosts_raise_each_blob_once(
    start: Callable[..., HostProcess], container: ContainerClient, app: Path
) -> None:
    start()
    start()
    for number in range(30):
        container.upload_blob(f"in/{number}.wav", b"x")
    assert eventually(lambda: len(seen(app)) >= 30)
    assert len(set(seen(app))) == len(seen(app)) == 30
