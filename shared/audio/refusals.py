"""Why a file is refused, in words for the person who uploaded it."""

from __future__ import annotations

from shared.audio.promise import Promise
from shared.errors import InputError

SHORTEST_MS = 100
_RAW_ENDINGS = (".wav", ".pcm", ".raw", ".ulaw", ".alaw", ".vox", ".sln")
_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite", "a database"),
)


def empty_audio(detail: str = "The blob has no bytes.") -> InputError:
    return InputError(
        "empty_audio",
        detail,
        "Check that the recorder or the upload finished, then upload the file again.",
    )


def not_audio(head: bytes, name: str) -> InputError:
    """Garbage, text, another kind of file, or raw samples without a header."""
    if kind := _other_kind(head):
        return InputError(
            "not_audio",
            f"The content is {kind}, whatever the file's name says.",
            "Upload the audio file itself.",
        )
    if name.lower().endswith(_RAW_ENDINGS) and head[:4] not in (b"RIFF", b"RF64"):
        return InputError(
            "not_audio",
            "The file has no WAV header, so nothing says how its samples are to be read.",
            "If it is raw PCM, add a header with the right sample rate, sample size and number "
            "of channels (for example with sox or ffmpeg), then upload it again.",
        )
    return InputError(
        "not_audio",
        "The content is not an audio or video format that can be read, or its header is damaged.",
        "Check that the file plays, convert it to WAV, FLAC or MP3 and upload that.",
    )


def no_audio_stream(kind: str) -> InputError:
    return InputError(
        "no_audio_stream",
        f"The {kind} file holds no sound.",
        "Export it again with its sound, or upload the audio alone.",
    )


def encrypted_audio() -> InputError:
    return InputError(
        "encrypted_audio",
        "The sound is encrypted (DRM); no provider can read it.",
        "Upload a recording without copy protection.",
    )


def too_short(duration_ms: int) -> InputError:
    return InputError(
        "too_short",
        f"The recording is {duration_ms} ms long; speech needs at least {SHORTEST_MS} ms.",
        "Check that the recorder started, or leave this file out.",
    )


def truncated_audio(promise: Promise) -> InputError:
    if promise.whole_ms is not None and promise.present_ms is not None:
        whole, present = promise.whole_ms / 1000, promise.present_ms / 1000
        reason = f"The header promises {whole:.1f} s of sound, the file holds {present:.1f} s."
    else:
        reason = (
            f"The header promises {promise.promised_bytes} bytes, "
            f"the file holds {promise.present_bytes}."
        )
    return InputError("truncated_audio", reason, _AGAIN)


def index_missing() -> InputError:
    return InputError(
        "truncated_audio",
        "The file's index (moov) is missing: the recording or the upload was cut off.",
        "Upload the whole file again; without its index nobody can play it.",
    )


_AGAIN = (
    "Upload the whole file again. If the stump is all there is, set accept_truncated in the "
    "profile or dropscribe_accept_truncated on the blob."
)


def _other_kind(head: bytes) -> str | None:
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    start = head[:4096]
    if b"\x00" in start:
        return None
    try:
        text = start.decode("utf-8", "strict" if len(start) < 4096 else "ignore")
    except UnicodeDecodeError:
        return None
    if sum(c.isprintable() or c.isspace() for c in text) < len(text) * 0.98:
        return None
    return "a web page or XML" if text.lstrip().startswith("<") else "text"
