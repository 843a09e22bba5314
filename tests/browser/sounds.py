"""Sound of which the scripted recogniser always hears the same."""

from __future__ import annotations

import io
import wave

RATE = 8_000


def call_of(name: str, *, channels: int = 2, seconds: float = 40) -> bytes:
    """A WAV file that no other name has."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((channels, 2, RATE, 0, "NONE", ""))
        frame = name.encode().ljust(2 * channels, b"\1")[: 2 * channels]
        out.writeframes(frame * int(RATE * seconds))
    return file.getvalue()
