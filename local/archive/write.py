"""Transcripts, captions and a list of what became of each file of an archive."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from local.archive.found import OLD_FORM, Found, Passed, look
from local.archive.old_results import read_archived
from local.archive.transcript import transcript_of
from shared.errors import ResultMalformed
from shared.model.transcript import transcript as t
from shared.model.transcript.recognition import Recognition
from shared.outputs.formats import FORMATS, render_all
from shared.outputs.spreadsheet import BYTE_ORDER_MARK, cell
from shared.providers.azure_speech.results import read_result

LIST = "archive.csv"
NO_MODELS = (
    "Its models {} are of an API that is gone: a custom model of today takes both their places."
)


class Became(msgspec.Struct, frozen=True, kw_only=True):
    """Of a recording, or of a file that is none. `outputs` are below the folder of all."""

    state: Literal["transcribed", "failed", "passed over"]
    files: tuple[Path, ...]
    outputs: tuple[Path, ...] = ()
    why: str = ""


def archive(named: Sequence[Path], out: Path, locale: str = "") -> Iterator[Became]:
    """What became of each, as soon as it is known; at the end all of it is in `out`/archive.csv.
    `locale` is what was spoken where no entity says so. One that cannot be read spoils no other.
    Raises `OSError`."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / LIST).open("w", encoding="utf-8", newline="") as file:
        file.write(BYTE_ORDER_MARK)
        rows = csv.writer(file)
        rows.writerow(("state", "files", "outputs", "why"))
        taken: set[Path] = set()
        for found in look(named):
            if isinstance(found, Found):
                found = msgspec.structs.replace(found, path=_free(found.path, taken))
            one = _passed(found) if isinstance(found, Passed) else _recording(found, out, locale)
            listed = (one.state, _listed(one.files), _listed(one.outputs), one.why)
            rows.writerow([cell(value) for value in listed])
            yield one


def _free(path: Path, taken: set[Path]) -> Path:
    """Two recordings may have had one name: the second is the second."""
    number, free = 1, path
    while free in taken:
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    taken.add(free)
    return free


def _listed(paths: Sequence[Path]) -> str:
    return " | ".join(path.as_posix() for path in paths)


def _passed(found: Passed) -> Became:
    return Became(state="passed over", files=(found.file,), why=found.why)


def _recording(found: Found, out: Path, locale: str) -> Became:
    """With a channel missing there is no transcript: half a conversation looks like all of it."""
    if found.missing or not found.files:
        why = f"Nobody kept its result of {', '.join(found.missing) or 'any channel'}."
        return Became(state="failed", files=found.files, why=why)
    try:
        heard = _read(found)
    except ResultMalformed as error:
        return Became(state="failed", files=found.files, why=str(error))
    made = _transcript(found, heard, found.locale or locale)
    outputs = tuple(_written(made, found.path, out))
    return Became(
        state="transcribed", files=found.files, outputs=outputs, why=" ".join(_told(found))
    )


def _read(found: Found) -> Recognition:
    data = [file.read_bytes() for file in found.files]
    return read_archived(data, found.source) if OLD_FORM in data[0] else read_result(data[0])


def _written(made: t.Transcript, path: Path, out: Path) -> Iterator[Path]:
    (out / path).parent.mkdir(parents=True, exist_ok=True)
    for name, content in render_all(made, ["vtt", "txt", "json"]).items():
        place = path.with_name(f"{path.name}{FORMATS[name].extension}")
        (out / place).write_bytes(content)
        yield place


def _told(found: Found) -> Iterator[str]:
    if found.models:
        yield NO_MODELS.format(", ".join(found.models))


def _transcript(found: Found, recognition: Recognition, locale: str) -> t.Transcript:
    return transcript_of(
        recognition,
        b"".join(file.read_bytes() for file in found.files),
        name=found.path.name,
        source=found.source,
        locale=locale,
        told=tuple(_told(found)),
    )
