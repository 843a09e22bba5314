"""What lies about after a run: rows, outputs, reports, queues, the emulator's books, logs."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from azure.data.tables import TableClient
from azure.storage.blob import BlobServiceClient, ContainerClient

from local.chaos.plan import Drop, Trouble
from local.chaos.provider import NO_BOOKS, Books
from local.chaos.stage import Stage
from local.chaos.thief import queue_names
from local.stack.stack import CONTAINERS
from shared.model.job.carrier import PREFIX
from shared.model.job.job import Job
from shared.model.recording.recording import Recording
from shared.stores.table.batches import TableBatchStore
from shared.stores.table.partitions import ACTIVE, OPEN

AUDIO = CONTAINERS["AUDIO_CONTAINER"]
TRANSCRIPTS = CONTAINERS["TRANSCRIPTS_CONTAINER"]
ERRORS = CONTAINERS["ERRORS_CONTAINER"]
REPORTS = CONTAINERS["REPORTS_CONTAINER"]


@dataclass(frozen=True)
class Dropped:
    """One version as it was put there. `order` is its place among the versions of its name."""

    name: str
    etag: str
    order: int
    drop: Drop


@dataclass(frozen=True)
class Output:
    """A blob under `transcripts` or `errors`: "container/name", and whose it says it is."""

    path: str
    recording_id: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """`words` are what each JSON transcript says, by path, as `plain` gives it. `reports` are by
    batch id, `report_names` the names of all files of all formats. `current` are (name, ETag) of
    the audio that is there at the end. `strikes` is how often the trouble of a tag struck, at
    most. `leaks` are places in logs and tables that hold a secret."""

    dropped: Sequence[Dropped]
    troubles: Sequence[Trouble]
    strikes: Mapping[str, int]
    current: frozenset[tuple[str, str]]
    rows: Sequence[Recording]
    jobs: Sequence[Job]
    batches: Sequence[str]
    open_batches: Sequence[str] = ()
    active: Sequence[str] = ()
    outputs: Sequence[Output] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    report_names: frozenset[str] = frozenset()
    queues: Mapping[str, int] = field(default_factory=dict)
    leaks: Sequence[str] = ()
    books: Books = NO_BOOKS


def collect(
    stage: Stage,
    dropped: Sequence[Dropped],
    troubles: Sequence[Trouble],
    strikes: Mapping[str, int],
) -> Evidence:
    """Everything, once all has settled."""
    store = TableBatchStore(stage.table)
    batches = batch_ids(stage.table)
    outputs = [*_outputs(stage.blobs, TRANSCRIPTS), *_outputs(stage.blobs, ERRORS)]
    reports = stage.blobs.get_container_client(REPORTS)
    return Evidence(
        dropped=dropped,
        troubles=troubles,
        strikes=strikes,
        current=current_audio(stage.blobs),
        rows=[row for batch in batches for row in store.recordings(batch)],
        jobs=[job for of in (*batches, *carriers(stage.table)) for job in store.jobs(of)],
        batches=batches,
        open_batches=keys(stage.table, OPEN),
        active=keys(stage.table, ACTIVE),
        outputs=outputs,
        words=dict(_words(stage.blobs, outputs)),
        reports=dict(_reports(reports)),
        report_names=frozenset(reports.list_blob_names()),
        queues=depths(stage),
        leaks=[*_leaks_in_logs(stage), *_leaks_in_table(stage)],
        books=stage.books(),
    )


def batch_ids(table: TableClient) -> list[str]:
    headers = table.query_entities("RowKey eq 'batch'", select=["PartitionKey"])
    return [row["PartitionKey"] for row in headers]


def carriers(table: TableClient) -> list[str]:
    """The partitions of jobs with recordings of several batches."""
    rows = table.query_entities(
        "PartitionKey ge @first and PartitionKey lt @end",
        parameters={"first": PREFIX, "end": f"{PREFIX}~"},
        select=["PartitionKey"],
    )
    return sorted({row["PartitionKey"] for row in rows})


def keys(table: TableClient, partition: str) -> list[str]:
    rows = table.query_entities(
        "PartitionKey eq @pk", parameters={"pk": partition}, select=["RowKey"]
    )
    return [row["RowKey"] for row in rows]


def current_audio(blobs: BlobServiceClient) -> frozenset[tuple[str, str]]:
    listed = blobs.get_container_client(AUDIO).list_blobs()
    return frozenset((blob.name, str(blob.etag).strip('"')) for blob in listed)


def depths(stage: Stage) -> dict[str, int]:
    """Messages in each queue, hidden ones as well."""
    found = {}
    for name in queue_names(stage.queues):
        properties = stage.queues.get_queue_client(name).get_queue_properties()
        found[name] = int(properties.approximate_message_count or 0)
    return found


def source_name(source: str) -> str:
    """The blob's name in the URL that the provider was given: the emulator's account and the
    container come first."""
    return unquote(urlsplit(source).path).split("/", 3)[3]


def plain(text: str) -> str:
    """The words alone: capitals and full stops are the provider's taste."""
    return " ".join(re.findall(r"\w+", text.lower()))


def _outputs(blobs: BlobServiceClient, container: str) -> Iterator[Output]:
    for blob in blobs.get_container_client(container).list_blobs(include=["metadata"]):
        yield Output(f"{container}/{blob.name}", (blob.metadata or {}).get("recording", ""))


def _words(blobs: BlobServiceClient, outputs: Sequence[Output]) -> Iterator[tuple[str, str]]:
    for output in outputs:
        container, _, name = output.path.partition("/")
        if container == TRANSCRIPTS and name.endswith(".json"):
            content = blobs.get_blob_client(container, name).download_blob().readall()
            said = json.loads(content)["utterances"]
            yield output.path, plain(" ".join(one["text"] for one in said))


def _reports(container: ContainerClient) -> Iterator[tuple[str, Any]]:
    for name in container.list_blob_names():
        if name.endswith(".json"):
            yield name.removesuffix(".json"), json.loads(container.download_blob(name).readall())


def _leaks_in_logs(stage: Stage) -> Iterator[str]:
    for path in sorted(Path(stage.logs).iterdir()):
        with path.open(encoding="utf-8", errors="replace") as log:
            for number, line in enumerate(log, 1):
                if _holds_secret(line, stage.secrets):
                    yield f"{path.name}:{number}"


def _leaks_in_table(stage: Stage) -> Iterator[str]:
    kinds: defaultdict[str, int] = defaultdict(int)
    for row in stage.table.list_entities():
        if any(_holds_secret(str(value), stage.secrets) for value in row.values()):
            kinds[f"table row {row['PartitionKey']} {row['RowKey']}"] += 1
    yield from kinds


def _holds_secret(text: str, secrets: Sequence[str]) -> bool:
    return "sig=" in text or any(secret in text for secret in secrets)
