"""What there is to choose from, as forms show it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.api.fields import about


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose from."""

    value: Annotated[str, about("Value", "What to send")]
    title: Annotated[str, about("Title", "What to show")]


class ChoiceList(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to choose from."""

    value: Annotated[tuple[Choice, ...], about("Choices", "In their order")]
