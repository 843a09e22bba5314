"""A finder in memory that knows what it is told, and errs as it is told to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, MutableSequence, Sequence

from shared.finders.azure_language.categories import CATEGORIES
from shared.model.redaction.kinds import Finds
from shared.model.redaction.windows import Found, Window


class FakeFinder:
    """`ports.finder.Finder`. It finds the words of `knows`, each of that kind. What is in `errors`
    is raised by the next calls; `doubted` counts down windows of which nothing can be believed."""

    name = "azure-language"
    most_windows = 5
    most_characters = 5_120
    calls_per_minute = 100_000

    def __init__(
        self, knows: Mapping[str, str] | None = None, languages: frozenset[str] = frozenset({"en"})
    ) -> None:
        self.knows = dict(knows or {})
        self.finds = Finds(frozenset(CATEGORIES), languages)
        self.errors: MutableSequence[Exception] = []
        self.doubted = 0
        self.calls: list[Sequence[Window]] = []
        self.asked: Counter[str] = Counter()

    def find(
        self, windows: Sequence[Window], kinds: Sequence[str]
    ) -> Sequence[Sequence[Found] | None]:
        assert 0 < len(windows) <= self.most_windows
        assert all(len(window.text) <= self.most_characters for window in windows)
        self.calls.append(windows)
        self.asked.update(kinds)
        if self.errors:
            raise self.errors.pop(0)
        return [self._found(window, kinds) for window in windows]

    def _found(self, window: Window, kinds: Sequence[str]) -> Sequence[Found] | None:
        if self.doubted:
            self.doubted -= 1
            return None
        return [
            Found(kind, place.start(), place.end())
            for word, kind in self.knows.items()
            if kind in kinds
            for place in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", window.text)
        ]
