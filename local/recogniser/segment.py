"""Where somebody speaks, and where one phrase ends and the next begins.

Speech is found with the WebRTC voice activity detector inside pocketsphinx. Its own Segmenter
is not used: it loses the last segment when the audio is a whole number of frames long and
speech runs to the end.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from local.recogniser.decode import BYTES_PER_MS
from local.recogniser.types import Word

FRAME_MS = 30
PAUSE_MS = 450  # a shorter pause does not end a region
PAD_MS = 200  # what is kept around speech; two of them must fit into a pause
LONGEST_REGION_MS = 20_000
SHORTEST_SPEECH_MS = 180  # shorter is a click, or the detector getting used to a hiss
PHRASE_GAP_MS = 500
LONG_GAP_MS = 1500  # ends a phrase in the middle of a sentence
LONGEST_PHRASE_MS = 15_000

_SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")
_FRAME_BYTES = FRAME_MS * BYTES_PER_MS
_EDGE_FRAMES = 100  # a cut stays 3 s away from both ends, so that no crumbs are left
_QUIET_FRAMES = 5  # loudness is averaged over 150 ms: a plosive's closure is no pause


@dataclass(frozen=True)
class Region:
    """A stretch of audio with speech in it."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms

    def of(self, pcm: bytes) -> bytes:
        """This region's part of `pcm` (16 kHz, 16 bit)."""
        return pcm[self.start_ms * BYTES_PER_MS : self.end_ms * BYTES_PER_MS]


@dataclass(frozen=True)
class Pieces:
    """How an engine likes its speech: nothing longer than `longest_ms`, and regions with at most
    `gap_ms` of silence between them in one piece."""

    longest_ms: int = LONGEST_REGION_MS
    gap_ms: int = 0


def speech_regions(pcm: bytes, pieces: Pieces = Pieces()) -> list[Region]:
    """The regions of `pcm` (16 kHz, 16 bit, mono) that hold speech, in order, as `pieces` says.
    Silence gives an empty list."""
    from pocketsphinx import Vad

    duration_ms = len(pcm) // BYTES_PER_MS
    for mode in (Vad.STRICT, Vad.LOOSE):  # quiet recordings are lost on the strict detector
        regions = regions_of(_speech_frames(pcm, mode), duration_ms)
        if regions:
            break
    parts = [part for region in regions for part in cut(region, pcm, pieces.longest_ms)]
    return joined(parts, pieces)


def _speech_frames(pcm: bytes, mode: int) -> list[bool]:
    from pocketsphinx import Vad

    vad = Vad(mode)
    starts = range(0, len(pcm), _FRAME_BYTES)
    return [
        vad.is_speech(pcm[start : start + _FRAME_BYTES].ljust(_FRAME_BYTES, b"\0"))
        for start in starts
    ]


def regions_of(frames: Sequence[bool], duration_ms: int) -> list[Region]:
    """Turn one "is this speech" per frame into regions: short pauses joined, clicks dropped, a
    margin around each."""
    runs: list[tuple[int, int, int]] = []  # start, end, how much of it is speech
    for start_ms, end_ms in _runs(frames):
        spoken_ms = end_ms - start_ms
        if runs and start_ms - runs[-1][1] < PAUSE_MS:
            first_ms, _, before_ms = runs.pop()
            start_ms, spoken_ms = first_ms, before_ms + spoken_ms
        runs.append((start_ms, end_ms, spoken_ms))
    return [
        Region(max(0, start_ms - PAD_MS), min(duration_ms, end_ms + PAD_MS))
        for start_ms, end_ms, spoken_ms in runs
        if spoken_ms >= SHORTEST_SPEECH_MS
    ]


def _runs(frames: Sequence[bool]) -> Iterator[tuple[int, int]]:
    position = 0
    for speech, run in groupby(frames):
        length = len(list(run))
        if speech:
            yield position * FRAME_MS, (position + length) * FRAME_MS
        position += length


def joined(regions: Sequence[Region], pieces: Pieces) -> list[Region]:
    """Regions in order, those that fit into one piece as one."""
    found: list[Region] = []
    for region in regions:
        last = found[-1] if found else None
        if (
            pieces.gap_ms
            and last is not None
            and region.start_ms - last.end_ms <= pieces.gap_ms
            and region.end_ms - last.start_ms <= pieces.longest_ms
        ):
            found[-1] = Region(last.start_ms, region.end_ms)
        else:
            found.append(region)
    return found


def cut(region: Region, pcm: bytes, longest_ms: int = LONGEST_REGION_MS) -> list[Region]:
    """Cut a region of `pcm` that is too long at its quietest points."""
    if region.end_ms - region.start_ms <= longest_ms:
        return [region]
    loudness = _loudness(region.of(pcm))
    quiet = _quiet_frames(loudness, 0, longest_ms)
    cuts = [region.start_ms + frame * FRAME_MS for frame in quiet]
    return [Region(*edges) for edges in pairwise([region.start_ms, *cuts, region.end_ms])]


def _loudness(pcm: bytes) -> list[int]:
    samples = array("h", pcm)
    step = _FRAME_BYTES // 2
    levels = [sum(map(abs, samples[at : at + step])) for at in range(0, len(samples), step)]
    around = _QUIET_FRAMES // 2
    return [sum(levels[max(0, at - around) : at + around + 1]) for at in range(len(levels))]


def _quiet_frames(loudness: Sequence[int], offset: int, longest_ms: int) -> list[int]:
    if len(loudness) * FRAME_MS <= longest_ms:
        return []
    inner = range(_EDGE_FRAMES, len(loudness) - _EDGE_FRAMES)
    middle = len(loudness) / 2
    cut = min(inner, key=lambda frame: (loudness[frame], abs(frame - middle)))
    return [
        *_quiet_frames(loudness[:cut], offset, longest_ms),
        offset + cut,
        *_quiet_frames(loudness[cut:], offset + cut, longest_ms),
    ]


def split_phrases(words: Sequence[Word]) -> list[Sequence[Word]]:
    """Split words where the speaker pauses, and for long where no sentence ends, as far as the
    engine tells; what is still too long, at its longest pause."""
    phrases: list[Sequence[Word]] = []
    start = 0
    for at in range(1, len(words) + 1):
        if at == len(words) or words[at].start_ms - words[at - 1].end_ms >= _gap_ms(words[at - 1]):
            phrases += _shorten(words[start:at])
            start = at
    return phrases


def _gap_ms(word: Word) -> int:
    is_in_sentence = word.shown and not word.shown.rstrip('"”»)').endswith(_SENTENCE_ENDS)
    return LONG_GAP_MS if is_in_sentence else PHRASE_GAP_MS


def _shorten(words: Sequence[Word]) -> list[Sequence[Word]]:
    if len(words) < 2 or words[-1].end_ms - words[0].start_ms <= LONGEST_PHRASE_MS:
        return [words]
    middle_ms = (words[0].start_ms + words[-1].end_ms) // 2
    cut = max(
        range(1, len(words)),
        key=lambda at: (
            words[at].start_ms - words[at - 1].end_ms,
            -abs(words[at].start_ms - middle_ms),
        ),
    )
    return [*_shorten(words[:cut]), *_shorten(words[cut:])]
