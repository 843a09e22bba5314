"""A manifest: what a batch is to transcribe, and how, said beforehand and taken as a whole or not.

Readers are in `manifest_files.py`, what is checked in `manifest_checks.py`; docs/manifest.md
describes the files. Whoever uses the API makes a `Manifest` of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import msgspec

from shared.model.profile.asked import chosen, with_fields, with_metadata
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.description import with_name
from shared.model.profile.options import Mode
from shared.model.profile.profile import (
    Profile,
    asked_for,
    choose,
    keeping,
    override,
)

MOST_ITEMS = 50_000
MOST_BYTES = 64_000_000
Said = TypeVar("Said", "Head", "Item")
WEB = "@web"
"""Stands for the container of recordings that lie elsewhere; no container can have this name."""


class Head(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds for the whole batch.

    `fields` are options by the names of `RECORDING_KEYS`, checked; None undoes one. `profile`
    None means the one that each recording would have as a dropped one. `next_providers` follow
    `provider` in order of preference. `deadline` is when the transcripts are wanted, aware;
    `budget` what all may cost, in the currency of the deployment. `callback_url` is a
    secret.
    """

    title: str = ""
    profile: str | None = None
    provider: str | None = None
    next_providers: tuple[str, ...] = ()
    mode: Mode | None = None
    deadline: datetime | None = None
    budget: float | None = None
    callback_url: str | None = None
    metadata: dict[str, str] = {}
    fields: dict[str, Any] = {}


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One entry: a blob (`container` and `blob`), the blobs whose names begin with `prefix`, a
    whole container (`container` alone), or `url`. `callback_url` and `url` are secrets."""

    container: str | None = None
    blob: str | None = None
    prefix: str | None = None
    url: str | None = None
    client_item_id: str | None = None
    title: str | None = None
    callback_url: str | None = None
    metadata: dict[str, str] = {}
    fields: dict[str, Any] = {}

    @property
    def is_listing(self) -> bool:
        """Whether it stands for all blobs that there are, and not for one recording."""
        return self.url is None and self.blob is None

    @property
    def place(self) -> tuple[str, str]:
        """Container and name of the recording, as its outputs are called."""
        if self.url is not None:
            return WEB, web_name(self.url)
        return self.container or "", self.blob or self.prefix or ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Checked, and in the order in which it was written."""

    head: Head = Head()
    items: tuple[Item, ...]


def carried(said: Said) -> Said:
    """The same as JSON can carry it: in `roles` channels are keys, and keys are text there. What is
    read again is checked again, and has numbers then."""
    roles = said.fields.get("roles")
    if not roles:
        return said
    fields = {**said.fields, "roles": {str(channel): name for channel, name in roles.items()}}
    return msgspec.structs.replace(said, fields=fields)


def web_name(url: str) -> str:
    """Host and path of an address; what a query tells apart gets eight hex digits of its hash,
    from which nobody finds the query."""
    parts = urlsplit(url)
    name = (parts.hostname or "") + unquote(parts.path).rstrip("/")
    if not parts.query:
        return name
    folder, slash, file = name.rpartition("/")
    stem, dot, ending = file.rpartition(".") if slash and "." in file else (file, "", "")
    return f"{folder}{slash}{stem}~{hashlib.sha256(url.encode()).hexdigest()[:8]}{dot}{ending}"


def without_query(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]


def base_profile(head: Head, profiles: Sequence[Profile], name: str) -> Profile:
    """The profile from which a recording called `name` starts, metadata left aside. Raises
    `InputError`."""
    return asked_for(profiles, name, head.profile) if head.profile else choose(profiles, name)


def asked(head: Head, item: Item) -> dict[str, Any]:
    """The options of an item: its own over those of the batch."""
    return {**head.fields, **item.fields}


def with_mode(profile: Profile, head: Head) -> Profile:
    """With the providers and the mode of the batch. Raises `InputError` (option_locked)."""
    order = (head.provider, *head.next_providers) if head.provider else None
    values = {"providers": order, "mode": head.mode}
    given = {key: value for key, value in values.items() if value is not None}
    return keeping(profile, override(profile, given))


def effective_profile(
    head: Head,
    item: Item,
    profiles: Sequence[Profile],
    name: str,
    metadata: Mapping[str, str],
    limits: Mapping[str, Capabilities],
) -> Profile:
    """Item over batch over the blob's metadata over its name over the profile. `limits` are what
    the providers can do. Raises `InputError` (unknown_profile, profile_not_offered, option_locked,
    bad_metadata, bad_options)."""
    profile = (
        base_profile(head, profiles, name)
        if head.profile
        else chosen(profiles, name, metadata, limits)
    )
    profile = with_name(with_mode(profile, head), name)
    return with_fields(with_metadata(profile, metadata, limits), asked(head, item))
