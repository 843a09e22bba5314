"""Where in the sound is what was hidden in the text, and that nobody hears it there."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import av
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.confined.child.hide import RAMP_SECONDS, TONE_LOUDNESS, Hider, tracks_of
from shared.model.listening.hiding import PADDING_MS, padded
from shared.model.redaction.redact import BY_PROVIDER, redact, with_spans
from shared.model.redaction.sound import EVERYTHING, HEARD_TO_THE_END_MS, unheard
from shared.model.transcript import transcript as t
from shared.model.transcript.insights import Span
from tests.unit.test_redaction import said
from tests.unit.test_redaction_named import KINDS, looked

PHONE = "310 555 0122"
RATE = 16_000


def spans_of(transcript: t.Transcript, *kinds: str) -> tuple[Span, ...]:
    return redact(transcript, kinds or ("phone_number",), "kind").spans


def changed(transcript: t.Transcript, order: int, **fields: Any) -> t.Transcript:
    there = list(transcript.utterances)
    there[order] = msgspec.structs.replace(there[order], **fields)
    return msgspec.structs.replace(transcript, utterances=tuple(there))


def with_words(transcript: t.Transcript, change: Any) -> t.Transcript:
    """The words of the first utterance, changed."""
    words = tuple(change(n, word) for n, word in enumerate(transcript.utterances[0].words))
    return changed(transcript, 0, words=words)


def untimed(*places: int) -> Any:
    def without(n: int, word: t.Word) -> t.Word:
        return msgspec.structs.replace(word, timing="interpolated") if n in places else word

    return without


def moved(word: t.Word, by_ms: int) -> t.Word:
    return msgspec.structs.replace(
        word, start_ms=max(0, word.start_ms + by_ms), end_ms=word.end_ms + by_ms
    )


# --- where it is: words last 200 ms, and one begins every 250


def test_it_is_hidden_with_the_words_that_it_follows_without_a_pause_and_that_follow_it() -> None:
    found = said((0, f"Call {PHONE} now please"), (1, "I will."), (0, PHONE))
    assert spans_of(found) == (Span(0, 1_200), Span(2_200, 2_950))


def test_after_a_pause_it_lies_between_the_words_before_and_behind() -> None:
    found = said((0, f"Call {PHONE} now please"))
    with_pauses = with_words(found, lambda n, w: moved(w, -100 if n == 0 else 100 * (n > 3)))
    assert spans_of(with_pauses) == (Span(100, 1_100),)


def test_a_word_of_the_utterance_before_or_behind_may_be_that_word() -> None:
    found = said((0, "It is"), (1, "Yes?"), (0, PHONE), (0, "Good bye"))
    assert spans_of(found) == (Span(950, 1_700),)
    near = changed(found, 0, words=tuple(moved(w, 400) for w in found.utterances[0].words))
    near = changed(near, 3, words=tuple(moved(w, -50) for w in near.utterances[3].words))
    assert spans_of(near) == (Span(650, 1_950),)
    far = changed(near, 0, words=())
    assert spans_of(far) == (Span(950, 1_950),)


def test_what_is_not_hidden_hides_nothing() -> None:
    assert spans_of(said((0, "Call me tomorrow."))) == ()


def test_a_number_over_two_utterances_is_hidden_in_both() -> None:
    found = said((0, "It is 310"), (1, "Yes?"), (0, "555 0122 at home"))
    assert spans_of(found) == (Span(250, 750), Span(1_200, 1_900))


def test_words_without_times_are_hidden_with_what_lies_between_those_that_have_some() -> None:
    found = with_words(said((0, f"Call {PHONE} now please")), untimed(1, 2, 3, 4))
    assert spans_of(found) == (Span(0, 1_450),)


def test_an_utterance_without_words_or_without_times_is_hidden_as_a_whole() -> None:
    found = said((1, "Go on"), (0, f"Call {PHONE} now"), (1, "Thanks."))
    whole = (Span(600, 1_850),)
    assert spans_of(changed(found, 1, words=())) == whole
    words = tuple(map(untimed(*range(9)), range(9), found.utterances[1].words))
    assert spans_of(changed(found, 1, words=words)) == whole


def test_parts_of_a_unit_whose_words_have_no_times_are_hidden_together() -> None:
    """Where one was cut is made up then."""
    found = said((0, f"Call {PHONE}"), (0, "and so on"), (1, "Yes."))
    found = changed(changed(found, 0, unit=7, words=()), 1, unit=7, words=())
    assert spans_of(found) == (Span(0, 1_850),)


def test_an_utterance_that_nobody_knows_the_time_of_hides_the_whole_recording() -> None:
    found = said((0, f"Call {PHONE} now"), (1, "Thanks."))
    assert spans_of(changed(found, 0, timing="interpolated")) == (EVERYTHING,)
    assert spans_of(changed(found, 1, timing="interpolated")) == (Span(0, 1_200),)


@pytest.mark.parametrize("words", ["Call me now", "Call 310 now"])
def test_words_that_do_not_hold_what_another_form_does_are_not_believed(words: str) -> None:
    found = said((0, f"Call {PHONE} now"))
    there = tuple(t.Word(text, n * 250, n * 250 + 200) for n, text in enumerate(words.split()))
    assert spans_of(changed(found, 0, words=there)) == (Span(0, 1_250),)


def test_a_number_that_was_said_twice_and_is_in_the_words_once_is_hidden_with_all() -> None:
    found = said((0, f"Call {PHONE} now, yes, {PHONE} please"))
    words = [word for n, word in enumerate(found.utterances[0].words) if n not in (6, 7, 8)]
    assert spans_of(changed(found, 0, words=tuple(words))) == (Span(0, 2_500),)


def test_what_a_finder_found_and_words_do_not_hold_is_hidden_with_its_utterance() -> None:
    found = said((0, "This is Maria Gonzalez here"), (1, "Hello Maria"))
    knows = {"Maria Gonzalez": "person_name"}
    assert redact(found, KINDS, "kind", looked(found, knows)).spans == (
        Span(250, 1_200),
        Span(1_350, 1_850),
    )
    words = tuple(w for w in found.utterances[0].words if w.text not in ("Maria", "Gonzalez"))
    lost = changed(found, 0, words=words)
    assert redact(lost, KINDS, "kind", looked(lost, knows)).spans[0] == Span(0, 1_250)


@pytest.mark.parametrize("mask", ["#####", "[PERSON_NAME]"])
def test_what_the_provider_hid_is_hidden_too(mask: str) -> None:
    found = said((0, f"I am {mask} here"), (1, f"Hello {mask}."))
    hidden = redact(found, ("person_name",), "hash", BY_PROVIDER)
    assert hidden.spans == (Span(250, 950), Span(1_100, 1_600))
    words = (*found.utterances[0].words[:2], *found.utterances[0].words[3:])
    hidden = redact(changed(found, 0, words=words), ("person_name",), "hash", BY_PROVIDER)
    assert hidden.spans[0] == Span(0, 1_000)


def test_a_sign_that_was_said_is_no_mask_where_the_provider_hides_nothing() -> None:
    assert spans_of(said((0, "Press # now"))) == ()


def test_a_transcript_that_is_taken_over_keeps_what_it_tells() -> None:
    first = with_spans(redact(said((0, f"Call {PHONE} now")), ("phone_number",), "hash"))
    told = first.transcript.redaction
    assert told is not None
    assert told.spans == (Span(0, 1_200),)
    again = with_spans(redact(first.transcript, ("phone_number",), "hash", BY_PROVIDER))
    assert again.transcript.redaction == told
    silent = msgspec.structs.replace(told, spans=None)
    older = msgspec.structs.replace(first.transcript, redaction=silent)
    assert redact(older, ("phone_number",), "hash", BY_PROVIDER).spans == (EVERYTHING,)


def test_what_the_provider_did_not_hear_is_hidden() -> None:
    found = redact(said((0, f"Call {PHONE} now")), ("phone_number",), "hash")
    told = with_spans(found, unheard(10_000, 60_000)).transcript.redaction
    assert told is not None
    behind = Span(10_000 + HEARD_TO_THE_END_MS, EVERYTHING.end_ms)
    assert told.spans == (Span(0, 1_200), behind)
    assert unheard(10_000, 0) == (behind,)
    assert unheard(10_000, 12_000) == unheard(None, 0) == ()


# --- any conversation

Placed = list[tuple[bool, int, int]]
"""Words in their order: whether it belongs to a number, how long it lasts, the pause before it."""
WORDS = st.lists(
    st.tuples(st.booleans(), st.integers(40, 400), st.integers(0, 300)), min_size=1, max_size=12
)


def conversation(
    turns: Sequence[Placed], lacking: Sequence[int]
) -> tuple[t.Transcript, list[Span]]:
    """A conversation in which numbers are said, and where each of their words really is. Of what
    has a place in `lacking` the provider tells no time, or no words at all."""
    at, true, found = 0, list[Span](), list[t.Utterance]()
    for order, turn in enumerate(turns):
        words, start = list[t.Word](), at
        for is_number, length, pause in turn:
            at += pause
            words.append(t.Word("3105550122" if is_number else "well", at, at + length))
            at += length
        true += [Span(word.start_ms, word.end_ms) for word in words if word.text != "well"]
        text = " ".join(word.text for word in words)
        words = [_told(word, order * 50 + n, lacking) for n, word in enumerate(words)]
        kept = () if order * 50 + 49 in lacking else tuple(words)
        found.append(msgspec.structs.replace(_silent(order, start, at), text=text, words=kept))
        at += 20
    there = msgspec.structs.replace(said((0, "nothing")), utterances=tuple(found))
    return there, true


def _silent(order: int, start: int, end: int) -> t.Utterance:
    return t.Utterance(id=order, turn=order, start_ms=start, end_ms=end, channel=order % 2)


def _told(word: t.Word, place: int, lacking: Sequence[int]) -> t.Word:
    """A time that is made up may be anywhere."""
    if place not in lacking:
        return word
    return msgspec.structs.replace(word, start_ms=0, end_ms=1, timing="interpolated")


@pytest.mark.long
@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=5), st.lists(st.integers(0, 249), max_size=60))
def test_every_word_that_is_hidden_is_hidden_where_it_was_said(
    turns: list[Placed], lacking: list[int]
) -> None:
    transcript, true = conversation(turns, lacking)
    spans = spans_of(transcript)
    assert all(any(s.start_ms <= w.start_ms and w.end_ms <= s.end_ms for s in spans) for w in true)
    assert all(one.end_ms < two.start_ms for one, two in pairwise(spans))
    assert bool(spans) == bool(true)


def noise(samples: int) -> array[int]:
    chance = random.Random(samples)
    return array("h", (chance.randrange(-20_000, 20_000) for _ in range(samples)))


def frames(samples: array[int], size: int) -> Iterator[Any]:
    for at in range(0, len(samples), size):
        part = samples[at : at + size]
        frame = av.AudioFrame(format="s16p", layout="mono", samples=len(part))
        frame.sample_rate = RATE
        frame.planes[0].update(part.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        yield frame


@pytest.mark.long
@settings(deadline=None, max_examples=25)
@given(
    st.lists(WORDS, min_size=1, max_size=2),
    st.lists(st.integers(0, 99), max_size=20),
    st.sampled_from(["silence", "tone"]),
    st.integers(100, 3_000),
)
def test_nothing_of_the_voice_is_left_inside_and_every_sample_outside(
    turns: list[Placed], lacking: list[int], fill: str, size: int
) -> None:
    transcript, true = conversation(turns, lacking)
    hidden = padded((one.start_ms, one.end_ms) for one in spans_of(transcript))
    there = noise(16 * (transcript.utterances[-1].end_ms + 500))
    hider, clean = Hider(hidden, fill, RATE), array("h")
    for frame in frames(there, size):
        clean.extend(next(tracks_of(hider.hidden(frame))))
    assert len(clean) == len(there)
    at = 0
    for span in hidden:
        assert clean[at : span.start_ms * 16] == there[at : span.start_ms * 16]
        at = span.end_ms * 16
    assert clean[at:] == there[at:]
    loudest = TONE_LOUDNESS if fill == "tone" else 0
    for word in true:
        assert max(map(abs, clean[word.start_ms * 16 : word.end_ms * 16])) <= loudest
    assert RAMP_SECONDS * 1_000 < PADDING_MS  # no word lies where a voice fades
