"""What a manifest may refer to, and by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.model.access.caller import Sight
from shared.model.address import Network
from shared.model.manifest.bounds import Shared
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.profile import Profile


class Known(NamedTuple):
    """What a manifest may refer to. `containers` are those whose blobs may be named, the first
    one where none is named. `allow_http` is for a developer's machine, `networks` are
    those of one's own that may be called. `shared` are the containers
    of everybody, and `sight` is how far whoever asks reaches; None: everywhere."""

    profiles: Sequence[Profile]
    capabilities: Mapping[str, Capabilities]
    containers: Sequence[str]
    allow_http: bool = False
    networks: Sequence[Network] = ()
    shared: Shared = Shared()
    sight: Sight | None = None

    @property
    def profile_names(self) -> list[str]:
        """Of the profiles within reach of whoever asks."""
        bounds = self.sight.profiles if self.sight is not None else None
        names = [profile.name for profile in self.profiles]
        return [name for name in names if bounds is None or name in bounds]

    @property
    def offered(self) -> list[str]:
        """Of those that may be asked for, too, whatever the folder."""
        kept = {profile.name for profile in self.profiles if not profile.may_be_asked_for}
        return [name for name in self.profile_names if name not in kept]
