"""The child that reads hostile bytes: what it can do, what it may cost, and who is blamed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from benchmarks.memory import peak_kib
from shared.audio import probe
from shared.confined.demuxer import ConfinedDemuxer
from shared.confined.frames import HEAD, BrokenFrame, packed, received
from shared.confined.pool import Children
from shared.confined.process import Child, ChildDied, Limits, Said
from shared.errors import InputError, ReaderUnavailable
from shared.ports.demuxer import Sound, TooCostly
from tests.hostile_files import BOMBS, HEAPS, TEXTS
from tests.unit.probing_audio import amr, audio

ROOT = Path(__file__).resolve().parents[2]
WALLS = ("memory", "processor", "files", "network", "descriptors", "system_calls")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="walls of Linux")


class Nursery:
    """Starts children and remembers them."""

    def __init__(self) -> None:
        self.born: list[Child] = []

    def __call__(self, limits: Limits) -> Child:
        self.born.append(Child(limits))
        return self.born[-1]


@pytest.fixture
def nursery() -> Nursery:
    return Nursery()


@pytest.fixture
def children(nursery: Nursery) -> Iterator[Children]:
    made = Children(start=nursery)
    yield made
    made.close()


def is_read(children: Children, name: str = "vbr.mp3") -> bool:
    content = audio(name)
    found = ConfinedDemuxer(children).look([(0, content[:65536])], len(content)).found
    return isinstance(found, Sound)


# --- what it can do


@pytest.mark.long
@on_linux
def test_every_wall_stands_and_is_told(children: Children, nursery: Nursery) -> None:
    assert is_read(children)
    assert nursery.born[0].walls == WALLS


@pytest.mark.long
@on_linux
def test_it_has_nothing_of_the_apps_environment_and_no_file_of_it(
    children: Children, nursery: Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "of the app")
    with Path(__file__).open():
        assert is_read(children)
    place = Path("/proc") / str(nursery.born[0].pid)
    assert place.joinpath("environ").read_bytes() == b""
    assert sorted(os.listdir(place / "fd")) == ["0", "1", "2"]  # noqa: PTH208
    assert os.readlink(place / "cwd") == "/"  # noqa: PTH115


ATTEMPTS = {
    "open a file": "open('/etc/hostname').close()",
    "write a file": "open('/tmp/of-the-child', 'w').close()",
    "call out": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "call a socket of this machine": "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "start a program": "os.execv('/bin/true', ['true'])",
    "become two": "os.fork()",
    "end its parent": "os.kill(os.getppid(), 0)",
    "have more files": "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))",
    "have more memory": "resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))",
    "list a folder": "os.listdir('/')",
    "remove a file": "os.unlink('/tmp/of-nobody')",
}


def caged(code: str, *, before: str = "") -> str:
    """What a process prints that was shut in before it ran the code."""
    text = (
        "import os, resource, socket\n"
        "from shared.confined.child import cage\n"
        f"{before}\n"
        "walls = cage.shut_in(memory_bytes=1 << 26, cpu_seconds=10)\n"
        f"{code}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


@pytest.mark.long
@on_linux
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_has_taken_it_over_cannot(attempt: str) -> None:
    code = (
        f"try:\n {ATTEMPTS[attempt]}\n print('could')\nexcept (OSError, ValueError) as error:\n"
        " print('could not', type(error).__name__, flush=True)"
    )
    assert caged(code).startswith("could not")


@on_linux
@pytest.mark.parametrize("attempt", ["open a file", "call out"])
def test_no_descriptor_can_be_had_even_without_a_filter_and_a_network_of_its_own(
    attempt: str,
) -> None:
    before = "def no():\n raise OSError\ncage._few_system_calls = cage._no_network = no"
    code = (
        f"try:\n {ATTEMPTS[attempt]}\n print('could')\nexcept OSError as error:\n"
        " print('could not', ' '.join(walls), flush=True)"
    )
    assert caged(code, before=before) == "could not memory processor files descriptors"


@on_linux
def test_a_machine_that_nobody_knows_goes_without_a_filter() -> None:
    walls = caged("print(' '.join(walls))", before="cage.platform.machine = lambda: 'riscv64'")
    assert walls == "memory processor files network descriptors"


@on_linux
def test_it_imports_little(children: Children, nursery: Nursery) -> None:
    assert is_read(children)
    maps = Path(f"/proc/{nursery.born[0].pid}/maps").read_text()
    assert "libav" in maps
    assert "msgspec" not in maps
    assert "_ssl" not in maps


# --- what it may cost


def peak_mib(child: Child) -> int:
    return peak_kib(child.pid) // 1024


@pytest.mark.long
@on_linux
@pytest.mark.parametrize("bomb", BOMBS)
def test_ffmpeg_itself_gets_no_more_memory_than_a_file_may_cost(
    bomb: str, nursery: Nursery
) -> None:
    """As if nobody had compared the counts before. A child that ran out is ended, so its peak is
    read while it waits for its next job."""
    child = nursery(Limits())
    before = peak_mib(child)
    content = BOMBS[bomb]()
    said = child.ask({"job": "look", "spans": [[0, len(content)]], "size": len(content)}, content)
    assert said.done is not None or said.failed == "memory"
    assert peak_mib(child) - before < 100
    child.end()


def cpu_seconds(child: Child) -> float:
    """Of the child so far."""
    fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


HOSTILE = {**BOMBS, **HEAPS, **{name: lambda text=text: text for name, text in TEXTS.items()}}


@pytest.mark.long
@on_linux
@pytest.mark.parametrize("name", HOSTILE)
def test_a_whole_look_costs_app_and_child_little_memory_and_time(
    name: str, children: Children, nursery: Nursery
) -> None:
    assert is_read(children)
    [child] = nursery.born
    content = HOSTILE[name]()
    memory, used = peak_mib(child), cpu_seconds(child)
    reads: list[int] = []

    def read(offset: int, length: int) -> bytes:
        reads.append(length)
        return content[offset : offset + length]

    began = time.process_time()
    with suppress(InputError):
        probe(content[:65536], len(content), read, name="a", demuxer=ConfinedDemuxer(children))
    assert time.process_time() - began < 1
    assert len(reads) <= 8
    assert nursery.born == [child], "it did not even end its child"
    assert peak_mib(child) - memory < 100
    assert cpu_seconds(child) - used < 2


def test_time_of_the_processor_ends_and_the_file_is_to_blame(nursery: Nursery) -> None:
    children = Children(Limits(cpu_seconds=0.01), start=nursery)
    with pytest.raises(TooCostly, match=f"code -{signal.SIGPROF:d}"):
        ConfinedDemuxer(children).end_of_packets(amr(3000))
    assert len(nursery.born) == 1
    children.close()


@pytest.mark.long
def test_a_child_is_replaced_after_so_many_files(nursery: Nursery) -> None:
    children = Children(Limits(jobs=3), start=nursery)
    assert all(is_read(children) for _ in range(7))
    assert len(nursery.born) == 3
    children.close()


@pytest.mark.long
def test_one_child_serves_many_files_and_many_threads_no_more_than_two(
    children: Children, nursery: Nursery
) -> None:
    assert all(is_read(children) for _ in range(20))
    assert len(nursery.born) == 1
    with ThreadPoolExecutor(24) as pool:
        assert all(pool.map(lambda _: is_read(children), range(200)))
    assert len(nursery.born) <= 2


# --- who is blamed


def dying(*codes: int | None) -> tuple[list[int | None], Callable[[Limits], Any]]:
    """Children of which each dies so in its first job; then one that lives."""
    left = list(codes)

    class Doomed:
        walls = ()
        is_worn = False
        is_alive = True

        def ask(self, job: dict[str, Any], data: bytes) -> Said:
            if left:
                raise ChildDied(left.pop(0))
            return Said(done={})

        def end(self) -> None:
            pass

    return left, lambda _limits: Doomed()


@pytest.mark.parametrize("by", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGPROF])
def test_a_file_that_ends_its_child_is_refused_at_once(by: signal.Signals) -> None:
    left, start = dying(-by, -by)
    with pytest.raises(TooCostly):
        Children(start=start).ask({}, b"")
    assert len(left) == 1


@pytest.mark.parametrize("code", [-signal.SIGKILL, -signal.SIGTERM, -signal.SIGXCPU, 1, None])
def test_a_death_that_may_come_from_outside_is_not_blamed_on_the_file(code: int | None) -> None:
    _, start = dying(code)
    assert Children(start=start).ask({}, b"") == {}


def test_ended_from_outside_twice_is_trouble_of_ours() -> None:
    _, start = dying(-signal.SIGKILL, -signal.SIGKILL)
    with pytest.raises(ReaderUnavailable) as caught:
        Children(start=start).ask({}, b"")
    assert caught.value.transient


def test_no_answer_from_two_children_is_the_file() -> None:
    _, start = dying(None, None)
    with pytest.raises(TooCostly):
        Children(start=start).ask({}, b"")


@pytest.mark.long
def test_a_mistake_of_ours_is_not_taken_for_a_bad_file(children: Children) -> None:
    with pytest.raises(ReaderUnavailable):
        children.ask({"job": "nothing that there is"}, b"")
    assert is_read(children)


@pytest.mark.long
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSEGV])
def test_a_child_that_was_ended_between_files_is_replaced(
    by: signal.Signals, children: Children, nursery: Nursery
) -> None:
    assert is_read(children)
    os.kill(nursery.born[0].pid, by)
    os.waitid(os.P_PID, nursery.born[0].pid, os.WEXITED | os.WNOWAIT)
    assert is_read(children)
    assert len(nursery.born) == 2


@pytest.mark.long
def test_a_child_that_hangs_is_ended_and_the_file_read_by_another(nursery: Nursery) -> None:
    children = Children(Limits(wall_seconds=1), start=nursery)
    assert is_read(children)
    os.kill(nursery.born[0].pid, signal.SIGSTOP)
    assert is_read(children)
    assert not Path(f"/proc/{nursery.born[0].pid}").exists()
    children.close()


def test_where_no_process_can_be_started_nothing_is_said_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    children = Children()
    for _ in range(3):  # nor does a try use up a place
        with pytest.raises(ReaderUnavailable):
            is_read(children)


@pytest.mark.long
def test_a_fork_of_the_app_has_children_of_its_own(children: Children, nursery: Nursery) -> None:
    assert is_read(children)
    children._pid = -1  # as it looks in a fork
    assert is_read(children)
    assert len(nursery.born) == 2
    nursery.born[0].end()


# --- what it says is not believed


@pytest.mark.parametrize(
    "answer",
    [
        {"sound": {"codec": "mp3"}},
        {"sound": 7},
        {"silent": {"container": 1, "has_video": "x"}},
        {"missing_at": "far"},
        {"sound": ["a"] * 1000},
    ],
)
def test_an_answer_of_another_form_is_no_answer(answer: Any) -> None:
    class Lying(Children):
        def ask(self, job: dict[str, Any], data: bytes) -> dict[str, Any]:
            return answer  # type: ignore[no-any-return]

    with pytest.raises(TooCostly):
        ConfinedDemuxer(Lying()).look([(0, b"x")], 1)


@pytest.mark.parametrize(
    "frame", [HEAD.pack(1 << 30, 0), HEAD.pack(2, 1 << 30), HEAD.pack(5, 0) + b"ab", b"", b"\0\0"]
)
def test_a_frame_that_is_too_long_or_cut_off_ends_the_conversation(frame: bytes) -> None:
    left = bytearray(frame)

    def receive(length: int) -> bytes:
        part = bytes(left[:length])
        del left[:length]
        return part

    with pytest.raises(BrokenFrame):
        received(receive)


def test_a_frame_comes_back_as_it_was_sent() -> None:
    left = bytearray(packed({"job": "look"}, 6) + b"\0sound")

    def receive(_length: int) -> bytes:
        return bytes([left.pop(0)])

    assert received(receive) == (b'{"job":"look"}', b"\0sound")
