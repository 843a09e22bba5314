"""The app as deployed, in the real runtime, with Azurite and the Azure Speech emulator."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from azure.data.tables import TableClient
from azure.storage.blob import BlobServiceClient

from local.children import running
from local.emulators.registry import EMULATORS
from local.stack.azurite import Azurite
from local.stack.stack import app_settings, make_storage
from tests.conformance.environment import ROOT, ready_environment
from tests.conformance.host_side import Queues, WebFront, web_front
from tests.conformance.package import copy_package
from tests.conformance.runtime_process import RealRuntime, running_runtime

KEY = "conformance"


@dataclass
class World:
    """The app in the real runtime and everything that it talks to."""

    runtime: RealRuntime
    queues: Queues
    blobs: BlobServiceClient
    table: TableClient
    front: WebFront
    settings: dict[str, str]


@pytest.fixture(scope="session")
def python() -> Path:
    """The interpreter of the runtime's environment; a failed installation fails the tests."""
    return ready_environment()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, laid out as in Azure."""
    return copy_package(tmp_path_factory.mktemp("wwwroot"))


@pytest.fixture(scope="module")
def bare_runtime(
    python: Path, app: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealRuntime]:
    """The app without a single setting."""
    with running_runtime(python, app, {}, tmp_path_factory.mktemp("bare") / "log") as runtime:
        yield runtime


@pytest.fixture(scope="module")
def world(
    python: Path, app: Path, azurite: Azurite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    logs = tmp_path_factory.mktemp("conformance")
    storage = azurite.connection_string
    make_storage(storage)
    with (
        web_front() as front,
        running(
            "The Azure Speech emulator",
            [
                *(sys.executable, "-m", "local.emulators.azure_speech", "--port", "0"),
                *("--engine", "scripted", "--key", KEY),
            ],
            ready=r"Azure Speech emulator at (http://\S+)/speechtotext",
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            log=logs / "speech",
        ) as speech,
    ):
        assert speech.found is not None
        settings = {
            **app_settings(storage, front.url),
            **EMULATORS["azure-speech"].settings(speech.found[1], KEY),
            "COALESCE_SECONDS": "1",
            "POLL_MIN_SECONDS": "1",
        }
        with running_runtime(python, app, settings, logs / "runtime") as runtime:
            front.runtime = runtime
            queues = Queues(runtime, storage)
            queues.clear()
            yield World(
                runtime,
                queues,
                BlobServiceClient.from_connection_string(storage),
                TableClient.from_connection_string(storage, settings["STATE_TABLE"]),
                front,
                settings,
            )
            front.runtime = None
