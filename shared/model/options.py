"""What a provider is asked for. Recordings with equal options can share a job."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Locale = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Mode = Literal["standard", "express"]
Punctuation = Literal["none", "dictated", "automatic", "dictated_and_automatic"]
Profanity = Literal["none", "removed", "tags", "masked"]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recognition options, provider-neutral.

    `candidate_locales` (2 to 10) turns language identification on; `locale` is then the
    fallback. `channels` are 0-based, empty means all that the audio has. `max_speakers` (2 to
    35) turns diarization on. `model` is a custom model's URL, `model_by_locale` the same per
    candidate locale. `time_to_live_hours` (6 to 744) is how long the provider may keep its
    copy if we never come to delete it.
    """

    locale: Locale = "en-US"
    candidate_locales: tuple[Locale, ...] = ()
    language_mode: Literal["continuous", "single"] = "continuous"
    channels: tuple[Annotated[int, msgspec.Meta(ge=0)], ...] = ()
    max_speakers: Annotated[int, msgspec.Meta(ge=2, le=35)] | None = None
    word_times: bool = True
    display_word_times: bool = True
    punctuation: Punctuation = "dictated_and_automatic"
    profanity: Profanity = "masked"
    model: str | None = None
    model_by_locale: dict[str, str] = {}
    time_to_live_hours: Annotated[int, msgspec.Meta(ge=6, le=744)] = 48
