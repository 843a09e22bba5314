"""A recogniser that listens to nothing: what it says follows from the bytes of the file.

For tests and benchmarks of everything around recognition. It decodes nothing, starts no
process and takes microseconds. A test knows the answer beforehand:

    heard = script_for(path.read_bytes(), Script(phrases=40))
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random

from local.recogniser.engines.base import EngineUnavailable
from local.recogniser.types import Alternative, AudioRejected, Heard, Phrase, Word

_VOCABULARY = (
    "about after again always answer before better between bring call change clear coffee come "
    "count day different early evening every family find first friend garden give good great "
    "happy hear help house important kitchen know large letter light little long make market "
    "minute moment morning mother music never new number open order paper people phone place "
    "please question quick ready river road school second send small story street summer table "
    "talk thank thing time today together train travel under water week weather window winter "
    "word work world write year yellow"
).split()
_PAUSE_MS = 600
_OPTION = re.compile(r"(phrases|channels)=\d+|words=[1-9]\d*")


@dataclass(frozen=True)
class Script:
    """How much is said: `phrases` on each of `channels`, each of `words` words (one or
    more). With `channels` 0 there are as many as a WAV file has, and one in any other file."""

    phrases: int = 3
    words: int = 8
    channels: int = 1


def read_script(argument: str) -> Script:
    """Read `phrases=40,words=12,channels=2`, the part after the colon of `scripted:...`."""
    values: dict[str, int] = {}
    for option in filter(None, argument.split(",")):
        if not _OPTION.fullmatch(option):
            raise EngineUnavailable(
                f"scripted does not know {option!r}; it takes phrases=, words= and channels=."
            )
        name, _, value = option.partition("=")
        values[name] = int(value)
    return Script(**values)


def script_for(
    content: bytes, script: Script = Script(), channels: Sequence[int] | None = None
) -> Heard:
    """What the scripted recogniser hears in a file with these bytes, always the same.

    Channels take turns in time; `channels` keeps only some of them. Raises `AudioRejected` of
    kind `empty` for no bytes at all.
    """
    if not content:
        raise AudioRejected("empty", "The file is empty.")
    random = Random(blake2b(content, digest_size=16).digest())
    there = script.channels or _channels_of(content)
    phrases: list[Phrase] = []
    at_ms = _PAUSE_MS
    for turn in range(script.phrases * there):
        phrases.append(_phrase(random, turn % there, at_ms, script.words))
        at_ms = phrases[-1].end_ms + _PAUSE_MS
    kept = tuple(said for said in phrases if channels is None or said.channel in channels)
    return Heard(duration_ms=at_ms, channels=there, phrases=kept)


def _channels_of(content: bytes) -> int:
    """By the header that most WAV files have."""
    is_wav = content[:4] == b"RIFF" and content[12:16] == b"fmt "
    return max(1, int.from_bytes(content[22:24], "little")) if is_wav else 1


def _phrase(random: Random, channel: int, start_ms: int, count: int) -> Phrase:
    words: list[Word] = []
    at_ms = start_ms
    for _ in range(count):
        end_ms = at_ms + 180 + int(random.random() * 320)
        text = _VOCABULARY[int(random.random() * len(_VOCABULARY))]
        words.append(Word(text, at_ms, end_ms, round(0.5 + random.random() / 2, 3)))
        at_ms = end_ms + 20
    text = " ".join(word.text for word in words)
    confidence = round(sum(word.confidence for word in words) / len(words), 3)
    return Phrase(
        channel=channel,
        start_ms=start_ms,
        end_ms=words[-1].end_ms,
        text=text,
        confidence=confidence,
        words=tuple(words),
        alternatives=(Alternative(text, confidence),),
    )
