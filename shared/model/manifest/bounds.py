"""What of the audio a caller may name whose role is bound to profiles or containers.

Of the containers that several share, the intake is cut by the folders of profiles, and in that of
uploads a name is known only to whoever got the link, so it may be named and not listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shared.model.access.caller import Sight
from shared.model.access.roles import Grant
from shared.model.manifest.manifest import WEB, Item
from shared.model.profile.profile import Profile, choose


class Shared(NamedTuple):
    """The containers in which audio of everybody lies."""

    intake: str = "audio"
    uploads: str = "uploads"


def may_name(
    sight: Sight, item: Item, *, profile: str, profiles: Sequence[Profile], shared: Shared
) -> bool:
    """Whether the caller may have `item` transcribed by the profile of that name, "" where the
    request names none."""
    return any(
        not grant.is_bound
        or (
            (not grant.profiles or profile in grant.profiles)
            and _is_reached(grant, item, profiles, shared)
        )
        for grant in sight.grants
    )


def _is_reached(grant: Grant, item: Item, profiles: Sequence[Profile], shared: Shared) -> bool:
    container, name = item.place
    reached = grant.containers or (shared.intake, shared.uploads, WEB)
    if container not in reached:
        return False
    if container == shared.uploads:
        return not item.is_listing
    if container == shared.intake and grant.profiles:
        return _profiles_at(name, profiles, is_listing=item.is_listing) <= {*grant.profiles}
    return True


def _profiles_at(name: str, profiles: Sequence[Profile], *, is_listing: bool) -> set[str]:
    """Those in whose folders the blob of this name lies, or any of those that begin so."""
    found = {choose(profiles, name).name}
    if is_listing:
        found |= {
            p.name for p in profiles for folder in p.prefixes if f"{folder}/".startswith(name)
        }
    return found
