"""A finder as all instances may use it: within its limits, and not while it is down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.endpoints.guarded import Guarded
from shared.model.endpoint.endpoint import of_analyst, of_finder
from shared.model.endpoint.limits import most_a_minute
from shared.model.redaction.windows import Found, Window
from shared.ports.finder import Finder
from shared.ports.indices import EndpointBook
from shared.ports.queue import Clock


class GuardedFinder(Guarded):
    """`ports.finder.Finder`. It is known under a name that no provider's endpoint has, as what
    finds the `insight`, if it does: a service counts each kind of analysis apart, and none keeps
    personal data from being found. What it refuses as such keeps it from being asked for a while,
    as a wrong key does."""

    def __init__(
        self,
        finder: Finder,
        *,
        book: EndpointBook,
        clock: Clock,
        first_pause: timedelta,
        insight: str = "",
    ) -> None:
        limits = most_a_minute(finder.calls_per_minute)
        name = of_analyst(finder.name, insight) if insight else of_finder(finder.name)
        super().__init__(name, book=book, clock=clock, limits=limits, first_pause=first_pause)
        self._finder = finder
        self.name, self.finds = finder.name, finder.finds
        self.most_windows, self.most_characters = finder.most_windows, finder.most_characters
        self.calls_per_minute = finder.calls_per_minute

    def find(
        self, windows: Sequence[Window], kinds: Sequence[str]
    ) -> Sequence[Sequence[Found] | None]:
        with self._call(is_create=True):
            return self._finder.find(windows, kinds)
