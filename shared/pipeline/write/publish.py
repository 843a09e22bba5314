"""One recording's result: fetch it, normalise it, render it, store it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from shared.errors import ResultMalformed
from shared.log import event
from shared.messages import SliceItem
from shared.model.batch.job import Job
from shared.model.batch.places import keys, keys_of
from shared.model.batch.recording import Outcome, Recording, output_stem
from shared.model.money.price import PriceTable, estimate
from shared.model.transcript import transcript as t
from shared.model.transcript.normalise import build_transcript
from shared.model.transcript.recognition import Recognition
from shared.model.transcript.review import review_spans
from shared.outputs.formats import FORMATS, render_all
from shared.ports.blobs import AudioBlobs, Outputs
from shared.ports.provider import ResultFile, SpeechProvider


class Publisher:
    """Publishes the results of one job. `file_of` finds the result of a recording where another
    one lies under the name that promised it."""

    def __init__(
        self,
        job: Job,
        provider: SpeechProvider,
        *,
        audio: AudioBlobs,
        outputs: Outputs,
        transcripts_container: str,
        prices: PriceTable,
        file_of: Callable[[Recording], ResultFile | None],
    ) -> None:
        self._job, self._provider = job, provider
        self._audio, self._outputs = audio, outputs
        self._container, self._prices = transcripts_container, prices
        self._file_of = file_of

    def publish(self, row: Recording, item: SliceItem, now: datetime) -> Recording:
        """The terminal row, its outputs stored. Raises `ResultMissing`, `ResultMalformed` and
        what may pass: `ProviderUnavailable`, `StoreUnavailable`."""
        file = ResultFile(kind="result", name=item.name, url=item.url)
        recognition = self._provider.result(file)
        if not _is_of(recognition, row):
            recognition = self._provider.result(self._right_file(row))
        transcript = self._transcript(row, recognition)
        paths = store_outputs(row, transcript, self._outputs, self._container)
        event(
            "recording.transcribed",
            batch=row.batch_id,
            recording=row.id,
            confidence=transcript.confidence,
            duration_ms=transcript.source.duration_ms,
        )
        return msgspec.structs.replace(
            row,
            state="transcribed",
            changed_at=now,
            endpoint=self._job.endpoint,
            transcription_id=self._job.transcription_id,
            submitted_at=self._job.submitted_at,
            outcome=outcome_of(row, transcript, paths),
        )

    def _right_file(self, row: Recording) -> ResultFile:
        file = self._file_of(row)
        if file is None:
            raise ResultMalformed("the result is that of another input, and no other is this one's")
        return file

    def _transcript(self, row: Recording, recognition: Recognition) -> t.Transcript:
        return build_transcript(
            recognition,
            job=job_of(row, self._job.id),
            source=source_of(row, self._audio),
            provider=self._provenance(row, recognition),
            options=row.profile.options,
            roles=row.profile.roles,
            review_below=row.profile.review_below,
        )

    def _provenance(self, row: Recording, recognition: Recognition) -> t.Provider:
        job, options = self._job, row.profile.options
        channels = row.audio.channels if row.audio else 1
        return t.Provider(
            name=self._provider.name,
            endpoint=job.endpoint or "",
            api_version=self._provider.api_version,
            transcription_id=job.transcription_id or "",
            model=job.model,
            submitted_at=_text(job.submitted_at),
            completed_at=job.completed_at,
            options=msgspec.to_builtins(options),
            cost=estimate(
                self._prices,
                self._provider.name,
                row.profile.mode,
                options,
                recognition.duration_ms or row.duration_ms,
                channels,
            ),
            warnings=row.notes,
        )


def job_of(row: Recording, job_id: str) -> t.Job:
    """What the transcript says of where it belongs."""
    return t.Job(
        id=job_id,
        batch_id=row.batch_id,
        recording_id=row.id,
        attempt=row.attempt,
        profile=row.profile.name,
        client_item_id=row.labels.client_item_id,
        metadata=row.labels.metadata,
    )


def source_of(row: Recording, audio: AudioBlobs) -> t.Source:
    found = row.audio
    return t.Source(
        uri=row.web_url or audio.url(row.container, row.name),
        container=row.container,
        name=row.name,
        etag=row.etag,
        bytes=row.bytes,
        duration_ms=found.duration_ms if found else None,
        channels=found.channels if found else None,
        sample_rate_hz=found.sample_rate_hz if found else None,
        codec=found.codec if found else None,
        media_type=row.media_type,
        last_modified_at=_text(row.last_modified_at),
    )


def store_outputs(
    row: Recording, transcript: t.Transcript, outputs: Outputs, container: str
) -> dict[str, str]:
    """Captions first, the JSON last: who waits for it finds the others there."""
    stem = f"{container}/{output_stem(row.container, row.name)}"
    names = [*row.profile.formats, "json"]
    return {
        name: outputs.put(
            f"{stem}{FORMATS[name].extension}",
            content,
            FORMATS[name].media_type,
            recording=row,
        )
        for name, content in render_all(transcript, names).items()
    }


def outcome_of(row: Recording, transcript: t.Transcript, paths: dict[str, str]) -> Outcome:
    return Outcome(
        outputs=paths,
        language=transcript.language.code,
        confidence=transcript.confidence,
        needs_review=transcript.needs_review,
        review_spans=review_spans(transcript, row.profile.review_below),
        cost=transcript.provider.cost,
    )


def _is_of(recognition: Recognition, row: Recording) -> bool:
    """A result that does not say what it is of is taken for what its name promised."""
    if not recognition.source:
        return True
    found = keys(recognition.source)
    return any(key in found for key in keys_of(row.container, row.name, row.web_url))


def _text(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
