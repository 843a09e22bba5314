"""Bicep's functions, as far as infra/ uses them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from itertools import chain
from typing import Any

_NOBODY = "00000000-0000-0000-0000-000000000000"
SUBSCRIPTION = f"/subscriptions/{_NOBODY}"


def _union(*values: Any) -> Any:
    if isinstance(values[0], list):
        return list(dict.fromkeys(chain.from_iterable(values)))
    merged: dict[str, Any] = {}
    for value in values:
        for key, item in value.items():
            both = isinstance(item, Mapping) and isinstance(merged.get(key), Mapping)
            merged[key] = _union(merged[key], item) if both else item
    return merged


def _digest(*values: str) -> str:
    return sha256("\0".join(values).encode()).hexdigest()


def _guid(*values: str) -> str:
    hexed = _digest(*values)
    return "-".join((hexed[:8], hexed[8:12], hexed[12:16], hexed[16:20], hexed[20:32]))


def _split(text: str, by: str | list[str]) -> list[str]:
    if isinstance(by, str):
        return text.split(by)
    for other in by[1:]:
        text = text.replace(other, by[0])
    return text.split(by[0])


def _fail(message: str) -> Any:
    raise ValueError(message)


def _subscription_resource_id(type_: str, *names: str) -> str:
    return "/".join((f"{SUBSCRIPTION}/providers/{type_}", *names))


def _subscription() -> dict[str, str]:
    return {
        "id": SUBSCRIPTION,
        "subscriptionId": SUBSCRIPTION.rsplit("/")[-1],
        "tenantId": "tenant",
    }


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "base64": lambda text: b64encode(text.encode()).decode(),
    "concat": lambda *lists: list(chain.from_iterable(lists)),
    "contains": lambda where, what: what in where,
    "empty": lambda value: not value,
    "environment": lambda: {
        "suffixes": {"storage": "core.windows.net"},
        "authentication": {"loginEndpoint": "https://login.example/"},
    },
    "endsWith": lambda text, what: text.lower().endswith(what.lower()),
    "fail": _fail,
    "filter": lambda values, holds: [value for value in values if holds(value)],
    "first": lambda values: values[0],
    "guid": _guid,
    "int": int,
    "join": lambda values, by: by.join(values),
    "last": lambda values: values[-1],
    "length": len,
    "listKeys": lambda of, _version: {"systemKeys": {"blobs_extension": f"key of {of}"}},
    "map": lambda values, made: [made(value) for value in values],
    "max": max,
    "min": min,
    "objectKeys": list,
    "range": lambda start, count: list(range(start, start + count)),
    "replace": lambda text, old, new: text.replace(old, new),
    "split": _split,
    "startsWith": lambda text, what: text.lower().startswith(what.lower()),
    "string": str,
    "subscription": _subscription,
    "substring": lambda text, start, length: text[start : start + length],
    "subscriptionResourceId": _subscription_resource_id,
    "tenant": lambda: {"tenantId": "tenant"},
    "toLower": str.lower,
    "toUpper": str.upper,
    "trim": str.strip,
    "union": _union,
    "uniqueString": lambda *values: _digest(*values)[:13],
    "utcNow": lambda _form="": "2026-11-01",
}
