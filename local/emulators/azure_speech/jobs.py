"""Runs transcriptions: fetches their recordings, has them recognised, stores what came out.

One failed recording leaves its neighbours alone. The job is Succeeded when at least one
recording was transcribed, else Failed with the error of the first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from local.emulators.azure_speech.containers import Container
from local.emulators.azure_speech.deliveries import Deliveries
from local.emulators.azure_speech.files import REPORT_POSITION, Files
from local.emulators.azure_speech.ledger import Ledger
from local.emulators.azure_speech.recordings import (
    Recording,
    RecordingFailed,
    at_urls,
    fetch,
    rejected,
)
from local.emulators.azure_speech.results import report_body, report_line, result_body
from local.emulators.azure_speech.settings import Settings
from local.emulators.azure_speech.transcriptions import Transcription, Transcriptions
from local.emulators.common.faults import Faults
from local.emulators.common.pool import Pool
from local.emulators.common.tasks import Tasks
from local.recogniser.types import AudioRejected

log = logging.getLogger(__name__)

_INVALID_DATA = ("InvalidData", "The recordings URI contains invalid data.")
_INTERNAL = ("Internal", "An internal error occurred.")
_FETCH_TIMEOUT = httpx.Timeout(60.0, connect=10.0, pool=None)


class Jobs:
    """Needs a running event loop; `close` ends what is under way."""

    def __init__(
        self,
        settings: Settings,
        pool: Pool,
        transcriptions: Transcriptions,
        files: Files,
        ledger: Ledger,
        faults: Faults,
        deliveries: Deliveries,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._transcriptions = transcriptions
        self._files = files
        self._ledger = ledger
        self._faults = faults
        self._deliveries = deliveries
        self._clock = clock
        self._job_slots = asyncio.Semaphore(settings.jobs_at_once)
        self._recording_slots = asyncio.Semaphore(settings.recordings_at_once)
        self._client = httpx.AsyncClient(follow_redirects=True, timeout=_FETCH_TIMEOUT)
        self._tasks = Tasks()

    def resume(self) -> None:
        """After a restart: whatever had not ended starts from the beginning."""
        for transcription_id in self._transcriptions.unfinished():
            self._transcriptions.start_again(transcription_id)
            self.start(transcription_id)

    def start(self, transcription_id: str) -> None:
        self._tasks.start(self._run_safely(transcription_id), transcription_id)

    def cancel(self, transcription_id: str) -> None:
        self._tasks.cancel(transcription_id)

    async def close(self) -> None:
        await self._tasks.close()
        await self._client.aclose()

    async def _run_safely(self, transcription_id: str) -> None:
        async with self._job_slots:
            one = self._transcriptions.get(transcription_id)
            if one is None:
                return
            try:
                await self._run(one)
            except RecordingFailed as failure:
                self._finish(one, error=(failure.code, failure.message))
            except Exception:
                log.exception("job %s broke down", transcription_id)
                self._finish(one, error=_INTERNAL)

    async def _run(self, one: Transcription) -> None:
        await self._linger(one, "slow_start")
        self._files.clear(one.id)
        if not self._transcriptions.move(one.id, "Running", self._now()):
            return
        self._announce(one, "transcriptionProcessing")
        await self._linger(one, "slow_job")
        fault = self._faults.strike("fail_job", id=one.id, displayName=one.display_name)
        if fault is not None:
            raise RecordingFailed(fault.options["code"], fault.options["message"])
        recordings = await self._recordings(one)
        async with asyncio.TaskGroup() as group:
            outcomes = [group.create_task(self._outcome(one, each)) for each in recordings]
        await self._conclude(one, recordings, [outcome.result() for outcome in outcomes])

    async def _recordings(self, one: Transcription) -> list[Recording]:
        inputs = self._transcriptions.inputs(one.id)
        if inputs.container_url is None:
            return at_urls(inputs.content_urls)
        found = await Container(inputs.container_url).recordings(self._client)
        self._ledger.counted(one.id, len(found))
        return found

    async def _outcome(self, one: Transcription, recording: Recording) -> int | RecordingFailed:
        """The duration in ms of a recording whose result is stored, or why there is none."""
        async with self._recording_slots:
            try:
                return await self._transcribe(one, recording)
            except RecordingFailed as failure:
                return failure
            except AudioRejected as error:
                return rejected(error)
            except Exception:
                log.exception("recording %d of job %s broke down", recording.position, one.id)
                return RecordingFailed(*_INTERNAL)

    async def _transcribe(self, one: Transcription, recording: Recording) -> int:
        facts = {"id": one.id, "displayName": one.display_name, "source": recording.source}
        fault = self._faults.strike("fail_recording", **facts)
        if fault is not None:
            raise RecordingFailed(fault.options["code"], fault.options["message"])
        with TemporaryDirectory(prefix="azure-speech-", ignore_cleanup_errors=True) as folder:
            whole = self._settings.whole_audio
            audio = await fetch(self._client, recording.url, Path(folder), whole=whole)
            heard = await asyncio.wrap_future(self._pool.recognise(audio, one.wanted.channels))
        if one.wanted.most_speakers is not None and heard.channels > 1:
            raise RecordingFailed(*_INVALID_DATA)
        if not any(channel < heard.channels for channel in one.wanted.channels):
            raise RecordingFailed(
                "InvalidChannelSpecification", "The audio has none of the requested channels."
            )
        self._ledger.transcribed(one.id, recording.position, recording.source)
        if not self._faults.strike("drop_result", **facts):
            content = result_body(one, recording.source, heard, self._now())
            await self._store(
                one, recording.position, recording.result_name, content, recording.source
            )
        return heard.duration_ms

    async def _conclude(
        self,
        one: Transcription,
        recordings: list[Recording],
        outcomes: list[int | RecordingFailed],
    ) -> None:
        errors = [self._error(one, outcome) for outcome in outcomes]
        if self._faults.strike("drop_report", id=one.id, displayName=one.display_name):
            self._ledger.without_report(one.id)
        else:
            details = [
                report_line(recording.source, error)
                for recording, error in zip(recordings, errors, strict=True)
                if not self._is_omitted(one, recording)
            ]
            await self._store(one, REPORT_POSITION, "report.json", report_body(details))
        durations = [outcome for outcome in outcomes if isinstance(outcome, int)]
        failed = None if durations else errors[0]
        self._finish(one, duration_ms=sum(durations) if durations else None, error=failed)

    def _error(self, one: Transcription, outcome: int | RecordingFailed) -> tuple[str, str] | None:
        if isinstance(outcome, int):
            return None
        return one.version.audio_error(outcome.code), outcome.message

    def _is_omitted(self, one: Transcription, recording: Recording) -> bool:
        facts = {"id": one.id, "displayName": one.display_name, "source": recording.source}
        return self._faults.strike("omit_from_report", **facts) is not None

    async def _store(
        self, one: Transcription, position: int, name: str, content: bytes, source: str = ""
    ) -> None:
        url = None
        if one.wanted.destination_url is not None:
            container = Container(one.wanted.destination_url)
            url = await container.write(self._client, f"{one.id}/{name}", content)
        self._files.add(one.id, position, name, content, self._now(), source=source, url=url)

    def _finish(
        self,
        one: Transcription,
        *,
        duration_ms: int | None = None,
        error: tuple[str, str] | None = None,
    ) -> None:
        now, life = self._clock(), one.wanted.time_to_live_seconds
        expires_at = None if life is None else now + life
        if self._transcriptions.finish(
            one.id, int(now), duration_ms=duration_ms, error=error, expires_at=expires_at
        ):
            self._announce(one, "transcriptionCompletion")

    def _announce(self, one: Transcription, event: str) -> None:
        self._deliveries.announce(event, f"transcriptions/{one.id}", one.version)

    async def _linger(self, one: Transcription, kind: str) -> None:
        fault = self._faults.strike(kind, id=one.id, displayName=one.display_name)
        if fault is not None:
            await asyncio.sleep(fault.options["seconds"])

    def _now(self) -> int:
        return int(self._clock())
