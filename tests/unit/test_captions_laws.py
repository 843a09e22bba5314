"""What holds for the captions of any transcript, however odd."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.model.transcript.transcript import Transcript, Utterance, Word
from shared.outputs.formats import cues, render
from shared.outputs.plain import plain
from tests.caption_rules import columns, columns_of_cue, transcript, utterance

pytestmark = pytest.mark.long

SHORTEST_MS = 416

law = settings(max_examples=60)

WORDS = [
    *"the of and I was to you Mr. that I'm in, --> no. yes? Received kitchen policy number".split(),
    *"$25,000 & <b> {\\an8} a<b&c &amp; -- … “well” (so) New York 14 percent é naïve".split(),
    *"שלום מרחבים، مرحبا עִבְרִית SDK-של".split(),
    *"中文字，没有空格。 日本語ですから「ノースウィンド」って。 ภาษาไทยไม่มีเว้นวรรค 한국어".split(),
    "https://example.com/" + "long-path/" * 9,
    "unbreakable" * 6,
    "中" * 70,
]
LATIN = [word for word in WORDS if ord(max(word)) < 0x500 and len(word) < 43]
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=16).map(" ".join)
anything = st.text(max_size=20)


@st.composite
def utterances(draw: st.DrawFn, voices: int, start_ms: int, number: int) -> Utterance:
    """One to several seconds, or no time at all; timed as shown, as spoken, or not at all."""
    text = draw(st.one_of(texts, anything))
    duration = draw(st.sampled_from([0, 40, 400, 1500, 4000, 12000, 40000]))
    voice = draw(st.integers(0, voices - 1))
    shown = draw(st.sampled_from([text.split(), text.lower().split()[::2], []]))
    times = sorted(Random(draw(st.integers(0, 99))).choices(range(duration + 1), k=len(shown)))
    spans = zip(shown, times, [*times[1:], duration], strict=True) if shown else ()
    return utterance(
        text,
        start_ms,
        start_ms + duration,
        number=number,
        channel=voice,
        speaker=f"S{voice + 1}",
        language=draw(st.sampled_from(["en-US", "ja-JP", "he-IL", None])),
        words=[Word(word, start_ms + a, start_ms + b) for word, a, b in spans],
    )


@st.composite
def conversations(draw: st.DrawFn, voices: int = 1) -> Transcript:
    """Utterances of one channel follow each other; those of different channels may overlap."""
    clocks = [0] * voices
    said: list[Utterance] = []
    latest = 0
    for number in range(draw(st.integers(0, 5))):
        start = max(latest, draw(st.integers(0, 3000)) + latest - 500 * (voices > 1))
        one = draw(utterances(voices, start, number))
        if clocks[one.channel] > start:
            continue
        clocks[one.channel] = one.end_ms
        latest = start if voices > 1 else one.end_ms
        said.append(one)
    return transcript(*said)


def letters(text: str) -> str:
    return re.sub(r"[\s\u200e\u200f]", "", plain(text))


@law
@given(conversations(voices=3))
def test_every_letter_is_shown_once_and_in_order(talk: Transcript) -> None:
    lines = [pair for cue in cues(talk) for pair in zip(cue.voices, cue.lines, strict=True)]
    named = any(voice for voice, _ in lines)
    for speaker in {one.speaker for one in talk.utterances}:
        seen = [line for voice, line in lines if voice == speaker or not named]
        said = [one.text for one in talk.utterances if one.speaker == speaker or not named]
        shown = [plain(text) for text in said if plain(text).strip(".…·-–— ")]
        assert letters("".join(seen)) == letters("".join(shown))


@law
@given(st.lists(st.sampled_from(LATIN), min_size=1, max_size=60))
def test_words_that_fit_a_line_are_never_cut(said: list[str]) -> None:
    text = " ".join(said)
    shown = cues(transcript(utterance(text, 0, 20000)))
    assert " ".join(" ".join(cue.lines) for cue in shown).split() == text.split()


@law
@given(conversations(voices=3))
def test_lines_fit_and_cues_are_ordered_and_last(talk: Transcript) -> None:
    shown = cues(talk)
    for cue in shown:
        assert 1 <= len(cue.lines) <= 2
        assert all(line.strip() and columns(line) <= 42 for line in cue.lines)
        assert SHORTEST_MS <= cue.end_ms - cue.start_ms <= 7000
    assert all(before.start_ms <= after.start_ms for before, after in pairwise(shown))


@law
@given(conversations(voices=3))
def test_cues_of_one_speaker_never_overlap(talk: Transcript) -> None:
    shown = cues(talk)
    for speaker in {voice for cue in shown for voice in cue.voices}:
        own = [cue for cue in shown if speaker in cue.voices]
        assert all(after.start_ms - before.end_ms >= 83 for before, after in pairwise(own))


@law
@given(conversations())
def test_gaps_of_one_speaker_are_closed_or_clear(talk: Transcript) -> None:
    gaps = [after.start_ms - before.end_ms for before, after in pairwise(cues(talk))]
    assert all(gap == 83 or gap > 500 for gap in gaps)


@law
@given(conversations(voices=3))
def test_a_cue_is_short_or_fast_only_where_the_next_one_comes_at_once(talk: Transcript) -> None:
    shown = cues(talk)
    starts = [cue.start_ms for cue in shown]
    for cue in shown:
        lasts = cue.end_ms - cue.start_ms
        needed = min(max(833, sum(map(columns, cue.lines)) * 50 - 1), 7000)
        assert lasts >= needed or cue.end_ms + 83 in starts


@st.composite
def smooth_speech(draw: st.DrawFn) -> Transcript:
    """Sentences at a speed that can be read, one speaker, word times as displayed."""
    vocabulary = st.sampled_from(
        "the a claim for water damage and policy number we have received you can send it "
        "because kitchen was dry again before Thursday receipts, photographs, done. today?".split()
    )
    said = draw(st.lists(vocabulary, min_size=1, max_size=120))
    pace, clock, timed = Random(draw(st.integers(0, 999))), 0, []
    for word in said:
        length = (len(word) + 1) * pace.randint(58, 90)
        timed.append(Word(word, clock, clock + length))
        clock += length + (300 if word[-1] in ".?" else 0)
    return transcript(utterance(" ".join(said), 0, words=timed))


@law
@given(smooth_speech())
def test_speech_of_readable_speed_breaks_no_rule_of_time(talk: Transcript) -> None:
    shown = cues(talk)
    for cue in shown:
        assert 833 <= cue.end_ms - cue.start_ms <= 7000
        assert columns_of_cue(cue) * 1000 <= 20 * (cue.end_ms - cue.start_ms)
    words = talk.utterances[0].words
    first = 0
    for cue in shown:
        count = len(" ".join(cue.lines).split())
        assert cue.start_ms == words[first].start_ms
        assert cue.end_ms >= words[first + count - 1].end_ms - 83
        first += count


@law
@given(conversations(voices=2))
def test_an_unescaped_file_is_what_was_said(talk: Transcript) -> None:
    file = render(talk, "vtt").decode()
    payloads = [block.split("\n", 2)[2] for block in file.split("\n\n")[1:] if block.strip()]
    for payload, cue in zip(payloads, cues(talk), strict=True):
        bare = html.unescape(re.sub("</?v[^>]*>|[\u200e\u200f\u202b\u202c]", "", payload))
        lines = bare.removesuffix("\n").split("\n")[-len(cue.lines) :]
        wanted = [re.sub("[\u200e\u200f\u202b\u202c]", "", line) for line in cue.lines]
        assert all(map(str.endswith, lines, wanted))
    assert all(payload.count("-->") == 0 for payload in payloads)


@law
@given(conversations(voices=2))
def test_ids_are_unique_and_no_cue_holds_a_blank_line(talk: Transcript) -> None:
    count = len(cues(talk))
    for name, end in (("vtt", "\n"), ("srt", "\r\n")):
        blocks = [b for b in render(talk, name).decode().strip(end).split(end * 2) if b]
        blocks = blocks[1:] if name == "vtt" else blocks
        assert [block.split(end)[0] for block in blocks] == [str(n + 1) for n in range(count)]


@law
@given(anything)
def test_plain_text_is_one_line_of_utf_8_and_stays_as_it_is(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert len(once.splitlines()) <= 1
    assert once == once.strip()
    once.encode()
