"""Corrections as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

import msgspec

from shared.api.fields import Moment, about
from shared.api.problems import Refused
from shared.api.words import wrong
from shared.model.recording.outcome import Correction
from shared.model.revision.revision import Change, Checked, Revision


class CorrectionView(msgspec.Struct, frozen=True, kw_only=True):
    """How far people have corrected a transcript."""

    number: Annotated[int, about("Number", "Of the last revision", ge=1)]
    at: Annotated[Moment, about("At", "When it was saved")]
    author: Annotated[str, about("Author", "Who saved it, as far as that is known")]
    reviewed: Annotated[bool, about("Reviewed", "Whether somebody was through with it")]


def correction_view(there: Correction | None) -> CorrectionView | None:
    if there is None:
        return None
    return CorrectionView(
        number=there.number, at=there.at, author=there.author, reviewed=there.is_reviewed
    )


ChangeOp = Literal["text", "speaker", "name", "merge", "split"]
Place = Annotated[int | None, about("Utterance", "By its id: of `text` and `split`")]


class ChangeView(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change. Its fields follow from `op`: `text` puts `now` in the place of `was`,
    `speaker` gives `utterances` to `speaker`, `name` calls a speaker `name`, `merge` makes
    `speaker` one with `into`, `split` cuts an utterance at `word`."""

    op: Annotated[ChangeOp, about("Operation", "What is changed")]
    utterance: Place = None
    was: Annotated[str | None, about("Was", "The text that stood there, whole")] = None
    now: Annotated[str | None, about("Now", "The text in its place; empty: it goes")] = None
    utterances: Annotated[
        tuple[int, ...] | None, about("Utterances", "By their ids: of `speaker`")
    ] = None
    speaker: Annotated[str | None, about("Speaker", "By its id, such as S1")] = None
    into: Annotated[str | None, about("Into", "The speaker that both then are")] = None
    name: Annotated[str | None, about("Name", "What the speaker is called")] = None
    word: Annotated[int | None, about("Word", "Counted from 0: the first of the second part")] = (
        None
    )


_KINDS: Mapping[Any, type[msgspec.Struct]] = {
    struct.__struct_config__.tag: struct for struct in get_args(Change)
}


def change_of(view: ChangeView) -> Change:
    """Raises `Refused` where fields are missing, or are not of that kind of change."""
    given = {k: v for k, v in msgspec.to_builtins(view).items() if v is not None}
    try:
        found: Change = msgspec.convert(given, Change)
        return found
    except msgspec.ValidationError:
        named = {name: value for name, value in given.items() if name != "op"}
        faults = wrong(_KINDS[view.op], named, strict=True)
        told = " ".join(f"{at}: {text}" for at, text in faults)
        raise Refused(400, "invalid_body", f"A change of the kind {view.op}: {told}") from None


def change_view(change: Change) -> ChangeView:
    return msgspec.convert(msgspec.to_builtins(change), ChangeView)


class RevisionView(msgspec.Struct, frozen=True, kw_only=True):
    """What one person changed in one go: `revision/1`."""

    number: Annotated[int, about("Number", "Counted from 1", ge=1)]
    based_on: Annotated[int, about("Based on", "The revision before; 0: the machine's", ge=0)]
    id: Annotated[str, about("Revision id", "Its sender's own")]
    author: Annotated[str, about("Author", "Who saved it, as far as that is known")]
    at: Annotated[Moment, about("At", "When it was saved")]
    note: Annotated[str, about("Note", "What its author says of it")]
    reviewed: Annotated[bool, about("Reviewed", "Whether its author was through with it")]
    checked: Annotated[tuple[Checked, ...], about("Checked", "What was heard")]
    changes: Annotated[tuple[ChangeView, ...], about("Changes", "In their order")]


def revision_view(there: Revision) -> RevisionView:
    names = [name for name in RevisionView.__struct_fields__ if name != "changes"]
    changes = tuple(map(change_view, there.changes))
    return RevisionView(**{name: getattr(there, name) for name in names}, changes=changes)


class RevisionList(msgspec.Struct, frozen=True, kw_only=True):
    """The history of a transcript."""

    value: Annotated[tuple[RevisionView, ...], about("Revisions", "The oldest first")]
