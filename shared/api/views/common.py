"""What several views have in common: links, choices, a place to upload to."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.api.fields import Moment, about

Link = Annotated[str, Meta(description="An absolute address")]


class Links(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where to go from here."""

    self: Link
    result: Link | None = None
    items: Link | None = None
    report: Link | None = None
    batch: Link | None = None
    transcript: Link | None = None


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how to upload one recording. `container` and `blob` are what a manifest or a
    batch then names it by."""

    url: Annotated[str, about("Upload URL", "Where to send the audio; treat it as a secret")]
    method: Annotated[Literal["PUT"], about("Method", "How to send it")]
    headers: Annotated[dict[str, str], about("Headers", "What has to be sent with it")]
    container: Annotated[str, about("Container", "Where the audio will lie")]
    blob: Annotated[str, about("Blob", "The name that it will have")]
    expires_at: Annotated[Moment, about("Expires at", "Until when the address can be used")]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose from."""

    value: Annotated[str, about("Value", "What to send")]
    title: Annotated[str, about("Title", "What to show")]


class ChoiceList(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to choose from."""

    value: Annotated[tuple[Choice, ...], about("Choices", "In their order")]
