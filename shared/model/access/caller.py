"""Who calls, and how far that reaches."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

import msgspec

from shared.model.access.roles import EVERYDAY, Grant, Rights, grants

CallerKind = Literal["host", "key", "entra"]


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is what owners, the log and the trail know it by; `name` is what people do. `kind` is
    who vouches for it: the functions host, a key of ours, or Entra ID."""

    id: str
    kind: CallerKind
    name: str = ""
    grants: tuple[Grant, ...] = ()

    def sight(self, rights: Rights) -> Sight | None:
        """What it may reach by an operation with these rights. None: it has none of the roles."""
        reaches = tuple(
            _Reach(grant, rights[grant.role] == "own")
            for grant in self.grants
            if grant.role in rights and not (rights[grant.role] == "deployment" and grant.is_bound)
        )
        return Sight(self.id, reaches) if reaches else None


class Belonging(NamedTuple):
    """Whose something is, and of which profiles and containers; empty: nobody can tell."""

    owner: str
    profiles: Collection[str] = ()
    containers: Collection[str] = ()


class _Reach(NamedTuple):
    grant: Grant
    is_own_only: bool


class Sight(NamedTuple):
    """How far a caller reaches by one operation."""

    caller_id: str
    reaches: tuple[_Reach, ...]

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing that it does not reach."""
        return any(not own and not grant.is_bound for grant, own in self.reaches)

    def covers(self, there: Belonging) -> bool:
        """Whether it reaches that. What tells nothing of its profiles or containers is out of
        reach of roles that are bound to some."""
        return any(
            (not own or there.owner == self.caller_id)
            and _lie_in(there.profiles, grant.profiles)
            and _lie_in(there.containers, grant.containers)
            for grant, own in self.reaches
        )

    @property
    def grants(self) -> tuple[Grant, ...]:
        return tuple(grant for grant, _ in self.reaches)

    @property
    def profiles(self) -> tuple[str, ...] | None:
        """Outside of which it reaches nothing; None: there is no such bound."""
        if any(not grant.profiles for grant, _ in self.reaches):
            return None
        return tuple(dict.fromkeys(p for grant, _ in self.reaches for p in grant.profiles))


def _lie_in(there: Collection[str], bounds: tuple[str, ...]) -> bool:
    return not bounds or (bool(there) and all(each in bounds for each in there))


SOMEBODY = Caller(id="", kind="host")
"""Of whom nothing is known, where everybody is let in."""
NOTHING = Sight("", ())


def host_caller(fingerprint: str = "") -> Caller:
    """Whoever brought a key that the functions host checked; `fingerprint` tells keys apart."""
    return Caller(
        id=f"host-{fingerprint}" if fingerprint else "host",
        kind="host",
        name="a key of the functions host",
        grants=grants(EVERYDAY),
    )


class Asker(NamedTuple):
    """Who asks for a batch, and what of the audio it may name; without `sight`, all of it."""

    owner: str = ""
    sight: Sight | None = None


NOBODY = Asker()
"""Of whom nothing is known: a manifest was dropped by whoever may write into its container."""
