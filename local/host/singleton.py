"""A blob lease that lets one of several host processes do what must be done once."""

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError
from azure.storage.blob import BlobClient, BlobLeaseClient

from local.host.storage import HOST_CONTAINER, Storage
from local.host.waiting import happens

_log = logging.getLogger("local.host")
LEASE_SECONDS = 30
_RENEW_SECONDS = 8
_RETRY_SECONDS = 1


class Singleton:
    """One named lock of this app in its own storage."""

    def __init__(self, storage: Storage, connection: str, name: str) -> None:
        service = storage.blobs(connection)
        self._storage = storage
        self._container = service.get_container_client(HOST_CONTAINER)
        self._blob: BlobClient = self._container.get_blob_client(f"locks/{name}")
        self._is_there = False

    async def run(
        self, body: Callable[[asyncio.Event], Awaitable[None]], stopping: asyncio.Event
    ) -> None:
        """Run `body` while holding the lock, again whenever it was lost and won back, or storage
        refused something.

        The event given to `body` is set when the lock is lost or the host stops.
        """
        while not stopping.is_set():
            lease = await self._storage.call(self._acquire)
            if lease is None:
                await happens(stopping, _RETRY_SECONDS)
                continue
            ending = asyncio.Event()
            keeping = asyncio.create_task(self._keep(lease, ending, stopping))
            try:
                await body(ending)
            except* AzureError as refused:
                kinds = sorted({type(error).__name__ for error in refused.exceptions})
                _log.warning("under the lock %s: %s", self._blob.blob_name, ", ".join(kinds))
            finally:
                ending.set()
                await keeping

    async def _keep(
        self, lease: BlobLeaseClient, ending: asyncio.Event, stopping: asyncio.Event
    ) -> None:
        """Renew until the body ends or the host stops, and let go; set `ending` when it is lost."""
        while not ending.is_set() and not await happens(stopping, _RENEW_SECONDS):
            try:
                await self._storage.call(lease.renew)
            except AzureError as error:
                _log.warning("lost the lock %s: %s", self._blob.blob_name, type(error).__name__)
                ending.set()
                return
        ending.set()
        with suppress(AzureError):  # it would end by itself
            await self._storage.call(lease.release)

    def _ensure(self) -> None:
        for create in (self._container.create_container, self._create_blob):
            try:
                create()
            except HttpResponseError as error:
                if error.status_code not in (409, 412):
                    raise

    def _create_blob(self) -> None:
        self._blob.upload_blob(b"", overwrite=False)

    def _acquire(self) -> BlobLeaseClient | None:
        lease: BlobLeaseClient | None
        try:
            if not self._is_there:
                self._ensure()
                self._is_there = True
            lease = self._blob.acquire_lease(LEASE_SECONDS, lease_id=str(uuid.uuid4()))
        except ResourceExistsError:
            lease = self._take_over()
        except AzureError as error:
            _log.warning("cannot lock %s: %s", self._blob.blob_name, type(error).__name__)
            self._is_there = False
            return None
        if lease is None:
            return None
        try:
            self._blob.set_blob_metadata({**_myself(), "lease": lease.id}, lease=lease)
        except AzureError:
            return None
        return lease

    def _take_over(self) -> BlobLeaseClient | None:
        """Inherit the lease of a process of this machine that was killed.

        Changing the id of a lease needs its present id, so only one heir can succeed.
        """
        try:
            owner = self._blob.get_blob_properties().metadata or {}
            if not _is_dead(owner):
                return None
            lease = BlobLeaseClient(self._blob, lease_id=owner["lease"])
            lease.change(str(uuid.uuid4()))
            lease.renew()
        except AzureError:
            return None
        return lease


def _myself() -> dict[str, str]:
    pid = os.getpid()
    return {"machine": socket.gethostname(), "pid": str(pid), "started": _start_of(pid)}


def _is_dead(owner: dict[str, str]) -> bool:
    """Whether the lease was left by a process of this machine that is no more."""
    if os.name != "posix" or owner.get("machine") != socket.gethostname():
        return False
    pid = int(owner["pid"])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _start_of(pid) != owner.get("started")


def _start_of(pid: int) -> str:
    """When a process started, in the system's own units: tells a reused number. Linux only."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return "unknown"
