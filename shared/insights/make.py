"""Have the insights of a transcribed recording made, and store them beside its transcript.

The transcript is stored and told of before; nothing that happens here touches it. It is read as it
was stored, so what its profile hides is hidden from whoever is asked, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from shared.errors import (
    ChoiceRefused,
    EndpointDown,
    OutcomeUnknown,
    ProviderError,
    ProviderThrottled,
    StoreConflict,
)
from shared.insights.analyse import Analyst
from shared.insights.shelf import InsightsShelf
from shared.log import event
from shared.messages import Understand
from shared.model.insights.analysis import SharedOut, share_out
from shared.model.insights.answers import Answers, not_made, read_answers
from shared.model.insights.document import By, RecordingInsights, Usage
from shared.model.insights.insight import Insight, version_of
from shared.model.insights.question import question_of
from shared.model.insights.so_far import WAITING, SoFar, so_far
from shared.model.money.price import PriceTable, cost_of_insights
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


@dataclass(frozen=True, kw_only=True)
class MakeInsights:
    """At most one call of the model is under way for a recording, on all machines: it is written
    into the row before it is made. What was paid for is stored before the row says so, and found
    there by whoever comes after somebody who died. Where one of those that are asked is out, the
    others are asked all the same, and what they say is kept. Raises `StoreConflict`,
    `StoreUnavailable`: the message comes again."""

    shelf: InsightsShelf
    prompter: Prompter | None
    analysts: Mapping[str, Analyst]
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
        before = self.shelf.stored(row) if there is not None else None
        if before is not None and before.is_over:
            self.shelf.note(row, before, now)
            return
        transcript = self.shelf.transcript(row)
        if transcript is None:
            return
        known = so_far(before, row.profile.insights)
        shared, known = self._shared_out(row, transcript, known)
        if shared.found or shared.asked:
            self._ask(row, transcript, shared, known, message)
        else:
            self._store(row, transcript, known)

    def _shared_out(
        self, row: Recording, transcript: Transcript, known: SoFar
    ) -> tuple[SharedOut, SoFar]:
        """Who is still to be asked for what; and what is known with that for which nobody is."""
        open_ = [name for name in row.profile.insights if not known.settled(name)]
        known = known.plus_not_made([name for name in open_ if name not in self.known], "unknown")
        insights = [self.known[name] for name in open_ if name in self.known]
        code = self._why_none(row, transcript)
        if code:
            return SharedOut(), known.plus_not_made([one.name for one in insights], code)
        shared = share_out(
            insights,
            transcript,
            {name: one.finder.finds for name, one in self.analysts.items()},
            has_prompter=self.prompter is not None,
            today=self.clock.now().date(),
        )
        return shared, known.plus(Answers({}, shared.not_made))

    def _why_none(self, row: Recording, transcript: Transcript) -> str:
        """Why nobody is asked; "": somebody is."""
        if not transcript.text.strip():
            return "nothing_said"
        patience = timedelta(seconds=self.policy.give_up_seconds)
        return "no_answer" if self.clock.now() - row.changed_at > patience else ""

    def _ask(
        self,
        row: Recording,
        transcript: Transcript,
        shared: SharedOut,
        before: SoFar,
        message: Understand,
    ) -> None:
        row = self.shelf.save(row, state.begun(row.understanding, self.clock.now()))
        asking = _Asking(row, transcript, before)
        asked = [*shared.asked, *self._found(asking, shared.found)]
        if asked and self.prompter is not None:
            self._prompt(asking, self.prompter, asked)
        if not asking.known.waits:
            self._store(row, transcript, asking.known)
            return
        self._put_off(asking, before)
        pauses = (pause_after(each, self.clock.now(), self.policy) for each in asking.trouble)
        self.queue.send(message, after=min(pauses, default=LATER))

    def _found(self, asking: _Asking, names: Sequence[str]) -> list[Insight]:
        """Has them found. Those that the service refuses as such, as it will one day those that it
        gives up, are the model's, where there is one."""
        refused = []
        for name in names:
            try:
                analysed = self.analysts[name](name, asking.transcript, asking.hidden)
            except ProviderError as error:
                if isinstance(error, ChoiceRefused) and self.prompter is not None:
                    refused.append(self.known[name])
                else:
                    asking.put_off([name], error)
                continue
            source = self.analysts[name].finder.name
            asking.known = asking.known.plus(analysed.answers, source).plus_read(analysed.records)
        return refused

    def _prompt(self, asking: _Asking, prompter: Prompter, asked: Sequence[Insight]) -> None:
        names = [one.name for one in asked]
        question = question_of(asking.transcript, asked)
        code = "too_long" if len(question.user) > prompter.most_characters else ""
        if not code and asking.calls > state.MOST_CALLS:
            code = "no_answer"
        if code:
            asking.known = asking.known.plus_not_made(names, code)
            return
        try:
            answered = prompter.answer(question)
        except ProviderError as error:
            asking.counts = isinstance(error, OutcomeUnknown)
            asking.put_off(names, error)
            return
        taken = (answered.model, answered.input_tokens, answered.output_tokens)
        asking.known = asking.known.plus_tokens(*taken)
        answers = self._read(asking, asked, answered)
        if answers is not None:
            asking.known = asking.known.plus(answers, prompter.name)
            return
        event("insights.unusable", batch=asking.row.batch_id, recording=asking.row.id, level=30)
        asking.counts = True
        asking.known = asking.known.plus_not_made(names, WAITING)

    def _read(
        self, asking: _Asking, asked: Sequence[Insight], answered: Answered
    ) -> Answers | None:
        """None: it makes no sense, and is worth another call."""
        names = [one.name for one in asked]
        if answered.ended in ("refused", "too_long"):
            return Answers({}, not_made(names, answered.ended))
        if answered.ended == "whole":
            found = read_answers(answered.content, asked, asking.transcript, asking.hidden)
            if found is not None:
                return found
        again = asking.calls < MOST_UNUSABLE
        return None if again else Answers({}, not_made(names, "unusable"))

    def _put_off(self, asking: _Asking, before: SoFar) -> None:
        """Trouble with a server is no recording's. What was not carried out counts for nothing;
        what nobody knows of may have been paid, and is not repeated without end. What others said
        meanwhile is kept, so that they are not asked again."""
        row, known = asking.row, asking.known
        if any(not before.settled(name) for name in known.made):
            self.shelf.keep(row, self._document(row, asking.transcript, known))
        assert row.understanding is not None
        end = state.unanswered if asking.counts else state.not_asked
        with suppress(StoreConflict):  # then it counts as begun, until that is long ago
            self.shelf.save(row, end(row.understanding, self.clock.now()))

    def _store(self, row: Recording, transcript: Transcript, known: SoFar) -> None:
        document = self._document(row, transcript, known)
        self.shelf.store_insights(row, document, document.made_at)
        event(
            "insights.stored",
            batch=row.batch_id,
            recording=row.id,
            made=len(known.made),
            not_made=sorted({one.code for one in known.not_made}),
            input_tokens=known.input_tokens,
            output_tokens=known.output_tokens,
            records=known.records,
        )

    def _document(self, row: Recording, transcript: Transcript, known: SoFar) -> RecordingInsights:
        asked = [self.known[name] for name in row.profile.insights if name in self.known]
        cost = cost_of_insights(self.prices, known.input_tokens, known.output_tokens, known.records)
        return RecordingInsights(
            batch_id=row.batch_id,
            recording_id=row.id,
            container=row.container,
            name=row.name,
            profile=row.profile.name,
            language=transcript.language.code,
            made_at=self.clock.now(),
            by=By(name=self._name(known), model=known.model, asked=version_of(asked)),
            usage=Usage(
                input_tokens=known.input_tokens,
                output_tokens=known.output_tokens,
                records=known.records,
                cost=cost,
            ),
            answers=dict(known.made),
            not_made=known.not_made,
            sources=dict(known.sources),
        )

    def _name(self, known: SoFar) -> str:
        """Of whom most is asked: the model, where it had a part in it."""
        services = {one.finder.name: None for one in self.analysts.values()}
        others = [name for name in known.sources.values() if name in services]
        asked_model = known.input_tokens is not None or not others
        if self.prompter is not None and asked_model:
            return self.prompter.name
        return next(iter(others or services), "")


@dataclass
class _Asking:
    """A recording while those are asked who make its insights. `counts`: a call may have been paid,
    and brought nothing."""

    row: Recording
    transcript: Transcript
    known: SoFar
    trouble: list[ProviderError] = field(default_factory=list)
    counts: bool = False

    @property
    def calls(self) -> int:
        return self.row.understanding.calls if self.row.understanding else 0

    @property
    def hidden(self) -> Sequence[str]:
        return self.row.profile.options.redact

    def put_off(self, names: Sequence[str], error: ProviderError) -> None:
        why, row = type(error).__name__, self.row
        event("insights.put_off", batch=row.batch_id, recording=row.id, error=why, level=30)
        self.trouble.append(error)
        self.known = self.known.plus_not_made(names, WAITING)


def pause_after(error: ProviderError, now: datetime, policy: Policy) -> timedelta:
    """Until somebody is asked again who could not be."""
    if isinstance(error, EndpointDown):
        return max(LATER, error.until_at - now)
    wait = error.retry_after_seconds if isinstance(error, ProviderThrottled) else None
    return max(LATER, timedelta(seconds=wait or policy.endpoint_pause_seconds))
