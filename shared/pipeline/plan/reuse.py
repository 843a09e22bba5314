"""The same audio is not paid for again: of several recordings with the same content one is
transcribed, and its transcript is written for the others.

Which one that is, a claim says; whoever writes it first has it. The others wait until that one is
transcribed. Where it fails, or where its transcript is gone or too old, the next of them takes the
claim over.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from shared.errors import DropscribeError, StoreConflict
from shared.log import event
from shared.model.batch.decision import Decision
from shared.model.batch.policy import Policy
from shared.model.batch.recording import Recording
from shared.model.money.spending import money_back
from shared.model.transcript import transcript as t
from shared.pipeline.write.publish import job_of, outcome_of, source_of, store_outputs
from shared.ports.blobs import AudioBlobs, Outputs
from shared.ports.queue import Clock
from shared.ports.state import BatchStore, ContentClaim, Contents

Groups = dict[str, list[Recording]]
ROWS_IN_TRANSACTION = 100
SEEN_EVERY = timedelta(days=30)  # what nobody has looked at for so long, the sweep does
REUSED = "The same audio was transcribed before; nothing was paid."
_decoder = msgspec.json.Decoder(t.Transcript)


class _Found(NamedTuple):
    """What becomes of a recording: it is planned, it waits, or it is done."""

    what: Literal["plan", "wait", "done"]
    row: Recording


def reuse(
    groups: Groups,
    *,
    store: BatchStore,
    contents: Contents,
    outputs: Outputs,
    audio: AudioBlobs,
    transcripts_container: str,
    pool: Executor,
    policy: Policy,
    clock: Clock,
) -> Groups:
    """The waiting recordings that are to be planned. Those whose audio is known are done; those
    whose audio is about to be stay as they are, and the sweep has them planned again. Safe to
    repeat: outputs come before their row, which is saved on the version that was read."""
    if not any(row.content for group in groups.values() for row in group):
        return groups
    look = _Look(store, contents, outputs, audio, transcripts_container, policy, clock.now)
    left: Groups = {}
    done: list[Recording] = []
    for key, group in groups.items():
        for found in pool.map(look, group):
            if isinstance(found, DropscribeError):
                raise found
            if found.what == "plan":
                left.setdefault(key, []).append(found.row)
            elif found.what == "done":
                done.append(found.row)
    for i in range(0, len(done), ROWS_IN_TRANSACTION):
        store.save(recordings=done[i : i + ROWS_IN_TRANSACTION])
    return left


def is_of_use(owner: Recording | None, policy: Policy, now: datetime) -> bool:
    """Whether a claim helps anybody whose recording this is: it has a transcript that is not too
    old, or may still get one."""
    if owner is None or owner.state == "failed":
        return False
    age = now - owner.changed_at
    return not owner.is_terminal or age <= timedelta(days=policy.reuse_days)


class _Look:
    """Looks one recording up; what may pass is returned, so that the others have their turn."""

    def __init__(
        self,
        store: BatchStore,
        contents: Contents,
        outputs: Outputs,
        audio: AudioBlobs,
        container: str,
        policy: Policy,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._contents, self._outputs = store, contents, outputs
        self._audio, self._container, self._now = audio, container, now
        self._policy = policy

    def __call__(self, row: Recording) -> _Found | DropscribeError:
        try:
            return _Found("plan", row) if row.content is None else self._look(row, row.content)
        except StoreConflict:
            return _Found("wait", row)  # somebody else claimed it at the same moment
        except DropscribeError as error:
            return error
        except Exception as error:  # a fault of ours with one must not stop the others
            event("recording.not_reused", recording=row.id, error=type(error).__name__, level=40)
            return _Found("plan", row)

    def _look(self, row: Recording, content: str) -> _Found:
        claim, now = self._contents.claim(content), self._now()
        mine = ContentClaim(
            content=content, batch_id=row.batch_id, recording_id=row.id, looked_at=now
        )
        if claim is None:
            self._contents.save(mine)
            return _Found("plan", row)
        if (claim.batch_id, claim.recording_id) == (row.batch_id, row.id):
            self._keep(claim, now)
            return _Found("plan", row)
        owner = self._store.recording(claim.batch_id, claim.recording_id)
        if owner is not None and is_of_use(owner, self._policy, now):
            if not owner.is_terminal:
                return _Found("wait", row)
            transcript = self._transcript_of(owner)
            if transcript is not None:
                return _Found("done", self._taken_over(row, owner, transcript))
        self._contents.save(msgspec.structs.replace(mine, version=claim.version))
        return _Found("plan", row)

    def _keep(self, claim: ContentClaim, now: datetime) -> None:
        """Of one that the sweep may be about to remove, because its recording had failed."""
        if claim.looked_at is None or now - claim.looked_at > SEEN_EVERY / 2:
            self._contents.save(msgspec.structs.replace(claim, looked_at=now))

    def _transcript_of(self, owner: Recording) -> t.Transcript | None:
        """None: it is gone, or a newer version of its audio has written another in its place."""
        path = owner.outcome.outputs.get("json") if owner.outcome else None
        content = self._outputs.read(path) if path else None
        try:
            found = _decoder.decode(content) if content else None
        except msgspec.DecodeError:
            return None
        return found if found is not None and found.job.recording_id == owner.id else None

    def _taken_over(self, row: Recording, owner: Recording, first: t.Transcript) -> Recording:
        provider, now = first.provider, self._now()
        cost = None
        if provider.cost is not None:
            cost = msgspec.structs.replace(provider.cost, amount=0.0, estimated=False)
        note = (
            f"The same audio as {owner.container}/{owner.name}, whose transcript this is; nothing "
            "was paid for it."
        )
        transcript = msgspec.structs.replace(
            first,
            job=job_of(row, first.job.id),
            source=source_of(row, self._audio),
            provider=msgspec.structs.replace(provider, cost=cost, warnings=(*row.notes, note)),
        )
        paths = store_outputs(row, transcript, self._outputs, self._container)
        event("recording.reused", batch=row.batch_id, recording=row.id, of=owner.id)
        return msgspec.structs.replace(
            money_back(row),
            state="transcribed",
            changed_at=now,
            not_before_at=None,
            endpoint=owner.endpoint,
            transcription_id=owner.transcription_id,
            profile=msgspec.structs.replace(row.profile, provider=provider.name),
            outcome=outcome_of(row, transcript, paths),
            decisions=(*row.decisions, Decision(at=now, what="reused", why=REUSED)),
        )
