"""A manifest was dropped: accept it, or tell in a file why not. Both once, however often it is
announced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from shared.batches.accept import AcceptBatch, resume
from shared.errors import Fault, ManifestRefused
from shared.log import event
from shared.model.batch.batch import Batch, manifest_batch_id
from shared.model.blob_state import refusal as refusal_of
from shared.model.blob_state import unready
from shared.model.failure import Failure
from shared.model.manifest.files import kind_of
from shared.model.manifest.manifest import MOST_BYTES
from shared.model.manifest.refusal import write_manifest_report
from shared.model.names import leads_astray
from shared.pipeline.register.unreadable import read_head
from shared.ports.blobs import AudioBlobs, AudioEntry, AudioHead, Outputs
from shared.ports.ground import UseCase
from shared.ports.state import BatchStore


@dataclass(frozen=True, kw_only=True)
class TakeManifest(UseCase):
    """The batch that a dropped manifest becomes, or that tells where it says why not.
    `errors_container` is where it does."""

    accept: AcceptBatch
    audio: AudioBlobs
    outputs: Outputs
    errors_container: str

    def __call__(
        self, container: str, name: str, *, refusal: Failure | None = None
    ) -> Batch | None:
        """None: the manifest is gone, or its name may stand for another blob. `refusal` refuses it
        without a look inside."""
        if leads_astray(name):
            event("manifest.name_refused", container=container, level=30)
            return None
        head = read_head(self.audio, container, name, refusal)
        if head is None:
            event("manifest.gone", container=container, level=30)
            return None
        if refusal is None and self._is_unready(head):
            return None  # the comparison of the container comes back to it
        batch_id = manifest_batch_id(container, name, head.etag)
        there = self.store.batch(batch_id)
        if there is not None:
            resume(there, store=self.store, queue=self.queue)
            return there
        report = f"{self.errors_container}/{container}/{name}.json"
        try:
            _heed(refusal or refusal_of(head.state))
            content, kind = self._content(container, name, head)
            self.outputs.remove_report(report)  # of the version before this one
            return self.accept(content, kind=kind, origin="manifest", batch_id=batch_id)
        except ManifestRefused as refused:
            content = write_manifest_report(container, name, head.etag, self.clock.now(), refused)
            self.outputs.put_stream(report, [content], "application/json")
            return self._refused(_header(batch_id, name, head, report), refused)

    def _content(self, container: str, name: str, head: AudioHead) -> tuple[bytes, str]:
        """And its kind. Raises `ManifestRefused`."""
        kind = _kind(name, head)
        read = len(head.data)
        rest = head.bytes - read
        tail = self.audio.read(container, name, head.etag, read, rest) if rest > 0 else b""
        return head.data + tail, kind

    def _is_unready(self, head: AudioHead) -> bool:
        still = self.policy.still_seconds
        return unready(head.state, head.last_modified_at, self.clock.now(), still) is not None

    def _refused(self, batch: Batch, refused: ManifestRefused) -> Batch:
        """A header without recordings, by which the manifest is known from now on. It is listed
        first, at a time that is the same for everybody: who dies in between comes again."""
        batch = msgspec.structs.replace(batch, finished_at=self.clock.now())
        self.store.list_batch(batch)
        if self.store.create_batch(batch):
            faults = len(refused.faults) + refused.more
            event("manifest.refused", batch=batch.id, faults=faults)
        return batch


@dataclass(frozen=True, kw_only=True)
class FindNotTaken:
    """The manifests of the `container` whose version was neither accepted nor refused, to the end.
    They are few, and looked up one by one."""

    container: str
    store: BatchStore

    def __call__(self, entries: Iterable[AudioEntry]) -> list[AudioEntry]:
        return [entry for entry in entries if not self._is_taken(entry)]

    def _is_taken(self, entry: AudioEntry) -> bool:
        batch = self.store.batch(manifest_batch_id(self.container, entry.name, entry.etag))
        if batch is None:
            return False
        return not batch.is_expanding or self.store.note_version(batch.id) is not None


def _heed(refusal: Failure | None) -> None:
    """Raises `ManifestRefused` where somebody refused it already."""
    if refusal is not None:
        fault = Fault(code=refusal.code, message=f"{refusal.reason} {refusal.advice}")
        raise ManifestRefused([fault])


def _kind(name: str, head: AudioHead) -> str:
    """Raises `ManifestRefused` where there is none, and where it is too large."""
    kind = kind_of(name, head.media_type)
    if kind is None:
        text = "Is no kind of manifest by its name. Call it .json, .jsonl or .csv."
        raise ManifestRefused([Fault(code="unknown_kind", message=text)])
    if head.bytes > MOST_BYTES:
        text = f"Has {head.bytes} bytes. Give at most {MOST_BYTES}; split it into several."
        raise ManifestRefused([Fault(code="too_large", message=text)])
    return kind


def _header(batch_id: str, name: str, head: AudioHead, report: str) -> Batch:
    return Batch(
        id=batch_id,
        profile="",
        origin="manifest",
        title=name[:400],
        created_at=head.last_modified_at,
        closes_at=head.last_modified_at,
        error_report=report,
    )
