"""The same audio is not paid for again: of several recordings with the same content one is
transcribed, and its transcript is written for the others.

Which one that is, a claim says; whoever writes it first has it. The others wait until that one is
transcribed. Where it fails, or where its transcript is gone or too old, the next of them takes the
claim over.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from shared.errors import DropscribeError, StoreConflict
from shared.log import event
from shared.model.money.spending import money_back
from shared.model.policy import Policy
from shared.model.recording.decision import Decision
from shared.model.recording.outcome import Transcribed
from shared.model.recording.recording import Recording
from shared.model.recording.transitions import transcribed
from shared.model.redaction.redact import BY_PROVIDER
from shared.model.transcript import transcript as t
from shared.pipeline.fail.try_again_or_fail import SaveSettled
from shared.pipeline.write.publish import job_of, outcome_of, source_of, store_outputs
from shared.ports.blobs import AudioBlobs, Outputs
from shared.ports.ground import UseCase
from shared.ports.indices import ContentClaim, Contents
from shared.said.keep import KeepSaid, Said

Groups = dict[str, list[Recording]]
SEEN_EVERY = timedelta(days=30)  # what nobody has looked at for so long, the sweep does
REUSED = "The same audio was transcribed before; nothing was paid."
_decoder = msgspec.json.Decoder(t.Transcript)


class _Found(NamedTuple):
    """What becomes of a recording: it is planned, it waits, or it is done, and then what was said
    is kept."""

    what: Literal["plan", "wait", "done"]
    row: Recording
    said: Said | None = None


@dataclass(frozen=True, kw_only=True)
class ReuseTranscripts(UseCase):
    """The waiting recordings that are to be planned. Those whose audio is known are done; those
    whose audio is about to be stay as they are, and the sweep has them planned again. Safe to
    repeat: outputs come before their row, which is saved on the version that was read."""

    contents: Contents
    outputs: Outputs
    audio: AudioBlobs
    save_settled: SaveSettled
    transcripts_container: str
    keep_said: KeepSaid
    pool: Executor

    def __call__(self, groups: Groups) -> Groups:
        if not any(row.content for group in groups.values() for row in group):
            return groups
        left: Groups = {}
        done: list[_Found] = []
        for key, group in groups.items():
            for found in self.pool.map(self._look, group):
                if isinstance(found, DropscribeError):
                    raise found
                if found.what == "plan":
                    left.setdefault(key, []).append(found.row)
                elif found.what == "done":
                    done.append(found)
        self.keep_said([found.said for found in done if found.said is not None])
        self.save_settled([found.row for found in done])
        return left

    def _look(self, row: Recording) -> _Found | DropscribeError:
        """What may pass is returned, so that the others have their turn."""
        try:
            return _Found("plan", row) if row.content is None else self._found(row, row.content)
        except StoreConflict:
            return _Found("wait", row)  # somebody else claimed it at the same moment
        except DropscribeError as error:
            return error
        except Exception as error:  # a fault of ours with one must not stop the others
            event("recording.not_reused", recording=row.id, error=type(error).__name__, level=40)
            return _Found("plan", row)

    def _found(self, row: Recording, content: str) -> _Found:
        claim, now = self.contents.claim(content), self.clock.now()
        if claim is not None:
            if (claim.batch_id, claim.recording_id) == (row.batch_id, row.id):
                self._keep(claim, now)
                return _Found("plan", row)
            found = self._of_owner(claim, row, now)
            if found is not None:
                return found
        mine = ContentClaim(
            content=content,
            batch_id=row.batch_id,
            recording_id=row.id,
            looked_at=now,
            version=claim.version if claim else "",
        )
        self.contents.save(mine)
        return _Found("plan", row)

    def _of_owner(self, claim: ContentClaim, row: Recording, now: datetime) -> _Found | None:
        """None: whose claim it is cannot help."""
        owner = self.store.recording(claim.batch_id, claim.recording_id)
        if owner is None or not is_of_use(owner, self.policy, now):
            return None
        if not owner.is_terminal:
            return _Found("wait", row)
        transcript = self._transcript_of(owner)
        if transcript is None:
            return None
        return self._taken_over(row, owner, transcript)

    def _keep(self, claim: ContentClaim, now: datetime) -> None:
        """Of one that the sweep may be about to remove, because its recording had failed."""
        if claim.looked_at is None or now - claim.looked_at > SEEN_EVERY / 2:
            self.contents.save(msgspec.structs.replace(claim, looked_at=now))

    def _transcript_of(self, owner: Recording) -> t.Transcript | None:
        """None: it is gone. Where a newer version of its audio took its place, it lies aside."""
        path = owner.outcome.outputs.get("json") if owner.outcome else None
        content = self.outputs.read_own(path, owner.id) if path else None
        try:
            found = _decoder.decode(content) if content else None
        except msgspec.DecodeError:
            return None
        return found if found is not None and found.job.recording_id == owner.id else None

    def _taken_over(self, row: Recording, owner: Recording, first: t.Transcript) -> _Found:
        note = (
            f"The same audio as {owner.container}/{owner.name}, whose transcript this is; nothing "
            "was paid for it."
        )
        transcript = msgspec.structs.replace(
            first,
            job=job_of(row, first.job.id),
            source=source_of(row, self.audio),
            provider=_unpaid(first.provider, (*row.notes, note)),
        )
        paths, shown = store_outputs(
            row,
            transcript,
            self.outputs,
            self.transcripts_container,
            BY_PROVIDER,  # whoever looked for the owner, whose options are the same
        )
        event("recording.reused", batch=row.batch_id, recording=row.id, of=owner.id)
        now = self.clock.now()
        row = msgspec.structs.replace(
            money_back(row),
            profile=msgspec.structs.replace(row.profile, provider=first.provider.name),
            decisions=(*row.decisions, Decision(at=now, what="reused", why=REUSED)),
        )
        source = Transcribed(owner.endpoint, owner.transcription_id, row.submitted_at)
        written = transcribed(row, outcome_of(row, transcript, paths), source, now)
        return _Found("done", written, self.keep_said.of(row, shown))


def _unpaid(provider: t.Provider, warnings: tuple[str, ...]) -> t.Provider:
    cost = provider.cost
    if cost is not None:
        cost = msgspec.structs.replace(cost, amount=0.0, estimated=False)
    return msgspec.structs.replace(provider, cost=cost, warnings=warnings)


def is_of_use(owner: Recording | None, policy: Policy, now: datetime) -> bool:
    """Whether a claim helps anybody whose recording this is: it has a transcript that is not too
    old, or may still get one."""
    if owner is None or owner.state == "failed":
        return False
    age = now - owner.changed_at
    return not owner.is_terminal or age <= timedelta(days=policy.reuse_days)
