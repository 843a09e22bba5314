"""How recognised phrases become utterances. A result of many megabytes goes through here, so the
loops over words are plain.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from shared.model.transcript.masking import is_hidden
from shared.model.transcript.recognition import RecognisedUtterance
from shared.model.transcript.transcript import Alternative, Timing, Word
from shared.providers.azure_speech.confidence import mean_confidence, probability
from shared.providers.azure_speech.shapes import (
    AnyPhrase,
    AnyReading,
    Shown,
    Spoken,
    Ticked,
    Timed,
)
from shared.providers.azure_speech.times import (
    HALF_MS,
    TICKS_PER_MS,
    duration_to_ticks,
    ticks_to_ms,
)


def read_phrases(
    phrases: Sequence[AnyPhrase],
) -> tuple[tuple[RecognisedUtterance, ...], tuple[str, ...]]:
    """The phrases that hold text, in the order given, and warnings about the others."""
    utterances: list[RecognisedUtterance] = []
    unsuccessful = untimed = removed = 0
    for phrase in phrases:
        if (phrase.recognition_status or "Success").lower() != "success":
            unsuccessful += 1
        best = _best(phrase.n_best or ())
        if best is None:
            continue
        if not _text(best):
            removed += 1
            continue
        span = span_ms(phrase)
        untimed += span is None
        utterances.append(_utterance(phrase, best, span))
    return tuple(utterances), _warnings(unsuccessful, untimed, removed)


def _best(readings: Sequence[AnyReading]) -> AnyReading | None:
    """The first that holds anything of what was said."""
    for reading in readings:
        if _text(reading) or reading.itn or reading.lexical:
            return reading
    return None


def _warnings(unsuccessful: int, untimed: int, removed: int) -> tuple[str, ...]:
    warnings = []
    if unsuccessful:
        warnings.append(f"Azure Speech could not recognise {unsuccessful} phrase(s).")
    if untimed:
        warnings.append(
            f"Azure Speech gave no time for {untimed} phrase(s); they stand by the times of their "
            "words, or behind what was said before."
        )
    if removed:
        warnings.append(f"Azure Speech removed all that was said in {removed} phrase(s).")
    return tuple(warnings)


def _utterance(
    phrase: AnyPhrase, best: AnyReading, placed: tuple[int, int] | None
) -> RecognisedUtterance:
    span = placed or (0, 0)
    is_masked = _is_masked(best)
    speaker = phrase.speaker if phrase.speaker is not None else best.speaker
    return RecognisedUtterance(
        start_ms=span[0],
        end_ms=span[1],
        channel=max(phrase.channel or 0, 0),
        speaker="" if speaker is None else str(speaker),
        language=phrase.locale or None,
        confidence=_phrase_confidence(best),
        text=_text(best),
        text_itn=_itn(best, is_masked=is_masked),
        text_lexical=best.lexical or None,
        is_masked=is_masked,
        words=_words(best, span),
        alternatives=_alternatives(best, phrase.n_best or ()),
        timing="provider" if placed else "interpolated",
    )


def _alternatives(best: AnyReading, readings: Sequence[AnyReading]) -> tuple[Alternative, ...]:
    """The others; in a form that is masked too, where the best reading has one."""
    is_shown = bool(best.display or best.masked_itn)
    return tuple(
        Alternative(text, probability(other.confidence))
        for other in readings
        if other is not best
        and (text := (other.display or other.masked_itn or "") if is_shown else _text(other))
    )


def _text(reading: AnyReading) -> str:
    """The most readable form. Nothing is left to show where the service removed all there was."""
    shown = reading.display or reading.masked_itn
    if shown or (reading.itn and reading.masked_itn == ""):
        return shown or ""
    return reading.itn or reading.lexical or _spoken(reading)


def _spoken(reading: AnyReading) -> str:
    shown = [word.display_text for word in reading.display_words or () if word.display_text]
    return " ".join(shown or [word.word for word in reading.words or () if word.word])


def _is_masked(reading: AnyReading) -> bool:
    """Whether the form that is displayed lacks something of what was spoken. Where the written
    form is the same with and without masking, only a mask in the display can tell."""
    shown, itn = reading.display or "", reading.itn
    if itn and itn == reading.masked_itn and "*" not in shown:
        return False
    spoken = itn, reading.lexical or _spoken_alone(reading)
    if reading.masked_itn and is_hidden(reading.masked_itn, *spoken):
        return True
    return is_hidden(shown, *spoken) if "*" in shown or not reading.masked_itn else False


def _spoken_alone(reading: AnyReading) -> str:
    return " ".join(word.word for word in reading.words or () if word.word)


def _itn(reading: AnyReading, *, is_masked: bool) -> str | None:
    """Of a masked phrase only the masked form, if it is one."""
    if not is_masked:
        return reading.masked_itn or reading.itn or None
    masked = reading.masked_itn
    return masked if masked and is_hidden(masked, reading.itn, reading.lexical) else None


def _phrase_confidence(best: AnyReading) -> float | None:
    """Whisper models give the display form alone and do not tell how sure they are."""
    return probability(best.confidence) if best.lexical or best.confidence else None


def span_ms(timed: Timed | Ticked) -> tuple[int, int] | None:
    """Start and end, 0 <= start <= end, None where no start is given.

    Ticks are exact and come first, then milliseconds, then ISO 8601. A duration may be missing
    or negative (the schema of 2024-11-15 allows that for words): then it counts as 0.
    """
    start, length = timed.offset_in_ticks, timed.duration_in_ticks
    if start is None and isinstance(timed, Timed):
        start = _other_ticks(timed.offset_milliseconds, timed.offset)
    if start is None:
        return None
    if length is None and isinstance(timed, Timed):
        length = _other_ticks(timed.duration_milliseconds, timed.duration)
    length = length or 0
    if start < 0:
        start = 0
    return ticks_to_ms(start), ticks_to_ms(start + length if length > 0 else start)


def length_ms(ticks: float | None, milliseconds: float | None, duration: str | None) -> int | None:
    """A length in up to three notations, None where none is given."""
    length = ticks if ticks is not None else _other_ticks(milliseconds, duration)
    return None if length is None else max(0, ticks_to_ms(length))


def _other_ticks(milliseconds: float | None, duration: str | None) -> float | None:
    if milliseconds is not None:
        return milliseconds * TICKS_PER_MS
    return duration_to_ticks(duration) if duration else None


def _words(best: AnyReading, phrase: tuple[int, int]) -> tuple[Word, ...]:
    """Display words where there are any, for they are what the reader sees; else lexical ones."""
    is_unsure_of_all = bool(best.confidence) and not any(w.confidence for w in best.words or ())
    if best.display_words and best.words and not is_unsure_of_all:
        alike = _word_by_word(best.display_words, best.words)
        if alike is not None:
            return alike
    lexical = _lexical_words(best.words, phrase) if best.words else []
    if lexical and is_unsure_of_all:
        # Words that are all certainly wrong, in a phrase that is not: nothing is told of them.
        lexical = [msgspec.structs.replace(word, confidence=None) for word in lexical]
    if not best.display_words:
        return tuple(lexical)
    return tuple(_display_words(best.display_words, lexical, phrase))


def _word_by_word(display: Sequence[Shown], spoken: Sequence[Spoken]) -> tuple[Word, ...] | None:
    """Where each word is displayed as it was spoken, one after the other, which is nearly always;
    None where it has to be looked at more closely."""
    if len(display) != len(spoken):
        return None
    found = []
    before = 0.0
    for shown, said in zip(display, spoken, strict=True):
        start, length, text = shown.offset_in_ticks, shown.duration_in_ticks, shown.display_text
        if (
            start is None
            or length is None
            or start < before
            or length <= TICKS_PER_MS
            or start != said.offset_in_ticks
            or length != said.duration_in_ticks
            or not text
            or not said.word
        ):
            return None
        before = end = start + length
        sure = said.confidence
        found.append(
            Word(
                text,
                int(start / TICKS_PER_MS + 0.5),
                int(end / TICKS_PER_MS + 0.5),
                sure if sure is None or 0.0 <= sure <= 1.0 else probability(sure),
            )
        )
    return tuple(found)


def _lexical_words(words: Sequence[Spoken], phrase: tuple[int, int]) -> list[Word]:
    found: list[Word] = []
    for word in words:
        if text := word.word:
            span, timing = _place(word, found, phrase)
            found.append(Word(text, span[0], span[1], probability(word.confidence), timing))
    return found


def _display_words(
    words: Sequence[Shown], lexical: Sequence[Word], phrase: tuple[int, int]
) -> list[Word]:
    """Display words have no confidence of their own: each takes that of the lexical words that
    it overlaps."""
    found: list[Word] = []
    first = 0
    for word in words:
        if not (text := word.display_text):
            continue
        (start, end), timing = _place(word, found, phrase)
        if _is_alone(lexical, len(found), start, end):
            first = len(found)
            confidence = lexical[first].confidence
        else:
            confidence, first = mean_confidence(lexical, first, start, end)
        found.append(Word(text, start, end, confidence, timing))
    return found


def _is_alone(lexical: Sequence[Word], n: int, start: int, end: int) -> bool:
    """Whether the `n`th spoken word lasts from `start` to `end`, and no other reaches in."""
    if n >= len(lexical) or start == end:
        return False
    word = lexical[n]
    return (
        word.start_ms == start
        and word.end_ms == end
        and (n == 0 or lexical[n - 1].end_ms <= start)
        and (n + 1 == len(lexical) or lexical[n + 1].start_ms >= end)
    )


def _place(
    timed: Timed | Ticked, before: Sequence[Word], phrase: tuple[int, int]
) -> tuple[tuple[int, int], Timing]:
    """Where a word stands; one without a time stands at the end of the word before it."""
    start, length = timed.offset_in_ticks, timed.duration_in_ticks
    if start is not None and length is not None and start >= 0 and length >= 0:  # nearly always
        end = start + length
        return (
            int((start + HALF_MS) // TICKS_PER_MS),
            int((end + HALF_MS) // TICKS_PER_MS),
        ), "provider"
    span = span_ms(timed)
    if span is not None:
        return span, "provider"
    here = before[-1].end_ms if before else phrase[0]
    return (here, here), "interpolated"
