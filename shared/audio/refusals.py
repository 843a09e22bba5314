"""Why a file is refused: which of the texts fits what it holds."""

from __future__ import annotations

from shared.audio.kinds import other_kind
from shared.audio.promise import Promise
from shared.errors import InputError
from shared.model.failure_texts import (
    BYTES_CUT_OFF,
    NO_HEADER,
    NOT_AUDIO,
    OTHER_CONTENT,
    SOUND_CUT_OFF,
)

_RAW_ENDINGS = (".wav", ".pcm", ".raw", ".ulaw", ".alaw", ".vox", ".sln")


def not_audio(head: bytes, name: str) -> InputError:
    """Garbage, text, another kind of file, or raw samples without a header."""
    if kind := other_kind(head):
        return OTHER_CONTENT.error(kind=kind)
    if name.lower().endswith(_RAW_ENDINGS) and head[:4] not in (b"RIFF", b"RF64"):
        return NO_HEADER.error()
    return NOT_AUDIO.error()


def cut_off(promise: Promise) -> InputError:
    """In seconds where they are known, else in bytes."""
    if promise.whole_ms is not None and promise.present_ms is not None:
        return SOUND_CUT_OFF.error(whole=promise.whole_ms / 1000, present=promise.present_ms / 1000)
    return BYTES_CUT_OFF.error(promised=promise.promised_bytes, present=promise.present_bytes)
