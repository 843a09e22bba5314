"""What the contract suites of storage share: fresh places on the emulator, and rows to store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from azure.data.tables import TableClient, TableServiceClient

from local.stack.azurite import Azurite
from shared.model.batch.batch import Batch
from shared.model.conversation.conversation import Conversation, SpeakerTalk
from shared.model.failure import Failure
from shared.model.job.active_job import ActiveJob
from shared.model.job.job import Job
from shared.model.profile.audio import AudioProperties
from shared.model.profile.options import Options
from shared.model.profile.profile import Labels, Profile
from shared.model.recording.outcome import Outcome
from shared.model.recording.recording import Recording
from shared.model.transcript.review import Span
from shared.model.transcript.transcript import Cost
from shared.stores.sealing.keys import LocalKey
from shared.stores.sealing.seal import EnvelopeSealer

SEALER = EnvelopeSealer(LocalKey(b"a key of this machine, 32 bytes."))
NOW = datetime(2026, 3, 2, 9, 0, 0, 123_456, tzinfo=UTC)


def fresh(word: str) -> str:
    """A name that no other test uses, fit for a table as for a container."""
    return f"{word}{uuid4().hex[:16]}"


def fresh_table(azurite: Azurite) -> TableClient:
    service = TableServiceClient.from_connection_string(azurite.connection_string)
    return service.create_table(fresh("table"))


def a_batch(batch_id: str = "calls-20260302T090000Z") -> Batch:
    return Batch(id=batch_id, profile="calls", created_at=NOW, closes_at=NOW + timedelta(minutes=1))


def a_recording(number: int = 0, batch_id: str = "calls-20260302T090000Z") -> Recording:
    """As it is registered: most of its fields are None."""
    return Recording(
        batch_id=batch_id,
        id=f"{number:032x}",
        container="audio",
        name=f"{number}.wav",
        etag="0x8DC3A1",
        last_modified_at=NOW,
        registered_at=NOW,
        changed_at=NOW,
        profile=Profile(),
    )


def a_full_recording(number: int = 0) -> Recording:
    """Every field set to something that could get lost on the way."""
    return Recording(
        batch_id="calls-20260302T090000Z",
        id=f"{number:032x}",
        container="audio",
        name="tief/grüße 100%+'\"#?日本語🎙.wav",
        etag="0x8DC3A1",
        last_modified_at=datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC),
        registered_at=NOW,
        changed_at=NOW + timedelta(microseconds=1),
        profile=Profile(
            name="calls",
            prefixes=("calls", "a/b"),
            options=Options(candidate_locales=("de-DE", "en-US"), channels=(0, 1)),
            roles={0: "agent", 1: "customer"},
            review_below=None,
        ),
        state="transcribed",
        attempt=2,
        fetches=1,
        not_before_at=NOW,
        cohort="job1a",
        job_id="job1",
        job_index=999,
        audio=AudioProperties(
            codec="pcm_s16le",
            container="wav",
            channels=2,
            sample_rate_hz=48_000,
            duration_ms=86_400_000,
            bytes=16_588_800_044,
        ),
        bytes=16_588_800_044,
        media_type="audio/wav",
        labels=Labels(title="", client_item_id="7", metadata={"ticket": "4711"}),
        notes=("Ein Hinweis.",),
        failure=Failure(kind="input", code="c", reason="r", advice="a", retryable=True),
        error_report="errors/audio/x.json",
        endpoint="westeurope",
        transcription_id="t",
        submitted_at=NOW,
        outcome=Outcome(
            outputs={"json": "transcripts/audio/x.json"},
            language="de-DE",
            confidence=0.123456789,
            needs_review=True,
            review_spans=(Span(0, 100, 0.5),),
            cost=Cost(amount=0.001, currency="USD"),
            conversation=Conversation(
                audio_ms=86_400_000,
                silence_ms=1,
                longest_silence_ms=2,
                overlap_ms=3,
                response_ms=4,
                speakers=(SpeakerTalk(channel=1, talk_ms=5, speaker="S1", role="agent", words=6),),
            ),
        ),
    )


def a_job(
    job_id: str = "job1", batch_id: str = "calls-20260302T090000Z", *, recordings: int = 0
) -> Job:
    return Job(
        batch_id=batch_id,
        id=job_id,
        provider="azure-speech",
        options=Options(),
        changed_at=NOW,
        first=f"{0:032x}",
        last="f" * 32,
        recordings=recordings,
        audio_ms=5_000_000_000,
    )


def an_active_job(job_id: str = "job1") -> ActiveJob:
    return ActiveJob(
        job_id=job_id,
        batch_id="calls-20260302T090000Z",
        endpoint="westeurope",
        audio_ms=5_000_000_000,
        since_at=NOW,
    )
