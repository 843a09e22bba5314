"""Transcriptions at a provider that carry our mark and that no table knows any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from shared.errors import ProviderError, ProviderRefused, StoreConflict
from shared.log import event
from shared.model.batch.policy import Policy
from shared.model.profile.capabilities import Capabilities
from shared.ports.provider import RemoteCopy, SpeechProvider
from shared.ports.queue import Clock
from shared.ports.state import ActiveJobs, Diaries, Diary


def remove_orphans(
    *,
    active: ActiveJobs,
    diaries: Diaries,
    endpoints: Mapping[str, SpeechProvider],
    capabilities: Mapping[str, Capabilities],
    deployment: str,
    policy: Policy,
    clock: Clock,
) -> None:
    """Once in a while, at each endpoint. `deployment` begins every mark of ours: a resource may
    serve others too. What is young may be a create call that is just being written down. Where
    nothing can be deleted, nothing is looked for."""
    for name, provider in endpoints.items():
        if not capabilities[provider.name].supports_delete:
            continue
        try:
            _search(name, provider, active, diaries, deployment, policy, clock)
        except ProviderError as error:
            event("orphans.not_searched", endpoint=name, error=type(error).__name__, level=30)
        except StoreConflict:
            continue  # another instance is searching


def _search(
    name: str,
    provider: SpeechProvider,
    active: ActiveJobs,
    diaries: Diaries,
    deployment: str,
    policy: Policy,
    clock: Clock,
) -> None:
    now = clock.now()
    before = diaries.get(f"orphans {name}")
    if before is not None and now - before.done_at < timedelta(seconds=policy.orphans_seconds):
        return
    diaries.save(
        Diary(name=f"orphans {name}", done_at=now, version=before.version if before else "")
    )
    youngest = now - timedelta(seconds=policy.orphan_age_seconds)
    copies = (copy for page in provider.copies(deployment) for copy in page)
    old = [copy for copy in copies if copy.created_at < youngest]
    for copy in old:
        if not _is_known(copy, active):
            _delete(name, provider, copy)


def _delete(name: str, provider: SpeechProvider, copy: RemoteCopy) -> None:
    """One that the provider does not let go must not keep the others there."""
    try:
        provider.delete(copy.transcription_id)
    except ProviderRefused as error:
        event(
            "orphan.not_deleted",
            endpoint=name,
            transcription=copy.transcription_id,
            code=error.code,
            level=40,
        )
        return
    event("orphan.deleted", endpoint=name, transcription=copy.transcription_id, level=30)


def _is_known(copy: RemoteCopy, active: ActiveJobs) -> bool:
    """A job in the index knows its transcription, or is still to be resolved."""
    entry = active.get(copy.mark)
    return entry is not None and entry.transcription_id in (None, copy.transcription_id)
