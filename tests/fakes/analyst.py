"""Finders of insights in memory: they find what they are told to, and err as they are told to."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableSequence, Sequence
from datetime import date

from shared.model.redaction.kinds import Finds
from shared.model.redaction.windows import Found, Window


class FakeAnalyst:
    """`ports.finder.Finder` of one insight. It finds what `says` holds by pattern, each of that
    kind. What is in `errors` is raised by the next calls; `doubted` counts down windows of which
    nothing can be believed."""

    name = "azure-language"
    most_windows = 10
    most_characters = 5_120
    calls_per_minute = 100_000

    def __init__(
        self,
        insight: str,
        says: Mapping[str, str] | None = None,
        *,
        languages: frozenset[str] = frozenset({"en"}),
        until: date | None = None,
    ) -> None:
        self.says = dict(says or {})
        self.finds = Finds(frozenset({insight}), languages, until)
        self.errors: MutableSequence[Exception] = []
        self.doubted = 0
        self.calls: list[Sequence[Window]] = []

    def find(
        self, windows: Sequence[Window], kinds: Sequence[str]
    ) -> Sequence[Sequence[Found] | None]:
        assert 0 < len(windows) <= self.most_windows and set(kinds) == self.finds.kinds
        assert all(0 < len(window.text) <= self.most_characters for window in windows)
        self.calls.append(windows)
        if self.errors:
            raise self.errors.pop(0)
        return [self._found(window) for window in windows]

    def _found(self, window: Window) -> Sequence[Found] | None:
        if self.doubted:
            self.doubted -= 1
            return None
        return [
            Found(kind, place.start(), place.end())
            for pattern, kind in self.says.items()
            for place in re.finditer(pattern, window.text)
        ]


def analysts(**says: Mapping[str, str]) -> dict[str, FakeAnalyst]:
    """One for each of these insights."""
    return {insight: FakeAnalyst(insight, own) for insight, own in says.items()}
