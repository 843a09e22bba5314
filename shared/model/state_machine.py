"""What every state machine of ours has in common: a table of the steps that it may take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

State = TypeVar("State", bound=str)
Steps = Mapping[str, tuple[frozenset[State], State]]
"""By the name of a step: the states from which it may be taken, and the one that it leads to."""


class IllegalTransition(Exception):
    """A fault of ours: a step that may not be taken from where a row is."""


def after_step(steps: Steps[State], name: str, before: State, what: str) -> State:
    """The state that the step leads to. Raises `IllegalTransition`; `what` names the row."""
    allowed, after = steps[name]
    if before not in allowed:
        raise IllegalTransition(f"{what} cannot be {name}: it is {before}")
    return after
