"""Azurite, Microsoft's storage emulator, as a context manager: in memory, on free ports.

Needs `npm ci` to have run in the project root and Node 18.19 or newer on the path.
"""

import re
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"

ACCOUNT = "devstoreaccount1"
# The emulator account's key is public: learn.microsoft.com, "Use Azurite", well-known account.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

# Node ends when its standard input does, so that a killed parent never leaves an emulator behind.
_DIE_WITH_PARENT = (
    'data:text/javascript,process.stdin.on("end",()=>process.exit()).on("error",()=>process.exit())'
    ".resume()"
)
# Today's SDKs speak a newer API version than Azurite knows; it answers 400 unless told not to look.
_FLAGS = ("--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent")
_READY = re.compile(r"Azurite (\w+) service is successfully listening at (http://[\d.]+:\d+)")
_SERVICES = ("Blob", "Queue", "Table")


@dataclass(frozen=True)
class Azurite:
    """The addresses of one running emulator, each with the account as its path."""

    blob_endpoint: str
    queue_endpoint: str
    table_endpoint: str
    account: str = ACCOUNT
    key: str = field(default=KEY, repr=False)

    @property
    def connection_string(self) -> str:
        """What AzureWebJobsStorage takes: blob, queue and table."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={self.account};AccountKey={self.key};"
            f"BlobEndpoint={self.blob_endpoint};QueueEndpoint={self.queue_endpoint};"
            f"TableEndpoint={self.table_endpoint};"
        )


@contextmanager
def running_azurite(
    *,
    blob_port: int = 0,
    queue_port: int = 0,
    table_port: int = 0,
    start_seconds: float = 60,
) -> Iterator[Azurite]:
    """Start an emulator, wait until all three services listen, stop it at the end.

    Port 0 lets the system choose. Everything stays in memory and is gone at the end. Raises
    RuntimeError, with what Azurite printed, when it does not come up in time.
    """
    if not SCRIPT.exists():
        raise RuntimeError(
            "Azurite is not installed: run `make setup` (npm ci) in the project root"
        )
    ports = ("--blobPort", blob_port, "--queuePort", queue_port, "--tablePort", table_port)
    command = ["node", "--import", _DIE_WITH_PARENT, SCRIPT, *ports, *_FLAGS]
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # Ctrl-C is for the parent, which stops the emulator last
    )
    lines: SimpleQueue[str | None] = SimpleQueue()
    reader = threading.Thread(target=_drain, args=(process, lines), name="azurite", daemon=True)
    reader.start()
    try:
        yield _await_ready(lines, monotonic() + start_seconds)
    finally:
        process.kill()  # in memory: nothing to save
        process.wait()
        reader.join()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.stdout.close()


def _drain(process: "subprocess.Popen[str]", lines: "SimpleQueue[str | None]") -> None:
    """Read the output for as long as it runs: a full pipe would block the emulator."""
    assert process.stdout is not None
    for line in process.stdout:
        if lines.qsize() < 1000:
            lines.put(line.strip())
    lines.put(None)


def _await_ready(lines: "SimpleQueue[str | None]", deadline: float) -> Azurite:
    endpoints: dict[str, str] = {}
    printed: deque[str] = deque(maxlen=20)
    while len(endpoints) < len(_SERVICES):
        try:
            line = lines.get(timeout=max(0.0, deadline - monotonic()))
        except Empty:
            raise RuntimeError("Azurite did not start in time:\n" + "\n".join(printed)) from None
        if line is None:
            raise RuntimeError("Azurite ended at start:\n" + "\n".join(printed))
        printed.append(line)
        if found := _READY.search(line):
            endpoints[found[1]] = f"{found[2]}/{ACCOUNT}"
    return Azurite(*(endpoints[service] for service in _SERVICES))
