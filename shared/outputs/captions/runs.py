"""Stretches of one speaker's talk: what may share a cue, and what may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.model.transcript.transcript import Transcript, Utterance
from shared.outputs.captions.cue import CROSSING_MS
from shared.outputs.plain import plain

Voice = tuple[int, str | None, str | None, str | None]


@dataclass(slots=True)
class Run:
    """Adjacent utterances of one speaker with their texts made `plain`, none of them empty.

    `crossed` tells that somebody else starts to speak inside the run.
    """

    name: str | None
    language: str | None
    utterances: list[Utterance] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    crossed: bool = False

    @property
    def voice(self) -> tuple[int, str | None]:
        """Who speaks, whatever the language."""
        return self.utterances[0].channel, self.utterances[0].speaker

    @property
    def start_ms(self) -> int:
        return self.utterances[0].start_ms

    @property
    def end_ms(self) -> int:
        return self.utterances[-1].end_ms


_DOTS = ".…·-–— "
"""A line of these alone shows nothing."""
UNKNOWN = "Unknown"
"""Whose voice it is nobody knows, where other voices are told apart."""


def name_of(utterance: Utterance, channels: int) -> str:
    """Role, else speaker label, else the channel where there are several."""
    name = plain(utterance.role or utterance.speaker or "")
    return name or (f"Channel {utterance.channel + 1}" if channels > 1 else UNKNOWN)


def are_named(utterances: Sequence[Utterance]) -> bool:
    """Whether a reader has to be told who speaks: several voices, or roles given."""
    voices = {(utterance.channel, utterance.speaker) for utterance in utterances}
    return len(voices) > 1 or any(utterance.role for utterance in utterances)


def spoken_in_order(transcript: Transcript) -> list[tuple[Utterance, str]]:
    """Utterances that have text, by start, each with its text made `plain`."""
    pairs = [(utterance, plain(utterance.text)) for utterance in transcript.utterances]
    return sorted((pair for pair in pairs if pair[1]), key=lambda pair: pair[0].start_ms)


def runs(transcript: Transcript) -> list[Run]:
    """The talk as runs, by start.

    Somebody else's words between two utterances end a run; words that fall entirely into one
    utterance of the other do not.
    """
    spoken = [pair for pair in spoken_in_order(transcript) if pair[1].strip(_DOTS)]
    named = are_named([utterance for utterance, _ in spoken])
    channels = len({utterance.channel for utterance, _ in spoken})
    found: list[Run] = []
    open_runs: dict[Voice, Run] = {}
    previous: Run | None = None
    for utterance, text in spoken:
        language = utterance.language or transcript.language.code
        voice = (utterance.channel, utterance.speaker, utterance.role, language)
        run = open_runs.get(voice)
        if run is None or not (run is previous or _goes_on(run, previous)):
            name = name_of(utterance, channels) if named else None
            run = open_runs[voice] = Run(name, language)
            found.append(run)
        for other in open_runs.values():
            if other is not run and other.end_ms > utterance.start_ms:
                other.crossed = True
        run.utterances.append(utterance)
        run.texts.append(text)
        previous = run
    return found


def _goes_on(run: Run, previous: Run | None) -> bool:
    """True where what the other said last began well inside this run's last utterance."""
    return previous is not None and (previous.utterances[-1].start_ms < run.end_ms - CROSSING_MS)
