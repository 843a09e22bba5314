"""The files of a transcription: its results and its report, and the links to their content.

A content link works without a key until it expires, like a blob SAS: `se` says until when,
`sig` is an HMAC over the file and `se`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import sqlite3
import uuid
from datetime import datetime
from urllib.parse import quote

import msgspec

from local.emulators.azure_speech.database import page
from local.emulators.azure_speech.filters import Condition
from local.emulators.azure_speech.time_forms import utc

REPORT_POSITION = 2**31
_COLUMNS = "id, transcription_id, name, kind, source, created_at, size, url"


class StoredFile(msgspec.Struct, frozen=True):
    """`source` is the recording it came from, "" for the report. `url` is set where the
    content lies in the customer's own container."""

    id: str
    transcription_id: str
    name: str
    kind: str
    source: str
    created_at: int
    size: int
    url: str | None


class Files:
    """The table of files; their content is stored once, as it is sent."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(
        self,
        transcription_id: str,
        position: int,
        name: str,
        content: bytes,
        at: int,
        *,
        source: str = "",
        url: str | None = None,
    ) -> None:
        """Store a result at its position among the inputs, or the report."""
        kind = "TranscriptionReport" if position == REPORT_POSITION else "Transcription"
        self._database.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                transcription_id,
                position,
                str(uuid.uuid4()),
                name,
                kind,
                source,
                at,
                len(content),
                url,
                content,
            ),
        )

    def clear(self, transcription_id: str) -> None:
        self._database.execute("DELETE FROM files WHERE transcription_id = ?", (transcription_id,))

    def page(
        self, transcription_id: str, condition: Condition, skip: int, top: int
    ) -> tuple[list[StoredFile], bool]:
        """Results in the order of the inputs, then the report; and whether more follow."""
        mine = Condition("transcription_id = ?", (transcription_id,))
        rows, more = page(
            self._database, "files", _COLUMNS, (mine, condition), "position", skip, top
        )
        return [StoredFile(*row) for row in rows], more

    def get(self, transcription_id: str, file_id: str) -> StoredFile | None:
        row = self._database.execute(
            f"SELECT {_COLUMNS} FROM files WHERE transcription_id = ? AND id = ?",
            (transcription_id, file_id),
        ).fetchone()
        return None if row is None else StoredFile(*row)

    def content(self, file_id: str) -> bytes | None:
        row = self._database.execute("SELECT content FROM files WHERE id = ?", (file_id,))
        found = row.fetchone()
        return None if found is None else bytes(found["content"])


class Links:
    """Makes and checks links to the content of files."""

    def __init__(self, public_url: str, signing_key: str) -> None:
        self._public_url = public_url
        self._key = signing_key.encode()

    def link(self, file: StoredFile, expires_at: float) -> str:
        if file.url is not None:
            return file.url
        until = utc(expires_at)
        signature = quote(self._signature(file.transcription_id, file.id, until), safe="")
        return (
            f"{self._public_url}/results/{file.transcription_id}/{file.id}"
            f"?sv=2024-11-04&se={quote(until, safe='')}&sr=b&sp=r&sig={signature}"
        )

    def is_valid(
        self, transcription_id: str, file_id: str, until: str, sig: str, now: float
    ) -> bool:
        expected = self._signature(transcription_id, file_id, until)
        if not hmac.compare_digest(expected.encode(), sig.encode()):
            return False
        return datetime.fromisoformat(until).timestamp() > now

    def _signature(self, transcription_id: str, file_id: str, until: str) -> str:
        text = f"{transcription_id}/{file_id}\n{until}".encode()
        return base64.b64encode(hmac.digest(self._key, text, hashlib.sha256)).decode()
