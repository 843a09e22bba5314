"""How long a step waits before it is tried again, and how long between two questions."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.model.policy import Policy


def is_waiting_long(
    policy: Policy, since_at: datetime, told_at: datetime | None, now: datetime
) -> bool:
    """Whether it is time to tell that something has been waiting since then."""
    is_long = now - since_at > timedelta(seconds=policy.waiting_long_seconds)
    again = timedelta(seconds=policy.tell_again_seconds)
    return is_long and (told_at is None or now - told_at >= again)


def backoff(tries: int) -> timedelta:
    """5 s, 10 s, 20 s, ... up to ten minutes."""
    return timedelta(seconds=min(600, 5 * 2 ** min(tries, 7)))


def refetch_pause(policy: Policy, fetches: int, unread_since_at: datetime | None) -> timedelta:
    """Before a result is asked for again. Of one that makes no sense, for which hours are
    waited, the pause doubles each time, up to ten minutes."""
    if unread_since_at is None:
        return timedelta(seconds=policy.refetch_seconds)
    return timedelta(seconds=min(600, policy.refetch_seconds * 2 ** min(max(fetches, 1) - 1, 6)))


def poll_pause(policy: Policy, polls: int) -> timedelta:
    """After the n-th question: the least pause, doubled each time, up to the longest. Half
    of the least one is taken off: what falls due just after a run of the timer would wait for
    another one."""
    longest = min(policy.poll_max_seconds, policy.poll_min_seconds * 2 ** min(polls, 10))
    return timedelta(seconds=longest - policy.poll_min_seconds / 2)
