"""What a provider is asked for. Recordings with equal options can share a job."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.model.redaction.kinds import InSound, Mask, Unsupported

Locale = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Mode = Literal["standard", "express"]
Punctuation = Literal["none", "dictated", "automatic", "dictated_and_automatic"]
Profanity = Literal["none", "removed", "tags", "masked"]
Script = Literal["hebrew", "latin"]
LanguageMode = Literal["continuous", "single"]
Speakers = Annotated[int, msgspec.Meta(ge=1, le=35)]
SeveralSpeakers = Annotated[int, msgspec.Meta(ge=2, le=35)]
Hours = Annotated[int, msgspec.Meta(ge=6, le=744)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Format = Literal["vtt", "srt", "ttml", "txt", "docx", "csv", "words"]
SpeakerStyle = Literal["names", "dashes", "tags"]
Priority = Literal["urgent", "normal", "bulk"]
Prepare = Literal["auto", "never", "always"]
NoSpeech = Literal["send", "refuse"]
Listening = Literal["auto", "never", "on_demand", "always"]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Recognition options, provider-neutral.

    `candidate_locales` (2 to 10) turns language identification on; `locale` is then the
    fallback. `channels` are 0-based, empty means all that the audio has. `max_speakers` (2 to
    35), `expected_speakers`, `min_speakers` or, where nobody knows how many there are,
    `finds_speakers` turns diarization on. `model` is a custom model's
    URL, `model_by_locale` the same per candidate locale. `time_to_live_hours` (6 to 744) is how
    long the provider may keep its copy if we never come to delete it.

    From `models` on, not every provider knows them (`extras.py`). `models` are the
    provider's own, by name, in order of preference. `spelling` maps what is heard to how it is
    written. `translate_to` is the language that what is said is written in, if that is another.
    `hebrew_words` is the script that Hebrew words in English speech are written in.
    `redact` lists kinds of personal data, or presets of them (`model.redaction.kinds`), that leave
    the text, each replaced by hash signs, by the name of its kind, or by a name that stays the same
    for the same value within a recording. Where nobody finds one of the kinds in the language that
    is spoken, `redact_unsupported` decides: the recording fails, or is kept to what is found.
    `redact_audio` is what is heard in their place by whoever listens: themselves, nothing, a tone.
    """

    locale: Locale = "en-US"
    candidate_locales: tuple[Locale, ...] = ()
    language_mode: LanguageMode = "continuous"
    channels: tuple[Annotated[int, msgspec.Meta(ge=0)], ...] = ()
    max_speakers: SeveralSpeakers | None = None
    word_times: bool = True
    display_word_times: bool = True
    punctuation: Punctuation = "dictated_and_automatic"
    profanity: Profanity = "masked"
    model: str | None = None
    model_by_locale: dict[str, str] = {}
    time_to_live_hours: Hours = 48
    models: tuple[str, ...] = ()
    expected_speakers: Speakers | None = None
    min_speakers: Speakers | None = None
    finds_speakers: bool = False
    min_language_confidence: Share | None = None
    key_terms: tuple[str, ...] = ()
    prompt: str | None = None
    translate_to: Locale | None = None
    spelling: dict[str, str] = {}
    formatting: bool = True
    redact: tuple[str, ...] = ()
    redact_with: Mask = "hash"
    redact_unsupported: Unsupported = "fail"
    redact_audio: InSound = "keep"
    sentiments: bool = False
    entities: bool = False
    chapters: bool = False
    highlights: bool = False
    hebrew_words: Script = "hebrew"

    @property
    def tells_speakers(self) -> bool:
        """Whether speakers are to be told apart by voice."""
        counts = (self.max_speakers, self.expected_speakers, self.min_speakers)
        return self.finds_speakers or any(count is not None for count in counts)
