"""Old results of Azure Speech, of any version, as transcripts and captions of today."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from local.stack.old_results import read_archived
from shared.errors import ResultMalformed
from shared.model.profile.options import Options
from shared.model.transcript import transcript as t
from shared.model.transcript.normalise import build_transcript
from shared.model.transcript.recognition import Recognition
from shared.outputs.formats import FORMATS, render_all
from shared.providers.azure_speech.results import read_result

REVIEW_BELOW = 0.6
OLD_FORM = b'"AudioFileResults"'  # versions 1 and 2: a file for each channel


def normalise(files: Sequence[Path], out: Path) -> Iterator[Path]:
    """Write transcript and captions for each recording and yield where.

    Files of the old form are the channels of one recording, which is named after the first.
    Raises `ResultMalformed` for a file that is no result of Azure Speech, and `OSError`.
    """
    contents = {file: file.read_bytes() for file in files}
    channels = [file for file in files if OLD_FORM in contents[file]]
    recordings = [[file] for file in files if file not in channels]
    for recording in [channels, *recordings] if channels else recordings:
        yield from _write(recording[0], _read(recording, contents), out)


def _read(files: Sequence[Path], contents: Mapping[Path, bytes]) -> Recognition:
    data = [contents[file] for file in files]
    try:
        return read_archived(data, "") if OLD_FORM in data[0] else read_result(data[0])
    except ResultMalformed as error:
        raise ResultMalformed(f"{files[0].name}: {error}") from None


def _write(file: Path, recognition: Recognition, out: Path) -> Iterator[Path]:
    out.mkdir(parents=True, exist_ok=True)
    for name, content in render_all(_transcript(file, recognition), ["vtt", "txt", "json"]).items():
        path = out / f"{file.stem}{FORMATS[name].extension}"
        path.write_bytes(content)
        yield path


def _transcript(file: Path, recognition: Recognition) -> t.Transcript:
    """What nobody wrote down at the time is empty, not guessed."""
    key = hashlib.sha256(file.read_bytes()).hexdigest()[:32]
    return build_transcript(
        recognition,
        job=t.Job(id="", batch_id="archive", recording_id=key, attempt=1, profile="archive"),
        source=t.Source(
            uri=recognition.source,
            container="",
            name=file.stem,
            etag="",
            bytes=0,
            duration_ms=recognition.duration_ms,
        ),
        provider=t.Provider(
            name="azure-speech",
            endpoint="",
            api_version="",
            transcription_id="",
            warnings=("Normalised from an archived result.",),
        ),
        options=Options(),
        roles={},
        review_below=REVIEW_BELOW,
    )
