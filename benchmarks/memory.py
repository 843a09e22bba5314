"""The most memory that a process has had in use."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def peak_kib(pid: int | str = "self") -> int:
    """Of the program that the process runs now, in KiB. `getrusage` counts what its parent had in
    use when it started it, too; the kernel's own figure begins anew with each program. Where there
    is none (macOS), this process alone can be asked about, in bytes."""
    status = Path(f"/proc/{pid}/status")
    if sys.platform == "darwin" and pid == "self":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    lines = status.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
