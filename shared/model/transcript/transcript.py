"""The transcript as we write it: schema `transcript/1`, the same for every provider.

Times are integer milliseconds from the start of the recording, confidences are 0..1, and
whatever a provider does not say is null, never zero or an empty guess.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from shared.model.transcript.insights import Insights, Span

SCHEMA = "transcript/1"

Timing = Literal["provider", "interpolated"]


class Word(msgspec.Struct, frozen=True, gc=False):
    """One word as it is displayed, punctuation included, in the time it was spoken.

    `timing` is "interpolated" where the provider gave the word but not its time.
    """

    text: str
    start_ms: int
    end_ms: int
    confidence: float | None = None
    timing: Timing = "provider"


class Alternative(msgspec.Struct, frozen=True, gc=False):
    """Another reading of an utterance."""

    text: str
    confidence: float | None = None


class Utterance(msgspec.Struct, frozen=True, kw_only=True):
    """One speaker, one channel, one stretch of time.

    `text` is the display form; `text_itn` and `text_lexical` are the inverse-text-normalised
    and the spoken form. `turn` numbers the turns of the conversation: adjacent utterances of
    one speaker share it. `overlaps` tells that somebody else speaks at the same time.
    `needs_review` marks confidence below the profile's threshold. `unit` numbers the provider's
    own units of speech: utterances that one was cut into share it, and put together they are it.
    `timing` is "interpolated" where the provider gave no time that can be believed.
    """

    id: int
    turn: int
    start_ms: int
    end_ms: int
    channel: int
    speaker: str | None = None
    role: str | None = None
    language: str | None = None
    confidence: float | None = None
    needs_review: bool = False
    overlaps: bool = False
    text: str = ""
    text_itn: str | None = None
    text_lexical: str | None = None
    words: tuple[Word, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    unit: int | None = None
    timing: Timing = "provider"


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """A speaker label inside one transcript; never a person.

    `id` is S1, S2, ... by first appearance, `provider_label` what the provider called it (null
    where the channel alone tells speakers apart), `role` what the profile calls the channel.
    """

    id: str
    channel: int
    role: str | None = None
    provider_label: str | None = None
    talk_ms: int = 0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Where the transcript belongs in our own books."""

    id: str
    batch_id: str
    recording_id: str
    attempt: int
    profile: str
    title: str | None = None
    client_item_id: str | None = None
    metadata: dict[str, str] = {}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The audio. `uri` carries no query, so no secret; `codec` is FFmpeg's name for it."""

    uri: str
    container: str
    name: str
    etag: str
    bytes: int
    duration_ms: int | None = None
    channels: int | None = None
    sample_rate_hz: int | None = None
    codec: str | None = None
    media_type: str | None = None
    last_modified_at: str | None = None


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider will bill, from the price table in the settings."""

    amount: float
    currency: str
    estimated: bool = True


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Who transcribed it, how, and when. `options` is what we asked for."""

    name: str
    endpoint: str
    api_version: str
    transcription_id: str
    model: str | None = None
    submitted_at: str | None = None
    completed_at: str | None = None
    options: dict[str, object] = {}
    cost: Cost | None = None
    warnings: tuple[str, ...] = ()


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """`detected` is false where the language was given with the request."""

    code: str | None = None
    detected: bool = False
    all: tuple[str, ...] = ()


Doubt = Literal["unsure", "number", "name", "repeated", "too_fast", "known_phrase"]


class Stretch(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A stretch to listen to again. `confidence` is that of its doubtful parts, null where the
    provider tells none; `doubts` say why."""

    start_ms: int
    end_ms: int
    confidence: float | None = None
    doubts: tuple[Doubt, ...] = ()


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What a person should hear again, worst first, and how long that takes."""

    listen_ms: int = 0
    stretches: tuple[Stretch, ...] = ()


class Redaction(msgspec.Struct, frozen=True, kw_only=True):
    """What was hidden before anything was stored: `kinds` that were looked for, `mask` is what
    stands in place of them ("hash", "kind", "pseudonym"), `by` who looked ("provider", "net", or
    the name of a finder), and how many values of each kind were found, but for the provider's.
    `spans` are where it is in the sound; null where the profile has nothing hidden there."""

    kinds: tuple[str, ...]
    mask: str
    by: tuple[str, ...]
    counts: dict[str, int] = {}
    spans: tuple[Span, ...] | None = None


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """Of which language the texts are translated (null where the provider tells none), by whom, and
    what that took; `cost` is by the owner's prices, null without them."""

    from_language: str | None
    by: str
    model: str | None = None
    made_at: datetime
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Cost | None = None


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """What was said in one recording.

    A recording without speech is a success: `text` is "" and `utterances` empty.
    `text` is the display text of all utterances in time order, one turn a line.
    `confidence` is the mean over the utterances, weighted by their length. `insights` is null
    where none were asked for, `review` where the profile sets no threshold. `needs_review` goes by
    the time that listening again takes. `redaction` is null where nothing was to be hidden.
    `translation` is null but where it is one: then texts are those of another language, in the
    times of what was said, without words, confidence and what else is of the original alone.
    """

    schema: str = SCHEMA
    job: Job
    source: Source
    provider: Provider
    language: Language
    text: str
    confidence: float | None = None
    needs_review: bool = False
    speakers: tuple[Speaker, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    insights: Insights | None = None
    review: Review | None = None
    redaction: Redaction | None = None
    translation: Translation | None = None
