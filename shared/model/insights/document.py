"""The insights of a recording as they are stored beside its transcript: schema `insights/1`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from shared.model.insights.answers import NotMade
from shared.model.transcript.transcript import Cost

SCHEMA = "insights/1"


class By(msgspec.Struct, frozen=True, kw_only=True):
    """Who answered, with which model by its own account (null: nobody was asked), and a mark of
    what was asked, which changes with the instructions."""

    name: str
    model: str | None = None
    asked: str


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What the call took, as the model's server tells; `cost` is by the owner's prices, null
    without them."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Cost | None = None


class RecordingInsights(msgspec.Struct, frozen=True, kw_only=True):
    """`answers` by the name of the insight, each in the form that was asked for; null in it says
    that the transcript does not tell. `not_made` are those that there are none of. Texts are what
    a language model wrote: plain text, and never more than that."""

    schema: str = SCHEMA
    batch_id: str
    recording_id: str
    container: str
    name: str
    profile: str
    language: str | None = None
    made_at: datetime
    by: By
    usage: Usage
    answers: dict[str, Any] = {}
    not_made: tuple[NotMade, ...] = ()
