"""The two tables that are exported: what they hold of a recording that was transcribed, and of each
of its utterances.

A table has a version. Within one, columns may be added; none is renamed, removed, or given another
meaning. The rows of a recording are made of the transcript that its outputs are made of: what is
hidden there is hidden here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from shared.model.conversation.conversation import Conversation
from shared.model.conversation.measure import measured
from shared.model.export.columns import Column, Group, Kind
from shared.model.recording.recording import Recording
from shared.model.transcript.transcript import Transcript, Utterance


class Written(NamedTuple):
    """A transcript as it was written; `revision` is how often people had corrected it by then."""

    row: Recording
    transcript: Transcript
    talk: Conversation | None
    revision: int
    at: datetime


class Said(NamedTuple):
    """An utterance of it."""

    written: Written
    one: Utterance


class Table(NamedTuple):
    """None of its files has more than
    `most_recordings`, for a merge of them has to fit into the memory of a process."""

    name: str
    version: int
    columns: tuple[Column, ...]
    most_recordings: int

    @property
    def folder(self) -> str:
        return f"{self.name}-{self.version}"


class Rows(NamedTuple):
    """Of one transcript, by table. `day` is as `day_of` has it."""

    day: str
    batch_id: str
    recording_id: str
    revision: int
    of: Mapping[str, Sequence[tuple[Any, ...]]]


_OF_RECORDING: dict[str, tuple[Kind, Callable[[Written], Any]]] = {
    "recording_id": ("text", lambda it: it.row.id),
    "batch_id": ("text", lambda it: it.row.batch_id),
    "revision": ("whole", lambda it: it.revision),
    "written_at": ("moment", lambda it: _ms(it.at)),
    "last_modified_at": ("moment", lambda it: _ms(it.row.last_modified_at)),
    "registered_at": ("moment", lambda it: _ms(it.row.registered_at)),
    "container": ("text", lambda it: it.transcript.source.container),
    "name": ("text", lambda it: it.transcript.source.name),
    "profile": ("text", lambda it: it.row.profile.name),
    "title": ("text", lambda it: it.transcript.job.title),
    "client_item_id": ("text", lambda it: it.transcript.job.client_item_id),
    "metadata": ("text", lambda it: _json(it.transcript.job.metadata)),
    "provider": ("text", lambda it: it.transcript.provider.name),
    "endpoint": ("text", lambda it: it.transcript.provider.endpoint),
    "model": ("text", lambda it: it.transcript.provider.model),
    "language": ("text", lambda it: it.transcript.language.code),
    "bytes": ("whole", lambda it: it.transcript.source.bytes),
    "duration_ms": ("whole", lambda it: it.transcript.source.duration_ms),
    "channels": ("whole", lambda it: it.transcript.source.channels),
    "speakers": ("whole", lambda it: len(it.transcript.speakers)),
    "utterances": ("whole", lambda it: len(it.transcript.utterances)),
    "confidence": ("number", lambda it: it.transcript.confidence),
    "needs_review": ("switch", lambda it: it.transcript.needs_review),
    "listen_ms": ("whole", lambda it: it.transcript.review and it.transcript.review.listen_ms),
    "cost_amount": ("number", lambda it: _cost(it) and _cost(it).amount),
    "cost_currency": ("text", lambda it: _cost(it) and _cost(it).currency),
    "words_per_minute": ("whole", lambda it: it.talk and it.talk.words_per_minute),
    "talk_ms": ("whole", lambda it: it.talk and it.talk.talk_ms),
    "silence_ms": ("whole", lambda it: it.talk and it.talk.silence_ms),
    "longest_silence_ms": ("whole", lambda it: it.talk and it.talk.longest_silence_ms),
    "overlap_ms": ("whole", lambda it: it.talk and it.talk.overlap_ms),
    "interruptions": ("whole", lambda it: it.talk and it.talk.interruptions),
    "response_ms": ("whole", lambda it: it.talk and it.talk.response_ms),
    "longest_monologue_ms": ("whole", lambda it: it.talk and it.talk.longest_ms),
    "hidden": ("text", lambda it: _hidden(it.transcript)),
}
_OF_UTTERANCE: dict[str, tuple[Kind, Callable[[Said], Any]]] = {
    "recording_id": ("text", lambda it: it.written.row.id),
    "batch_id": ("text", lambda it: it.written.row.batch_id),
    "revision": ("whole", lambda it: it.written.revision),
    "written_at": ("moment", lambda it: _ms(it.written.at)),
    "number": ("whole", lambda it: it.one.id),
    "turn": ("whole", lambda it: it.one.turn),
    "channel": ("whole", lambda it: it.one.channel),
    "speaker": ("text", lambda it: it.one.speaker),
    "role": ("text", lambda it: it.one.role),
    "start_ms": ("whole", lambda it: it.one.start_ms),
    "end_ms": ("whole", lambda it: it.one.end_ms),
    "language": ("text", lambda it: it.one.language or it.written.transcript.language.code),
    "confidence": ("number", lambda it: it.one.confidence),
    "needs_review": ("switch", lambda it: it.one.needs_review),
    "overlaps": ("switch", lambda it: it.one.overlaps),
    "text": ("text", lambda it: it.one.text),
}


def _table(name: str, sources: Mapping[str, tuple[Kind, Any]], most_recordings: int) -> Table:
    columns = tuple(Column(name, kind) for name, (kind, _) in sources.items())
    return Table(name, 1, columns, most_recordings)


RECORDINGS = _table("recordings", _OF_RECORDING, 20_000)
UTTERANCES = _table("utterances", _OF_UTTERANCE, 2_000)
TABLES = (RECORDINGS, UTTERANCES)


def rows_of(row: Recording, transcript: Transcript, revision: int, now: datetime) -> Rows:
    """`transcript` is what the outputs were made of."""
    talk = measured(transcript, row.profile.roles.values())
    written = Written(row, transcript, talk, revision, now)
    said = [Said(written, one) for one in transcript.utterances]
    return Rows(
        day=day_of(row),
        batch_id=row.batch_id,
        recording_id=row.id,
        revision=revision,
        of={
            RECORDINGS.name: [tuple(value(written) for _, value in _OF_RECORDING.values())],
            UTTERANCES.name: [
                tuple(value(each) for _, value in _OF_UTTERANCE.values()) for each in said
            ],
        },
    )


def day_of(row: Recording) -> str:
    """That on which its audio was stored where it lies, as UTC has it: the same however often the
    recording is written, and whenever it came in."""
    return row.last_modified_at.astimezone(UTC).date().isoformat()


def by_column(rows: Sequence[tuple[Any, ...]]) -> Group:
    """Rows, at least one, as they are stored."""
    return list(zip(*rows, strict=True))


def _cost(it: Written) -> Any:
    return it.transcript.provider.cost


def _hidden(transcript: Transcript) -> str | None:
    return ", ".join(transcript.redaction.kinds) if transcript.redaction else None


def _json(metadata: Mapping[str, str]) -> str:
    return json.dumps(metadata, ensure_ascii=False, sort_keys=True)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000)
