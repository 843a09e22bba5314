"""What an instance has taken of an endpoint's limits, and what it knew when a call began."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from shared.errors import ProviderThrottled
from shared.model.endpoint.endpoint import EndpointState
from shared.model.endpoint.limits import Taken


class Admitted(NamedTuple):
    """What was known of the endpoint when a call began."""

    was_unwell: bool
    is_probe: bool
    was_closed: bool = False
    was_doubted: bool = False

    @property
    def was_in_trouble(self) -> bool:
        return self.was_unwell or self.was_closed or self.was_doubted


class Hand(NamedTuple):
    """Calls that this process has taken and not made yet; they are good until then."""

    calls: int = 0
    creates: int = 0
    until: datetime = datetime.min.replace(tzinfo=UTC)

    def has(self, calls: int, creates: int) -> bool:
        return self.calls >= calls and self.creates >= creates

    def without(self, calls: int, creates: int) -> Hand:
        return Hand(self.calls - calls, self.creates - creates, self.until)

    def plus(self, taken: Taken) -> Hand:
        return Hand(self.calls + taken.calls, self.creates + taken.creates, taken.until)


def with_taken(state: EndpointState, taken: Taken) -> EndpointState:
    """The state once these calls are spoken for."""
    return msgspec.structs.replace(state, counted=taken.counted, ramped=taken.ramped)


def used_up(wait_seconds: int) -> ProviderThrottled:
    """Of a call that the limits forbid for so long."""
    return ProviderThrottled(
        "the calls of this moment are used up", retry_after_seconds=wait_seconds
    )
