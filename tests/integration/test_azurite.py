"""The emulator that every other integration test stands on."""

import subprocess
import sys
from time import monotonic, sleep

import httpx
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local.stack.azurite import Azurite


def answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code > 0
    except httpx.TransportError:
        return False


def test_the_connection_string_reaches_blobs_queues_and_tables(azurite: Azurite) -> None:
    connection = azurite.connection_string
    with BlobServiceClient.from_connection_string(connection) as blobs:
        blobs.create_container("hello")
        assert "hello" in [found.name for found in blobs.list_containers()]
    with QueueServiceClient.from_connection_string(connection) as queues:
        queues.create_queue("hello")
        assert "hello" in [found.name for found in queues.list_queues()]
    with TableServiceClient.from_connection_string(connection) as tables:
        tables.create_table("hello")
        assert "hello" in [found.name for found in tables.list_tables()]


def test_the_emulator_dies_with_a_killed_parent() -> None:
    code = (
        "from local.stack.azurite import running_azurite\nimport time\n"
        "with running_azurite() as it:\n print(it.blob_endpoint, flush=True)\n time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    address = parent.stdout.readline().strip()
    assert answers(address)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = monotonic() + 10
    while answers(address) and monotonic() < deadline:
        sleep(0.05)
    assert not answers(address)
