"""Deployments by name, in a file of the user's own: where they are, and how to sign in.

current = "office"

[office]
url = "https://office.azurewebsites.net/api"
scope = "api://4711/.default"          # Microsoft Entra ID; or: key = "..."
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from dropscribe.client import Dropscribe
from dropscribe.errors import NotConfigured
from dropscribe.service import base_of

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


@dataclass(frozen=True)
class Deployment:
    """`key` or `scope`, or neither where nobody has to sign in."""

    url: str
    key: str = ""
    scope: str = ""

    def __repr__(self) -> str:
        return f"Deployment({self.url!r})"


def folder() -> Path:
    return Path(os.environ.get("DROPSCRIBE_HOME") or typer.get_app_dir("dropscribe"))


def _file() -> Path:
    return folder() / "deployments.toml"


def known() -> dict[str, Any]:
    """The file as it is. Raises `NotConfigured` where it cannot be read."""
    try:
        return tomllib.loads(_file().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise NotConfigured(f"{_file()} cannot be read: {type(error).__name__}.") from None


def chosen(name: str, url: str, key: str, environment: Mapping[str, str]) -> Deployment:
    """What the command says, then the environment, then the file. Raises `NotConfigured`."""
    key = key or environment.get("DROPSCRIBE_KEY", "")
    scope = environment.get("DROPSCRIBE_SCOPE", "")
    name = name or environment.get("DROPSCRIBE_DEPLOYMENT", "")
    url = url or ("" if name else environment.get("DROPSCRIBE_URL", ""))
    if url:
        return Deployment(base_of(url), key, "" if key else scope)
    there = known()
    name = name or str(there.get("current", ""))
    if not name:
        raise NotConfigured(
            "No deployment is named. Sign in first: dropscribe login https://<your app>/api"
        )
    if name not in there:
        named = ", ".join(k for k, v in there.items() if isinstance(v, dict)) or "none"
        raise NotConfigured(f"There is no deployment {name}. There are: {named}.")
    kept = there[name]
    return Deployment(base_of(kept["url"]), key or kept.get("key", ""), kept.get("scope", ""))


def keep(name: str, deployment: Deployment) -> None:
    """Becomes the current one. The file is for its owner's eyes alone."""
    if not _NAME.fullmatch(name) or name == "current":
        raise NotConfigured("A name has letters, digits, - and _.")
    own = {k: v for k, v in vars(deployment).items() if v}
    _write({**known(), "current": name, name: own})


def use(name: str) -> None:
    if not isinstance(known().get(name), dict):
        raise NotConfigured(f"There is no deployment {name}.")
    _write({**known(), "current": name})


def forget(name: str) -> None:
    there = known()
    if there.pop(name, None) is None:
        raise NotConfigured(f"There is no deployment {name}.")
    if there.get("current") == name:
        there.pop("current")
    _write(there)


def _write(there: Mapping[str, Any]) -> None:
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = [f"{k} = {json.dumps(v)}" for k, v in there.items() if not isinstance(v, dict)]
    for name, kept in there.items():
        if isinstance(kept, dict):
            lines += ["", f"[{name}]", *(f"{k} = {json.dumps(v)}" for k, v in kept.items())]
    fresh = _file().with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write("\n".join(lines).strip() + "\n")
    fresh.replace(_file())


def opened(deployment: Deployment) -> Dropscribe:
    """Raises `NotConfigured` where Entra is asked for and azure-identity is not installed."""
    uploads = folder() / "uploads"
    if not deployment.scope or deployment.key:
        return Dropscribe(deployment.url, key=deployment.key, resume_in=uploads)
    try:
        from azure.identity import DefaultAzureCredential
    except ImportError:
        raise NotConfigured(
            "To sign in with Microsoft Entra ID, install azure-identity: pip install azure-identity"
        ) from None
    credential = DefaultAzureCredential(exclude_interactive_browser_credential=False)
    return Dropscribe(
        deployment.url, credential=credential, scope=deployment.scope, resume_in=uploads
    )
