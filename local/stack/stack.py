"""The whole of Dropscribe on one machine: storage, speech and functions, on free ports."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from azure.core.exceptions import ResourceExistsError
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient, CorsRule
from azure.storage.queue import QueueServiceClient

from local.children import Child, running
from local.emulators.registry import (
    EMULATORS,
    SERVICES,
    finder_settings,
    prompter_settings,
    running_emulator,
    running_service,
)
from local.host.keys import FUNCTION
from local.recogniser.engines import BEST, resolve
from local.recogniser.engines import check as check_engine
from local.stack.azurite import Azurite, running_azurite
from local.stack.check import check_configuration
from local.stack.root import ROOT
from shared.configuration.profiles import read_file
from shared.finders.registry import FINDER
from shared.messages import QUEUES

CONTAINERS = {
    "AUDIO_CONTAINER": "audio",
    "TRANSCRIPTS_CONTAINER": "transcripts",
    "REPORTS_CONTAINER": "reports",
    "ERRORS_CONTAINER": "errors",
    "CORRECTED_CONTAINER": "corrected",
    "REVISIONS_CONTAINER": "revisions",
    "PREPARED_CONTAINER": "prepared",
    "LISTENING_CONTAINER": "listening",
    "REDACTED_AUDIO_CONTAINER": "redacted-audio",
    "UNREDACTED_CONTAINER": "unredacted",
    "MANIFESTS_CONTAINER": "manifests",
    "BATCHES_CONTAINER": "batches",
    "UPLOADS_CONTAINER": "uploads",
    "SUBSCRIPTIONS_CONTAINER": "subscriptions",
    "DEAD_LETTERS_CONTAINER": "dead-letters",
    "AUDIT_CONTAINER": "audit",
    "SEARCH_CONTAINER": "search",
    "EXPORTS_CONTAINER": "exports",
    "ANSWERS_CONTAINER": "answers",
}
TABLE = "dropscribe"
_NOWHERE_URL = "http://127.0.0.1:1"  # stands for addresses that are not known yet
_NOWHERE = Azurite(_NOWHERE_URL, _NOWHERE_URL, _NOWHERE_URL).connection_string


class Wanted(NamedTuple):
    """What profiles want beside transcripts: kinds of personal data to be hidden, which a finder
    looks for, and insights, which a prompter makes, or analysts find. With
    `keeps_unredacted` what is hidden, in the sound as well, is kept besides."""

    redact: Sequence[str] = ()
    insights: Sequence[str] = ()
    keeps_unredacted: bool = False


NOTHING = Wanted()


@dataclass
class Stack:
    """A running stack. `environment` is what the functions host was started with, `key` what it
    signs its calls to `provider` with."""

    azurite: Azurite
    speech_url: str
    app_url: str
    environment: Mapping[str, str]
    logs: Path
    provider: str
    key: str
    children: list[Child] = field(default_factory=list)

    @property
    def api_key(self) -> str:
        """What callers of the app's API send, as `Authorization: Bearer` or `x-functions-key`: the
        key of its owner."""
        return self.environment["OWNER_KEY"]

    @property
    def page_url(self) -> str:
        """The page, with the key behind it where no log sees it."""
        return f"{self.app_url}/app/#key={self.api_key}"

    @property
    def blobs(self) -> BlobServiceClient:
        return BlobServiceClient.from_connection_string(self.azurite.connection_string)

    def check(self) -> None:
        """Raises `ChildFailed` if a program has ended."""
        for child in self.children:
            child.check()


@contextmanager
def running_stack(
    logs: Path,
    *,
    engine: str = BEST,
    provider: str = "azure-speech",
    settings: Mapping[str, str] | None = None,
    with_host: bool = True,
    host_port: int = 0,
    speech_port: int = 0,
    speech_options: Sequence[str] = (),
    wants: Wanted = NOTHING,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Stack]:
    """Start everything, wait until it works, and stop it at the end. The emulator is that of
    `provider`, which the default profile names. `settings` are app settings over those of the
    stack; `logs` is a folder for what the programs print. For what its profiles `want` beside
    transcripts stand-ins of services run. Without a host, whoever starts the stack runs the app.
    Raises `ConfigurationError` before anything starts, and `OSError` where `host_port` is taken."""
    logs.mkdir(parents=True, exist_ok=True)
    profiles = _profiles_for(provider, wants, logs)
    own = {"PROFILES_FILE": str(profiles), **(settings or {})}
    services = _services(wants)
    told = {k: v for of in services.values() for k, v in of(_NOWHERE_URL, "key").items()} | own
    check_configuration(_environment(_NOWHERE, _NOWHERE_URL, provider, _NOWHERE_URL, "key", told))
    check_free(host_port, speech_port)
    if not engine.startswith("scripted"):
        check_engine(resolve(engine))
    with ExitStack() as exits:
        tell("storage")
        azurite = exits.enter_context(running_azurite())
        make_storage(azurite.connection_string)
        port = host_port or free_port()
        let_in(azurite.connection_string, f"http://127.0.0.1:{port}")
        tell(f"speech, heard by {resolve(engine)}")
        key = secrets.token_hex(16)
        speech = exits.enter_context(
            running_emulator(
                provider,
                engine=engine,
                key=key,
                env=base_environment(),
                logs=logs,
                port=speech_port,
                options=speech_options,
            )
        )
        assert speech.found is not None
        speech_url = speech.found[1]
        children = [speech]
        for name, settings_of in services.items():
            tell(f"a stand-in for {SERVICES[name].name}")
            service = exits.enter_context(
                running_service(name, key=key, env=base_environment(), logs=logs)
            )
            assert service.found is not None
            children.append(service)
            own |= settings_of(service.found[1], key)
        tell("functions")
        url = f"http://127.0.0.1:{port}"
        environment = _environment(azurite.connection_string, url, provider, speech_url, key, own)
        if with_host:
            children.append(
                exits.enter_context(running_host(port, environment, logs / "functions.log"))
            )
        yield Stack(azurite, speech_url, url, environment, logs, provider, key, children)


@contextmanager
def running_host(
    port: int, environment: Mapping[str, str], log: Path, *options: str
) -> Iterator[Child]:
    """A functions host that runs the app. `options` are those of `python -m local.host`."""
    command = [sys.executable, "-m", "local.host", "--app", str(ROOT), "--port", str(port)]
    command += options
    with running(
        "The functions host", command, ready=r"http://127\.0\.0\.1:\d+", env=environment, log=log
    ) as host:
        yield host


def _environment(
    storage: str, app_url: str, provider: str, speech_url: str, key: str, own: Mapping[str, str]
) -> dict[str, str]:
    """Of the functions host; `own` goes over the rest."""
    return {
        **base_environment(),
        **app_settings(storage, app_url),
        **EMULATORS[provider].settings(speech_url, key),
        **own,
    }


def app_settings(storage: str, app_url: str) -> dict[str, str]:
    """What the app needs to be told to work with the local stack, beside the provider. Everything
    that waits in the cloud for company or for a provider's pace waits only seconds here."""
    return {
        "AzureWebJobsStorage": storage,
        "DATA_STORAGE": storage,
        **CONTAINERS,
        "STATE_TABLE": TABLE,
        "WEBHOOK_BASE_URL": app_url,
        "WEBHOOK_SECRET": secrets.token_hex(16),
        "COALESCE_SECONDS": "2",
        "POLL_SCHEDULE": "*/5 * * * * *",
        "POLL_MIN_SECONDS": "5",
        "REFETCH_SECONDS": "2",
        "SWEEP_SCHEDULE": "*/3 * * * * *",
        "RELIST_SECONDS": "15",
        "ALLOW_HTTP": "true",
        "OUTBOUND_NETWORKS": "127.0.0.0/8 ::1/128",
        "EVENTS_SECRET": f"whsec_{b64encode(secrets.token_bytes(32)).decode()}",
        "PYTHON_THREADPOOL_THREAD_COUNT": "16",
        "API_AUTH": "own",
        "OWNER_KEY": f"dsk_{secrets.token_urlsafe(32)}",
        "SEALING_KEY": f"local:{b64encode(secrets.token_bytes(32)).decode()}",
        FUNCTION: secrets.token_hex(16),
    }


def make_storage(connection_string: str) -> None:
    """The containers, queues and the table that the infrastructure makes in the cloud."""
    blobs = BlobServiceClient.from_connection_string(connection_string)
    for container in CONTAINERS.values():
        _unless_there(blobs.create_container, container)
    queues = QueueServiceClient.from_connection_string(connection_string)
    for queue in QUEUES:
        _unless_there(queues.create_queue, queue)
    TableServiceClient.from_connection_string(connection_string).create_table_if_not_exists(TABLE)


def let_in(connection_string: str, page: str) -> None:
    """Scripts of the page may send audio to the blobs and read it there, as in the cloud."""
    rule = CorsRule(
        [page],
        ["GET", "HEAD", "PUT"],
        allowed_headers=["x-ms-*", "content-type", "range"],
        exposed_headers=["x-ms-*", "etag"],
        max_age_in_seconds=3600,
    )
    BlobServiceClient.from_connection_string(connection_string).set_service_properties(cors=[rule])


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check_free(*ports: int) -> None:
    """Raises `OSError` that names the first of them that something else listens on; 0 is free."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise OSError(
                    f"Port {port} cannot be had ({error.strerror}). Stop what listens there, or "
                    "take another one: `.venv/bin/python -m local run --port 0` finds one."
                ) from None


def _unless_there(make: Callable[[str], object], name: str) -> None:
    try:
        make(name)
    except ResourceExistsError:
        return


def _services(wants: Wanted) -> dict[str, Callable[[str, str], dict[str, str]]]:
    """What else has to run, and the app settings that say so, by address and key."""
    is_found = [name in FINDER.analyses for name in wants.insights]
    wanted = {
        "azure-language": (wants.redact or any(is_found), finder_settings),
        "chat": (not all(is_found), prompter_settings),
    }
    return {name: settings_of for name, (asked, settings_of) in wanted.items() if asked}


def _profiles_for(provider: str, wants: Wanted, folder: Path) -> Path:
    """The project's own profiles with `provider` for all of them, which want that, as a file in
    `folder`."""
    text = read_file(ROOT / "profiles.toml")
    path = folder / "profiles.toml"
    changed = text.replace('provider = "azure-speech"', f'provider = "{provider}"')
    more = f'redact = {_listed(wants.redact)}\nredact_with = "kind"\n' if wants.redact else ""
    if wants.keeps_unredacted:
        more += 'redact_audio = "mute"\nkeep_unredacted = true\n'
    more += f"insights = {_listed(wants.insights)}\n" if wants.insights else ""
    changed = changed.replace("[default]\n", f"[default]\n{more}", 1)
    path.write_text(changed, encoding="utf-8")
    return path.resolve()


def _listed(names: Sequence[str]) -> str:
    """As TOML has it."""
    return f"[{', '.join(f'{name!r}' for name in names)}]"


def base_environment() -> dict[str, str]:
    keep = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
    kept = {name: os.environ[name] for name in keep if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
