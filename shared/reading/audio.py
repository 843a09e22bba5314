"""The sound of a recording, for those who may hear it: by a link of a few minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.batches.status import existing
from shared.errors import AudioChanged, AudioMissing, AudioRedacted, RecordingMissing
from shared.log import event
from shared.model.recording.recording import Recording
from shared.ports.blobs import AudioBlobs, OutputLinks
from shared.ports.queue import Clock
from shared.ports.state import BatchStore

LIVES = timedelta(minutes=15)


class Sound(NamedTuple):
    """`url` is a secret. `media_type` is None where nobody said one of sound: many an upload says
    what a browser or a program says by itself, that of a form for example."""

    url: str
    expires_at: datetime
    media_type: str | None


@dataclass(frozen=True, kw_only=True)
class FindAudible:
    """A recording whose audio is there, as it was transcribed: two reads and a look at the blob.
    Raises `BatchMissing`, `RecordingMissing`, `AudioMissing` where there is no blob, and
    `AudioChanged` where it holds another version by now."""

    store: BatchStore
    audio: AudioBlobs

    def __call__(self, batch_id: str, recording_id: str) -> Recording:
        row = self.row(batch_id, recording_id)
        self.refuse_changed(row)
        return row

    def row(self, batch_id: str, recording_id: str) -> Recording:
        """Whatever became of its audio."""
        existing(batch_id, self.store)
        row = self.store.recording(batch_id, recording_id)
        if row is None:
            raise RecordingMissing("the batch has no recording of that id")
        return row

    def refuse_changed(self, row: Recording) -> None:
        """Where its audio is not there as it was transcribed."""
        if row.web_url is not None:
            raise AudioMissing("the audio lies elsewhere: only its sender has the address")
        there = self.audio.entry(row.container, row.name)
        if there is None:
            raise AudioMissing("the audio is not there any more")
        if there.etag != row.etag:
            raise AudioChanged("the audio was replaced since it was transcribed")


@dataclass(frozen=True, kw_only=True)
class OpenAudio:
    """Raises as `FindAudible` does, and `AudioRedacted`."""

    find: FindAudible
    links: OutputLinks
    clock: Clock

    def __call__(
        self, batch_id: str, recording_id: str, caller: str, *, hears_all: bool = False
    ) -> Sound:
        """`caller` stands in the log, beside what was opened; `hears_all`: what is to be hidden in
        the sound, too."""
        row = self.find(batch_id, recording_id)
        if row.profile.options.redact_audio != "keep" and not hears_all:
            raise AudioRedacted("personal data is hidden in its sound: hear the listening copy")
        event("audio.opened", batch=batch_id, recording=recording_id, caller=caller)
        url = self.links.link(f"{row.container}/{row.name}", LIVES)
        return Sound(url, self.clock.now() + LIVES, _of_sound(row.media_type))


def _of_sound(media_type: str | None) -> str | None:
    kind = (media_type or "").partition("/")[0].strip().lower()
    return media_type if kind in ("audio", "video") else None
