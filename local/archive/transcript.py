"""A transcript of today, of a result that was kept without knowing of us."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from shared.model.profile import keys
from shared.model.profile.options import Options
from shared.model.transcript import transcript as t
from shared.model.transcript.normalise import build_transcript
from shared.model.transcript.recognition import Recognition
from shared.providers.redaction import without_query

REVIEW_BELOW = 0.6


def transcript_of(
    heard: Recognition,
    contents: bytes,
    *,
    name: str,
    source: str = "",
    locale: str = "",
    told: Sequence[str] = (),
) -> t.Transcript:
    """What nobody wrote down at the time is empty, not guessed: the same `contents` are the same
    transcript, whenever it is made. `told` are sentences for the reader."""
    return build_transcript(
        heard,
        job=t.Job(
            id="",
            batch_id="archive",
            recording_id=hashlib.sha256(contents).hexdigest()[:32],
            attempt=1,
            profile="archive",
        ),
        source=t.Source(
            uri=without_query(source) if source else heard.source,
            container="",
            name=name,
            etag="",
            bytes=0,
            duration_ms=heard.duration_ms,
        ),
        provider=t.Provider(
            name="azure-speech",
            endpoint="",
            api_version="",
            transcription_id="",
            warnings=("Normalised from an archived result.", *told),
        ),
        options=_options(locale),
        roles={},
        review_below=REVIEW_BELOW,
    )


def without_words(heard: Recognition) -> Recognition:
    """Phrases alone: Microsoft's ingestion client redacts these, and leaves their words and what
    else was heard as they were."""
    kept = tuple(
        msgspec.structs.replace(one, words=(), alternatives=()) for one in heard.utterances
    )
    return msgspec.structs.replace(heard, utterances=kept)


def _options(locale: str) -> Options:
    """A locale in an old spelling, such as en-us, in today's."""
    known: Any = keys.value_of("locale", locale, keys.RECORDING_KEYS)
    return Options() if isinstance(known, keys.Problem) else Options(locale=known)
