"""Web hooks: who wants to be told of what, at which address.

NotStarted --challenge answered--> Succeeded --deliveries fail--> Failed
     ^-----------a new webUrl----------+-----------PATCH---------------+
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import msgspec

from local.emulators.azure_speech import bodies
from local.emulators.azure_speech.database import page
from local.emulators.azure_speech.errors import bad_request
from local.emulators.azure_speech.filters import Condition
from local.emulators.azure_speech.time_forms import utc
from local.emulators.azure_speech.transcriptions import new_id
from local.emulators.azure_speech.versions import ALL, Version

_EVENTS = frozenset(
    f"{entity}{moment}"
    for entity in ("dataset", "model", "evaluation", "transcription", "endpoint")
    for moment in ("Creation", "Processing", "Completion", "Deletion")
) | {"ping", "challenge"}


class WebHook(msgspec.Struct, frozen=True, kw_only=True):
    """`verified`: the address has answered its challenge. `secret` "" means: do not sign."""

    id: str
    version: Version
    status: str = "NotStarted"
    verified: bool = False
    display_name: str
    description: str = ""
    web_url: str
    events: dict[str, bool]
    secret: str = ""
    custom_properties: dict[str, str] | None = None
    created_at: int
    last_action_at: int
    error_code: str | None = None
    error_message: str | None = None

    def listens_to(self, event: str, version: Version) -> bool:
        """A hook hears only of what was made through its own version."""
        return (
            self.status == "Succeeded"
            and self.version == version
            and self.events.get(event) is True
        )


class WebHooks:
    """The table of hooks, in the order in which they were made."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, hook: WebHook) -> None:
        """Insert it, or store all of it anew."""
        self._database.execute(
            "INSERT INTO webhooks (id, version, version_age, status, verified, display_name,"
            " description, web_url, events, secret, custom_properties, created_at,"
            " last_action_at, error_code, error_message)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET status = excluded.status,"
            " verified = excluded.verified, display_name = excluded.display_name,"
            " description = excluded.description, web_url = excluded.web_url,"
            " events = excluded.events, secret = excluded.secret,"
            " custom_properties = excluded.custom_properties,"
            " last_action_at = excluded.last_action_at, error_code = excluded.error_code,"
            " error_message = excluded.error_message",
            (
                hook.id,
                hook.version.name,
                hook.version.age,
                hook.status,
                hook.verified,
                hook.display_name,
                hook.description,
                hook.web_url,
                msgspec.json.encode(hook.events).decode(),
                hook.secret,
                msgspec.json.encode(hook.custom_properties).decode(),
                hook.created_at,
                hook.last_action_at,
                hook.error_code,
                hook.error_message,
            ),
        )

    def get(self, hook_id: str) -> WebHook | None:
        row = self._database.execute("SELECT * FROM webhooks WHERE id = ?", (hook_id,)).fetchone()
        return None if row is None else _read(row)

    def all(self) -> list[WebHook]:
        return [_read(row) for row in self._database.execute("SELECT * FROM webhooks")]

    def page(
        self, reader: Version, condition: Condition, skip: int, top: int
    ) -> tuple[list[WebHook], bool]:
        readable = Condition("version_age <= ?", (reader.age,))
        rows, more = page(self._database, "webhooks", "*", (readable, condition), "seq", skip, top)
        return [_read(row) for row in rows], more

    def remove(self, hook_id: str) -> None:
        self._database.execute("DELETE FROM webhooks WHERE id = ?", (hook_id,))


def read_hook(body: Mapping[str, Any], version: Version, now: int) -> WebHook:
    """The hook that a create call describes. Raises `ServiceError`."""
    body = bodies.canonical(body)
    return WebHook(
        id=new_id(),
        version=version,
        display_name=bodies.text(body, "displayName", required=True) or "",
        description=bodies.text(body, "description") or "",
        web_url=_address(body.get("webUrl")),
        events=_events(body.get("events")),
        secret=bodies.text(bodies.child(body, "properties"), "secret") or "",
        custom_properties=bodies.custom_properties(body),
        created_at=now,
        last_action_at=now,
    )


def with_update(hook: WebHook, patch: Mapping[str, Any], now: int) -> WebHook:
    """`hook` changed by a merge patch. A patch without a secret removes it. Naming the URL
    wakes a Failed hook; an address that never answered a challenge gets another."""
    patch = bodies.canonical(patch)
    changes: dict[str, Any] = {
        "secret": bodies.text(bodies.child(patch, "properties"), "secret") or ""
    }
    if "displayName" in patch:
        changes["display_name"] = bodies.text(patch, "displayName", required=True)
    if "description" in patch:
        changes["description"] = bodies.text(patch, "description") or ""
    if "events" in patch:
        changes["events"] = _events(patch["events"])
    if "customProperties" in patch:
        changes["custom_properties"] = bodies.custom_properties(patch)
    if "webUrl" in patch:
        changes |= _moved(hook, _address(patch["webUrl"]), now)
    return msgspec.structs.replace(hook, **changes)


def _moved(hook: WebHook, web_url: str, now: int) -> dict[str, Any]:
    if web_url == hook.web_url and hook.status != "Failed":
        return {}
    verified = hook.verified and web_url == hook.web_url
    return {
        "web_url": web_url,
        "verified": verified,
        "status": "Succeeded" if verified else "NotStarted",
        "last_action_at": now,
        "error_code": None,
        "error_message": None,
    }


def hook_body(hook: WebHook, version: Version, public_url: str) -> dict[str, Any]:
    """The entity. The secret is not echoed (whether the service does is not known)."""
    path = f"webhooks/{hook.id}"
    properties: dict[str, Any] = {"apiVersion": hook.version.name}
    if hook.error_code is not None:
        properties["error"] = {"code": hook.error_code, "message": hook.error_message}
    body = {
        "self": version.link(public_url, path),
        "displayName": hook.display_name,
        "description": hook.description or None,
        "customProperties": hook.custom_properties,
        "webUrl": hook.web_url,
        "events": hook.events,
        "links": {
            "ping": version.link(public_url, f"{path}:ping"),
            "test": version.link(public_url, f"{path}:test"),
        },
        "properties": properties,
        "createdDateTime": utc(hook.created_at),
        "lastActionDateTime": utc(hook.last_action_at),
        "status": hook.status,
    }
    return {name: value for name, value in body.items() if value is not None}


def _address(value: Any) -> str:
    if not bodies.is_web_address(value):
        raise bad_request("InvalidCallbackUri", "webUrl must be an absolute URL.", "webUrl")
    return str(value)


def _events(value: Any) -> dict[str, bool]:
    if not isinstance(value, dict):
        raise bodies.invalid("events", "an object is required")
    for event, wanted in value.items():
        if event not in _EVENTS:
            raise bad_request("InvalidWebHookEventKind", "events names an unknown event.", "events")
        if not isinstance(wanted, bool):
            raise bodies.invalid("events", "every event must be true or false")
    return value


def _read(row: sqlite3.Row) -> WebHook:
    return WebHook(
        id=row["id"],
        version=ALL[row["version"]],
        status=row["status"],
        verified=bool(row["verified"]),
        display_name=row["display_name"],
        description=row["description"],
        web_url=row["web_url"],
        events=msgspec.json.decode(row["events"]),
        secret=row["secret"],
        custom_properties=msgspec.json.decode(row["custom_properties"]),
        created_at=row["created_at"],
        last_action_at=row["last_action_at"],
        error_code=row["error_code"],
        error_message=row["error_message"],
    )
