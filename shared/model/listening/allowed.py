"""Which profiles have listening copies made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.model.profile.profile import Profile


def is_allowed(profile: Profile) -> bool:
    """Where personal data is hidden in the text, the sound still says it: then only where the
    profile says so."""
    if profile.listening == "auto":
        return not profile.options.redact
    return profile.listening != "never"
