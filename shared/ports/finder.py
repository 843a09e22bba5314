"""Who finds personal data that has no form, such as names, as the use-cases see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shared.model.redaction.kinds import Finds
from shared.model.redaction.windows import Found, Window


class Finder(Protocol):
    """A service that reads text. It reads up to `most_windows` in a call, of up to
    `most_characters` each; `calls_per_minute` are its limit for all instances together, of which a
    tenth is left to others."""

    name: str
    finds: Finds
    most_windows: int
    most_characters: int
    calls_per_minute: int

    def find(
        self, windows: Sequence[Window], kinds: Sequence[str]
    ) -> Sequence[Sequence[Found] | None]:
        """What it finds of the kinds in each window, in their order; one call, which may be made
        again. None: what it says of that window cannot be believed, or it says nothing. Raises the
        errors of `ProviderError`."""
