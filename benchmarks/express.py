"""From the drop of one minute of audio to its written transcript, in express, nothing else waiting:
on the whole local stack as it is deployed, with a recogniser that takes no time.

Where the time goes is read from what the app wrote down of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

from azure.data.tables import TableClient, TableServiceClient

from local.stack.stack import TABLE, Stack, running_stack
from shared.model.job.job import Job, answer_seconds
from shared.model.recording.recording import Recording
from shared.pipeline.at_once.hear import UPLOAD
from shared.stores.table.struct_to_row import from_row
from tests.stack import sound

ROUNDS = 5
BAR_SECONDS = 15.0
LOOK_SECONDS = 0.05
PROFILE = '[default]\nmode = "express"\n'


def run() -> dict[str, Any]:
    """Medians, in seconds."""
    with TemporaryDirectory() as folder:
        profiles = Path(folder) / "profiles.toml"
        profiles.write_text(PROFILE, encoding="utf-8")
        with running_stack(
            Path(folder) / "logs", engine="scripted", settings={"PROFILES_FILE": str(profiles)}
        ) as stack:
            _round(stack, 0)  # the first one imports what is imported late
            rounds = [_round(stack, number) for number in range(1, ROUNDS + 1)]
    stages = {name: round(median(one[name] for one in rounds), 2) for name in rounds[0]}
    worst = max(one["drop to transcript"] for one in rounds)
    findings = [] if worst < BAR_SECONDS else [f"{worst} s from drop to transcript"]
    return {**stages, "worst": round(worst, 2), "findings": findings}


def _round(stack: Stack, number: int) -> dict[str, float]:
    name = f"minute{number}.wav"
    content = sound(seconds=60.0)
    dropped_at = datetime.now(UTC)
    stack.blobs.get_blob_client("audio", name).upload_blob(content)
    transcript = stack.blobs.get_blob_client("transcripts", f"audio/{name}.json")
    deadline = monotonic() + 120
    while not transcript.exists():
        if monotonic() > deadline:
            raise TimeoutError("no transcript")
        sleep(LOOK_SECONDS)
    there_at = datetime.now(UTC)
    with TableServiceClient.from_connection_string(stack.azurite.connection_string) as tables:
        table = tables.get_table_client(TABLE)
        row, job = _finished(table, name)
    assert job.answer_by_at is not None and job.submitted_at is not None
    begun_at = job.answer_by_at - UPLOAD - timedelta(seconds=answer_seconds(job))
    moments = {
        "upload and event": row.registered_at - dropped_at,
        "window, plan, line, queue": begun_at - row.registered_at,
        "call: sound sent, answer stored": job.submitted_at - begun_at,
        "transcript and captions written": there_at - job.submitted_at,
        "drop to transcript": there_at - dropped_at,
    }
    return {stage: span.total_seconds() for stage, span in moments.items()}


def _finished(table: TableClient, name: str) -> tuple[Recording, Job]:
    """The recording and its job, once both are over."""
    deadline = monotonic() + 30
    while monotonic() < deadline:
        for found in table.query_entities("name eq @name", parameters={"name": name}):
            row = from_row(Recording, found)
            job = table.get_entity(row.batch_id, f"job-{row.job_id}") if row.job_id else None
            if row.state == "transcribed" and job is not None:
                return row, from_row(Job, job)
        sleep(LOOK_SECONDS)
    raise TimeoutError("its row does not say that it is transcribed")
