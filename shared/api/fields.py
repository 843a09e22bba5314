"""Kinds of values that several requests or answers have, and what is told of a field."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from shared.api.operation import PATH_VALUES
from shared.api.words import written


def about(title: str, description: str, *, ge: int | None = None, le: int | None = None) -> Meta:
    """What is told of a field, in the description of the API and in the forms made of it; and
    between which numbers it lies, both included."""
    return Meta(title=title, description=description, ge=ge, le=le)


def _id(name: str, how: str) -> Meta:
    return Meta(pattern=PATH_VALUES[name].pattern, extra=written(f"{how}, as the API gave it"))


Moment = Annotated[datetime, Meta(tz=True)]
ProfileName = Annotated[str, Meta(min_length=1, max_length=40)]
BatchId = Annotated[str, _id("batch_id", "the id of a batch")]
EventId = Annotated[str, _id("event_id", "the id of an event")]
RecordingId = Annotated[str, _id("recording_id", "the id of a recording")]
Entry = Annotated[
    str, Meta(pattern="^[^=]+=", max_length=1_000, extra=written("name=value, such as case=4711"))
]
ClientItemId = Annotated[str, Meta(min_length=1, max_length=200)]
SpokenLanguage = Annotated[
    str,
    Meta(
        pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", extra=written("a language, such as de or pt-BR")
    ),
]
RevisionNumber = Annotated[int, Meta(ge=0, le=1_000_000)]
NamePart = Annotated[str, Meta(min_length=1, max_length=200)]
TranscriptFormat = Literal["json", "vtt", "srt", "ttml", "txt", "docx", "csv", "words"]
NEXT_PAGE = "what stands in the `nextLink` of the page before"
Key = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9-]{0,150}!?$", extra=written(NEXT_PAGE))]
"""Where a page goes on."""
BatchKey = Annotated[
    str, Meta(pattern="^[0-9]{10}-[A-Za-z0-9][A-Za-z0-9-]{0,99}!?$", extra=written(NEXT_PAGE))
]
"""The same in the list of batches; it is not the id of one."""

Page = Annotated[int, about("Page size", "At most so many in a page", ge=1, le=1_000)]
NextLink = Annotated[str | None, about("Next link", "Where the next page is")]
