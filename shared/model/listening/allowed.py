"""Which profiles have listening copies made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.model.profile.profile import Profile


def is_allowed(profile: Profile) -> bool:
    """Where personal data is hidden in the text and not in the sound, that still says it: then only
    where the profile says so."""
    if profile.listening == "auto":
        return not profile.options.redact or profile.options.redact_audio != "keep"
    return profile.listening != "never"
