"""What the host is told: app settings (the environment), host.json, and its own local knobs."""

import hashlib
import json
import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.host.ncrontab import parse_time_span

_PERCENT = re.compile(r"%([^%\s]+)%")
_OVERRIDE = "AzureFunctionsJobHost__"


class HostStartError(Exception):
    """The host cannot start; `problems` says everything that is wrong, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Knobs:
    """Where this host departs from the real one, so that a local stack answers quickly."""

    lease_seconds: int = 600  # the real host hides a message for ten minutes while it runs
    idle_poll_seconds: float = 2.0  # upper limit for maxPollingInterval
    scan_seconds: float = 0.5  # stands in for Event Grid
    grace_seconds: float = 10.0  # for executions in flight at a stop


@dataclass(frozen=True)
class QueueSettings:
    """host.json, extensions.queues; times in seconds."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_seconds: float = 0
    max_polling_seconds: float = 60
    base64: bool = True


@dataclass(frozen=True)
class HostSettings:
    """host.json, as far as this host honours it."""

    route_prefix: str = "api"
    timeout_seconds: float | None = 1800
    queues: QueueSettings = QueueSettings()
    blob_parallelism: int = 8
    blob_attempts: int = 5


def load_settings_file(path: Path, environ: MutableMapping[str, str]) -> None:
    """Add the Values of a local.settings.json to the environment, which wins over them.

    A missing file is fine. Raises HostStartError when it is not the JSON it should be.
    """
    if not path.exists():
        return
    try:
        values = json.loads(path.read_text(encoding="utf-8")).get("Values", {})
        for name, value in values.items():
            environ.setdefault(name, str(value))
    except (ValueError, AttributeError) as error:
        raise HostStartError([f"{path.name}: not a settings file ({error})"]) from error


def read_host_json(path: Path, environ: Mapping[str, str]) -> HostSettings:
    """Read host.json, overridden by AzureFunctionsJobHost__a__b settings as in the real host.

    Raises HostStartError with every value that cannot be used.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        raise HostStartError([f"{path.name}: not JSON ({error})"]) from error
    tree = _lower_keys(document)
    for name, value in environ.items():
        if name.lower().startswith(_OVERRIDE.lower()):
            _override(tree, name.lower().split("__")[1:], value)
    return _Reader(tree).host_settings()


def host_id(app_directory: Path, environ: Mapping[str, str]) -> str:
    """What tells this app's leases and receipts from another's; the same for all its hosts."""
    given = environ.get("AzureFunctionsWebHost__hostid")
    return (
        given or "local-" + hashlib.sha256(str(app_directory.resolve()).encode()).hexdigest()[:16]
    )


def expand_percent(text: str, environ: Mapping[str, str]) -> tuple[str, list[str]]:
    """Replace %NAME% by settings; also the names that have none."""
    missing = [name for name in _PERCENT.findall(text) if name not in environ]
    return _PERCENT.sub(lambda found: environ.get(found[1], found[0]), text), missing


def thread_count(environ: Mapping[str, str]) -> int:
    """How many sync functions run at once: PYTHON_THREADPOOL_THREAD_COUNT, as in the worker."""
    default = min(32, (os.cpu_count() or 1) + 4)
    given = environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    return int(given) if given.isdecimal() and 1 <= int(given) <= 32 else default


class _Reader:
    """Takes typed values out of host.json and remembers what was wrong with them."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self._tree = tree
        self._problems: list[str] = []

    def host_settings(self) -> HostSettings:
        batch = self._integer("queues", "batchSize", 16, 1, 32)
        parallelism = 8 * (os.cpu_count() or 1)
        queues = QueueSettings(
            batch_size=batch,
            # The real default is half a batch for each core.
            new_batch_threshold=self._integer(
                "queues", "newBatchThreshold", max(1, batch * (os.cpu_count() or 1) // 2), 0, 1000
            ),
            max_dequeue_count=self._integer("queues", "maxDequeueCount", 5, 1, 100),
            visibility_seconds=self._seconds("queues", "visibilityTimeout", 0),
            max_polling_seconds=max(0.1, self._seconds("queues", "maxPollingInterval", 60)),
            base64=self._text("queues", "messageEncoding", "base64").lower() != "none",
        )
        settings = HostSettings(
            route_prefix=self._text("http", "routePrefix", "api").strip("/"),
            timeout_seconds=self._timeout(),
            queues=queues,
            blob_parallelism=self._integer("blobs", "maxDegreeOfParallelism", parallelism, 1, 1000),
            blob_attempts=self._integer("blobs", "poisonBlobThreshold", 5, 1, 100),
        )
        if self._problems:
            raise HostStartError(self._problems)
        return settings

    def _value(self, section: str, name: str) -> Any:
        extensions = self._tree.get("extensions", {})
        return extensions.get(section, {}).get(name.lower())

    def _text(self, section: str, name: str, default: str) -> str:
        value = self._value(section, name)
        return default if value is None else str(value)

    def _integer(self, section: str, name: str, default: int, low: int, high: int) -> int:
        value = self._text(section, name, str(default))
        if value.isdecimal() and low <= int(value) <= high:
            return int(value)
        self._problems.append(
            f"host.json: {section}.{name} must be within {low} to {high}, not {value}"
        )
        return default

    def _seconds(self, section: str, name: str, default: float) -> float:
        value = self._value(section, name)
        try:
            return default if value is None else parse_time_span(str(value)).total_seconds()
        except ValueError as error:
            self._problems.append(f"host.json: {section}.{name}: {error}")
            return default

    def _timeout(self) -> float | None:
        value = self._tree.get("functiontimeout")
        if value is None:
            return 1800  # the default of every plan but Consumption
        if str(value) == "-1":
            return None
        try:
            return parse_time_span(str(value)).total_seconds()
        except ValueError as error:
            self._problems.append(f"host.json: functionTimeout: {error}")
            return None


def _lower_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).lower(): _lower_keys(item) for key, item in value.items()}
    return value


def _override(tree: dict[str, Any], path: list[str], value: str) -> None:
    *parents, last = path
    for parent in parents:
        tree = tree.setdefault(parent, {})
    tree[last] = value
