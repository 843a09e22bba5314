"""The corpus: cases that once showed something, made again by their name and number."""

from __future__ import annotations

CONTAINERS = (
    ("fragmented.m4a", 5),  # a time of 800 years in one fragment
    ("fragmented.m4a", 8),  # 4 billion samples in a fragment
    ("faststart.m4a", 0),  # times of a track whose box is called something else
    ("moov_end.m4a", 19),  # the first box is called something else
    ("moov_end.m4a", 125),  # five times the length
    ("voice.amr", 135),  # frames that are noise
    ("live.flac", 0),  # a byte less in the header
    ("voice.webm", 13),
    ("voice.wma", 24),
    ("cbr.mp3", 141),  # a frame of another rate in front
)
