"""Look after the jobs that providers have: the safety net beneath the webhooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from shared.errors import StoreConflict
from shared.log import event
from shared.model.job.active_job import ActiveJob
from shared.model.job.lane import lane_at
from shared.pipeline.collect.ask import AskInTurn
from shared.pipeline.fail.out_of_reach import GiveUpIfGone
from shared.pipeline.fail.wake import BringForward, WakeLine
from shared.pipeline.submit.resolve import Resolve
from shared.ports.ground import UseCase
from shared.ports.provider import SpeechProvider


@dataclass(frozen=True, kw_only=True)
class Poll(UseCase):
    """One query for all active jobs, one for those of each provider whose turn has come, and a look
    at the line of each that has room. Each
    endpoint is asked about its own; create calls without an answer are resolved; and jobs of an
    endpoint that is gone are given up in the end."""

    endpoints: Mapping[str, SpeechProvider]
    ask_in_turn: AskInTurn
    resolve: Resolve
    give_up_if_gone: GiveUpIfGone
    wake_line: WakeLine
    bring_forward: BringForward

    def __call__(self) -> None:
        for name in sorted({provider.name for provider in self.endpoints.values()}):
            self.bring_forward(name)
        entries = sorted(self.active.all(), key=lambda entry: (entry.endpoint, entry.since_at))
        self._wake_lines(entries)
        for name, group in groupby(entries, key=lambda entry: entry.endpoint):
            provider = self.endpoints.get(name)
            if provider is None:
                self._give_up(name, list(group))
            else:
                self._look_after(list(group), provider)

    def _wake_lines(self, entries: Sequence[ActiveJob]) -> None:
        """Where there is room: the message that was to tell of it may have been lost."""
        busy = Counter(entry.endpoint for entry in entries)
        whose = {name: lane_at(name, one.name) for name, one in self.endpoints.items()}
        rooms = {
            who for name, who in whose.items() if busy[name] < self.policy.most_active_jobs(who)
        }
        for who in sorted(rooms):
            self.wake_line(who)

    def _give_up(self, endpoint: str, entries: Sequence[ActiveJob]) -> None:
        event("endpoint.not_configured", endpoint=endpoint, jobs=len(entries), level=40)
        for entry in entries:
            with suppress(StoreConflict):
                self.give_up_if_gone(entry)

    def _look_after(self, entries: Sequence[ActiveJob], provider: SpeechProvider) -> None:
        self.ask_in_turn(entries, provider)
        now, patience = self.clock.now(), timedelta(seconds=self.policy.resolve_after_seconds)
        unanswered = [one for one in entries if one.transcription_id is None]
        for entry in unanswered:
            if now - entry.since_at > patience:
                with suppress(StoreConflict):  # whoever was faster knows more
                    self.resolve(entry, provider)
