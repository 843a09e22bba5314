"""What people and programs do to audio beside dropping it: they move it to the archive tier, set
metadata on it, and give it another name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from threading import Lock

from azure.core import MatchConditions
from azure.core.exceptions import AzureError
from azure.data.tables import TableClient
from azure.storage.blob import BlobClient, BlobServiceClient, StandardBlobTier

from local.chaos.evidence import AUDIO, Dropped, current_audio
from local.chaos.plan import Drop, Meddling


class Book:
    """Every version that was put there, in the order of its name; the dropper and who meddles
    write into it at once."""

    def __init__(self, dropped: list[Dropped]) -> None:
        self._dropped = dropped
        self._orders = Counter[str]()
        self._lock = Lock()

    def note(self, name: str, etag: str, drop: Drop) -> None:
        with self._lock:
            self._dropped.append(Dropped(name, etag.strip('"'), self._orders[name], drop))
            self._orders[name] += 1

    def drop_of(self, name: str, etag: str) -> Drop | None:
        """None: nobody noted that version yet."""
        with self._lock:
            found = [one.drop for one in self._dropped if (one.name, one.etag) == (name, etag)]
        return found[0] if found else None


class Meddler:
    """Only of versions that are noted, and only while they are still there."""

    def __init__(self, blobs: BlobServiceClient, table: TableClient, book: Book) -> None:
        self._blobs, self._table, self._book = blobs, table, book

    def __call__(self, one: Meddling) -> bool:
        """Whether anything was done: there may be nothing to do it to, or somebody was quicker."""
        named = current_audio(self._blobs)
        if one.what != "touched":
            named &= self._transcribed()
        found = _one_of(sorted(named), one.chance)
        if found is None:
            return False
        name, etag = found
        drop = self._book.drop_of(name, etag)
        if drop is None:
            return False
        try:
            return self._do(one, name, etag, drop)
        except AzureError:  # it was overwritten meanwhile
            return False

    def _do(self, one: Meddling, name: str, etag: str, drop: Drop) -> bool:
        blob = self._blobs.get_blob_client(AUDIO, name)
        if blob.get_blob_properties().blob_tier == StandardBlobTier.ARCHIVE:
            return False  # Azure lets nobody change it, the emulator does
        if one.what == "archived":
            blob.set_standard_blob_tier(StandardBlobTier.ARCHIVE)
            there = str(blob.get_blob_properties().etag).strip('"')
            if there != etag:  # a tier takes no condition: another version came first
                blob.set_standard_blob_tier(StandardBlobTier.HOT)
        elif one.what == "touched":
            answer = blob.set_blob_metadata(
                {"seen": f"{one.at}"}, etag=etag, match_condition=MatchConditions.IfNotModified
            )
            self._book.note(name, str(answer["etag"]), drop)
        else:
            self._rename(blob, name, etag, drop)
        return True

    def _rename(self, blob: BlobClient, name: str, etag: str, drop: Drop) -> None:
        """As far as the names tell: the content is put there again."""
        moved = f"moved/{name.rpartition('/')[2]}"
        if moved == name:
            return
        blob.delete_blob(etag=etag, match_condition=MatchConditions.IfNotModified)
        new = self._blobs.get_blob_client(AUDIO, moved)
        answer = new.upload_blob(drop.content, overwrite=True)
        self._book.note(moved, str(answer["etag"]), drop)

    def _transcribed(self) -> frozenset[tuple[str, str]]:
        """Name and ETag of what is transcribed by what its row says, and of whose name nothing is
        in work: whatever is not over takes the audio."""
        rows = [
            (row["name"], row["etag"], row["state"])
            for row in self._table.query_entities(
                "RowKey ge 'recording-' and RowKey lt 'recording.'",
                select=["name", "etag", "state"],
            )
        ]
        in_work = {name for name, _, state in rows if state in ("waiting", "planned")}
        return frozenset(
            (name, etag)
            for name, etag, state in rows
            if state == "transcribed" and name not in in_work
        )


def _one_of(names: Sequence[tuple[str, str]], chance: float) -> tuple[str, str] | None:
    return names[int(chance * len(names))] if names else None
