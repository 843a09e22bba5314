"""The insights of a recording as they are stored beside its transcript: schema `insights/1`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from shared.model.insights.answers import NotMade
from shared.model.insights.tone import TONES
from shared.model.transcript.transcript import Cost

SCHEMA = "insights/1"


class By(msgspec.Struct, frozen=True, kw_only=True):
    """Who answered, with which model by its own account (null: it tells of none, or nobody was
    asked), and a mark of what was asked, which changes with the instructions."""

    name: str
    model: str | None = None
    asked: str


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What the calls took: the tokens, as the model's server tells, and the text records that a
    service for language read, as they are counted here; null where nobody was asked. `cost` is by
    the prices of the settings, null where they lack one."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    records: int | None = None
    cost: Cost | None = None


class RecordingInsights(msgspec.Struct, frozen=True, kw_only=True):
    """`answers` by the name of the insight, each in the form that was asked for; null in it says
    that the transcript does not tell. `not_made` are those that there are none of. `sources`
    says who made which, by name. Texts are what a language model wrote: plain text, and never more
    than that."""

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
    sources: dict[str, str] = {}

    @property
    def sentiment(self) -> str | None:
        """That of the whole conversation, where it was made in the form that comes along."""
        made = self.answers.get("sentiment")
        found = made.get("overall") if isinstance(made, dict) else None
        return found if found in TONES else None

    @property
    def is_over(self) -> bool:
        """Nothing of it is still to be asked for."""
        return all(one.code != "waiting" for one in self.not_made)
