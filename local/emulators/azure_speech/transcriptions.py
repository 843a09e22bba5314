"""Transcriptions as the emulator keeps them, whatever version they came and go by.

States and the moves between them; nothing else may happen to a status:

    NotStarted -> Running -> Succeeded
        |            +-----> Failed
        +------------------> Failed
"""

from __future__ import annotations

import sqlite3
import uuid

import msgspec

from local.emulators.azure_speech.database import page
from local.emulators.azure_speech.filters import Condition
from local.emulators.azure_speech.versions import ALL, Version

_MOVES = {"NotStarted": {"Running", "Failed"}, "Running": {"Succeeded", "Failed"}}
LONGEST_LIFE_HOURS = 744
TERMINAL = frozenset({"Succeeded", "Failed"})


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a create call asked for, in no version's words. `time_to_live_seconds` None: for
    ever. `most_speakers` None: no diarization. `model` None: the locale's default."""

    word_times: bool = False
    display_word_times: bool = False
    channels: tuple[int, ...] = (0, 1)
    punctuation: str = "DictatedAndAutomatic"
    profanity: str = "Masked"
    time_to_live_seconds: int | None = None
    fewest_speakers: int = 1
    most_speakers: int | None = None
    simple_diarization: bool = False
    candidate_locales: tuple[str, ...] = ()
    locale_mode: str = "Continuous"
    locale_models: dict[str, str] = {}
    model: str | None = None
    destination_url: str | None = None


class Inputs(msgspec.Struct, frozen=True):
    """Either URLs or a container; they are read only by whoever runs the job."""

    content_urls: tuple[str, ...] = ()
    container_url: str | None = None


class Transcription(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    version: Version
    status: str = "NotStarted"
    display_name: str
    description: str = ""
    locale: str
    custom_properties: dict[str, str] | None = None
    project: str | None = None
    created_at: int
    last_action_at: int
    wanted: Wanted
    duration_ms: int | None = None
    error_code: str | None = None
    error_message: str | None = None

    @property
    def is_over(self) -> bool:
        return self.status in TERMINAL


class Transcriptions:
    """The table of transcriptions, in the order in which they were made."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, new: Transcription, inputs: Inputs) -> None:
        self._database.execute("BEGIN")
        self._database.execute(
            "INSERT INTO transcriptions (id, version, version_age, status, display_name,"
            " description, locale, created_at, last_action_at, wanted, custom_properties, project)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                new.id,
                new.version.name,
                new.version.age,
                new.status,
                new.display_name,
                new.description,
                new.locale,
                new.created_at,
                new.last_action_at,
                _json(new.wanted),
                _json(new.custom_properties),
                new.project,
            ),
        )
        self._database.execute(
            "INSERT INTO inputs VALUES (?, ?, ?)",
            (new.id, _json(inputs.content_urls), inputs.container_url),
        )
        self._database.execute("COMMIT")

    def get(self, transcription_id: str) -> Transcription | None:
        row = self._database.execute(
            "SELECT * FROM transcriptions WHERE id = ?", (transcription_id,)
        ).fetchone()
        return None if row is None else _read(row)

    def inputs(self, transcription_id: str) -> Inputs:
        row = self._database.execute(
            "SELECT * FROM inputs WHERE transcription_id = ?", (transcription_id,)
        ).fetchone()
        urls = msgspec.json.decode(row["content_urls"], type=tuple[str, ...])
        return Inputs(urls, row["container_url"])

    def page(
        self, reader: Version, condition: Condition, skip: int, top: int
    ) -> tuple[list[Transcription], bool]:
        """Those that `reader` may see, oldest first, and whether more follow."""
        readable = Condition("version_age <= ?", (reader.age,))
        rows, more = page(
            self._database, "transcriptions", "*", (readable, condition), "seq", skip, top
        )
        return [_read(row) for row in rows], more

    def unfinished(self) -> list[str]:
        rows = self._database.execute(
            "SELECT id FROM transcriptions WHERE status IN ('NotStarted', 'Running') ORDER BY seq"
        )
        return [row["id"] for row in rows]

    def ids(self) -> list[str]:
        return [row["id"] for row in self._database.execute("SELECT id FROM transcriptions")]

    def latest(self, reader: Version) -> str | None:
        """The id of the youngest one made through `reader`."""
        row = self._database.execute(
            "SELECT id FROM transcriptions WHERE version = ? ORDER BY seq DESC", (reader.name,)
        ).fetchone()
        return None if row is None else str(row["id"])

    def move(self, transcription_id: str, status: str, at: int) -> bool:
        """Enter `status`; False when it is gone or the move is not one of the declared."""
        sources = [source for source, targets in _MOVES.items() if status in targets]
        marks = ", ".join("?" * len(sources))
        changed = self._database.execute(
            f"UPDATE transcriptions SET status = ?, last_action_at = ?"
            f" WHERE id = ? AND status IN ({marks})",
            (status, at, transcription_id, *sources),
        )
        return changed.rowcount == 1

    def start_again(self, transcription_id: str) -> None:
        """After a restart: what was Running has to run from the beginning."""
        self._database.execute(
            "UPDATE transcriptions SET status = 'NotStarted' WHERE id = ? AND status = 'Running'",
            (transcription_id,),
        )

    def finish(
        self,
        transcription_id: str,
        at: int,
        *,
        duration_ms: int | None = None,
        error: tuple[str, str] | None = None,
        expires_at: float | None = None,
    ) -> bool:
        """Succeeded or, with an `error` (code, message), Failed. False as for `move`."""
        if not self.move(transcription_id, "Failed" if error else "Succeeded", at):
            return False
        code, message = error or (None, None)
        self._database.execute(
            "UPDATE transcriptions SET duration_ms = ?, error_code = ?, error_message = ?,"
            " expires_at = ? WHERE id = ?",
            (duration_ms, code, message, expires_at, transcription_id),
        )
        return True

    def describe(self, changed: Transcription) -> None:
        """Store the fields that PATCH may change."""
        self._database.execute(
            "UPDATE transcriptions SET display_name = ?, description = ?, custom_properties = ?,"
            " project = ? WHERE id = ?",
            (
                changed.display_name,
                changed.description,
                _json(changed.custom_properties),
                changed.project,
                changed.id,
            ),
        )

    def remove(self, transcription_id: str) -> Transcription | None:
        """Delete it with its inputs and files; what it was, or None if there was none."""
        gone = self.get(transcription_id)
        self._database.execute("BEGIN")
        for table, column in (
            ("transcriptions", "id"),
            ("inputs", "transcription_id"),
            ("files", "transcription_id"),
        ):
            self._database.execute(f"DELETE FROM {table} WHERE {column} = ?", (transcription_id,))
        self._database.execute("COMMIT")
        return gone

    def expired(self, now: float) -> list[str]:
        rows = self._database.execute("SELECT id FROM transcriptions WHERE expires_at <= ?", (now,))
        return [row["id"] for row in rows]


def new_id() -> str:
    return str(uuid.uuid4())


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _read(row: sqlite3.Row) -> Transcription:
    return Transcription(
        id=row["id"],
        version=ALL[row["version"]],
        status=row["status"],
        display_name=row["display_name"],
        description=row["description"],
        locale=row["locale"],
        custom_properties=msgspec.json.decode(row["custom_properties"]),
        project=row["project"],
        created_at=row["created_at"],
        last_action_at=row["last_action_at"],
        wanted=msgspec.json.decode(row["wanted"], type=Wanted),
        duration_ms=row["duration_ms"],
        error_code=row["error_code"],
        error_message=row["error_message"],
    )
