"""A place to upload to, as the API shows it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.api.fields import Moment, about


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how to upload one recording. `container` and `blob` are what a manifest or a
    batch then names it by."""

    url: Annotated[str, about("Upload URL", "Where to send the audio; treat it as a secret")]
    method: Annotated[Literal["PUT"], about("Method", "How to send it")]
    headers: Annotated[dict[str, str], about("Headers", "What has to be sent with it")]
    container: Annotated[str, about("Container", "Where the audio will lie")]
    blob: Annotated[str, about("Blob", "The name that it will have")]
    expires_at: Annotated[Moment, about("Expires at", "Until when the address can be used")]
