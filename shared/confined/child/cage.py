"""The child shuts itself in, before it reads a byte of anybody's file.

Each wall stands by itself, and what the platform does not have is left out and told:

    memory         RLIMIT_AS: what the child has by then, and a fixed amount above it
    processor      RLIMIT_CPU for its whole life; a timer of processor time for each file
    descriptors    RLIMIT_NOFILE at the three that are open: no file and no socket can be had
    files          RLIMIT_FSIZE and RLIMIT_CORE of 0
    network        a network of its own, with nothing in it (Linux: `unshare`)
    system_calls   only those by which a running program lives (Linux: seccomp)

Numbers of system calls: arch/x86/entry/syscalls/syscall_64.tbl and
include/uapi/asm-generic/unistd.h of Linux; the filter's layout: linux/filter.h, linux/seccomp.h.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
from collections.abc import Callable
from pathlib import Path

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # refused with EPERM
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _MACHINE = 0, 4  # where they lie in what a filter looks at
# name of the machine -> its mark in a filter, and which system calls it may make
_MACHINES = {
    "x86_64": (
        0xC000003E,
        # read write fstat poll lseek mmap mprotect munmap brk, signals, readv writev, yield,
        # mremap madvise, pauses and timers, getpid, exit, uname, clocks, threads of its own
        "0 1 5 7 8 9 10 11 12 13 14 15 19 20 24 25 28 35 38 39 45 60 63 96 97 98 131 186 201 202 "
        "204 219 228 229 230 231 262 271 273 318 324 334",
    ),
    "aarch64": (
        0xC00000B7,
        "62 63 64 65 66 73 80 93 94 98 99 101 103 113 114 115 123 124 128 132 134 135 139 160 165 "
        "169 172 178 207 214 215 216 222 226 233 278 283 293",
    ),
}


def shut_in(*, memory_bytes: int, cpu_seconds: int) -> list[str]:
    """The walls that stand. `memory_bytes` are above what the process has now; `cpu_seconds` are
    for all of its life. The caller is the only thread, and needs no import afterwards."""
    walls: dict[str, Callable[[], None]] = {
        "memory": lambda: _limit(resource.RLIMIT_AS, _held_bytes() + memory_bytes),
        "processor": lambda: _limit(resource.RLIMIT_CPU, cpu_seconds),
        "files": _no_files,
        "network": _no_network,
        "descriptors": lambda: _limit(resource.RLIMIT_NOFILE, 3),
        "system_calls": _few_system_calls,
    }
    return [name for name, build in walls.items() if _stands(build)]


def start_clock(cpu_seconds: float) -> None:
    """From here on this much processor time ends the process, by SIGPROF; 0 stops the clock."""
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)


def _stands(build: Callable[[], None]) -> bool:
    try:
        build()
    except (OSError, ValueError, AttributeError):
        return False
    return True


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def _held_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _no_files() -> None:
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)


def _no_network() -> None:
    _call(_library().unshare, _NEW_USER | _NEW_NETWORK)


def _few_system_calls() -> None:
    mark, numbers = _MACHINES[_machine()]
    program = _filter(mark, [int(number) for number in numbers.split()])
    held = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(held))
    library = _library()
    _call(library.prctl, _NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _call(library.prctl, _SET_SECCOMP, _FILTER, ctypes.c_char_p(described), 0, 0)


def _machine() -> str:
    if os.uname().sysname != "Linux" or platform.machine() not in _MACHINES:
        raise OSError("no such machine is known")
    return platform.machine()


def _filter(mark: int, numbers: list[int]) -> bytes:
    """Refuses all but these numbers, and everything of another machine's kind."""
    steps = [(_LOAD, 0, 0, _MACHINE), (_JUMP_IF_EQUAL, 0, len(numbers) + 1, mark)]
    steps.append((_LOAD, 0, 0, _NUMBER))
    for place, number in enumerate(numbers):
        steps.append((_JUMP_IF_EQUAL, len(numbers) - place, 0, number))
    steps += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(function: Callable[..., int], *values: object) -> None:
    if function(*values):
        raise OSError(ctypes.get_errno(), "refused")
