"""Audio on its way to storage: in one piece where it is small, else in blocks, which go on where
they stopped, also after the program ended.

A link writes the one blob that it names (`Put Blob`, `Put Block` and `Put Block List` of the Blob
service), for as long as the API said. Links are kept on this machine for their owner's eyes alone,
and only while an upload is not done.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from dropscribe.errors import DropscribeError
from dropscribe.patience import sent
from dropscribe.steps import Request, Steps

BLOCK_BYTES = 8 * 1024 * 1024
MOST_BLOCKS = 50_000
_MOST_OF_NAME = 200
_ASTRAY = re.compile(
    r"%(?=(?:25)*(?:[0189][0-9a-f]|2[ef]|5c|7f|e2))"
    r"|[/\\\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]",
    re.IGNORECASE,
)
_LEAST_LEFT = timedelta(minutes=2)

Moved = Callable[[int, int], None]
"""Told after each piece: bytes that are there, bytes in all."""


class UploadFailed(DropscribeError):
    """Storage refused. Sending it once more goes on where it stopped."""


class Link(NamedTuple):
    """As `create_upload` answers it. `url` is a secret."""

    url: str
    headers: dict[str, str]
    container: str
    blob: str
    expires_at: str

    @property
    def is_usable(self) -> bool:
        ends_at = datetime.fromisoformat(self.expires_at)
        return ends_at - datetime.now(UTC) > _LEAST_LEFT


class Memory:
    """What is known of uploads that are not done, each by its file and where it goes `to`.
    `folder` None: nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def recall(self, file: Path, to: str) -> tuple[Link, int] | None:
        """A link that can still be used, and how many blocks are there."""
        place = self._place(file, to)
        try:
            kept = json.loads(place.read_text("utf-8")) if place else {}
            link = Link(**kept["link"])
            blocks = int(kept["blocks"])
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return (link, blocks) if link.is_usable else None

    def note(self, file: Path, to: str, link: Link, blocks: int) -> None:
        place = self._place(file, to)
        if place is None:
            return
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = place.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump({"link": link._asdict(), "blocks": blocks}, out)
        fresh.replace(place)

    def forget(self, file: Path, to: str) -> None:
        place = self._place(file, to)
        if place is not None:
            place.unlink(missing_ok=True)

    def _place(self, file: Path, to: str) -> Path | None:
        """Another file, or the same after a change, has another place."""
        if self._folder is None:
            return None
        there = file.stat()
        known = f"{to}\n{file.resolve()}\n{there.st_size}\n{there.st_mtime_ns}"
        return self._folder / f"{hashlib.sha256(os.fsencode(known)).hexdigest()}.json"


def plain_name(name: str) -> str:
    """A name that storage takes, for a blob: what another service could read as something else is
    `_`. The title keeps the name as it is."""
    plain = _ASTRAY.sub("_", printable(name)).replace("\ufffd", "_")
    ending = plain[plain.rfind(".") :][:20]
    short = plain[: _MOST_OF_NAME - len(ending)] + ending if len(plain) > _MOST_OF_NAME else plain
    return re.sub(r"[. ]$", "_", short)


def printable(name: str) -> str:
    """Names of files are bytes, and not always UTF-8; titles hold no control characters."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "\ufffd", text)


def put_whole(file: Path, link: Link, moved: Moved) -> Steps[None]:
    content = file.read_bytes()
    yield from _stored(
        Request("PUT", link.url, headers=link.headers, content=content, signed=False)
    )
    moved(len(content), len(content))


def put_blocks(
    file: Path, link: Link, done: int, note: Callable[[int], None], moved: Moved
) -> Steps[None]:
    """From block `done` on."""
    size = file.stat().st_size
    each = max(BLOCK_BYTES, -(-size // MOST_BLOCKS))
    number = -(-size // each)
    with file.open("rb") as content:
        content.seek(done * each)
        for block in range(done, number):
            yield from _stored(_of_block(link, block, content.read(each)))
            note(block + 1)
            moved(min((block + 1) * each, size), size)
    yield from _stored(_of_list(link, number))


def _of_block(link: Link, block: int, content: bytes) -> Request:
    url = str(httpx.URL(link.url).copy_merge_params({"comp": "block", "blockid": _id(block)}))
    return Request("PUT", url, content=content, signed=False)


def _of_list(link: Link, number: int) -> Request:
    named = "".join(f"<Latest>{_id(block)}</Latest>" for block in range(number))
    body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{named}</BlockList>'
    url = str(httpx.URL(link.url).copy_merge_params({"comp": "blocklist"}))
    return Request("PUT", url, content=body.encode(), signed=False)


def _id(block: int) -> str:
    return b64encode(f"{block:08}".encode()).decode()


def _stored(request: Request) -> Steps[None]:
    answer = yield from sent(request)
    if answer.status_code != 201:
        code = answer.headers.get("x-ms-error-code", "")
        raise UploadFailed(f"Storage answered {answer.status_code} {code}. Send the file again.")


def link_of(told: dict[str, Any]) -> Link:
    return Link(**{name: told[name] for name in Link._fields})
