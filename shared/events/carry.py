"""One delivery is carried to its receiver: signed, sent, and judged by what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from shared.events.receivers import Receivers, Target
from shared.events.silent_receivers import Pauses
from shared.log import event
from shared.model.address import BadAddress
from shared.model.events.delivery import Attempt, Delivery, Result, after_attempt, delay, stopped
from shared.model.events.signature import signed_headers
from shared.ports.events import NoAnswer, Sender, Told
from shared.ports.queue import Clock

_STRUCTURED, _PLAIN = "application/cloudevents+json; charset=utf-8", "application/json"


class Carried(NamedTuple):
    """The row as it is afterwards, and what the attempt brought; None: none was made."""

    row: Delivery
    result: Result | None = None


@dataclass(frozen=True, kw_only=True)
class CarryDelivery:
    """May run on several threads at once. Where one receiver shows itself unwell, it is not called
    again until its pause is over. `chance` is from 0 to 1."""

    receivers: Receivers
    sender: Sender
    pauses: Pauses
    chance: Callable[[], float]
    clock: Clock

    def __call__(self, row: Delivery) -> Carried:
        target = self.receivers.target(row)
        if target is None:
            return Carried(stopped(row))
        wait = self.pauses.claim(row.target, self.clock.now())
        if wait:
            return Carried(after_attempt(row, Result(None), wait, self.clock.now()))
        result = self._try(row, target)
        now = self.clock.now()
        self._learn(row.target, result, now)
        after = after_attempt(row, result, delay(row.tries + 1, self.chance()), now)
        _tell(after, result)
        return Carried(after, result)

    def _learn(self, target: str, result: Result, now: datetime) -> None:
        if result.shows_unwell:
            self.pauses.unwell(target, now, result.retry_after)
        elif result.attempt is not None:
            self.pauses.well(target)

    def _try(self, row: Delivery, target: Target) -> Result:
        now, body = self.clock.now(), row.body.encode()
        try:
            address = self.sender.read(target.url)
        except BadAddress as error:
            return Result(Attempt(at=now, ms=0, problem=f"The address {error}."))
        headers = {
            "Content-Type": _PLAIN if address.wants_plain_json else _STRUCTURED,
            "User-Agent": "Dropscribe",
            **signed_headers(target.secrets, row.event_id, int(now.timestamp()), body),
        }
        try:
            told = self.sender.post(address, headers, body)
        except NoAnswer as error:
            return Result(Attempt(at=now, ms=error.ms, problem=error.problem))
        attempt = Attempt(at=now, ms=told.ms, status=told.status, answer=told.body)
        return Result(attempt, _retry_after(told, now))


def _retry_after(told: Told, now: datetime) -> timedelta | None:
    """What a receiver that has too much to do asks for: seconds, or a date."""
    if told.status not in (429, 503):
        return None
    asked = told.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return timedelta(seconds=min(int(asked[:9]), 10**8))
    try:
        return max(parsedate_to_datetime(asked) - now, timedelta())
    except (ValueError, TypeError):
        return None


def _tell(row: Delivery, result: Result) -> None:
    attempt = result.attempt
    event(
        "delivery.attempted",
        receiver=row.receiver,
        id=row.event_id,
        type=row.type,
        status=attempt.status if attempt else None,
        problem=attempt.problem if attempt else "",
        tries=row.tries,
        state=row.state,
        level=20 if result.succeeded else 30,
    )
