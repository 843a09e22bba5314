"""What the profile says of captions reaches the files."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.model.profile.profile import Profile, SpeakerStyle
from shared.model.recording.recording import Recording
from shared.model.redaction.redact import NOBODY
from shared.pipeline.write.publish import store_outputs
from tests.caption_samples import ALL

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Shelf:
    """Keeps what is put on it, by path."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, path: str, content: bytes, media_type: str, *, recording: Recording) -> str:
        self.files[path] = content
        return path


@pytest.mark.parametrize(
    ("style", "first"),
    [("names", ">Agent: Thanks"), ("dashes", ">-Thanks"), ("tags", ">Thanks")],
)
def test_captions_show_speakers_as_the_profile_says(style: SpeakerStyle, first: str) -> None:
    row = Recording(
        batch_id="b",
        id="r",
        container="audio",
        name="calls/one.wav",
        etag="1",
        last_modified_at=NOW,
        registered_at=NOW,
        changed_at=NOW,
        profile=Profile(formats=("vtt", "docx", "words"), caption_speakers=style),
    )
    shelf = Shelf()
    paths, _ = store_outputs(row, ALL["call"], shelf, "transcripts", NOBODY)  # type: ignore[arg-type]
    assert list(paths) == ["vtt", "docx", "words", "json"]
    assert first in shelf.files["transcripts/audio/calls/one.wav.vtt"].decode()
    assert "transcripts/audio/calls/one.wav.words.json" in shelf.files
