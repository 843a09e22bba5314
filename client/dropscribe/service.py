"""What can be asked of a deployment, as steps; `client` and `async_client` carry them out."""

from __future__ import annotations

import difflib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

from dropscribe.errors import DropscribeError, TookTooLong
from dropscribe.operations import OPERATIONS
from dropscribe.patience import accepted
from dropscribe.steps import Pause, Request, Steps
from dropscribe.uploads import (
    BLOCK_BYTES,
    Link,
    Memory,
    Moved,
    link_of,
    plain_name,
    printable,
    put_blocks,
    put_whole,
)
from dropscribe.webhooks import Inbox

OVER = ("completed", "cancelled", "refused", "deleting")
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
PAUSE_WITH_INBOX = 300.0
UPLOAD_MINUTES = 1_440

Source = str | Path | Mapping[str, Any]
"""A file of this machine, an `https://` address, or an entry of a manifest."""
Sources = Source | Iterable[Source]
Seen = Callable[[Mapping[str, Any]], None]
"""Told of the batch whenever it was looked at."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """`base` ends in `/api`. `memory` keeps uploads that are not done."""

    base: str
    memory: Memory = field(default_factory=lambda: Memory(None))

    # --- any operation ----------------------------------------------------------------------

    def call(
        self,
        name: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        media_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Steps[httpx.Response]:
        """By its name in the description of the API, in snake_case. `body` is JSON, or bytes of
        `media_type`. Raises `Problem`, `Unreachable`."""
        name = _BY_ANY_NAME.get(_bare(name), name)
        if name not in OPERATIONS:
            close = difflib.get_close_matches(name, OPERATIONS, 1)
            meant = f", did you mean {close[0]}?" if close else "."
            raise DropscribeError(
                f"There is no operation {name}{meant} There are: {', '.join(OPERATIONS)}."
            )
        operation = OPERATIONS[name]
        values = {key: quote(str(value), safe="") for key, value in (path or {}).items()}
        try:
            below = operation.path.format(**values)
        except KeyError as missing:
            raise DropscribeError(f"{name} needs {missing.args[0]}.") from None
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sending = dict(headers or {})
        if content is not None:
            sending["content-type"] = media_type
        again = operation.method != "POST" or "idempotency-key" in map(str.lower, sending)
        asked = {key: _text(value) for key, value in (query or {}).items() if value is not None}
        return accepted(
            Request(operation.method, f"{self.base}/{below}", asked, sending, content, again=again)
        )

    def json(self, name: str, path: Mapping[str, str] | None = None, **more: Any) -> Steps[Any]:
        """The same, for the JSON of the answer."""
        answer = yield from self.call(name, path, **more)
        return answer.json() if answer.content else None

    def linked(self, url: str) -> Steps[Any]:
        """What lies at an address that an answer gave, asked of this deployment, whatever it calls
        itself: the key goes nowhere else."""
        below = url.partition("/api/")[2]
        answer = yield from accepted(Request("GET", f"{self.base}/{below}"))
        return answer.json()

    # --- from files to a batch --------------------------------------------------------------

    def upload(
        self, file: Path, moved: Moved = lambda there, size: None, folder: str = ""
    ) -> Steps[Link]:
        """Into the audio of the deployment; goes on where an earlier one stopped."""
        size, to = file.stat().st_size, f"{self.base}/{folder}"
        known = self.memory.recall(file, to)
        link, done = known or ((yield from self._new_link(file.name, folder)), 0)
        if size <= BLOCK_BYTES:
            yield from put_whole(file, link, moved)
            return link
        self.memory.note(file, to, link, done)
        note = lambda blocks: self.memory.note(file, to, link, blocks)  # noqa: E731
        yield from put_blocks(file, link, done, note, moved)
        self.memory.forget(file, to)
        return link

    def _new_link(self, name: str, folder: str) -> Steps[Link]:
        body = {"name": plain_name(name), "minutes": UPLOAD_MINUTES}
        if folder:
            body["folder"] = "/".join(map(plain_name, folder.split("/")))
        told = yield from self.json("create_upload", body=body)
        return link_of(told)

    def entry_of(self, source: Source, moved: Moved = lambda there, size: None) -> Steps[Any]:
        """An entry of a manifest; a file is uploaded for it."""
        if isinstance(source, Mapping):
            return dict(source)
        if str(source).startswith("https://"):
            return {"url": str(source)}
        file = Path(source)
        link = yield from self.upload(file, moved)
        return {"container": link.container, "blob": link.blob, "title": printable(file.name)}

    def create(self, manifest: Mapping[str, Any] | bytes, media_type: str, key: str) -> Steps[Any]:
        sending = {"idempotency-key": key or str(uuid4())}
        return self.json("create_batch", body=manifest, media_type=media_type, headers=sending)

    def transcribe(self, sources: Sources, given: Mapping[str, Any]) -> Steps[Any]:
        entries = []
        for source in _each(sources):
            entries.append((yield from self.entry_of(source)))
        if not entries:
            raise DropscribeError("There is nothing to transcribe: no file was named.")
        return (yield from self.create({**given, "recordings": entries}, "application/json", ""))

    # --- following --------------------------------------------------------------------------

    def wait(
        self, batch_id: str, within: float | None, inbox: Inbox | None, seen: Seen | None
    ) -> Steps[Any]:
        """Until the batch is over. With an inbox nothing is asked while it says nothing, but for
        one look every five minutes."""
        ends_at = time.monotonic() + within if within is not None else None
        pause = FIRST_PAUSE
        while True:
            batch = yield from self.json("get_batch", {"batch_id": batch_id})
            if seen is not None:
                seen(batch)
            if batch["status"] in OVER:
                return batch
            if ends_at is not None and time.monotonic() >= ends_at:
                raise TookTooLong(f"The batch {batch_id} is {batch['status']}, and goes on.")
            yield from _rest(pause, batch_id, inbox, ends_at)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def transcript(self, item: Mapping[str, Any], kind: str) -> Steps[httpx.Response]:
        path = {"batch_id": item["batch_id"], "recording_id": item["id"]}
        return self.call("get_transcript", path, query={"format": kind})

    def report(self, batch_id: str, kind: str) -> Steps[httpx.Response]:
        return self.call("get_report", {"batch_id": batch_id}, query={"format": kind})


def _rest(pause: float, batch_id: str, inbox: Inbox | None, ends_at: float | None) -> Steps[None]:
    left = float("inf") if ends_at is None else max(0.0, ends_at - time.monotonic())
    if inbox is None:
        yield Pause(min(pause, left))
        return
    until = time.monotonic() + min(PAUSE_WITH_INBOX, left)
    while not inbox.has_ended(batch_id) and time.monotonic() < until:
        yield Pause(min(0.5, max(0.0, until - time.monotonic())))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _each(sources: Sources) -> Iterable[Source]:
    """One that stands alone is a list of one."""
    return [sources] if isinstance(sources, str | Path | Mapping) else sources


def _bare(name: str) -> str:
    return name.replace("_", "").lower()


_BY_ANY_NAME = {_bare(name): name for name in OPERATIONS}
"""The description of the API has names in camelCase."""


def base_of(address: str) -> str:
    """Any address of a deployment, with or without `/api`, that of its page included."""
    url = httpx.URL(address.strip())
    is_near = url.host in ("127.0.0.1", "localhost", "::1")
    if (
        url.scheme not in ("http", "https")
        or not url.host
        or (url.scheme == "http" and not is_near)
    ):
        near = " Over http only this machine is asked." if url.scheme == "http" else ""
        raise DropscribeError(f"Give the address of the deployment: https://<your app>/api.{near}")
    port = f":{url.port}" if url.port else ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}{port}/api"
