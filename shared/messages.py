"""What travels in the queues. A queue has one function, which the platform starts from nothing:
steps that are small share one, what is heavy and what waits for others have their own. Each message
tells its kind.

Messages are a fast path only. They may come twice, late or never; what they point to is in the
tables. Unknown fields are ignored, so older code can read newer messages.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal, TypeVar, cast, get_args

import msgspec

from shared.model.failure import Failure
from shared.model.job.job import Job
from shared.model.recording.places import places

STEPS, WRITE, DELIVER, HEAVY = QUEUES = (
    "dropscribe-steps",
    "dropscribe-write",
    "dropscribe-deliver",
    "dropscribe-heavy",
)


class Versioned(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """What every message tells of itself: its kind, and the version of its form."""

    v: int = 1


class Register(Versioned, frozen=True, kw_only=True):
    """Register blobs that no event announced to a trigger. Event Grid puts its own words into this
    queue where a blob was renamed, of which the trigger for blobs would understand nothing, and for
    every blob where nothing may call the app."""

    queue: ClassVar[str] = STEPS
    container: str
    names: tuple[str, ...]


class Expand(Versioned, frozen=True, kw_only=True):
    """Make the next items of a part of a request into recordings. Without a part: see to it that
    every part that is left is worked on, or that the batch goes on when none is."""

    queue: ClassVar[str] = STEPS
    batch_id: str
    part: int | None = None


class Change(Versioned, frozen=True, kw_only=True):
    """Carry out what the header of a batch asks for: cancel it, put its failed recordings back
    in line, let something go from its recordings, or delete it. `after` is the recording, or the
    job, up to which that was done."""

    queue: ClassVar[str] = STEPS
    batch_id: str
    after: str = ""


class Plan(Versioned, frozen=True, kw_only=True):
    """Put the waiting recordings of a batch into jobs; finish the batch when none is left. `early`:
    before its window has closed, because its provider had nothing to do."""

    queue: ClassVar[str] = STEPS
    batch_id: str
    early: bool = False


class Prepare(Versioned, frozen=True, kw_only=True):
    """Listen to the channels of a waiting recording, and make the copy that its provider is to get.
    Of several such messages only the one that was sent `at` last counts."""

    queue: ClassVar[str] = HEAVY
    batch_id: str
    recording_id: str
    at: datetime


class Listen(Versioned, frozen=True, kw_only=True):
    """Make the copy by which people hear a recording, unless it is there."""

    queue: ClassVar[str] = HEAVY
    batch_id: str
    recording_id: str


class Understand(Versioned, frozen=True, kw_only=True):
    """Have the insights of a transcribed recording made, unless they are there. `waits` counts how
    often its row was not saved yet."""

    queue: ClassVar[str] = HEAVY
    batch_id: str
    recording_id: str
    waits: int = 0


class Translate(Versioned, frozen=True, kw_only=True):
    """Have some lines more of a transcribed recording translated, unless all are. `waits` as
    there."""

    queue: ClassVar[str] = HEAVY
    batch_id: str
    recording_id: str
    waits: int = 0


class Submit(Versioned, frozen=True, kw_only=True):
    """Go along the line of a `provider`, and send as much as there is room for. Without a provider:
    a planned job, or those of a batch up to `last`, are to join their line first."""

    queue: ClassVar[str] = STEPS
    batch_id: str
    job_id: str
    last: str | None = None
    provider: str | None = None


def go_along(provider: str) -> Submit:
    """The message that has somebody go along the line of a provider."""
    return Submit(batch_id="", job_id="", provider=provider)


class Collect(Versioned, frozen=True, kw_only=True):
    """A hint that a transcription may be over. From a webhook only the provider's id is known;
    from the poll also the job. `again` asks for the results of a job that is being collected,
    because some of them could not be read."""

    queue: ClassVar[str] = STEPS
    endpoint: str
    transcription_id: str
    batch_id: str | None = None
    job_id: str | None = None
    again: bool = False


class Express(Versioned, frozen=True, kw_only=True):
    """Have a job heard whose provider answers at once, and whose intent that `sender` wrote. `job`
    is its row as it was then."""

    queue: ClassVar[str] = HEAVY
    batch_id: str
    job_id: str
    sender: str
    job: Job | None = None


class SliceItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One recording of a slice: where its result is and how long, where the provider tells, or why
    there is none. `part` is the number of its part, where the job is a carrier. `seen` is how its
    audio stood when it was compared, after the provider had read it; "": it was not yet."""

    recording_id: str
    part: int | None = None
    name: str = ""
    url: str = ""
    failure: Failure | None = None
    bytes: int | None = None
    seen: Literal["", "there", "touched", "gone"] = ""


class Write(Versioned, frozen=True, kw_only=True):
    """Fetch, normalise and store the results of some recordings of a job."""

    queue: ClassVar[str] = WRITE
    batch_id: str
    job_id: str
    items: tuple[SliceItem, ...]


class Finish(Versioned, frozen=True, kw_only=True):
    """See whether a job is over, and then whether its batch is."""

    queue: ClassVar[str] = STEPS
    batch_id: str
    job_id: str | None = None


class Sweep(Versioned, frozen=True, kw_only=True):
    """Look after everything now, as the timers do: `part` alone, or all parts and the poll."""

    queue: ClassVar[str] = STEPS
    part: str = ""


class Announce(Versioned, frozen=True, kw_only=True):
    """Pass on the events of a notice, which lies in that partition, to all who want them."""

    queue: ClassVar[str] = DELIVER
    partition: str
    notice_id: str


class Deliver(Versioned, frozen=True, kw_only=True):
    """Send off the deliveries of a parcel that are due."""

    queue: ClassVar[str] = DELIVER
    receiver: str
    parcel_id: str


Message = (
    Register
    | Expand
    | Change
    | Plan
    | Prepare
    | Listen
    | Understand
    | Translate
    | Submit
    | Collect
    | Express
    | Write
    | Finish
    | Sweep
    | Announce
    | Deliver
)
M = TypeVar("M", bound=Message)

KINDS: tuple[type[Message], ...] = get_args(Message)
# Made while the module is imported: msgspec 0.22 looks into a struct's fields on its first use, and
# the process crashes where two threads are the first at the same moment.
_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {k: msgspec.json.Decoder(k) for k in KINDS}
_any = msgspec.json.Decoder(Message)


def step_of(message: Message | type[Message]) -> str:
    """The word for what the message makes happen, as its kind says it."""
    kind = message if isinstance(message, type) else type(message)
    return kind.__name__.lower()


FORMER: dict[str, type[Message]] = {f"dropscribe-{step_of(kind)}": kind for kind in KINDS}
"""Releases before had a queue for each kind, whose messages did not tell it."""


def encode(message: Message) -> bytes:
    return msgspec.json.encode(message)


def read(queue: str, body: bytes | str) -> Message:
    """A message that came through that queue. Event Grid puts its own words into the queue of the
    steps where a blob was renamed. Raises `msgspec.DecodeError` for what is none."""
    try:
        return cast(Message, _any.decode(body))
    except msgspec.ValidationError:
        former = FORMER.get(queue)
        if former is not None and former is not Register:
            return cast(Message, _DECODERS[former].decode(body))
        return _registered(body)


def _registered(body: bytes | str) -> Message:
    try:
        return cast(Message, _DECODERS[Register].decode(body))
    except msgspec.ValidationError:
        return cast(Message, _of_announced(_announced.decode(body)))


class _There(msgspec.Struct, frozen=True, rename="camel"):
    destination_url: str = ""
    url: str = ""


class _Announced(msgspec.Struct, frozen=True):
    """What is read of a `Microsoft.Storage.BlobRenamed`, which has a destination, or of a
    `BlobCreated`, as in "Azure Blob Storage as an Event Grid source"."""

    data: _There


_announced = msgspec.json.Decoder(_Announced)


def _of_announced(told: _Announced) -> Register:
    container, name = places(told.data.destination_url or told.data.url)[0]
    if container is None:
        raise msgspec.ValidationError("the address of the blob names no container")
    return Register(container=container, names=(name,))
