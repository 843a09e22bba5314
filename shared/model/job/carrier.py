"""A carrier: a job with recordings of several batches, in a partition of its own.

Where the provider is behind, jobs of one kind that stand in line leave it together. Each batch
keeps its part, which is a job of its own partition; the carrier's row says what was sent, under
which mark, and which parts are settled.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate

import msgspec

from shared.model.job.job import Job
from shared.model.job.job_item import JobItem

PREFIX = "!carrier-"
"""Begins the names of the partitions of carriers."""
MOST_PARTS = 200
"""So many that their list fits into a column."""


class Carried(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A part: the job of a batch, the range of its recordings, how many there were, and the
    position of the first of them in the create call. `number` is its own among the parts."""

    batch_id: str
    id: str
    first: str
    last: str
    recordings: int
    audio_ms: int
    offset: int
    number: int


Stretch = Job | Carried
"""A stretch of a batch's recordings that name one job of it."""
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[Carried, ...])


def carrier(carrier_id: str, parts: Sequence[Job], endpoint: str, now: datetime) -> Job:
    """The intent of one create call for the recordings of all these jobs, which are of one kind."""
    first = parts[0]
    offsets = accumulate((part.recordings for part in parts), initial=0)
    carried = [
        _part(part, offset, number)
        for number, (part, offset) in enumerate(zip(parts, offsets, strict=False))
    ]
    return Job(
        batch_id=f"{PREFIX}{carrier_id}",
        id=carrier_id,
        provider=first.provider,
        options=first.options,
        mode=first.mode,
        keep_provider_copy=first.keep_provider_copy,
        endpoints=first.endpoints,
        kind=first.kind,
        rank=first.rank,
        state="submitting",
        changed_at=now,
        since_at=min((part.since_at or now for part in parts), default=now),
        first=first.first,
        last=parts[-1].last,
        recordings=sum(part.recordings for part in parts),
        audio_ms=sum(part.audio_ms for part in parts),
        endpoint=endpoint,
        tries=max(part.tries for part in parts),
        carried=_packed(carried),
    )


def with_counts(job: Job, counts: Sequence[int]) -> Job:
    """The carrier, with so many recordings in each of its parts: some may have left."""
    offsets = accumulate(counts, initial=0)
    parts = [
        msgspec.structs.replace(part, recordings=count, offset=offset)
        for part, count, offset in zip(parts_of(job), counts, offsets, strict=False)
    ]
    return msgspec.structs.replace(job, recordings=sum(counts), carried=_packed(parts))


def tombstone(carrier_id: str, part: Job, now: datetime) -> Job:
    """In the place of a carrier that was never written, so that it never will be."""
    return msgspec.structs.replace(carrier(carrier_id, [part], "", now), state="failed")


def is_carrier(job: Job) -> bool:
    return bool(job.carried)


def is_single(job: Job) -> bool:
    """Of one recording, in its own batch."""
    return job.recordings == 1 and not job.carried


def partition_of(carrier_id: str) -> str:
    return f"{PREFIX}{carrier_id}"


def parts_of(job: Job) -> tuple[Carried, ...]:
    """Of a carrier; of any other job none."""
    return _decoder.decode(zlib.decompress(job.carried)) if job.carried else ()


def stretches(job: Stretch) -> Sequence[Stretch]:
    """Where the recordings of a job are: those of its parts, or of itself."""
    if isinstance(job, Carried) or not job.carried:
        return (job,)
    return parts_of(job)


def number_of(part: Stretch) -> int | None:
    """Among the parts of its carrier; None: it is a job of its own."""
    return part.number if isinstance(part, Carried) else None


def in_call(item: JobItem, part: Stretch) -> JobItem:
    """The recording with its position in the call, where its job is a part of a carrier."""
    if isinstance(part, Job):
        return item
    index = part.offset + (item.job_index or 0)
    return msgspec.structs.replace(item, job_index=index, part=part.number)


def batches_of(job: Job) -> list[str]:
    """The ids of the batches that the job has recordings of, each once."""
    return list(dict.fromkeys(stretch.batch_id for stretch in stretches(job)))


def unsettled(job: Job) -> list[Carried]:
    """The parts that nobody noted as settled yet."""
    done = int(job.settled or "0", 16)
    return [part for part in parts_of(job) if not done >> part.number & 1]


def with_settled(job: Job, numbers: Iterable[int]) -> Job:
    """With these parts noted as settled."""
    done = int(job.settled or "0", 16)
    for number in numbers:
        done |= 1 << number
    return msgspec.structs.replace(job, settled=f"{done:x}")


def _part(job: Job, offset: int, number: int) -> Carried:
    return Carried(
        batch_id=job.batch_id,
        id=job.id,
        first=job.first,
        last=job.last,
        recordings=job.recordings,
        audio_ms=job.audio_ms,
        offset=offset,
        number=number,
    )


def _packed(parts: Sequence[Carried]) -> bytes:
    return zlib.compress(_encoder.encode(parts))
