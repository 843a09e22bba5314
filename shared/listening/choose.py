"""Which copy of a recording people may hear, and what is hidden in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from shared.errors import NoListeningCopy
from shared.model.listening.allowed import is_allowed
from shared.model.listening.hiding import Fill, Span, padded
from shared.model.listening.recipe import ListeningRecipe, listening_recipe
from shared.model.recording.output_names import output_stem
from shared.model.recording.recording import Recording
from shared.model.transcript.insights import Span as Hidden
from shared.ports.blobs import Outputs
from shared.ports.state import BatchStore

_FILLS: Mapping[str, Fill] = {"mute": "silence", "beep": "tone"}


class _Job(msgspec.Struct, frozen=True):
    recording_id: str
    attempt: int


class _Redaction(msgspec.Struct, frozen=True):
    spans: tuple[Hidden, ...] | None = None


class _Told(msgspec.Struct, frozen=True):
    """Of a transcript, what tells where something is hidden."""

    job: _Job
    redaction: _Redaction | None = None


_decoder = msgspec.json.Decoder(_Told)


@dataclass(frozen=True, kw_only=True)
class ChooseListening:
    """Where the profile hides personal data in the sound, its transcript tells where that is: one
    read. It has to be of this attempt, and to tell: else there is no copy."""

    store: BatchStore
    outputs: Outputs
    transcripts_container: str

    def __call__(self, row: Recording) -> ListeningRecipe:
        """Raises `NoListeningCopy`."""
        if row.audio is None or not is_allowed(row.profile):
            raise NoListeningCopy("the profile of the recording wants none")
        in_place = row.profile.options.redact_audio
        if in_place == "keep":
            return listening_recipe(row.audio, row.heard)
        plain = listening_recipe(row.audio, row.heard, _transcribed(row))
        return msgspec.structs.replace(plain, hidden=self._hidden(row), fill=_FILLS[in_place])

    def _hidden(self, row: Recording) -> tuple[Span, ...]:
        told = self._told(self._of(row))
        if told is None or told.redaction is None or told.redaction.spans is None:
            raise NoListeningCopy(
                "what is to be hidden in its sound is told by its transcript, which is not there"
            )
        return padded((one.start_ms, one.end_ms) for one in told.redaction.spans)

    def _of(self, row: Recording) -> Recording:
        """Whose transcript it is."""
        if row.same_as is None:
            return row
        return self.store.recording(row.same_as.batch_id, row.same_as.recording_id) or row

    def _told(self, row: Recording) -> _Told | None:
        """Before its row says so, a transcript lies where it is to lie."""
        path = row.outcome.outputs.get("json") if row.outcome else None
        stem = f"{self.transcripts_container}/{output_stem(row.container, row.name)}"
        content = self.outputs.read_own(path or f"{stem}.json", row.id)
        if content is None:
            return None
        told = _decoder.decode(content)
        is_this = (told.job.recording_id, told.job.attempt) == (row.id, row.attempt)
        return told if is_this else None


def _transcribed(row: Recording) -> tuple[int, ...]:
    """The channels in which somebody looked for what is to be hidden; (): in all."""
    recipe = row.preparation.recipe if row.preparation else None
    if recipe is not None and recipe.mix:
        return tuple(sorted({channel for mixed in recipe.mix for channel, _ in mixed}))
    return row.profile.options.channels
