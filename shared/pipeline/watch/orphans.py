"""Transcriptions at a provider that carry our mark and that no table knows any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.errors import ProviderError, ProviderRefused, StoreConflict
from shared.log import event
from shared.model.profile.capabilities import Capabilities
from shared.ports.ground import UseCase
from shared.ports.indices import Diaries, Diary
from shared.ports.provider import RemoteCopy, SpeechProvider


@dataclass(frozen=True, kw_only=True)
class RemoveOrphans(UseCase):
    """Once in a while, at each endpoint. `deployment` begins every mark of ours: a resource may
    serve others too. What is young may be a create call that is just being written down. Where
    nothing can be deleted, nothing is looked for."""

    diaries: Diaries
    endpoints: Mapping[str, SpeechProvider]
    capabilities: Mapping[str, Capabilities]
    deployment: str

    def __call__(self) -> None:
        for name, provider in self.endpoints.items():
            if not self.capabilities[provider.name].supports_delete:
                continue
            try:
                self._search_now_and_then(name, provider)
            except ProviderError as error:
                event("orphans.not_searched", endpoint=name, error=type(error).__name__, level=30)
            except StoreConflict:
                continue  # another instance is searching

    def _search_now_and_then(self, name: str, provider: SpeechProvider) -> None:
        now, diary = self.clock.now(), f"orphans {name}"
        before = self.diaries.get(diary)
        pause = timedelta(seconds=self.policy.orphans_seconds)
        if before is not None and now - before.done_at < pause:
            return
        version = before.version if before else ""
        self.diaries.save(Diary(name=diary, done_at=now, version=version))
        self._search(name, provider, now - timedelta(seconds=self.policy.orphan_age_seconds))

    def _search(self, name: str, provider: SpeechProvider, youngest_at: datetime) -> None:
        copies = (copy for page in provider.copies(self.deployment) for copy in page)
        old = [copy for copy in copies if copy.created_at < youngest_at]
        for copy in old:
            if not self._is_known(copy):
                _delete(name, provider, copy)

    def _is_known(self, copy: RemoteCopy) -> bool:
        """A job in the index knows its transcription, or is still to be resolved."""
        entry = self.active.get(copy.mark)
        return entry is not None and entry.transcription_id in (None, copy.transcription_id)


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
