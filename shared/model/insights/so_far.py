"""What is known of the insights of a recording while others of it are still to be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shared.model.insights.answers import Answers, NotMade, not_made
from shared.model.insights.document import RecordingInsights
from shared.model.insights.shape import Value

WAITING = "waiting"


class SoFar(NamedTuple):
    """`sources` says who made which. What the calls took: `records` of a service for language, and
    tokens of a `model`, None where none was asked."""

    made: Mapping[str, Value] = {}
    not_made: tuple[NotMade, ...] = ()
    sources: Mapping[str, str] = {}
    records: int | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None

    def plus(self, answers: Answers, source: str = "") -> SoFar:
        sources = dict.fromkeys(answers.made, source) if source else {}
        return self._replace(
            made={**self.made, **answers.made},
            not_made=(*self.not_made, *answers.not_made),
            sources={**self.sources, **sources},
        )

    def plus_not_made(self, names: Iterable[str], code: str) -> SoFar:
        return self.plus(Answers({}, not_made(names, code)))

    def plus_read(self, records: int) -> SoFar:
        return self._replace(records=(self.records or 0) + records)

    def plus_tokens(self, model: str | None, read: int | None, written: int | None) -> SoFar:
        return self._replace(
            model=model or self.model,
            input_tokens=_sum(self.input_tokens, read),
            output_tokens=_sum(self.output_tokens, written),
        )

    def settled(self, name: str) -> bool:
        """It is made, or known why not."""
        return name in self.made or name in {one.insight for one in self.not_made}

    @property
    def waits(self) -> bool:
        return any(one.code == WAITING for one in self.not_made)


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)


def so_far(document: RecordingInsights | None, names: Iterable[str]) -> SoFar:
    """What was stored before, of what is asked for; None: nothing was."""
    if document is None:
        return SoFar()
    wanted, usage = set(names), document.usage
    return SoFar(
        {name: value for name, value in document.answers.items() if name in wanted},
        tuple(one for one in document.not_made if one.code != WAITING and one.insight in wanted),
        {name: source for name, source in document.sources.items() if name in wanted},
        usage.records,
        document.by.model,
        usage.input_tokens,
        usage.output_tokens,
    )
