"""A prompter in memory that answers what it is told to, and errs as it is told to."""

from __future__ import annotations

from collections.abc import Callable, MutableSequence
from typing import Any

import msgspec

from shared.model.insights.question import Question
from shared.ports.prompter import Answered

Says = Callable[[Question], Any]


def nothing_told(question: Question) -> dict[str, None]:
    """An answer of the right form to whatever is asked."""
    return dict.fromkeys(question.schema["properties"])


class FakePrompter:
    """`ports.prompter.Prompter`. What `says` gives is sent as JSON, a text as it is. What is in
    `turns` is what the next calls bring: an error that is raised, or an answer. Before a call is
    answered, `meanwhile` happens."""

    name = "chat"
    calls_per_minute = 100_000

    def __init__(self, says: Says = nothing_told, most_characters: int = 100_000) -> None:
        self.says, self.most_characters = says, most_characters
        self.turns: MutableSequence[Exception | Answered] = []
        self.questions: list[Question] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def answer(self, question: Question) -> Answered:
        assert len(question.user) <= self.most_characters
        self.questions.append(question)
        self.meanwhile()
        if self.turns:
            turn = self.turns.pop(0)
            if isinstance(turn, Exception):
                raise turn
            return turn
        said = self.says(question)
        content = said if isinstance(said, str) else msgspec.json.encode(said).decode()
        return Answered(content, model="fake-1", input_tokens=1_400, output_tokens=300)
