"""The schemas of a manifest as programs write it, made from the one by which it is checked.

`manifest.schema.json` says all that a validator can: which keys exclude each other, that numbers of
speakers are a number, a range or a word. No generator makes a class of that, so here the choice of
keys is said in words, and of several ways to write a value there is the one that a class can have.
What is left out stays allowed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from shared.api.describe.names import PLACE, everywhere

MANIFEST: dict[str, Any] = json.loads(
    (Path(__file__).parent / "manifest.schema.json").read_text("utf-8")
)
"""The schema of a manifest, with its definitions beside it."""
_SOURCES = (
    "One recording, or several: a blob (`blob`), all blobs whose names begin with `prefix`, a "
    "whole container (`container` alone), or audio elsewhere (`url`, without a `container`). Give "
    "one of these."
)
_NAMES = {"recording": "ManifestRecording", "speakers": "Speakers"}
_FOR_VALIDATORS = ("oneOf", "propertyNames", "minProperties", "maxProperties", "uniqueItems")


def manifest_schemas() -> dict[str, Any]:
    """Components by name: `Manifest`, and what it refers to."""
    parts = {"Manifest": MANIFEST} | {
        name: MANIFEST["$defs"][definition] for definition, name in _NAMES.items()
    }
    found = {name: everywhere(part, _writable) for name, part in parts.items()}
    found["ManifestRecording"]["description"] = _SOURCES
    return {
        name: {"title": name, **{k: v for k, v in part.items() if k not in _ABOUT_THE_FILE}}
        for name, part in found.items()
    }


_ABOUT_THE_FILE = ("$schema", "$id", "$defs", "title")


def _writable(schema: dict[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in schema.items() if key not in _FOR_VALIDATORS}
    if "$ref" in found:
        *_, kind, name = found["$ref"].split("/")
        if kind == "options":
            option: dict[str, Any] = MANIFEST["$defs"]["options"][name]
            return dict(everywhere(option, _writable))
        return {"$ref": PLACE + _NAMES[name]}
    ways = found.pop("anyOf", None)
    return found if ways is None else {**found, **_one_way(ways)}


def _one_way(ways: list[dict[str, Any]]) -> dict[str, Any]:
    """A range stands for a number, too; null for the word "none"."""
    ranges = [way for way in ways if way.get("type") == "object"]
    if ranges:
        return ranges[0]
    return {"anyOf": [way for way in ways if "const" not in way]}
