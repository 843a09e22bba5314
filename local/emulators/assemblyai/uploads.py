"""Audio that was uploaded: a file each, that only the project which uploaded it can use."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

from local.emulators.assemblyai.errors import Refusal

MOST_BYTES = 2_200_000_000


class Uploads:
    """`folder` None keeps the files in a temporary one."""

    def __init__(self, database: sqlite3.Connection, public_url: str, folder: Path | None) -> None:
        self._database = database
        self._base = f"{public_url}/upload/"
        self._temporary = TemporaryDirectory(prefix="assemblyai-uploads-")
        self._folder = folder / "uploads" if folder is not None else Path(self._temporary.name)
        self._folder.mkdir(parents=True, exist_ok=True)

    async def take(self, chunks: AsyncIterator[bytes], key: str) -> str:
        """Store what comes and return its URL. Raises `Refusal`."""
        upload_id, size = str(uuid.uuid4()), 0
        with (self._folder / upload_id).open("wb") as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise Refusal(400, "The file is too large")
                file.write(chunk)
        if not size:
            raise Refusal(400, "The request body is empty")
        self._database.execute("INSERT INTO uploads VALUES (?, ?, ?)", (upload_id, key, size))
        return self._base + upload_id

    def path(self, url: str) -> Path | None:
        """Where the upload with that URL lies; None for the URL of something else."""
        if not url.startswith(self._base):
            return None
        return self._folder / url.removeprefix(self._base)

    def require_own(self, url: str, key: str) -> None:
        """Raises `Refusal` for an upload of another project, or of nobody."""
        if not url.startswith(self._base):
            return
        row = self._database.execute(
            "SELECT key FROM uploads WHERE id = ?", (url.removeprefix(self._base),)
        ).fetchone()
        if row is None or row["key"] != key:
            raise Refusal(403, "Cannot access uploaded file")

    def remove(self, url: str) -> None:
        path = self.path(url)
        if path is not None:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        self._temporary.cleanup()
