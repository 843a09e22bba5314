"""Have the insights of a transcribed recording made, and store them beside its transcript.

The transcript is stored and told of before; nothing that happens here touches it. It is read as it
was stored, so what its profile hides is hidden from the model, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from shared.errors import (
    EndpointDown,
    OutcomeUnknown,
    ProviderError,
    ProviderThrottled,
    StoreConflict,
)
from shared.insights.shelf import InsightsShelf
from shared.log import event
from shared.messages import Understand
from shared.model.insights.answers import Answers, not_made, read_answers
from shared.model.insights.document import By, RecordingInsights, Usage
from shared.model.insights.insight import Insight, version_of
from shared.model.insights.question import Question, question_of
from shared.model.money.price import PriceTable, cost_of_tokens
from shared.model.policy import Policy
from shared.model.recording import understanding as state
from shared.model.recording.recording import Recording
from shared.model.transcript.transcript import Transcript
from shared.pipeline.permits import Permits
from shared.ports.prompter import Answered, Prompter
from shared.ports.queue import Clock, Queue

AT_ONCE = 8
"""Of a process: a call is mostly waiting."""
LATER = timedelta(seconds=5)
MOST_WAITS = 50
"""For the row of a transcript to be saved; whoever writes that again asks again."""
MOST_UNUSABLE = 2
"""Calls whose answer makes no sense."""


class _Asked(NamedTuple):
    """What the profile of a recording asks for of its transcript. `strange` are names that nobody
    knows any more."""

    transcript: Transcript
    insights: Sequence[Insight]
    strange: Sequence[str]
    question: Question

    def none_made(self, code: str) -> Answers:
        names = [one.name for one in self.insights]
        return Answers({}, (*not_made(names, code), *not_made(self.strange, "unknown")))


@dataclass(frozen=True, kw_only=True)
class MakeInsights:
    """At most one call is under way for a recording, on all machines: it is written into the row
    before it is made. What was paid for is stored before the row says so, and found there by
    whoever comes after somebody who died. Raises `StoreConflict`, `StoreUnavailable`: the message
    comes again."""

    shelf: InsightsShelf
    prompter: Prompter
    known: Mapping[str, Insight]
    prices: PriceTable
    queue: Queue
    policy: Policy
    clock: Clock
    permits: Permits = field(default_factory=lambda: Permits(AT_ONCE))

    def __call__(self, message: Understand) -> None:
        with self.permits.one() as has:
            if not has:
                self.queue.send(message, after=LATER)
                return
            row = self.shelf.row(message.batch_id, message.recording_id)
            if row is None or not row.profile.insights:
                return
            if row.state in ("waiting", "planned"):
                self._wait_for_row(message)
            elif row.state == "transcribed":
                self._of_transcribed(row, message)

    def _wait_for_row(self, message: Understand) -> None:
        if message.waits < MOST_WAITS:
            waited = msgspec.structs.replace(message, waits=message.waits + 1)
            self.queue.send(waited, after=LATER * min(60, message.waits + 1))

    def _of_transcribed(self, row: Recording, message: Understand) -> None:
        there, now = row.understanding, self.clock.now()
        if there is not None and there.stored_at is not None:
            return
        if state.is_busy(there, now):  # whoever is at it may have died
            self.queue.send(message, after=state.STUCK)
            return
        if there is not None and self.shelf.note_what_is_stored(row, now):
            return
        transcript = self.shelf.transcript(row)
        if transcript is None:
            return
        asked = self._asked(row, transcript)
        code = self._why_not(row, asked)
        if code:
            self._store(row, asked, asked.none_made(code))
        else:
            self._ask(row, asked, message)

    def _asked(self, row: Recording, transcript: Transcript) -> _Asked:
        names = row.profile.insights
        insights = [self.known[name] for name in names if name in self.known]
        strange = [name for name in names if name not in self.known]
        return _Asked(transcript, insights, strange, question_of(transcript, insights))

    def _why_not(self, row: Recording, asked: _Asked) -> str:
        """Why nobody is asked; "": somebody is."""
        if not asked.transcript.text.strip():
            return "nothing_said"
        if not asked.insights:
            return "unknown"
        if len(asked.question.user) > self.prompter.most_characters:
            return "too_long"
        patience = timedelta(seconds=self.policy.give_up_seconds)
        is_over = self.clock.now() - row.changed_at > patience
        return "no_answer" if is_over or state.is_used_up(row.understanding) else ""

    def _ask(self, row: Recording, asked: _Asked, message: Understand) -> None:
        row = self.shelf.save(row, state.begun(row.understanding, self.clock.now()))
        assert row.understanding is not None
        try:
            answered = self.prompter.answer(asked.question)
        except ProviderError as error:
            self._put_off(row, error, message)
            return
        answers = self._read(row, asked, answered)
        if answers is not None:
            self._store(row, asked, answers, answered)
            return
        event("insights.unusable", batch=row.batch_id, recording=row.id, level=30)
        self._end_call(row, state.unanswered(row.understanding))
        self.queue.send(message, after=LATER)

    def _read(self, row: Recording, asked: _Asked, answered: Answered) -> Answers | None:
        """None: it makes no sense, and is worth another call."""
        if answered.ended in ("refused", "too_long"):
            return asked.none_made(answered.ended)
        found = None
        if answered.ended == "whole":
            hidden = row.profile.options.redact
            found = read_answers(answered.content, asked.insights, asked.transcript, hidden)
        if found is not None:
            strange = not_made(asked.strange, "unknown")
            return found._replace(not_made=(*found.not_made, *strange))
        calls = row.understanding.calls if row.understanding else 0
        return None if calls < MOST_UNUSABLE else asked.none_made("unusable")

    def _put_off(self, row: Recording, error: ProviderError, message: Understand) -> None:
        """Trouble with the model's server is no recording's. What was not carried out counts for
        nothing; what nobody knows of may have been paid, and is not repeated without end."""
        assert row.understanding is not None
        why = type(error).__name__
        event("insights.put_off", batch=row.batch_id, recording=row.id, error=why, level=30)
        is_open = isinstance(error, OutcomeUnknown)
        end = state.unanswered if is_open else state.not_asked
        self._end_call(row, end(row.understanding))
        self.queue.send(message, after=pause_after(error, self.clock.now(), self.policy))

    def _end_call(self, row: Recording, there: state.Understanding) -> None:
        with suppress(StoreConflict):  # then it counts as begun, until that is long ago
            self.shelf.save(row, there)

    def _store(
        self, row: Recording, asked: _Asked, answers: Answers, answered: Answered | None = None
    ) -> None:
        document = self._document(row, asked, answers, answered)
        self.shelf.store_insights(row, document, document.made_at)
        event(
            "insights.stored",
            batch=row.batch_id,
            recording=row.id,
            made=len(answers.made),
            not_made=sorted({one.code for one in answers.not_made}),
            input_tokens=document.usage.input_tokens,
            output_tokens=document.usage.output_tokens,
        )

    def _document(
        self, row: Recording, asked: _Asked, answers: Answers, answered: Answered | None
    ) -> RecordingInsights:
        return RecordingInsights(
            batch_id=row.batch_id,
            recording_id=row.id,
            container=row.container,
            name=row.name,
            profile=row.profile.name,
            language=asked.transcript.language.code,
            made_at=self.clock.now(),
            by=By(
                name=self.prompter.name,
                model=answered.model if answered else None,
                asked=version_of(asked.insights),
            ),
            usage=self._usage(answered),
            answers=answers.made,
            not_made=answers.not_made,
        )

    def _usage(self, answered: Answered | None) -> Usage:
        if answered is None:
            return Usage()
        taken, given = answered.input_tokens, answered.output_tokens
        return Usage(
            input_tokens=taken,
            output_tokens=given,
            cost=cost_of_tokens(self.prices, taken, given),
        )


def pause_after(error: ProviderError, now: datetime, policy: Policy) -> timedelta:
    """Until the model's server is asked again that could not be asked."""
    if isinstance(error, EndpointDown):
        return max(LATER, error.until_at - now)
    wait = error.retry_after_seconds if isinstance(error, ProviderThrottled) else None
    return max(LATER, timedelta(seconds=wait or policy.endpoint_pause_seconds))
