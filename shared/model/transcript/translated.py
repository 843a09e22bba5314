"""A transcript in another language, in the times of what was said."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from shared.model.transcript.normalise import text_of
from shared.model.transcript.transcript import Language, Transcript, Translation, Utterance


def translated(
    transcript: Transcript, texts: Sequence[str], language: str, how: Translation
) -> Transcript:
    """`texts` are those of the utterances. What is of the original alone is left out: words and
    other readings, how sure the provider was, what it found in what was said."""
    utterances = tuple(
        _with_text(one, text, language)
        for one, text in zip(transcript.utterances, texts, strict=True)
    )
    return replace(
        transcript,
        language=Language(code=language, all=(language,)),
        text=text_of(utterances),
        confidence=None,
        needs_review=False,
        utterances=utterances,
        insights=None,
        review=None,
        translation=how,
    )


def _with_text(one: Utterance, text: str, language: str) -> Utterance:
    return replace(
        one,
        text=text,
        language=language,
        text_itn=None,
        text_lexical=None,
        words=(),
        alternatives=(),
        confidence=None,
        needs_review=False,
    )
