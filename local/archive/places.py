"""Where results, audio and outputs lie: a folder, or a container of a storage account. Nothing that
is there is ever written over."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs, urlsplit

from azure.core.exceptions import AzureError, ResourceExistsError
from azure.identity import DefaultAzureCredential
from azure.storage.blob import ContainerClient, ContentSettings

_HERE = ("127.0.0.1", "localhost", "::1")
_MOST_NAME = 1_024
_CHUNK = 4 * 1024 * 1024


class PlaceTrouble(OSError):
    """A place cannot be read or written. Its text has no query of an address in it."""


class Lying(NamedTuple):
    """`changed_at` is when it was written, None where that is not known: what was downloaded is as
    old as the download."""

    bytes: int
    changed_at: datetime | None = None


class Place(Protocol):
    """Names are paths with slashes, whatever the system. Every method may raise `OSError`."""

    def listing(self) -> dict[str, Lying]:
        """What lies there, by name."""

    def takes(self, name: str) -> bool:
        """Whether something of that name can lie here, and nowhere else."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """What lies there, piece by piece."""

    def put_new(self, name: str, content: Iterable[bytes], media_type: str) -> bool:
        """Whether it was stored: nothing is where something of that name lies already."""


def place_at(text: str) -> Place:
    """A folder, or by an address with https a container, with its SAS or as whoever is signed in.
    Raises `PlaceTrouble`."""
    if not text.lower().startswith(("http://", "https://")):
        return Folder(Path(text))
    try:
        parts = urlsplit(text)
        is_here = parts.hostname in _HERE
        is_signed = "sig" in parse_qs(parts.query)
        if parts.scheme.lower() == "http" and not is_here:
            raise PlaceTrouble("An address has to begin with https.")
        credential: Any = None if is_signed else DefaultAzureCredential()
        return Container(ContainerClient.from_container_url(text, credential=credential))
    except ValueError:
        raise PlaceTrouble("The address is not that of a container.") from None


def whole(place: Place, name: str) -> bytes:
    return b"".join(place.chunks(name))


def _is_harmless(name: str) -> bool:
    """No step upwards, which a client would take before it asks, and no control characters."""
    steps = name.split("/")
    return (
        0 < len(name) <= _MOST_NAME
        and not {".", ".."} & set(steps)
        and all(character.isprintable() or character == " " for character in name)
    )


class Folder:
    """Below `root`. Links are not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def listing(self) -> dict[str, Lying]:
        if not self._root.exists():
            return {}
        if not self._root.is_dir():
            raise PlaceTrouble(f"{self._root} is no folder.")
        found = {}
        for folder, _, names in os.walk(self._root, onerror=_raise):
            for name in names:
                file = Path(folder) / name
                if file.is_file() and not file.is_symlink():
                    found[file.relative_to(self._root).as_posix()] = Lying(file.stat().st_size)
        return found

    def takes(self, name: str) -> bool:
        strange = ("\\", ":") if os.name == "nt" else ("\\",)
        if not _is_harmless(name) or "" in name.split("/") or any(c in name for c in strange):
            return False
        root, path = self._root.resolve(), (self._root / name).parent.resolve()
        return path == root or root in path.parents

    def chunks(self, name: str) -> Iterator[bytes]:
        with (self._root / name).open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece

    def put_new(self, name: str, content: Iterable[bytes], media_type: str) -> bool:
        """In one go: what was cut off leaves nothing that could be taken for whole."""
        target = self._root / name
        if target.exists():
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{os.getpid()}-{os.urandom(4).hex()}.part")
        try:
            with part.open("xb") as file:
                file.writelines(content)
            os.link(part, target)
        except FileExistsError:
            return False
        finally:
            part.unlink(missing_ok=True)
        return True


def _raise(error: OSError) -> None:
    raise error


class Container:
    """Of a storage account."""

    def __init__(self, client: ContainerClient) -> None:
        self._client = client

    def listing(self) -> dict[str, Lying]:
        with _told("list"):
            return {
                blob.name: Lying(blob.size, blob.last_modified)
                for blob in self._client.list_blobs()
            }

    def takes(self, name: str) -> bool:
        return _is_harmless(name)

    def chunks(self, name: str) -> Iterator[bytes]:
        with _told("read"):
            yield from self._client.download_blob(name).chunks()

    def put_new(self, name: str, content: Iterable[bytes], media_type: str) -> bool:
        kind = ContentSettings(content_type=media_type)
        try:
            with _told("write"):
                self._client.upload_blob(
                    name, iter(content), overwrite=False, content_settings=kind
                )
        except FileExistsError:
            return False
        return True


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Errors of the library quote addresses, signatures and all."""
    try:
        yield
    except ResourceExistsError:
        raise FileExistsError from None
    except AzureError as error:
        code = getattr(error, "error_code", None) or type(error).__name__
        raise PlaceTrouble(f"The container does not let us {what}: {code}.") from None
