"""A manifest was dropped: accept it, or tell in a file why not. Both once, however often it is
announced."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from shared.batches.accept import resume
from shared.errors import Fault, ManifestRefused
from shared.log import event
from shared.model.batch.batch import Batch, manifest_batch_id
from shared.model.failure import Failure
from shared.model.manifest.files import kind_of
from shared.model.manifest.manifest import MOST_BYTES
from shared.model.manifest.refusal import write_manifest_report
from shared.ports.blobs import AudioBlobs, AudioEntry, AudioHead, Outputs
from shared.ports.queue import Clock, Queue
from shared.ports.state import BatchStore


def take_manifest(
    container: str,
    name: str,
    *,
    accept: Callable[..., Batch],
    audio: AudioBlobs,
    store: BatchStore,
    outputs: Outputs,
    errors_container: str,
    queue: Queue,
    clock: Clock,
    refusal: Failure | None = None,
) -> Batch | None:
    """The batch, or None if the manifest is gone. `refusal` refuses it without a look inside."""
    head = audio.head(container, name)
    if head is None:
        event("manifest.gone", container=container, level=30)
        return None
    batch_id = manifest_batch_id(container, name, head.etag)
    report = f"{errors_container}/{container}/{name}.json"
    there = store.batch(batch_id)
    if there is not None:
        resume(there, store=store, queue=queue)
        return there
    try:
        if refusal is not None:
            fault = Fault(code=refusal.code, message=f"{refusal.reason} {refusal.advice}")
            raise ManifestRefused([fault])
        content, kind = _content(container, name, head, audio)
        outputs.remove_report(report)  # of the version before this one
        return accept(content, kind=kind, origin="manifest", batch_id=batch_id)
    except ManifestRefused as refused:
        content = write_manifest_report(container, name, head.etag, clock.now(), refused)
        outputs.put_stream(report, [content], "application/json")
        return _note_refused(batch_id, name, head, report, refused, store, clock)


def is_taken(container: str, entry: AudioEntry, store: BatchStore) -> bool:
    """Whether this version was accepted or refused, to the end."""
    batch = store.batch(manifest_batch_id(container, entry.name, entry.etag))
    if batch is None:
        return False
    return not batch.is_expanding or store.note_version(batch.id) is not None


def not_taken(
    container: str, entries: Iterable[AudioEntry], *, store: BatchStore
) -> list[AudioEntry]:
    """Manifests are few: they are looked up one by one."""
    return [entry for entry in entries if not is_taken(container, entry, store)]


def _content(container: str, name: str, head: AudioHead, audio: AudioBlobs) -> tuple[bytes, str]:
    kind = kind_of(name, head.media_type)
    if kind is None:
        text = "Is no kind of manifest by its name. Call it .json, .jsonl or .csv."
        raise ManifestRefused([Fault(code="unknown_kind", message=text)])
    if head.bytes > MOST_BYTES:
        text = f"Has {head.bytes} bytes. Give at most {MOST_BYTES}; split it into several."
        raise ManifestRefused([Fault(code="too_large", message=text)])
    read = len(head.data)
    rest = head.bytes - read
    tail = audio.read(container, name, head.etag, read, rest) if rest > 0 else b""
    return head.data + tail, kind


def _note_refused(
    batch_id: str,
    name: str,
    head: AudioHead,
    report: str,
    refused: ManifestRefused,
    store: BatchStore,
    clock: Clock,
) -> Batch:
    """A header without recordings, by which the manifest is known from now on. It is listed
    first, at a time that is the same for everybody: who dies in between comes again."""
    batch = Batch(
        id=batch_id,
        profile="",
        origin="manifest",
        title=name[:400],
        created_at=head.last_modified_at,
        closes_at=head.last_modified_at,
        finished_at=clock.now(),
        error_report=report,
    )
    store.list_batch(batch)
    if store.create_batch(batch):
        event("manifest.refused", batch=batch_id, faults=len(refused.faults) + refused.more)
    return batch
