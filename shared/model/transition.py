"""What every state machine of ours has in common: a table of the steps that it may take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

State = TypeVar("State", bound=str)


class IllegalTransition(Exception):
    """A fault of ours: a step that the table of its state machine does not know."""


def must_be_legal(
    legal: Mapping[State, frozenset[State]], before: State, after: State, what: str
) -> None:
    """Raises `IllegalTransition`; `what` names the row in its message."""
    if after not in legal[before]:
        raise IllegalTransition(f"{what} cannot go from {before} to {after}")
