"""The storage calls that no pipeline can do without, made with the SDK alone, with the same
concurrency. `bare.py` makes them without it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient, ContainerClient

from benchmarks.sizes import HEAD_BYTES, ROW_BYTES, THREADS, TRANSCRIPT_BYTES, VTT_BYTES

PLACE = "floor"


def run(connection_string: str, names: list[str]) -> float:
    """Seconds for one ranged GET, one insert and two PUTs for each recording."""
    blobs = BlobServiceClient.from_connection_string(connection_string)
    audio = blobs.get_container_client("audio")
    outputs = blobs.create_container(PLACE)
    tables = TableServiceClient.from_connection_string(connection_string)
    table = tables.create_table(PLACE)

    def arrive(name: str) -> None:
        audio.download_blob(name, offset=0, length=HEAD_BYTES).readall()
        table.create_entity({"PartitionKey": PLACE, "RowKey": name, "row": "x" * ROW_BYTES})

    started = monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(arrive, names))
        list(pool.map(lambda name: _put(outputs, name), names))
    return monotonic() - started


def _put(outputs: ContainerClient, name: str) -> None:
    outputs.upload_blob(f"{name}.vtt", b"x" * VTT_BYTES)
    outputs.upload_blob(f"{name}.json", b"x" * TRANSCRIPT_BYTES)
