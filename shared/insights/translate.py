"""Have a transcribed recording translated into the languages that its profile wants.

The transcript is stored and told of before; nothing that happens here touches it. It is read as it
was stored, so what its profile hides is hidden from the model, too.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

import msgspec

from shared.errors import OutcomeUnknown, ProviderError, StoreConflict
from shared.insights.make import AT_ONCE, LATER, MOST_UNUSABLE, MOST_WAITS, pause_after
from shared.insights.translations import TranslationShelf
from shared.log import event
from shared.messages import Translate
from shared.model.insights import translation as t
from shared.model.money.price import PriceTable, cost_of_insights
from shared.model.policy import Policy
from shared.model.recording import translating as state
from shared.model.recording.recording import Recording
from shared.model.recording.understanding import STUCK
from shared.model.transcript.transcript import Transcript, Translation, Utterance
from shared.model.transcript.translated import translated
from shared.pipeline.permits import Permits
from shared.ports.prompter import Answered, Prompter
from shared.ports.queue import Clock, Queue


class _Work(NamedTuple):
    """A recording, the language that is next, and how far that is."""

    row: Recording
    transcript: Transcript
    language: str
    parts: t.Parts

    @property
    def there(self) -> state.Translating:
        return self.row.translating or state.Translating()

    @property
    def characters(self) -> int:
        """Fewer in one call, where an answer made no sense: it may have been cut off."""
        return t.MOST_CHARACTERS // (1 + self.there.calls)


@dataclass(frozen=True, kw_only=True)
class TranslateTranscript:
    """One call at a time for a recording, on all machines: it is written into the row before it is
    made, and its answer is kept before the row says that it is over, so that whoever comes after
    somebody who died goes on from there. Insights come first. Raises `StoreConflict`,
    `StoreUnavailable`: the message comes again."""

    shelf: TranslationShelf
    prompter: Prompter
    prices: PriceTable
    queue: Queue
    policy: Policy
    clock: Clock
    permits: Permits = field(default_factory=lambda: Permits(AT_ONCE))

    def __call__(self, message: Translate) -> None:
        with self.permits.one() as has:
            if not has:
                self.queue.send(message, after=LATER)
                return
            row = self.shelf.insights.row(message.batch_id, message.recording_id)
            if row is None or not row.profile.translations:
                return
            if row.state in ("waiting", "planned") or _is_being_understood(row):
                self._wait(row, message)
            elif row.state == "transcribed":
                self._of_transcribed(row, message)

    def _wait(self, row: Recording, message: Translate) -> None:
        """For its row to be saved, so often at most; for its insights, which end some day."""
        if message.waits < MOST_WAITS or row.state == "transcribed":
            waited = msgspec.structs.replace(message, waits=message.waits + 1)
            self.queue.send(waited, after=LATER * min(60, message.waits + 1))

    def _of_transcribed(self, row: Recording, message: Translate) -> None:
        there = row.translating or state.Translating()
        language = state.next_language(row.profile.translations, there)
        if language is None:
            self.shelf.remove_parts(row)
            return
        if state.is_at_work(there, self.clock.now()):  # whoever is at it may have died
            self.queue.send(message, after=STUCK)
            return
        transcript = self.shelf.insights.transcript(row)
        if transcript is None:
            return
        self._go_on(_Work(row, transcript, language, self.shelf.parts(row, language)), message)

    def _go_on(self, work: _Work, message: Translate) -> None:
        if code := self._why_not(work):
            self._give_up(work, code)
        elif len(work.parts.texts) >= len(work.transcript.utterances):
            self._store(work)
        elif not self._ask(work, message):
            return
        self.queue.send(msgspec.structs.replace(message, waits=0))

    def _why_not(self, work: _Work) -> str:
        """Why nobody is asked; "": somebody is, or has been."""
        if not work.transcript.text.strip():
            return "nothing_said"
        if t.is_same_language(work.language, work.transcript.language.code):
            return "same_language"
        if len(work.parts.texts) >= len(work.transcript.utterances):
            return ""
        patience = timedelta(seconds=self.policy.give_up_seconds)
        is_over = self.clock.now() - work.row.changed_at > patience
        return "no_answer" if is_over or state.is_exhausted(work.there) else ""

    def _ask(self, work: _Work, message: Translate) -> bool:
        """Whether there is more to do now."""
        first = len(work.parts.texts)
        characters = min(work.characters, self.prompter.most_characters // 3)
        window = t.window_of(work.transcript, first, characters)
        question = t.question_to_translate(window, first, work.language)
        if len(question.user) > self.prompter.most_characters:
            self._give_up(work, "too_long")
            return True
        row = self.shelf.save(work.row, state.call_begun(work.there, self.clock.now()))
        work = work._replace(row=row)
        try:
            answered = self.prompter.answer(question)
        except ProviderError as error:
            self._put_off(work, error, message)
            return False
        if answered.ended in ("refused", "too_long"):
            self._give_up(work, answered.ended)
            return True
        texts = t.read_lines(answered.content, window, first) if answered.ended == "whole" else None
        if texts is None:
            return self._unusable(work, message)
        self._keep(work, answered, texts)
        return True

    def _keep(self, work: _Work, answered: Answered, texts: tuple[str, ...]) -> None:
        before, first = work.parts, len(work.parts.texts)
        said = work.transcript.utterances[first : first + len(texts)]
        parts = t.Parts(
            texts=before.texts + self._shown(work, texts, said),
            model=answered.model or before.model,
            input_tokens=before.input_tokens + (answered.input_tokens or 0),
            output_tokens=before.output_tokens + (answered.output_tokens or 0),
        )
        self.shelf.keep_parts(work.row, work.language, parts)
        self.shelf.save(work.row, state.lines_made(work.there, self.clock.now()))

    def _shown(
        self, work: _Work, texts: tuple[str, ...], said: tuple[Utterance, ...]
    ) -> tuple[str, ...]:
        return t.without_hidden(texts, said, work.language, work.row.profile.options.redact)

    def _unusable(self, work: _Work, message: Translate) -> bool:
        event("translation.unusable", batch=work.row.batch_id, recording=work.row.id, level=30)
        if work.there.calls >= MOST_UNUSABLE:
            self._give_up(work, "unusable")
            return True
        self._end_call(work, counts=True)
        self.queue.send(message, after=LATER)
        return False

    def _put_off(self, work: _Work, error: ProviderError, message: Translate) -> None:
        """Trouble with the model's server is no recording's, and what was not carried out counts
        for nothing."""
        row, why = work.row, type(error).__name__
        event("translation.put_off", batch=row.batch_id, recording=row.id, error=why, level=30)
        self._end_call(work, counts=isinstance(error, OutcomeUnknown))
        wait = pause_after(error, self.clock.now(), self.policy)
        self.queue.send(message, after=wait)

    def _end_call(self, work: _Work, *, counts: bool) -> None:
        with suppress(StoreConflict):  # then it counts as begun, until that is long ago
            over = state.call_over(work.there, self.clock.now(), counts=counts)
            self.shelf.save(work.row, over)

    def _give_up(self, work: _Work, code: str) -> None:
        done = state.Translation(code=code)
        self.shelf.note(work.row, work.language, done, self.clock.now())
        self._tell(work, code)

    def _store(self, work: _Work) -> None:
        parts, said = work.parts, work.transcript.utterances
        taken, given = parts.input_tokens, parts.output_tokens
        how = Translation(
            from_language=work.transcript.language.code,
            by=self.prompter.name,
            model=parts.model,
            made_at=self.clock.now(),
            input_tokens=taken,
            output_tokens=given,
            cost=cost_of_insights(self.prices, taken, given),
        )
        texts = self._shown(work, parts.texts, said)
        document = translated(work.transcript, texts, work.language, how)
        self.shelf.store_translation(work.row, work.language, document)
        self._tell(work, "made")

    def _tell(self, work: _Work, what: str) -> None:
        row = work.row
        event(
            "translation.done",
            batch=row.batch_id,
            recording=row.id,
            language=work.language,
            result=what,
        )


def _is_being_understood(row: Recording) -> bool:
    """Two that change one row at once would be in each other's way."""
    is_made = row.understanding is not None and row.understanding.stored_at is not None
    return row.state == "transcribed" and bool(row.profile.insights) and not is_made
