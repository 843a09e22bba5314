"""Why a file is refused: which of the texts fits what it holds."""

from __future__ import annotations

from shared.audio.kinds import is_dictation, is_web_form, other_kind
from shared.audio.promise import Promise
from shared.errors import InputError
from shared.model.failure_texts import (
    BYTES_CUT_OFF,
    DICTATION,
    ENDS_WITHIN,
    NO_HEADER,
    NOT_AUDIO,
    OTHER_CONTENT,
    SOUND_CUT_OFF,
    WEB_FORM,
)

_RAW_ENDINGS = (".wav", ".pcm", ".raw", ".ulaw", ".alaw", ".vox", ".sln")


def not_audio(head: bytes, name: str) -> InputError:
    """Garbage, text, another kind of file, or raw samples without a header."""
    if is_dictation(head):
        return DICTATION.error()
    if is_web_form(head):
        return WEB_FORM.error()
    if kind := other_kind(head):
        return OTHER_CONTENT.error(kind=kind)
    if name.lower().endswith(_RAW_ENDINGS) and head[:4] not in (b"RIFF", b"RF64"):
        return NO_HEADER.error()
    return NOT_AUDIO.error()


def cut_off(promise: Promise) -> InputError:
    """In seconds where they are known and differ as they are written, else in bytes."""
    if promise.is_open:
        return ENDS_WITHIN.error()
    whole_ms, present_ms = promise.whole_ms, promise.present_ms
    if whole_ms is not None and present_ms is not None and _tenths(whole_ms) != _tenths(present_ms):
        return SOUND_CUT_OFF.error(whole=whole_ms / 1000, present=present_ms / 1000)
    return BYTES_CUT_OFF.error(promised=promise.promised_bytes, present=promise.present_bytes)


def _tenths(length_ms: int) -> str:
    return f"{length_ms / 1000:.1f}"
