"""WAV that holds plain samples, read from its header alone.

PyAV tells the same, but opening a file costs it 0.4 to 0.9 ms and many a turn at the interpreter's
lock, and most calls that are dropped are WAV (docs/performance.md). Anything out of the ordinary is
left to PyAV. Layout: RIFF, "Multimedia Programming Interface and Data Specifications 1.0"; format
tags from mmreg.h.
"""

from __future__ import annotations

import struct

from shared.audio.promise import length_is_meant, wav_chunks
from shared.ports.demuxer import Sound

_PCM, _FLOAT, _ALAW, _MULAW = 1, 3, 6, 7
_CODECS = {
    (_PCM, 8): "pcm_u8",
    (_PCM, 16): "pcm_s16le",
    (_PCM, 24): "pcm_s24le",
    (_PCM, 32): "pcm_s32le",
    (_FLOAT, 32): "pcm_f32le",
    (_ALAW, 8): "pcm_alaw",
    (_MULAW, 8): "pcm_mulaw",
}


def plain_wav(head: bytes) -> Sound | None:
    """What the header says, None where it is not ordinary in every respect."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    chunks = wav_chunks(head)
    form, data = chunks.get(b"fmt "), chunks.get(b"data")
    if form is None or data is None or form[1] < 16 or len(head) < form[0] + 16:
        return None
    tag, channels, rate, per_second, block, bits = struct.unpack_from("<HHIIHH", head, form[0])
    codec = _CODECS.get((tag, bits))
    is_consistent = block == channels * bits // 8 and per_second == rate * block
    if codec is None or not channels or not rate or not is_consistent:
        return None
    container = struct.unpack_from("<I", head, 4)[0]
    if not length_is_meant(data[1], container, block):
        return None
    length_ms = round(data[1] / per_second * 1000)
    return Sound(codec, "wav", channels, rate, length_ms, is_heard=True)
