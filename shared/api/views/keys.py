"""Callers and keys as the API shows them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from shared.api.fields import Moment, about
from shared.model.access.caller import Caller, CallerKind
from shared.model.access.key import ApiKey
from shared.model.access.roles import Grant, Role


class CallerView(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls, and what that may do."""

    id: Annotated[str, about("Caller id", "What owners, log and trail know the caller by")]
    kind: Annotated[
        CallerKind, about("Kind", "Who vouches for it: the functions host, a key, or Entra ID")
    ]
    name: Annotated[str, about("Name", "What people know it by; may be empty")]
    roles: Annotated[tuple[Role, ...], about("Roles", "All that it has, bound or not")]
    grants: Annotated[tuple[Grant, ...], about("Grants", "Each role with what it is bound to")]


def caller_view(caller: Caller) -> CallerView:
    return CallerView(
        id=caller.id,
        kind=caller.kind,
        name=caller.name,
        roles=_roles(caller.grants),
        grants=caller.grants,
    )


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key, of which only a hash is kept."""

    id: Annotated[str, about("Key id", "The id of the key, which is also that of its caller")]
    name: Annotated[str, about("Name", "Whose it is, or what for")]
    roles: Annotated[tuple[Role, ...], about("Roles", "What it may do")]
    profiles: Annotated[tuple[str, ...], about("Profiles", "What it is bound to; empty: all")]
    containers: Annotated[tuple[str, ...], about("Containers", "What it is bound to; empty: all")]
    created_at: Annotated[Moment, about("Created at", "When it was made")]
    created_by: Annotated[str, about("Created by", "Who made it")]
    ends_at: Annotated[Moment | None, about("Ends at", "When it lets nobody in any more")]
    revoked_at: Annotated[Moment | None, about("Revoked at", "When it was revoked")]
    revoked_by: Annotated[str, about("Revoked by", "Who revoked it")]


class KeyMade(KeyView, frozen=True, kw_only=True):
    """With the key itself, which is shown this once."""

    key: Annotated[str, about("Key", "What is sent; it is not shown again")]


class KeyList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, those that are over as well."""

    value: Annotated[tuple[KeyView, ...], about("Keys", "The oldest first")]


def key_view(there: ApiKey) -> KeyView:
    return KeyView(**_shown(there))


def key_made(there: ApiKey, secret: str) -> KeyMade:
    return KeyMade(**_shown(there), key=secret)


def _shown(there: ApiKey) -> dict[str, Any]:
    names = ("id", "name", "created_at", "created_by", "ends_at", "revoked_at", "revoked_by")
    bounds = there.grants[0]
    return {
        **{name: getattr(there, name) for name in names},
        "roles": _roles(there.grants),
        "profiles": bounds.profiles,
        "containers": bounds.containers,
    }


def _roles(granted: tuple[Grant, ...]) -> tuple[Role, ...]:
    return tuple(dict.fromkeys(grant.role for grant in granted))
