"""What people and programs may do, in six roles, and how a token of Entra ID names them.

The value of an app role is `Dropscribe.Read`, or, for one that is bound, that with what it is bound
to behind it: `Dropscribe.Read/profile/sales`, `Dropscribe.Submit/profile/sales/container/calls`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, get_args

import msgspec

Role = Literal["Submit", "Read", "Listen", "Review", "Operate", "Own"]
ROLES: tuple[Role, ...] = get_args(Role)
BROUGHT: Mapping[Role, tuple[Role, ...]] = {"Review": ("Read", "Listen")}
"""Whoever corrects what was said reads and hears it."""
EVERYDAY: tuple[Role, ...] = ("Submit", "Read", "Operate")
"""What a key of the functions host may do, and the app role that was the only one before."""
TRANSCRIBE = "Transcribe"
"""That app role."""
PREFIX = "Dropscribe."
_BINDS = ("profile", "container")

Extent = Literal["own", "all", "deployment"]
"""How far a role reaches in an operation: what the caller made; all that its bounds let through;
or what is of the whole deployment, for which a role that is bound is not enough."""
Rights = Mapping[Role, Extent]
"""Which roles may call an operation, and how far each reaches."""


class Grant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A role. `profiles` and `containers` are what it is bound to; empty: it is not."""

    role: Role
    profiles: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()

    @property
    def is_bound(self) -> bool:
        return bool(self.profiles or self.containers)


def grants(
    roles: Iterable[Role], *, profiles: Iterable[str] = (), containers: Iterable[str] = ()
) -> tuple[Grant, ...]:
    """Roles with the same bounds, and those that they bring along."""
    all_ = dict.fromkeys(each for role in roles for each in (role, *BROUGHT.get(role, ())))
    bounds = tuple(profiles), tuple(containers)
    return tuple(Grant(role=role, profiles=bounds[0], containers=bounds[1]) for role in all_)


def grants_of_claims(values: Iterable[str], everyday: str) -> tuple[Grant, ...]:
    """The roles in a token. `everyday` is the app role that stands for Submit, Read and Operate.
    What is none of ours grants nothing."""
    found: list[Grant] = []
    for value in values:
        found += grants(EVERYDAY) if value == everyday else _grants_of(value)
    return tuple(dict.fromkeys(found))


def _grants_of(value: str) -> Iterator[Grant]:
    name, *bounds = value.removeprefix(PREFIX).split("/")
    role = next((role for role in ROLES if role == name), None)
    pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
    is_whole = len(bounds) % 2 == 0 and all(kind in _BINDS and name for kind, name in pairs)
    if role is None or not value.startswith(PREFIX) or not is_whole:
        return
    of = {kind: [name for each, name in pairs if each == kind] for kind in _BINDS}
    yield from grants([role], profiles=of["profile"], containers=of["container"])
