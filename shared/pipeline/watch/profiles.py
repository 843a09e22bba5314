"""The profiles that are in force: kept, so that they stay so where those of a later release have
mistakes, and changed by their owner without a deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from shared.errors import ConfigurationError, ProfilesChanged, ProfilesMissing, ProfilesRefused
from shared.log import event
from shared.model.profile.profile import GIVEN_PROFILES, KEPT_PROFILES, version_of
from shared.ports.blobs import Requests
from shared.ports.ground import ProfilesFile


class ProfilesInForce(msgspec.Struct, frozen=True, kw_only=True):
    """`version` tells a file from any other. `origin` says whose it is: of the release, given by an
    owner, or kept from before because the other one has mistakes."""

    version: str
    origin: Literal["release", "given", "kept"]


def in_force(file: ProfilesFile) -> ProfilesInForce:
    return ProfilesInForce(version=version_of(file.text), origin=file.origin)


@dataclass(frozen=True, kw_only=True)
class KeepProfiles:
    """Writes `text`, which is that of the file, unless it is what is kept."""

    requests: Requests
    text: str

    def __call__(self) -> None:
        content = self.text.encode()
        if content and self.requests.recall(KEPT_PROFILES) != content:
            self.requests.remember(KEPT_PROFILES, content)


@dataclass(frozen=True, kw_only=True)
class ProfilesDesk:
    """What an owner does with the file. Every version that was given is kept. Other instances take
    a change over within a minute."""

    requests: Requests
    file: ProfilesFile

    def text(self, version: str = "") -> str:
        """What is to be in force, or what once was given. Raises `ProfilesMissing`."""
        if not version:
            return given_text(self.requests) or self.file.text
        if version == version_of(self.file.text):
            return self.file.text
        kept = self.requests.recall(_name(version))
        if kept is None:
            raise ProfilesMissing(f"no profiles of the version {version} are kept")
        return kept.decode()

    def give(self, text: str, replaces: str = "") -> str:
        """In place of those of the release, from now on. `replaces` is the version that the caller
        changed, "" where any may be replaced. Returns the new version. Raises `ProfilesRefused`,
        `ProfilesChanged`."""
        try:
            self.file.check(text)
        except ConfigurationError as error:
            raise ProfilesRefused(error.problems) from None
        there = version_of(self.text())
        if replaces and replaces != there:
            raise ProfilesChanged(f"the profiles are of version {there} by now: read them again")
        version = version_of(text)
        self.requests.remember(_name(version), text.encode())
        self.requests.remember(GIVEN_PROFILES, text.encode())
        event("profiles.given", version=version, replaces=there)
        return version

    def take_back(self) -> None:
        """Those of the release are in force again."""
        self.requests.remember(GIVEN_PROFILES, b"")
        event("profiles.taken_back", replaces=version_of(self.file.text))


def given_text(requests: Requests) -> str | None:
    """What an owner gave in place of the file of the release."""
    content = requests.recall(GIVEN_PROFILES)
    return content.decode("utf-8", "replace") if content else None


def _name(version: str) -> str:
    return f"{KEPT_PROFILES}-{version}"
