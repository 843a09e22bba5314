"""FFmpeg's own word on a file: everything in it decoded, in a process of its own with limits.

It reads the paths of files from its standard input, and answers each with a line: how many
milliseconds of sound came out of it, and how far its clock came, or "none".
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

SHORTEST_MS = 100
"""What is shorter counts as nothing, as it does when registering."""
ROOT = Path(__file__).resolve().parents[2]


class Decoder:
    """Started again where a file ends it."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._end()
        self._folder.cleanup()

    def lengths_ms(self, content: bytes) -> tuple[int, int] | None:
        """Of all that can be decoded: of its samples, and from the first to the last on the clock
        of the file, gaps among them. None for no sound, or where it ended the process."""
        path = Path(self._folder.name) / "content"
        path.write_bytes(content)
        if self._process is None:
            command = [sys.executable, "-m", "tests.fuzz.decoding"]
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if not answer:
            self._end()
        numbers = [int(word) for word in answer.split() if word.isdigit()]
        return (numbers[0], numbers[1]) if len(numbers) == 2 else None

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def main() -> None:
    """Line by line."""
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    for line in sys.stdin:
        decoded = _decoded_ms(line.strip())
        print("none" if decoded is None else f"{decoded[0]} {decoded[1]}", flush=True)


def _decoded_ms(path: str) -> tuple[int, int] | None:
    import av

    from shared.confined.child.ffmpeg import FORMATS, TAGS

    options: Any = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}
    samples, rate, last = 0, 0, 0.0
    try:
        with av.open(path, options=options, **TAGS) as container:
            stream = container.streams.audio[0]
            for packet in container.demux(stream):
                try:
                    for frame in packet.decode():
                        samples, rate = samples + frame.samples, frame.sample_rate
                        if frame.time is not None:
                            last = max(last, frame.time + frame.samples / rate)
                except (av.FFmpegError, ValueError):
                    continue
    except (OSError, ValueError, LookupError, ArithmeticError, av.FFmpegError):
        pass
    length_ms = samples * 1000 // rate if rate else 0
    return (length_ms, int(last * 1000)) if length_ms >= SHORTEST_MS else None


if __name__ == "__main__":
    main()
