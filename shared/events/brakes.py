"""The brakes, of which others are told when they begin to hold something back."""

from __future__ import annotations

from datetime import datetime

from shared.events.audience import Announcer
from shared.model.events.event import Event, event_id, timestamp
from shared.model.money.brakes import Brake, day_of, next_day
from shared.ports.brakes import NoticedBrakes
from shared.ports.queue import Clock

PARTITION = "!brakes"
"""That of the rows."""


class AnnouncingBrakes:
    """`ports.brakes.Brakes` that tells of a stop, and of the first time in a day that a ceiling is
    reached. What was before is known from what was read."""

    def __init__(self, brakes: NoticedBrakes, announcer: Announcer, clock: Clock) -> None:
        self._brakes, self._announcer, self._clock = brakes, announcer, clock
        self._seen: dict[str, Brake] = {}

    def all(self) -> list[Brake]:
        found = self._brakes.all()
        self._seen.update({brake.scope: brake for brake in found})
        return found

    def get(self, scope: str) -> Brake:
        self._seen[scope] = self._brakes.get(scope)
        return self._seen[scope]

    def save(self, brake: Brake) -> Brake:
        event = of_held(self._seen.get(brake.scope), brake, self._clock.now())
        notice = self._announcer.notice(PARTITION, [event]) if event is not None else None
        saved = self._brakes.save(brake, *([notice] if notice is not None else []))
        self._seen[brake.scope] = saved
        if notice is not None:
            self._announcer.hand_on(notice)
        return saved


def of_held(before: Brake | None, brake: Brake, now: datetime) -> Event | None:
    """Of a brake that begins to hold something back; None where it does not, or did before."""
    data: dict[str, str] = {"scope": brake.scope}
    if brake.stopped_at is not None and (before is None or before.stopped_at is None):
        data |= {"why": "stopped", "reason": brake.reason}
    elif brake.reached_on == day_of(now) and (before is None or before.reached_on != day_of(now)):
        data |= {"why": "ceiling", "until_at": timestamp(next_day(now))}
    else:
        return None
    return Event(
        id=event_id("sending.held", now, brake.scope, data["why"]),
        type="sending.held",
        at=now,
        subject=f"brakes/{brake.scope}",
        data={key: value for key, value in data.items() if value},
    )
