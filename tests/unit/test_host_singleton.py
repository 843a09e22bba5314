"""The lock under which one host runs timers and scans outlasts storage that refuses for a while."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from local.host import singleton
from local.host.singleton import Singleton


class Lease:
    id = "1"

    def renew(self) -> None: ...
    def release(self) -> None: ...


class Refusing:
    """A lock's storage that refuses the first calls, as a firewall does."""

    def __init__(self, refusals: int) -> None:
        self.refusals, self.blob_name, self.url = refusals, "locks/app", "http://127.0.0.1"

    def blobs(self, _: str) -> Refusing:
        return self

    def get_container_client(self, _: str) -> Refusing:
        return self

    def get_blob_client(self, _: str) -> Refusing:
        return self

    async def call(self, function: Any, *args: Any) -> Any:
        return function(*args)

    def create_container(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise HttpResponseError("AuthorizationFailure")

    def upload_blob(self, *_: Any, **__: Any) -> None: ...
    def set_blob_metadata(self, *_: Any, **__: Any) -> None: ...

    def acquire_lease(self, *_: Any, **__: Any) -> Lease:
        return Lease()


@pytest.mark.parametrize("refusals", [0, 2])
def test_what_storage_refuses_is_tried_again(
    refusals: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(singleton, "_RETRY_SECONDS", 0)
    monkeypatch.setattr(singleton, "_RENEW_SECONDS", 0)
    runs = []

    async def lives() -> None:
        stopping = asyncio.Event()

        async def body(ending: asyncio.Event) -> None:
            runs.append(ending)
            if len(runs) == 1:
                async with asyncio.TaskGroup() as group:
                    group.create_task(refused())
            stopping.set()

        lock = Singleton(Refusing(refusals), "Storage", "app")  # type: ignore[arg-type]
        await asyncio.wait_for(lock.run(body, stopping), 10)

    asyncio.run(lives())
    assert len(runs) == 2


async def refused() -> None:
    raise HttpResponseError("AuthorizationFailure")
