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
    ("moov_end.m4a", 150),  # samples that last no time
    ("moov_end.m4a", 300173),  # more samples in a chunk than there are
    ("moov_end.m4a", 700069),  # a box that runs over those behind it
    ("faststart.m4a", 69),  # sound that says to go on for gigabytes
    ("faststart.m4a", 300046),  # an index that does
    ("fragmented.m4a", 85),  # sound that ends too early
    ("fragmented.m4a", 83),  # a sample of 700 MB in a fragment
    ("fragmented.m4a", 300012),  # a fragment without sizes among others
    ("fragmented.m4a", 300241),  # a box without a name, to the end of the file
    ("voice.aac", 133),  # a first frame that is none
    ("voice.aac", 300223),  # something between two frames
    ("vbr.mp3", 84),  # half a second is missing
    ("vbr.mp3", 300189),  # bytes that were never there, and the right number of frames
    ("vbr.mp3", 700057),  # noise behind it, and no first frame
    ("vbr.mp3", 500213),  # a length header in what is no frame
    ("moov_end.m4a", 500191),  # a millisecond of half a minute is played
    ("live.webm", 39),  # a size of petabytes
    ("voice.webm", 300003),  # the same, and a length that is right
    ("voice.wma", 104),  # packets of two sizes
    ("voice.wma", 138),  # a size of petabytes, and packets that are all there
    ("voice.wma", 300028),  # said to be live
    ("voice.wma", 700021),  # an object of exabytes
    ("voice.wma", 700048),  # played in less time than it was sent
)
