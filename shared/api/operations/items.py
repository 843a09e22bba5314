"""The recordings of a batch, what was said in them, and the report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal
from urllib.parse import quote

import msgspec

from shared.api.fields import (
    ClientItemId,
    Entry,
    NamePart,
    Page,
    RecordingId,
    RevisionNumber,
    SpokenLanguage,
    TranscriptFormat,
    about,
)
from shared.api.http import Response, answer, packed, wanted_media_type
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.operations.batches import next_link
from shared.api.problems import Refused
from shared.api.rights import LOOKS, OWNS, READS
from shared.api.views.items import Item, ItemList, item_view
from shared.api.views.reports import Report
from shared.batches.outputs import Fetched
from shared.errors import RecordingMissing
from shared.model.insights.document import RecordingInsights
from shared.model.recording.recording import Recording, State
from shared.model.transcript.transcript import Transcript
from shared.outputs import formats
from shared.outputs import report as reports

ReportFormat = Literal["json", "csv", "html"]


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0]


TRANSCRIPT_TYPES = {_bare(file.media_type): name for name, file in formats.FORMATS.items()}
REPORT_TYPES = {_bare(file.media_type): name for name, file in reports.FORMATS.items()}
_FILE_HEADERS = {"Content-Disposition": "What the file may be called"}
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src data:; sandbox allow-scripts allow-downloads",
    "Cache-Control": "private, no-store",
}


class ItemQuery(msgspec.Struct, frozen=True, kw_only=True):
    state: Annotated[State | None, about("State", "Only those in this state")] = None
    client_item_id: Annotated[
        ClientItemId | None, about("Client item id", "Only the one that its sender gave this id")
    ] = None
    metadata: Annotated[
        Entry | None,
        about(
            "Metadata",
            "Only those with this entry of their metadata, as `name=value`; a page may then hold "
            "fewer than `limit`",
        ),
    ] = None
    name: Annotated[
        NamePart | None,
        about("Name", "Only those whose name or title holds this; pages as with `metadata`"),
    ] = None
    needs_review: Annotated[
        bool,
        about("Needs review", "Only those that a person should look at; pages as with `metadata`"),
    ] = False
    limit: Page = 100
    after: Annotated[RecordingId | None, about("After", "Taken from `nextLink`")] = None


class TranscriptQuery(msgspec.Struct, frozen=True, kw_only=True):
    format: Annotated[
        TranscriptFormat | None, about("Format", "Comes before what `Accept` says")
    ] = None
    revision: Annotated[
        RevisionNumber | None,
        about("Revision", "As it was at that revision, 0: as the machine gave it; else the last"),
    ] = None
    language: Annotated[
        SpokenLanguage | None,
        about(
            "Language",
            "In this one of the languages that its profile has it translated into; of the "
            "machine's transcript, whatever the revision",
        ),
    ] = None


class ReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    format: Annotated[ReportFormat | None, about("Format", "Comes before what `Accept` says")] = (
        None
    )


def list_all(call: Call) -> Response:
    batch_id, asked = call.path["batch_id"], call.query
    if asked.client_item_id is not None:
        row = call.app.item_of_client(batch_id, asked.client_item_id)
        found = (row,) if row is not None and asked.state in (None, row.state) else ()
        return answer(ItemList(value=tuple(item_view(r, call.base) for r in found), next_link=None))
    page = call.app.items(
        batch_id, state=asked.state, after=asked.after, most=asked.limit, fits=_fitting(asked)
    )
    views = tuple(item_view(row, call.base) for row in page.recordings)
    return answer(ItemList(value=views, next_link=next_link(call, page.after)))


def _fitting(asked: ItemQuery) -> Callable[[Recording], bool] | None:
    """What no column of the table tells; None: nothing of that is asked for."""
    name, _, text = (asked.metadata or "").partition("=")
    part = (asked.name or "").casefold()
    if not (name or part or asked.needs_review):
        return None

    def fits(row: Recording) -> bool:
        labels, outcome = row.labels, row.outcome
        return (
            (not name or labels.metadata.get(name) == text)
            and (part in row.name.casefold() or part in (labels.title or "").casefold())
            and (not asked.needs_review or (outcome is not None and outcome.needs_review))
        )

    return fits


def get(call: Call) -> Response:
    row = call.app.item(call.path["batch_id"], call.path["recording_id"])
    if row is None:
        raise RecordingMissing("the batch has no recording of that id")
    return answer(item_view(row, call.base))


def transcript(call: Call) -> Response:
    kind = call.query.format or _negotiated(call, TRANSCRIPT_TYPES)
    one, number = (call.path["batch_id"], call.path["recording_id"]), call.query.revision
    if call.query.language:
        return _file(call, call.app.translation(*one, kind, call.query.language))
    if number:
        return _file(call, call.app.transcript_at(*one, kind, number))
    return _file(call, call.app.transcript(*one, kind, of_machine=number == 0))


def unredacted(call: Call) -> Response:
    return _file(call, call.app.unredacted(call.path["batch_id"], call.path["recording_id"]))


def insights(call: Call) -> Response:
    return _file(call, call.app.insights(call.path["batch_id"], call.path["recording_id"]))


def report(call: Call) -> Response:
    kind = call.query.format or _negotiated(call, REPORT_TYPES)
    return _file(call, _fetched_report(call, kind))


def transcript_file(call: Call) -> Response:
    path = call.path
    found = call.app.transcript(path["batch_id"], path["recording_id"], path["transcript_format"])
    return _file(call, found)


def report_file(call: Call) -> Response:
    return _file(call, _fetched_report(call, call.path["report_format"]))


def _fetched_report(call: Call, kind: str) -> Fetched:
    return call.app.report(call.path["batch_id"], kind, with_links=call.sight.is_whole)


def _negotiated(call: Call, offered: dict[str, str]) -> str:
    kind = wanted_media_type(call.request.header("accept"), offered)
    if kind is None:
        known = ", ".join(offered)
        raise Refused(406, "not_acceptable", f"It can be had as: {known}. Or name a `format`.")
    return kind


def _file(call: Call, file: Fetched) -> Response:
    """Shown where it can be, saved under its name otherwise; never run as anything else."""
    plain = "".join(c if _is_plain(c) else "_" for c in file.name)
    name = f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {**_SAFE, "Content-Disposition": name}
    plain_file = Response(200, file.content, file.media_type, headers)
    return packed(plain_file, call.request.header("accept-encoding"))


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isprintable() and character not in '"\\'


def _one_of(told: str, schema: type, types: dict[str, str]) -> Answer:
    return Answer(told, schema, tuple(types), _FILE_HEADERS, chooser="format")


def _text(told: str, types: dict[str, str]) -> Answer:
    return Answer(told, str, tuple(filter(_is_text, types)), _FILE_HEADERS)


def _is_text(media_type: str) -> bool:
    """Neither JSON, which generated clients read as objects, nor a document of Word."""
    return "json" not in media_type and "officedocument" not in media_type


OPERATIONS = tagged(
    "Recordings",
    Operation(
        name="list_items",
        method="GET",
        path="batches/{batch_id}/items",
        summary="List recordings",
        description="Lists the recordings of a batch, or finds the one with a client item id. "
        "`Cache-Control` as for a batch.",
        handle=list_all,
        is_shared=True,
        rights=LOOKS,
        query=ItemQuery,
        answers={200: Answer("A page of recordings", ItemList)},
        problems=(404,),
    ),
    Operation(
        name="get_item",
        method="GET",
        path="batches/{batch_id}/items/{recording_id}",
        summary="Get a recording",
        description="Tells what became of a recording.",
        handle=get,
        rights=LOOKS,
        answers={200: Answer("The recording", Item)},
        problems=(404,),
    ),
    Operation(
        name="get_transcript",
        method="GET",
        path="batches/{batch_id}/items/{recording_id}/transcript",
        summary="Get a transcript",
        description="Gives what was said, in the format that is asked for: in the query, or by "
        "`Accept`. A format that was not written is made now.",
        handle=transcript,
        rights=READS,
        trail="read",
        query=TranscriptQuery,
        answers={200: _one_of("The transcript", Transcript, TRANSCRIPT_TYPES)},
        problems=(404, 406),
    ),
    Operation(
        name="get_transcript_file",
        method="GET",
        path="batches/{batch_id}/items/{recording_id}/transcript/{transcript_format}",
        summary="Get a transcript as text",
        description="Gives what was said as captions or as plain text. The same as the transcript "
        "with a `format`, for clients that expect one kind of answer from an address.",
        handle=transcript_file,
        rights=READS,
        trail="read",
        answers={200: _text("The captions, or the text", TRANSCRIPT_TYPES)},
        problems=(404,),
    ),
    Operation(
        name="get_insights",
        method="GET",
        path="batches/{batch_id}/items/{recording_id}/insights",
        summary="Get insights",
        description="Gives what a language model says of the transcript, where its profile asks "
        "for that: some seconds after the transcript.",
        handle=insights,
        rights=READS,
        trail="read",
        answers={200: Answer("The insights", RecordingInsights, headers=_FILE_HEADERS)},
        problems=(404,),
    ),
    Operation(
        name="get_unredacted",
        method="GET",
        path="batches/{batch_id}/items/{recording_id}/unredacted",
        summary="Get an unredacted transcript",
        description="Gives the transcript as it was before anything was hidden in it, to owners, "
        "where its profile has that kept (`keep_unredacted`) and for as long as it is kept. "
        "Each reading stands in the trail.",
        handle=unredacted,
        rights=OWNS,
        trail="read",
        answers={200: Answer("The transcript", Transcript, headers=_FILE_HEADERS)},
        problems=(404,),
    ),
    Operation(
        name="get_report",
        method="GET",
        path="batches/{batch_id}/report",
        summary="Get a report",
        description="Gives the report of a batch that is over: who, what, how sure, what it cost, "
        "what failed and why.",
        handle=report,
        rights=READS,
        trail="read",
        query=ReportQuery,
        answers={200: _one_of("The report", Report, REPORT_TYPES)},
        problems=(404, 406),
    ),
    Operation(
        name="get_report_file",
        method="GET",
        path="batches/{batch_id}/report/{report_format}",
        summary="Get a report as text",
        description="Gives the report of a batch that is over as a table or as a page. The same as "
        "the report with a `format`, for clients that expect one kind of answer from an address.",
        handle=report_file,
        rights=READS,
        trail="read",
        answers={200: _text("The table, or the page", REPORT_TYPES)},
        problems=(404,),
    ),
)
