"""A Python that the runtime package takes, in an environment of its own under .cache/.

The environment holds what the deployed app gets and the runtime, nothing else. It is made from
nothing when it is missing, and made anew when the requirements or the interpreter change.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUPPORTED = ("3.13", "3.14")  # azure-functions-runtime wants 3.13, Azure offers these two
REQUIREMENTS = (ROOT / "requirements.txt", ROOT / "requirements-conformance.txt")
_SHOW = "import ensurepip, sys, venv\nprint('.'.join(map(str, sys.version_info[:3])))"


class NoInterpreter(Exception):
    """There is no Python that Azure runs with this runtime; says where was looked."""


class NotInstalled(Exception):
    """There is one, and the packages could not be installed; says what pip said."""


def find_interpreter() -> tuple[Path, str]:
    """The first that works, with its version. Raises `NoInterpreter`."""
    for candidate in _candidates():
        version = _version(candidate)
        if version.rpartition(".")[0] in SUPPORTED:
            return candidate, version
    names = " or ".join(f"python{version}" for version in SUPPORTED)
    raise NoInterpreter(
        f"azure-functions-runtime needs a {names} that works and can make environments (venv): "
        "there is none on PATH, nor in ~/.pyenv/versions"
    )


def ready_environment(cache: Path = ROOT / ".cache") -> Path:
    """The interpreter of the finished environment. Raises `NoInterpreter` and `NotInstalled`."""
    interpreter, version = find_interpreter()
    home = cache / f"runtime-{version.rpartition('.')[0]}"
    python, stamp = home / "bin" / "python", home / ".ready"
    key = _key(interpreter, version)
    cache.mkdir(exist_ok=True)
    with _alone(cache / "runtime.lock"):
        if not (stamp.exists() and stamp.read_text() == key and python.exists()):
            shutil.rmtree(home, ignore_errors=True)
            _run(interpreter, "-I", "-m", "venv", home)
            for file in REQUIREMENTS:  # one by one: pip wants hashes of all in a run or of none
                _run(python, "-I", "-m", "pip", "install", "--quiet", "-r", file)
            stamp.write_text(key)
    return python


def _candidates() -> Iterator[Path]:
    """A shim of pyenv may stand in front of the real one, so every folder of PATH is looked at."""
    yield Path(sys.executable)
    for version in SUPPORTED:
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            yield Path(folder, f"python{version}")
        yield from sorted(Path.home().glob(f".pyenv/versions/{version}*/bin/python{version}"))


def _version(interpreter: Path) -> str:
    """Such as "3.13.0"; "" where it does not start or cannot make environments."""
    try:
        shown = subprocess.run(
            [interpreter, "-I", "-c", _SHOW], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return shown.stdout.strip()


def _key(interpreter: Path, version: str) -> str:
    parts: Iterable[bytes] = (
        str(interpreter).encode(),
        version.encode(),
        *(file.read_bytes() for file in REQUIREMENTS),
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        shown = " ".join(map(str, command))
        raise NotInstalled(f"{shown} ended with {done.returncode}\n{done.stdout[-4000:]}")


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Test processes side by side make it once."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
