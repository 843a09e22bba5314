"""One recording's result: fetch it, normalise it, render it, store it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from shared.errors import DropscribeError, StoreUnavailable
from shared.log import event
from shared.messages import Listen, SliceItem
from shared.model.conversation.measure import measured
from shared.model.job.job import Job
from shared.model.money.price import PriceTable, estimate, with_translations
from shared.model.preparing.recipe import GAP_MS
from shared.model.recording.outcome import Outcome, Transcribed
from shared.model.recording.output_names import output_stem
from shared.model.recording.recording import Recording
from shared.model.recording.transitions import transcribed
from shared.model.redaction.gate import check
from shared.model.redaction.redact import Looked, redact, with_spans
from shared.model.redaction.sound import unheard
from shared.model.transcript import transcript as t
from shared.model.transcript.echoes import without_echoes
from shared.model.transcript.normalise import build_transcript
from shared.model.transcript.recognition import Recognition
from shared.model.transcript.review import review_spans
from shared.model.transcript.woven import woven
from shared.outputs.formats import FORMATS, render, render_all
from shared.pipeline.write.look import LookForPersonal
from shared.pipeline.write.results import Results
from shared.ports.blobs import AudioBlobs, Outputs
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock, Queue
from shared.ports.unredacted import Unredacted
from shared.said.keep import KeepSaid

_decoder = msgspec.json.Decoder(t.Transcript)


class Stored(NamedTuple):
    """Where the outputs lie, by format, and the transcript of which they were made."""

    paths: dict[str, str]
    transcript: t.Transcript


@dataclass(frozen=True, kw_only=True)
class Publish:
    """The terminal row of a recording whose result is there, its outputs stored. Raises what
    `Results.of` and `LookForPersonal` do, and `StoreUnavailable`."""

    audio: AudioBlobs
    outputs: Outputs
    transcripts_container: str
    prices: PriceTable
    look: LookForPersonal
    unredacted: Unredacted
    keep_said: KeepSaid
    queue: Queue
    clock: Clock

    def __call__(self, row: Recording, item: SliceItem, results: Results) -> Recording:
        now, job = self.clock.now(), results.job
        recognition = results.of(row, item)
        cost = self._cost(row, recognition, results.provider.name)
        recognition = _as_recorded(row, recognition)
        transcript = self._transcript(row, recognition, job, results.provider, cost)
        looked = self.look(row, transcript, results.provider.name, results.gather)
        paths, shown = store_outputs(
            row,
            transcript,
            self.outputs,
            self.transcripts_container,
            looked,
            heard_ms=recognition.duration_ms,
            first=lambda: self._keep(row, transcript),
        )
        results.said.append(self.keep_said.of(row, shown))
        event(
            "recording.transcribed",
            batch=row.batch_id,
            recording=row.id,
            confidence=transcript.confidence,
            duration_ms=transcript.source.duration_ms,
        )
        if row.profile.listening == "always":  # it does not wait for the row
            self.queue.send(Listen(batch_id=row.batch_id, recording_id=row.id))
        source = Transcribed(job.endpoint, job.transcription_id, job.submitted_at)
        outcome = outcome_of(row, transcript, paths)
        outcome = msgspec.structs.replace(outcome, needs_review=shown.needs_review)
        return transcribed(row, outcome, source, now)

    def take_back(self, row: Recording) -> None:
        """Remove what was stored of a recording that gets no transcript after all."""
        for path in output_paths(row, self.transcripts_container).values():
            self.outputs.remove(path, recording=row)
        if row.profile.keep_unredacted:
            self.unredacted.remove(row)

    def _keep(self, row: Recording, transcript: t.Transcript) -> None:
        """As it was before anything was hidden, where its profile says so; nowhere else."""
        if row.profile.keep_unredacted and row.profile.options.redact:
            self.unredacted.put(row, render(transcript, "json"))

    def _transcript(
        self,
        row: Recording,
        recognition: Recognition,
        job: Job,
        provider: SpeechProvider,
        cost: t.Cost | None,
    ) -> t.Transcript:
        return build_transcript(
            recognition,
            job=job_of(row, job.id),
            source=source_of(row, self.audio),
            provider=_provenance(row, job, provider, cost),
            options=row.profile.options,
            roles=row.profile.roles,
            review_below=row.profile.review_below,
        )

    def _cost(self, row: Recording, recognition: Recognition, provider: str) -> t.Cost | None:
        profile, length_ms = row.profile, recognition.duration_ms or row.sent_ms
        cost = estimate(
            self.prices,
            provider,
            profile.mode,
            profile.options,
            length_ms,
            row.channels_sent or 1,
            insights=profile.insights,
        )
        return with_translations(cost, self.prices, len(profile.translations), length_ms)


@dataclass(frozen=True, kw_only=True)
class LabelTranscript:
    """The JSON of a transcribed recording says what its row says of it now. Captions and text hold
    no metadata."""

    outputs: Outputs
    keep_said: KeepSaid

    def __call__(self, row: Recording) -> None:
        path = row.outcome.outputs.get("json") if row.outcome else None
        content = self.outputs.read_own(path, row.id) if path else None
        if path is None or content is None:
            return
        there = _decoder.decode(content)
        added = [note for note in row.notes if note not in there.provider.warnings]
        labelled = msgspec.structs.replace(
            there,
            job=job_of(row, there.job.id),
            provider=msgspec.structs.replace(
                there.provider, warnings=(*there.provider.warnings, *added)
            ),
        )
        file = FORMATS["json"]
        self.outputs.put(path, render(labelled, file.name), file.media_type, recording=row)
        self.keep_said([self.keep_said.of(row, labelled)])


def _as_recorded(row: Recording, recognition: Recognition) -> Recognition:
    """On its channels and at its times, whatever copy the provider heard."""
    preparation = row.preparation
    if preparation is not None and preparation.recipe is not None:
        strands = preparation.recipe.strands
        recognition = woven(recognition, strands, preparation.strand_ms, GAP_MS)
    if row.heard is not None and row.heard.leak_db is not None:
        recognition = without_echoes(recognition)
    return recognition


def _provenance(
    row: Recording, job: Job, provider: SpeechProvider, cost: t.Cost | None
) -> t.Provider:
    return t.Provider(
        name=provider.name,
        endpoint=job.endpoint or "",
        api_version=provider.api_version,
        transcription_id=job.transcription_id or "",
        model=job.model,
        submitted_at=_text(job.submitted_at),
        completed_at=job.completed_at,
        options=msgspec.to_builtins(row.profile.options),
        cost=cost,
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
        title=row.labels.title,
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
    row: Recording,
    transcript: t.Transcript,
    outputs: Outputs,
    container: str,
    looked: Looked,
    heard_ms: int | None = None,
    first: Callable[[], None] = lambda: None,
) -> Stored:
    """Captions first, the JSON last: who waits for it finds the others there. What the profile
    wants hidden is hidden before anything is made of it; `looked` tells who looked for it already,
    `heard_ms` how far the provider says that it heard. `first` is done before, once it is sure that
    all can be stored. Raises `RedactionFailed`, before anything is
    stored."""
    paths = output_paths(row, container)
    shown, rendered = _rendered(row, transcript, list(paths), looked, heard_ms)
    first()
    try:
        stored = {
            name: outputs.put(paths[name], content, FORMATS[name].media_type, recording=row)
            for name, content in rendered.items()
        }
    except DropscribeError:
        raise
    except Exception as error:  # whatever keeps an output from being stored is not the recording's
        raise StoreUnavailable(f"store output: {type(error).__name__}") from error
    return Stored(stored, shown)


def _rendered(
    row: Recording, transcript: t.Transcript, names: list[str], looked: Looked, heard_ms: int | None
) -> tuple[t.Transcript, dict[str, bytes]]:
    options, style = row.profile.options, row.profile.caption_speakers
    if not options.redact:
        return transcript, render_all(transcript, names, style)
    redacted = redact(
        transcript, options.redact, options.redact_with, looked, options.redact_unsupported
    )
    if options.redact_audio != "keep":
        redacted = with_spans(redacted, unheard(heard_ms, row.duration_ms))
    rendered = render_all(redacted.transcript, names, style)
    check(redacted, options.redact, rendered)
    return redacted.transcript, rendered


def output_paths(row: Recording, container: str) -> dict[str, str]:
    """Where its outputs go, by format, the JSON last."""
    stem = f"{container}/{output_stem(row.container, row.name)}"
    names = [*row.profile.formats, "json"]
    return {name: f"{stem}{FORMATS[name].extension}" for name in names}


def outcome_of(row: Recording, transcript: t.Transcript, paths: dict[str, str]) -> Outcome:
    return Outcome(
        outputs=paths,
        language=transcript.language.code,
        confidence=transcript.confidence,
        needs_review=transcript.needs_review,
        review_spans=review_spans(transcript, row.profile.review_below),
        cost=transcript.provider.cost,
        conversation=measured(transcript, row.profile.roles.values()),
    )


def _text(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
