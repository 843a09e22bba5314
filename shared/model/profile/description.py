"""What is said of a recording beside its audio, by a companion or by its name: options, a title, an
id, metadata."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from shared.model.failure_texts import BAD_COMPANION
from shared.model.profile import keys
from shared.model.profile.asked import with_fields
from shared.model.profile.naming import parts_of
from shared.model.profile.profile import METADATA_PREFIX, Labels, Profile

MOST_BYTES = 8_192
"""Of metadata: as much as a blob can carry. A row has to hold it."""


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """`fields` are options by the names of `RECORDING_KEYS`, checked. `notes` are sentences for the
    reader."""

    fields: dict[str, Any] = {}
    labels: Labels = Labels()
    notes: tuple[str, ...] = ()


def description_of(values: Mapping[str, object], source: str) -> Description:
    """`values` are as JSON has them. What is called like an option, and can be one, is one;
    anything else is metadata. With our prefix it has to be one. `source` names the companion.
    Raises `InputError` (bad_companion)."""
    fields: dict[str, Any] = {}
    titles: dict[str, str] = {}
    metadata: dict[str, str] = {}
    problems: list[str] = []
    for name, raw in values.items():
        key = name.lower().removeprefix(METADATA_PREFIX)
        if raw is None:
            continue
        if key in ("title", "client_item_id"):
            titles[key] = _text(raw)
            continue
        value = _value(key, raw)
        if not isinstance(value, keys.Problem):
            fields[key] = value
        elif key != name.lower():
            problems.append(f"{name}: {value.text}")
        else:
            metadata[name] = _text(raw)
    if problems:
        raise BAD_COMPANION.error(name=source, problems="; ".join(problems))
    kept, notes = _within_bounds(metadata, source)
    return Description(fields=fields, labels=Labels(**titles, metadata=kept), notes=notes)


def said_by_name(profile: Profile, name: str) -> Description:
    """What the name of a recording says, by the profile's pattern."""
    if profile.name_pattern is None:
        return Description()
    parts = parts_of(name, profile.name_pattern)
    if parts is None:
        return Description(notes=("Its name is not built as name_pattern says.",))
    return description_of(parts, "the name")


def with_name(profile: Profile, name: str) -> Profile:
    """The profile with the options that the name of a recording says laid over it."""
    return described(profile, said_by_name(profile, name))


def described(profile: Profile, found: Description, said: Collection[str] = ()) -> Profile:
    """The profile with the options of a description laid over it, but for those that were `said`
    of the recording itself. Raises `InputError` (bad_options)."""
    return with_fields(profile, {k: v for k, v in found.fields.items() if k not in said})


def labelled(own: Labels, found: Labels) -> Labels:
    """`own`, and beneath it what a description says."""
    return Labels(
        title=own.title or found.title,
        client_item_id=own.client_item_id or found.client_item_id,
        metadata={**found.metadata, **own.metadata},
    )


def without(labels: Labels, beneath: Labels) -> Labels:
    """`labels` without what they have from those `beneath` them."""
    told = beneath.metadata
    return Labels(
        title=None if labels.title == beneath.title else labels.title,
        client_item_id=None
        if labels.client_item_id == beneath.client_item_id
        else labels.client_item_id,
        metadata={k: text for k, text in labels.metadata.items() if told.get(k) != text},
    )


def _value(key: str, raw: object) -> Any | keys.Problem:
    if isinstance(raw, str):
        return keys.value_of_text(key, raw)
    return keys.value_of(key, raw, keys.RECORDING_KEYS)


def _text(raw: object) -> str:
    if isinstance(raw, str):
        return raw.strip()
    return msgspec.json.encode(raw).decode()


def _within_bounds(
    metadata: Mapping[str, str], source: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    left, kept = MOST_BYTES, {}
    for key, text in metadata.items():
        size = len(key.encode()) + len(text.encode())
        if size <= left:
            kept[key] = text
            left -= size
    if len(kept) == len(metadata):
        return kept, ()
    return kept, (
        f"{source} says more than 8 kB; {len(metadata) - len(kept)} entries are missing.",
    )
