"""Who answers questions about a transcript, as the use-cases see it: a language model."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

from shared.model.insights.question import Question

Ended = Literal["whole", "cut", "refused", "too_long"]


class Answered(NamedTuple):
    """What a model said. `ended`: it said all, was cut off, refused (itself, or a filter before or
    behind it), or cannot read as much."""

    content: str
    ended: Ended = "whole"
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class Prompter(Protocol):
    """`most_characters` is the longest question that it is sent; `calls_per_minute` are its limit
    for all instances together, of which a tenth is left to others."""

    name: str
    most_characters: int
    calls_per_minute: int

    def answer(self, question: Question) -> Answered:
        """One call. Raises the errors of `ProviderError`: `OutcomeUnknown` where it may have been
        carried out, and paid, all the same."""
