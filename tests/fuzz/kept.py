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
    ("faststart.m4a", 20261),  # samples of 16 MB each
    ("moov_end.m4a", 6050),  # what is played begins behind its end
    ("fragmented.m4a", 5118),  # a clock of 2,000 years
    ("voice.opus", 6036),  # a damaged page among the last
)
