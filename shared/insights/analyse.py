"""Have insights found by a service for language, which reads many windows in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.model.insights.analysis import insight_of, records_of, windows_for
from shared.model.insights.answers import Answers, holds_hidden, not_made
from shared.model.redaction.windows import Found, Window
from shared.model.transcript.transcript import Transcript
from shared.pipeline.write.gather import Gather
from shared.ports.finder import Finder

Answer = Sequence[Found] | None
EVER_MORE = 1_000_000_000
"""Others may always come."""


class Analysed(NamedTuple):
    """`records` is how many text records were read."""

    answers: Answers
    records: int


@dataclass(frozen=True)
class Analyst:
    """Who finds one insight. What several recordings want to know at the same moment goes into
    one call: each waits a little for others. Raises `ProviderError`; whatever came of a call, it
    can be made again."""

    finder: Finder
    gather: Gather[Window, Answer]

    def __call__(self, name: str, transcript: Transcript, hidden: Sequence[str] = ()) -> Analysed:
        """`hidden` are the kinds and presets that must not stand in it."""
        finder = self.finder
        placed = windows_for(name, transcript, finder.finds, finder.most_characters)
        asked = [window for window, *_ in placed]
        with self.gather.one():
            answers = self.gather(asked, lambda some: finder.find(some, [name]))
        found = self._all_found(name, asked, answers)
        records = records_of(placed)
        if found is None:
            return Analysed(Answers({}, not_made([name], "unusable")), records)
        value = insight_of(name, transcript, placed, found)
        if holds_hidden(value, transcript, hidden):
            return Analysed(Answers({}, not_made([name], "personal_data")), records)
        return Analysed(Answers({name: value}), records)

    def _all_found(
        self, name: str, asked: Sequence[Window], answers: Sequence[Answer]
    ) -> Sequence[Sequence[Found]] | None:
        """Those that cannot be believed are asked about once more; None: in vain."""
        doubted = [window for window, one in zip(asked, answers, strict=True) if one is None]
        most = self.finder.most_windows
        again = iter(
            [
                answer
                for at in range(0, len(doubted), most)
                for answer in self.finder.find(doubted[at : at + most], [name])
            ]
        )
        found = [next(again) if one is None else one for one in answers]
        known = [one for one in found if one is not None]
        return known if len(known) == len(found) else None


def analysts_of(finders: Mapping[str, Finder], wait_seconds: float) -> dict[str, Analyst]:
    return {
        name: Analyst(finder, Gather(finder.most_windows, EVER_MORE, wait_seconds))
        for name, finder in finders.items()
    }
