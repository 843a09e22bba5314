"""The languages that a recording is translated into, as the API shows them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.api.fields import about
from shared.model.insights.translation import TRANSLATION_PROBLEMS
from shared.model.recording.recording import Recording
from shared.model.recording.translating import Translating

Progress = Literal["asked", "made", "not_made"]


class TranslationView(msgspec.Struct, frozen=True, kw_only=True):
    """A transcript in another language."""

    language: Annotated[str, about("Language", "The language, as its profile names it")]
    state: Annotated[Progress, about("State", "Whether it is made")]
    formats: Annotated[tuple[str, ...], about("Formats", "What it was written as")] = ()
    reason: Annotated[str | None, about("Reason", "Why it was not made")] = None


def translation_views(row: Recording) -> tuple[TranslationView, ...]:
    """Of a transcribed one, in the order of its profile."""
    if row.state != "transcribed" or row.outcome is None or not row.outcome.outputs:
        return ()
    done = (row.translating or Translating()).done
    return tuple(
        TranslationView(language=language, state="asked")
        if (found := done.get(language)) is None
        else TranslationView(
            language=language,
            state="not_made" if found.code else "made",
            formats=tuple(sorted(found.outputs)),
            reason=TRANSLATION_PROBLEMS[found.code] if found.code else None,
        )
        for language in row.profile.translations
    )
