"""Any audio or video file in, 16 kHz mono PCM per channel out.

PyAV does the work and is imported only when something is decoded: it costs 50 ms and 20 MB.
Damaged recordings give as much as can be saved, with the rest in its right place in time.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.recogniser.types import AudioRejected

if TYPE_CHECKING:
    import av

RATE = 16_000
BYTES_PER_MS = RATE * 2 // 1000
SHORTEST_MS = 100
_TOLERANCE = RATE // 20  # time stamps may be this far off (50 ms) before they are believed
_LONGEST_GAP = RATE * 600  # a longer jump is a clock that was set, not ten minutes of silence
_MICROSECONDS = 1_000_000  # unit of a container's start time
_OPTIONS = {
    "probesize": "1000000",
    # A playlist is not a recording: nothing but the file itself may be opened.
    "protocol_whitelist": "none",
}


def decode(path: Path, channels: Sequence[int] | None) -> tuple[int, int, list[tuple[int, bytes]]]:
    """Decode `path` and return (duration in ms, number of channels, [(channel, PCM)]).

    The PCM is signed 16 bit, native order, 16 kHz. `channels` chooses; None means all of them,
    and a channel that the recording does not have is left out. Raises `AudioRejected`, and
    `OSError` where the file cannot be opened at all.
    """
    if path.stat().st_size == 0:
        raise AudioRejected("empty", "The file is empty.")
    tracks = _decode_tracks(path)
    duration_ms = len(tracks[0]) // BYTES_PER_MS if tracks else 0
    if duration_ms < SHORTEST_MS:
        raise AudioRejected("too_short", f"The recording lasts only {duration_ms} ms.")
    wanted = range(len(tracks)) if channels is None else sorted(set(channels))
    chosen = [(channel, bytes(tracks[channel])) for channel in wanted if channel < len(tracks)]
    return duration_ms, len(tracks), chosen


def _decode_tracks(path: Path) -> list[bytearray]:
    import av

    # A file object instead of a name: a name like "http:x.wav" would be taken for an address.
    with path.open("rb") as file:
        try:
            container = av.open(file, mode="r", options=_OPTIONS, **_tolerant_of_tags())
        except (av.FFmpegError, ValueError) as error:
            raise AudioRejected("not_audio", "The file is in no known audio format.") from error
        with container:
            if not container.streams.audio:
                raise AudioRejected("not_audio", "The file holds no audio.")
            stream = container.streams.audio[0]
            start = container.start_time
            recording = _Recording(None if start is None else start / _MICROSECONDS)
            bad_packets = _read(container, stream, recording)
            promised = container.duration
    if not recording.tracks and (bad_packets or promised):
        raise AudioRejected("decode", "The audio in the file cannot be decoded.")
    recording.finish()
    return recording.tracks


def _tolerant_of_tags() -> dict[str, Any]:
    """PyAV before 19 raises on tags that are not UTF-8 unless told not to; 19 cannot be told."""
    import av

    return {"metadata_errors": "ignore"} if int(av.__version__.split(".")[0]) < 19 else {}


def _read(
    container: av.container.InputContainer, stream: av.AudioStream, recording: _Recording
) -> int:
    """Add every frame that can be decoded, and return how many packets were bad.

    `container.decode` would end at the first bad packet.
    """
    import av

    packets = container.demux(stream)
    bad = 0
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError:  # the rest of the file is beyond reach
            return bad + 1
        if packet is None:
            return bad
        try:
            frames = packet.decode()
        except av.FFmpegError:
            bad += 1
            continue
        for frame in frames:
            recording.add(frame)


class _Recording:
    """Collects frames as one PCM track per channel, each sample where its time stamp says."""

    def __init__(self, start_seconds: float | None) -> None:
        self.tracks: list[bytearray] = []
        self._start_seconds = start_seconds
        self._layout: av.AudioLayout | None = None
        self._resampler: av.AudioResampler | None = None

    def add(self, frame: av.AudioFrame) -> None:
        if not self.tracks:
            self._layout = frame.layout
            self.tracks = [bytearray() for _ in frame.layout.channels]
        self._keep_time(frame)
        if not self._resampled(frame):  # the format changed on the way
            self.finish()
            self._resampled(frame)

    def finish(self) -> None:
        """Take what the resampler still holds; the next frame starts a new one."""
        if self._resampler is not None:
            resampler, self._resampler = self._resampler, None
            self._store(resampler.resample(None))

    def _keep_time(self, frame: av.AudioFrame) -> None:
        """Fill the gap that lost packets left. A clock that jumps is followed, not believed."""
        if frame.time is None:
            return
        if self._start_seconds is None:
            self._start_seconds = frame.time
        position = len(self.tracks[0]) // 2
        gap = round((frame.time - self._start_seconds) * RATE) - position
        if _TOLERANCE < gap <= _LONGEST_GAP:
            self.finish()
            missing = gap - (len(self.tracks[0]) // 2 - position)
            for track in self.tracks:
                track.extend(bytes(2 * max(0, missing)))
        elif abs(gap) > _TOLERANCE:
            self._start_seconds = frame.time - position / RATE

    def _resampled(self, frame: av.AudioFrame) -> bool:
        import av

        if self._resampler is None:
            self._resampler = av.AudioResampler(format="s16", layout=self._layout, rate=RATE)
        try:
            self._store(self._resampler.resample(frame))
        except ValueError:
            return False
        return True

    def _store(self, frames: list[av.AudioFrame]) -> None:
        for frame in frames:
            # Interleaved, not one plane per channel: PyAV 18 counts planes past the end of
            # their list when there are eight or more, and crashes.
            used = frame.samples * len(self.tracks) * 2
            samples = array("h", bytes(memoryview(frame.planes[0])[:used]))
            for channel, track in enumerate(self.tracks):
                track.extend(samples[channel :: len(self.tracks)].tobytes())
