"""What is said while the stack works."""

from __future__ import annotations

import io
import os
import pty
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from rich.console import Console

from local.stack import screen
from local.stack.hearing import Heard, listening
from local.stack.progress import Progress


class Emulator(BaseHTTPRequestHandler):
    """Answers with the next of `told`."""

    told: list[bytes]

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/_emulator/heard" else 404)
        self.end_headers()
        self.wfile.write(self.told.pop(0))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def emulator() -> Iterator[str]:
    Emulator.told = []
    server = HTTPServer(("127.0.0.1", 0), Emulator)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_how_far_the_recogniser_is_counts_from_now_on(emulator: str) -> None:
    Emulator.told = [
        b'{"heardMs": 1000, "speechMs": 1000}',
        b'{"heardMs": 4000, "speechMs": 91000}',
    ]
    assert listening(emulator)() == Heard(3000, 90_000)


def test_an_emulator_that_is_gone_or_talks_nonsense_says_nothing(emulator: str) -> None:
    Emulator.told = [b"[]", b"<html>"]
    assert listening(emulator)() == Heard(0, 0)
    assert listening("")() == Heard(0, 0)
    assert listening("http://127.0.0.1:1")() == Heard(0, 0)


def test_progress_says_how_much_was_listened_to_while_there_is_more() -> None:
    said = str(Progress(1, submitted=1, heard=Heard(62_000, 725_900)))
    assert said.endswith(", listened to 1:02 of 12:05 of speech")
    assert "listened" not in str(Progress(1, submitted=1, heard=Heard(5, 5)))


def test_progress_says_until_when_a_job_waits_for_its_turn() -> None:
    turn_at = datetime(2026, 11, 30, 22, tzinfo=UTC)
    said = str(Progress(1, turn_at=turn_at))
    assert said.endswith(", waiting until 30 November, 22:00 UTC")
    assert "waiting" not in str(Progress(1))


PAGE = "http://127.0.0.1:7071/app/#key=dsk_x"


def test_on_a_terminal_the_page_is_there_until_somebody_presses_enter() -> None:
    told = io.StringIO()
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as terminal:
        os.write(ours, b"\n")
        screen.await_enter(
            Console(file=told, force_terminal=True, width=20, highlight=False), PAGE, terminal
        )
        assert PAGE in told.getvalue()
    os.close(ours)


@pytest.mark.parametrize("is_shown", [True, False])
def test_without_a_terminal_nobody_is_waited_for(is_shown: bool) -> None:
    told = io.StringIO()
    source = io.StringIO()  # a pipe that never ends would be waited for
    source.readline = lambda *_: pytest.fail("somebody was waited for")  # type: ignore[method-assign]
    screen.await_enter(Console(file=told, force_terminal=is_shown), PAGE, source)
    assert told.getvalue() == ""
