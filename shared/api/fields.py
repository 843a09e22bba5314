"""Kinds of values that several requests have."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from shared.api.operation import PATH_VALUES

Moment = Annotated[datetime, Meta(tz=True)]
ProfileName = Annotated[str, Meta(min_length=1, max_length=40)]
BatchId = Annotated[str, Meta(pattern=PATH_VALUES["batch_id"].pattern)]
EventId = Annotated[str, Meta(pattern=PATH_VALUES["event_id"].pattern)]
RecordingId = Annotated[str, Meta(pattern=PATH_VALUES["recording_id"].pattern)]
ClientItemId = Annotated[str, Meta(min_length=1, max_length=200)]
TranscriptFormat = Literal["json", "vtt", "srt", "ttml", "txt", "docx", "csv", "words"]
Key = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9-]{0,150}!?$")]
"""Where a page goes on."""

Page = Annotated[
    int, Meta(title="Page size", ge=1, le=1_000, description="At most so many in a page")
]
