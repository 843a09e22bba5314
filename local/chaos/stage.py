"""The stack of a chaos run: Azurite, the emulator on a folder, and two hosts on one storage, each
of which can be killed and started again on the port that it had."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from azure.data.tables import TableClient, TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local.chaos.between import Between, standing_between
from local.chaos.provider import Books, Provider
from local.chaos.providers.registry import PROVIDERS
from local.children import Child
from local.emulators.registry import EMULATORS
from local.stack.azurite import Azurite, running_azurite
from local.stack.root import ROOT
from local.stack.stack import CONTAINERS, TABLE, app_settings, free_port, make_storage

HOSTS = 2
_LEASE_SECONDS = 6
_READY_SECONDS = 60
_IN_A_HURRY = {  # and each provider has some of its own
    "COALESCE_SECONDS": "2",
    "POLL_SCHEDULE": "*/2 * * * * *",
    "POLL_MIN_SECONDS": "1",
    "POLL_MAX_SECONDS": "8",
    "SWEEP_SCHEDULE": "*/3 * * * * *",
    "RESOLVE_AFTER_SECONDS": "12",
    "STUCK_AFTER_SECONDS": "8",
    "RELIST_SECONDS": "5",
    "EVENT_PATIENCE_SECONDS": "4",
    "ORPHANS_SECONDS": "6",
    "ORPHAN_AGE_SECONDS": "20",
    "ENDPOINT_PAUSE_SECONDS": "1",
    "SLICE_SIZE": "8",
    "STORAGE_PAUSE_SECONDS": "1",
    "STILL_SECONDS": "3",
    "RELIST_ALL_SECONDS": "15",
    "AzureFunctionsJobHost__extensions__queues__visibilityTimeout": "00:00:02",
}
"""App settings with which what takes minutes in the cloud takes seconds."""


class Program:
    """A child process that can be killed and started again."""

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path, ready: str
    ) -> None:
        self.name, self.log = name, log
        self._command, self._env, self._ready = command, env, ready
        self._child: Child | None = None

    @property
    def is_up(self) -> bool:
        return self._child is not None

    def start(self) -> None:
        """Does not wait. To be called by the main thread: a child dies with the thread that
        started it."""
        self._child = self._child or Child(self.name, self._command, self._env, self.log)

    def await_ready(self) -> None:
        """Raises `ChildFailed`."""
        assert self._child is not None
        if self._child.found is None:
            self._child.await_ready(self._ready, _READY_SECONDS)

    def check(self) -> None:
        """Raises `ChildFailed` if it ended by itself."""
        if self._child is not None:
            self._child.check()

    @property
    def has_died(self) -> bool:
        return self._child is not None and self._child.process.poll() is not None

    def freeze(self) -> None:
        if self._child is not None:
            self._child.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._child is not None:
            self._child.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()
        self._child = None

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()
        self._child = None


@dataclass(frozen=True)
class Stage:
    provider: Provider
    azurite: Azurite
    speech: Program
    hosts: tuple[Program, ...]
    speech_url: str
    secrets: tuple[str, ...]
    logs: Path
    blobs: BlobServiceClient
    queues: QueueServiceClient
    table: TableClient
    admin: httpx.Client
    between: Mapping[str, Between]

    @property
    def programs(self) -> tuple[Program, ...]:
        return (self.speech, *self.hosts)

    def order(self, fault: Mapping[str, Any]) -> str:
        """Order a fault at the emulator; its id, or "" where the emulator is down."""
        try:
            answer = self.admin.post("/faults", json=fault)
        except httpx.HTTPError:
            return ""
        if answer.status_code != 201:
            raise ValueError(f"the emulator refused the fault {fault}: {answer.text}")
        return str(answer.json()["id"])

    def cancel(self, fault_id: str = "") -> None:
        """One fault, or all."""
        with suppress(httpx.HTTPError):
            self.admin.delete(f"/faults/{fault_id}" if fault_id else "/faults")

    def faults(self) -> list[dict[str, Any]]:
        try:
            found: list[dict[str, Any]] = self.admin.get("/faults").json()["faults"]
        except httpx.HTTPError:
            return []
        return found

    def books(self) -> Books:
        return self.provider.read(self.admin.get("/ledger").json())


@contextmanager
def set_up(folder: Path, name: str) -> Iterator[Stage]:
    """Everything started and ready, with the emulator of the provider of that name; stopped at the
    end. `folder` takes logs and state."""
    provider, emulator = PROVIDERS[name], EMULATORS[name]
    logs, state = folder / "logs", folder / "state"
    logs.mkdir(parents=True, exist_ok=True)
    state.mkdir(exist_ok=True)
    profiles = (folder / "profiles.toml").resolve()
    profiles.write_text(provider.profiles, encoding="utf-8")
    with ExitStack() as exits:
        azurite = exits.enter_context(running_azurite())
        storage = azurite.connection_string
        make_storage(storage)
        transcripts = CONTAINERS["TRANSCRIPTS_CONTAINER"]
        between = {
            "blob": exits.enter_context(standing_between(azurite.blob_endpoint, transcripts)),
            "table": exits.enter_context(standing_between(azurite.table_endpoint)),
        }
        seen_by_app = replace(
            azurite, blob_endpoint=between["blob"].url, table_endpoint=between["table"].url
        )
        speech_port, ports = free_port(), [free_port() for _ in range(HOSTS)]
        key, url = secrets.token_hex(16), f"http://127.0.0.1:{speech_port}"
        env = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            **app_settings(storage, f"http://127.0.0.1:{ports[0]}"),
            "DATA_STORAGE": seen_by_app.connection_string,
            **emulator.settings(url, key),
            **_IN_A_HURRY,
            **provider.settings,
            "PROFILES_FILE": str(profiles),
        }
        speech = Program(
            f"The {emulator.name} emulator",
            emulator.command(
                speech_port, "scripted", key, ("--state", str(state), *provider.options)
            ),
            env,
            logs / f"{name}.log",
            emulator.ready,
        )
        hosts = tuple(
            Program(
                f"Host {number}",
                [
                    *(sys.executable, "-m", "local.host", "--app", str(ROOT)),
                    *("--port", str(port), "--lease-seconds", str(_LEASE_SECONDS)),
                    *("--idle-poll-seconds", "0.5"),
                ],
                env,
                logs / f"host-{number}.log",
                "listening on ",
            )
            for number, port in enumerate(ports)
        )
        for program in (speech, *hosts):
            exits.callback(program.stop)
            program.start()
        for program in (speech, *hosts):
            program.await_ready()
        enter = exits.enter_context
        tables = enter(TableServiceClient.from_connection_string(storage))
        yield Stage(
            provider,
            azurite,
            speech,
            hosts,
            url,
            (key, azurite.key, env["WEBHOOK_SECRET"]),
            logs,
            enter(BlobServiceClient.from_connection_string(storage)),
            enter(QueueServiceClient.from_connection_string(storage)),
            tables.get_table_client(TABLE),
            enter(httpx.Client(base_url=f"{url}/_emulator", timeout=3)),
            between,
        )
