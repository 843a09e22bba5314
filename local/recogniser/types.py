"""What the recogniser hears. Times are integer milliseconds, confidences 0..1."""

from __future__ import annotations

from dataclasses import dataclass, field

WITHOUT_BLANKS = "\u0e00-\u0e7f\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
"""Letters of languages that put no blanks between words, as ranges of a regular expression."""


class AudioRejected(Exception):
    """The audio cannot be recognised. `kind` is one of empty, not_audio, too_short, decode."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)

    def __reduce__(self) -> tuple[type[AudioRejected], tuple[str, str]]:
        """Both arguments travel between processes; by default only the message would."""
        return type(self), (self.kind, str(self))


@dataclass(frozen=True)
class Word:
    """`text` is lower case, without punctuation. `shown` is how the engine itself writes the word,
    with its capitals and punctuation; empty where it knows none."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float
    shown: str = ""


@dataclass(frozen=True)
class Alternative:
    text: str
    confidence: float | None = None


@dataclass(frozen=True)
class Phrase:
    """One stretch of speech of one channel; `text` is lower case, without punctuation."""

    channel: int
    start_ms: int
    end_ms: int
    text: str
    confidence: float
    words: tuple[Word, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Heard:
    """A whole recording: its real duration, how many channels it has, and what was said,
    phrases of each channel in time order."""

    duration_ms: int
    channels: int
    phrases: tuple[Phrase, ...] = field(default=())
