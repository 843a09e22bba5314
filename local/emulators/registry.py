"""The emulators of providers, finder, prompter and searcher: how each is started, and the app told
of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from local.children import Child, running


class Emulator(NamedTuple):
    """`name` is what its ready line begins with, `prefix` that of the app settings for its
    provider, `port` the usual one, `path` what the line says after the address. `own_settings` of
    the app are for an account like the emulator's, which has no limits."""

    module: str
    name: str
    prefix: str
    port: int
    path: str = ""
    own_settings: Mapping[str, str] = {}

    def command(self, port: int, engine: str, key: str, options: Sequence[str] = ()) -> list[str]:
        arguments = ["--port", str(port), "--engine", engine, "--key", key, *options]
        return [sys.executable, "-m", self.module, *arguments]

    @property
    def ready(self) -> str:
        """Matches the ready line, and gives the address as first group."""
        return rf"{self.name} emulator at (http://[^/\s]+){self.path}"

    def settings(self, url: str, key: str) -> dict[str, str]:
        """The app settings that make it the only endpoint."""
        address = {f"{self.prefix}_ENDPOINTS": f"local={url}", f"{self.prefix}_KEY": key}
        return {**address, **self.own_settings}


EMULATORS: Mapping[str, Emulator] = {
    "azure-speech": Emulator(
        "local.emulators.azure_speech", "Azure Speech", "SPEECH", 5101, "/speechtotext"
    ),
    "assemblyai": Emulator("local.emulators.assemblyai", "AssemblyAI", "ASSEMBLYAI", 5102),
    "soferai": Emulator(
        "local.emulators.soferai",
        "Sofer.ai",
        "SOFERAI",
        5103,
        own_settings={"SOFERAI_CALLS_PER_MINUTE": "60000"},
    ),
}


LANGUAGE = Emulator("local.emulators.azure_language", "Azure AI Language", "LANGUAGE", 5104)
CHAT = Emulator("local.emulators.chat", "Chat", "CHAT", 5105, "/v1")
SEARCH = Emulator("local.emulators.azure_search", "Azure AI Search", "SEARCH", 5106)
SERVICES: Mapping[str, Emulator] = {
    "azure-language": LANGUAGE,
    "chat": CHAT,
    "azure-search": SEARCH,
}
"""Those of finder, prompter and searcher, which hear nothing."""


@contextmanager
def running_service(
    name: str, *, key: str, env: Mapping[str, str], logs: Path, port: int = 0
) -> Iterator[Child]:
    """One of `SERVICES` as a child process; its `found` holds the address."""
    service = SERVICES[name]
    command = [sys.executable, "-m", service.module, "--port", str(port), "--key", key]
    with running(
        f"The {service.name} emulator",
        command,
        ready=service.ready,
        env=env,
        log=logs / f"{name}.log",
    ) as child:
        yield child


def finder_settings(url: str, key: str) -> dict[str, str]:
    """The app settings that make it the finder."""
    return {f"{LANGUAGE.prefix}_ENDPOINT": url, f"{LANGUAGE.prefix}_KEY": key}


def prompter_settings(url: str, key: str) -> dict[str, str]:
    """The app settings that make it the prompter."""
    of = CHAT.prefix
    return {f"{of}_ENDPOINT": f"{url}{CHAT.path}", f"{of}_KEY": key, f"{of}_MODEL": "small"}


@contextmanager
def running_emulator(
    provider: str,
    *,
    engine: str,
    key: str,
    env: Mapping[str, str],
    logs: Path,
    port: int = 0,
    options: Sequence[str] = (),
) -> Iterator[Child]:
    """One emulator as a child process; its `found` holds the address."""
    emulator = EMULATORS[provider]
    with running(
        f"The {emulator.name} emulator",
        emulator.command(port, engine, key, options),
        ready=emulator.ready,
        env=env,
        log=logs / f"{provider}.log",
    ) as child:
        yield child


@contextmanager
def running_emulators(
    ports: Mapping[str, int], *, engine: str, key: str, env: Mapping[str, str], logs: Path
) -> Iterator[dict[str, Child]]:
    """All of them, each on its port."""
    with ExitStack() as exits:
        yield {
            provider: exits.enter_context(
                running_emulator(
                    provider,
                    engine=engine,
                    key=key,
                    env=env,
                    logs=logs,
                    port=ports.get(provider, emulator.port),
                )
            )
            for provider, emulator in EMULATORS.items()
        }
