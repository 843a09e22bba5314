"""Whether a blob is whole, and whether it can be read at all, as its properties tell.

A listing and a head both bring them, so that nothing is asked of storage for this. What they mean:
"Get Blob Properties", "List Blobs" and "Append Block" of the Blob Storage REST reference, and
"Blob rehydration from the archive tier".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from shared.model.failure import Failure
from shared.model.failure_texts import BLOB_ARCHIVED, BLOB_REFUSED, COPY_FAILED, NOT_WHOLE

Kind = Literal["block", "append", "page"]
Copy = Literal["", "pending", "success", "aborted", "failed"]
Unready = Literal["rehydrating", "being_copied", "growing", "locked"]
PASSING: frozenset[Unready] = frozenset({"rehydrating", "being_copied"})
"""Of these storage itself says when they are over; the others are over when the blob is still."""

_SAID: dict[Unready, str] = {
    "rehydrating": "is still being brought back from the archive tier",
    "being_copied": "is still being copied to this place",
    "growing": "is an append blob that was still being written to",
    "locked": "was locked by a lease, and changed a moment ago",
}


class BlobState(msgspec.Struct, frozen=True, kw_only=True):
    """`copy` is how the copy stands that made the blob, "" where none did. `refused` is the code
    by which storage refuses to let us read it, "" where it does not."""

    kind: Kind = "block"
    is_archived: bool = False
    is_rehydrating: bool = False
    is_sealed: bool = False
    is_leased: bool = False
    copy: Copy = ""
    refused: str = ""


WHOLE = BlobState()


def unready(
    state: BlobState, last_modified_at: datetime, now: datetime, still_seconds: int
) -> Unready | None:
    """What is waited for; None: nothing is. An append blob that nobody sealed, and one under a
    lease, count as whole once nothing changed in them for `still_seconds`."""
    if state.is_rehydrating:
        return "rehydrating"
    if state.copy == "pending":
        return "being_copied"
    is_still = now - last_modified_at >= timedelta(seconds=still_seconds)
    if is_still:
        return None
    if state.kind == "append" and not state.is_sealed:
        return "growing"
    return "locked" if state.is_leased else None


def refusal(state: BlobState) -> Failure | None:
    """Why the blob can never be read as it is; None: it can."""
    if state.is_archived and not state.is_rehydrating:
        return BLOB_ARCHIVED
    if state.copy in ("aborted", "failed"):
        return COPY_FAILED.failure(how=state.copy)
    return BLOB_REFUSED.failure(said=state.refused) if state.refused else None


def not_whole(why: Unready) -> Failure:
    """Of a blob that was asked for, or waited for, and is not whole."""
    return NOT_WHOLE.failure(how=_SAID[why])
