"""The profiles that are in force are kept, so that they stay so where those of a later release have
mistakes."""

from __future__ import annotations

from dataclasses import dataclass

from shared.model.profile.profile import KEPT_PROFILES
from shared.ports.blobs import Requests


@dataclass(frozen=True, kw_only=True)
class KeepProfiles:
    """Writes `text`, which is that of the file, unless it is what is kept."""

    requests: Requests
    text: str

    def __call__(self) -> None:
        content = self.text.encode()
        if content and self.requests.recall(KEPT_PROFILES) != content:
            self.requests.remember(KEPT_PROFILES, content)
