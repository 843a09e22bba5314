"""Captions as the service writes them: cut by characters alone, without speakers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from local.emulators.assemblyai.speech import Json, joined

_USUAL_CHARACTERS = 128


def srt(phrases: Sequence[list[Json]], most: int | None) -> str:
    cues = _cues(phrases, most or _USUAL_CHARACTERS)
    blocks = (
        f"{number}\n{_time(words[0]['start'], ',')} --> {_time(words[-1]['end'], ',')}\n"
        f"{joined(words)}\n"
        for number, words in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def vtt(phrases: Sequence[list[Json]], most: int | None) -> str:
    cues = _cues(phrases, most or _USUAL_CHARACTERS)
    blocks = (
        f"{_time(words[0]['start'], '.')} --> {_time(words[-1]['end'], '.')}\n{joined(words)}\n"
        for words in cues
    )
    return "\n".join(["WEBVTT\n", *blocks])


def _cues(phrases: Sequence[list[Json]], most: int) -> Iterator[list[Json]]:
    for phrase in phrases:
        cue: list[Json] = []
        for word in phrase:
            if cue and len(joined([*cue, word])) > most:
                yield cue
                cue = []
            cue.append(word)
        yield cue


def _time(moment_ms: int, mark: str) -> str:
    seconds, ms = divmod(moment_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{ms:03}"
