"""Audio and outputs in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from itertools import count
from urllib.parse import quote

from shared.errors import DropscribeError, InputError, StoreConflict
from shared.model.blob_state import WHOLE, BlobState
from shared.model.profile.profile import Profile
from shared.model.recording.recording import Recording
from shared.ports.blobs import AudioEntry, AudioHead, StoredReport, UploadLink, head_of

HEAD_BYTES = 65_536


@dataclass(frozen=True)
class Blob:
    data: bytes
    etag: str
    last_modified_at: datetime
    metadata: dict[str, str]
    state: BlobState = WHOLE
    in_blocks: bool = False


class FakeAudio:
    """`ports.blobs.AudioBlobs`. `drop` is what a person does."""

    def __init__(self) -> None:
        self._etags = count(1)
        self.blobs: dict[tuple[str, str], Blob] = {}
        self.versions: set[tuple[str, str, str]] = set()  # (container, name, etag) ever dropped
        self.missing_containers: set[str] = set()
        self.locked: set[tuple[str, str]] = set()  # what storage does not let go
        self.heads = 0
        self.digests = 0

    def drop(
        self,
        name: str,
        data: bytes,
        at: datetime,
        *,
        container: str = "audio",
        metadata: dict[str, str] | None = None,
        state: BlobState = WHOLE,
        in_blocks: bool = False,
    ) -> str:
        """`in_blocks`: in several pieces, so that storage knows no MD5 of the whole."""
        etag = f"0x{next(self._etags):04X}"
        self.blobs[container, name] = Blob(data, etag, at, metadata or {}, state, in_blocks)
        self.versions.add((container, name, etag))
        return etag

    def head(self, container: str, name: str) -> AudioHead | None:
        self.heads += 1
        blob = self.blobs.get((container, name))
        if blob is None:
            return None
        if blob.state.is_archived or blob.state.refused:
            return head_of(_entry(name, blob), blob.state.refused)
        return AudioHead(
            data=blob.data[:HEAD_BYTES],
            bytes=len(blob.data),
            etag=blob.etag,
            last_modified_at=blob.last_modified_at,
            media_type="audio/wav",
            metadata=blob.metadata,
            state=blob.state,
            md5=_md5(blob),
        )

    def entry(self, container: str, name: str) -> AudioEntry | None:
        blob = self.blobs.get((container, name))
        return None if blob is None else _entry(name, blob)

    def change(self, name: str, state: BlobState, *, container: str = "audio") -> None:
        """Storage, or somebody, changes what it says of a blob, and no byte of it."""
        self.blobs[container, name] = replace(self.blobs[container, name], state=state)

    def read(self, container: str, name: str, etag: str, offset: int, length: int) -> bytes:
        blob = self.blobs.get((container, name))
        if blob is None or blob.etag != etag:
            raise StoreConflict("read range")
        return blob.data[offset : offset + length]

    def digest(self, container: str, name: str, etag: str) -> str:
        self.digests += 1
        return md5(self.read(container, name, etag, 0, 1 << 40), usedforsecurity=False).hexdigest()

    def list(self, container: str) -> Iterator[AudioEntry]:
        for (where, name), blob in sorted(self.blobs.items()):
            if where == container:
                yield _entry(name, blob)

    def page(
        self, container: str, prefix: str, marker: str, most: int
    ) -> tuple[list[AudioEntry], str]:
        if container in self.missing_containers:
            raise InputError("container_missing", "There is no container.", "Create it.")
        there = type(self).list(self, container)  # which is no call of its own
        left = [e for e in there if e.name.startswith(prefix) and e.name > marker]
        return left[:most], left[most - 1].name if len(left) > most else ""

    def remove(self, container: str, name: str, etag: str) -> bool:
        if (container, name) in self.locked:
            return False
        there = self.blobs.get((container, name))
        if there is not None and there.etag == etag:
            del self.blobs[container, name]
        return True

    def url(self, container: str, name: str) -> str:
        return f"https://fake.blob.core.windows.net/{container}/{quote(name)}"

    def readable_url(self, container: str, name: str | None) -> str:
        return f"{self.url(container, name or '').rstrip('/')}?sv=fake&sig=secret"


def _entry(name: str, blob: Blob) -> AudioEntry:
    return AudioEntry(
        name,
        blob.etag,
        blob.last_modified_at,
        blob.metadata,
        len(blob.data),
        blob.state,
        _md5(blob),
    )


def _md5(blob: Blob) -> str | None:
    return None if blob.in_blocks else md5(blob.data, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Stored:
    content: bytes
    media_type: str
    recording_id: str
    audio_version: tuple[datetime, str]


class FakeOutputs:
    """`ports.blobs.Outputs`."""

    def __init__(self) -> None:
        self.files: dict[str, Stored] = {}
        self.reports: dict[str, bytes] = {}
        self.locked: set[str] = set()  # paths at which nothing may be changed
        self.puts = 0

    def put(self, path: str, content: bytes, media_type: str, *, recording: Recording) -> str:
        self.puts += 1
        ours = Stored(
            content, media_type, recording.id, (recording.last_modified_at, recording.etag)
        )
        there = self.files.get(path)
        if there is not None and there.recording_id != recording.id:
            if there.audio_version > ours.audio_version or path in self.locked:
                path = own_name(path, recording.id)
            else:
                self.files[own_name(path, there.recording_id)] = there
        self.files[path] = ours
        return path

    def can_store(self, container: str) -> bool:
        row = Recording(
            batch_id="",
            id="try",
            container="",
            name="",
            etag="",
            last_modified_at=datetime.min.replace(tzinfo=UTC),
            registered_at=datetime.min.replace(tzinfo=UTC),
            changed_at=datetime.min.replace(tzinfo=UTC),
            profile=Profile(),
        )
        try:
            del self.files[self.put(f"{container}/.try", b"", "", recording=row)]
        except DropscribeError:
            return False
        return True

    def reports_of(self, container: str) -> Iterator[StoredReport]:
        for path, stored in sorted(self.files.items()):
            if path.startswith(f"{container}/"):
                yield StoredReport(path, stored.recording_id, stored.audio_version[1])

    def put_stream(self, path: str, chunks: Iterable[bytes], media_type: str) -> None:
        self.reports[path] = b"".join(chunks)

    def remove(self, path: str, *, recording: Recording) -> None:
        for name in (path, own_name(path, recording.id)):
            there = self.files.get(name)
            if there is not None and there.recording_id == recording.id:
                del self.files[name]

    def remove_stored(self, report: StoredReport) -> None:
        there = self.files.get(report.path)
        if there is not None and there.recording_id == report.recording_id:
            del self.files[report.path]

    def read(self, path: str) -> bytes | None:
        there = self.files.get(path)
        return there.content if there is not None else self.reports.get(path)

    def read_own(self, path: str, recording_id: str, /) -> bytes | None:
        for name in (path, own_name(path, recording_id)):
            there = self.files.get(name)
            if there is not None and there.recording_id == recording_id:
                return there.content
        return None

    def has_own(self, path: str, recording_id: str, /) -> bool:
        return self.read_own(path, recording_id) is not None

    def remove_report(self, path: str) -> None:
        self.reports.pop(path, None)


def own_name(path: str, recording_id: str) -> str:
    stem, dot, ending = path.rpartition(".")
    return f"{stem}.{recording_id[:8]}{dot}{ending}"


class FakeUploads:
    """`ports.blobs.Uploads`."""

    def link(self, container: str, name: str, life: timedelta) -> UploadLink:
        return UploadLink(
            url=f"https://storage.test/{container}/{name}?sig=s",
            headers={"x-ms-blob-type": "BlockBlob"},
            expires_at=datetime(2026, 3, 2, 9, tzinfo=UTC) + life,
        )


class FakeOutputLinks:
    """`ports.blobs.OutputLinks`."""

    def link(self, path: str, life: timedelta) -> str:
        return f"https://storage.test/{quote(path)}?sig=s&hours={life / timedelta(hours=1):.0f}"


class FakeRevisions:
    """`ports.blobs.Revisions`."""

    def __init__(self) -> None:
        self.there: dict[tuple[str, int], bytes] = {}

    def add(self, recording: Recording, number: int, content: bytes) -> bool:
        return self.there.setdefault((recording.id, number), content) is content

    def read(self, recording: Recording, number: int) -> bytes | None:
        return self.there.get((recording.id, number))

    def remove(self, recording: Recording) -> None:
        for key in [key for key in self.there if key[0] == recording.id]:
            del self.there[key]


class FakeVersioned:
    """`ports.blobs.Glossaries`, and `ports.listening.ListeningNotes`."""

    def __init__(self) -> None:
        self.there: dict[str, tuple[bytes, str]] = {}

    def read(self, name: str) -> tuple[bytes, str] | None:
        return self.there.get(name)

    def write(self, name: str, content: bytes, version: str | None) -> bool:
        there = self.there.get(name)
        if (there[1] if there else None) != version:
            return False
        self.there[name] = (content, str(int(version or 0) + 1))
        return True
