"""A prompter as all instances may use it: within its limits, and not while it is down."""

from __future__ import annotations

from datetime import timedelta

from shared.endpoints.guarded import Guarded
from shared.model.endpoint.endpoint import of_prompter
from shared.model.endpoint.limits import most_a_minute
from shared.model.insights.question import Question
from shared.ports.indices import EndpointBook
from shared.ports.prompter import Answered, Prompter
from shared.ports.queue import Clock


class GuardedPrompter(Guarded):
    """`ports.prompter.Prompter`. It is known under a name that no provider's endpoint has. What it
    refuses as such keeps it from being asked for a while, as a wrong key does."""

    def __init__(
        self, prompter: Prompter, *, book: EndpointBook, clock: Clock, first_pause: timedelta
    ) -> None:
        limits = most_a_minute(prompter.calls_per_minute)
        name = of_prompter(prompter.name)
        super().__init__(name, book=book, clock=clock, limits=limits, first_pause=first_pause)
        self._prompter = prompter
        self.name, self.most_characters = prompter.name, prompter.most_characters
        self.calls_per_minute = prompter.calls_per_minute

    def answer(self, question: Question) -> Answered:
        with self._call(is_create=True):
            return self._prompter.answer(question)
