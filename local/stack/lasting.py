"""The stack that `make run` keeps up: its addresses, left in files for whoever wants to use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

from local.stack.root import ROOT

CACHE = ROOT / ".cache"
PROFILES = "profiles.toml"


class StackDown(Exception):
    """There is no such stack, or it does not answer as it should; the message says what to do."""


@dataclass(frozen=True)
class Lasting:
    """`storage` is a connection string, `api` the address of the API, `key` its key, and `speech`
    the address of the emulator."""

    storage: str
    api: str
    key: str
    speech: str = ""

    def page_of(self, batch_id: str) -> str:
        """Where the page shows that batch, with the key behind it where no log sees it."""
        return f"{self.api.removesuffix('/api')}/app/batches/{batch_id}#key={self.key}"

    def client(self) -> httpx.Client:
        return httpx.Client(headers={"x-functions-key": self.key}, timeout=60)


@contextmanager
def told(stack: Lasting, folder: Path = CACHE, *, events_secret: str = "") -> Iterator[None]:
    """Its addresses stand in `folder` until the end of the block, and the secret that callbacks of
    batches are signed with."""
    content = {"storage": stack.storage, "api": stack.api, "api-key": stack.key}
    content["speech"] = stack.speech
    content |= {"api-profiles": _own_profiles(), "events-secret": events_secret}
    folder.mkdir(exist_ok=True)
    try:
        for name, text in content.items():
            (folder / name).touch(mode=0o600)  # some of it are keys
            (folder / name).write_text(text, encoding="utf-8")
        yield
    finally:
        for name in content:
            (folder / name).unlink(missing_ok=True)


def find(folder: Path = CACHE) -> Lasting:
    """Raises `StackDown` where there is none, and where it says itself that it cannot work."""
    try:
        names = ("storage", "api", "api-key", "speech")
        stack = Lasting(*((folder / name).read_text(encoding="utf-8") for name in names))
        health = msgspec.json.decode(httpx.get(f"{stack.api}/health", timeout=60).content)
    except (FileNotFoundError, httpx.TransportError, msgspec.DecodeError):
        raise StackDown("The stack is not up: start it with `make run`.") from None
    if health["status"] == "down" and (problems := health.get("problems")):
        text = "\n".join(problems)
        raise StackDown(f"The stack is up and cannot work. Its configuration is wrong:\n{text}")
    return stack


def is_stale(folder: Path = CACHE) -> bool:
    """Whether the project's profiles were changed since the stack started with them."""
    return (folder / "api-profiles").read_text(encoding="utf-8") != _own_profiles()


def _own_profiles() -> str:
    return (ROOT / PROFILES).read_text(encoding="utf-8")
