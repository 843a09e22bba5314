"""Corrections of a transcript: made, and looked back at."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.api.fields import about
from shared.api.http import Response, answer
from shared.api.operation import Answer, Call, Operation, tagged
from shared.api.rights import READS, REVIEWS
from shared.api.views.revisions import (
    ChangeView,
    RevisionList,
    RevisionView,
    change_of,
    revision_view,
)
from shared.model.revision.revision import MOST_CHANGES, Checked
from shared.revising.revise import Correcting


class NewRevision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Annotated[
        str,
        Meta(
            title="Revision id",
            min_length=8,
            max_length=64,
            description="Your own; the same sent again is the same revision",
        ),
    ]
    based_on: Annotated[
        int, about("Based on", "The revision that you changed; 0: the machine's", ge=0)
    ]
    note: Annotated[str, Meta(title="Note", max_length=1_000, description="What you say of it")] = (
        ""
    )
    reviewed: Annotated[bool, about("Reviewed", "Whether you are through with it")] = False
    checked: Annotated[
        tuple[Checked, ...],
        Meta(title="Checked", max_length=10_000, description="What you heard"),
    ] = ()
    changes: Annotated[
        tuple[ChangeView, ...],
        Meta(
            title="Changes",
            max_length=MOST_CHANGES,
            description="In their order; all are made or none",
        ),
    ] = ()


def create(call: Call) -> Response:
    asked: NewRevision = call.body
    correcting = Correcting(
        id=asked.id,
        based_on=asked.based_on,
        note=asked.note,
        reviewed=asked.reviewed,
        checked=asked.checked,
        changes=tuple(map(change_of, asked.changes)),
    )
    path = call.path
    author = call.caller.name or call.caller.id
    made = call.app.revise(path["batch_id"], path["recording_id"], correcting, author)
    call.app.review.look_again()
    return answer(revision_view(made), 201)


def list_all(call: Call) -> Response:
    row, outcome = call.app.corrected.row(call.path["batch_id"], call.path["recording_id"])
    found = call.app.corrected.history(row, outcome)
    return answer(RevisionList(value=tuple(map(revision_view, found))))


OPERATIONS = tagged(
    "Corrections",
    Operation(
        name="create_revision",
        method="POST",
        path="batches/{batch_id}/items/{recording_id}/revisions",
        summary="Correct a transcript",
        description="Changes what was said, who said it, or what speakers are called, and says "
        "what was heard. The machine's transcript stays as it is; all formats are written anew "
        "beside it. 409 where somebody was first: look at what they changed, and send it again "
        "on the basis of that.",
        handle=create,
        rights=REVIEWS,
        body=NewRevision,
        answers={201: Answer("The revision", RevisionView)},
        problems=(404, 409, 415, 422),
    ),
    Operation(
        name="list_revisions",
        method="GET",
        path="batches/{batch_id}/items/{recording_id}/revisions",
        summary="Look back at corrections",
        description="Lists who changed what, and when.",
        handle=list_all,
        rights=READS,
        answers={200: Answer("All revisions", RevisionList)},
        problems=(404,),
    ),
)
