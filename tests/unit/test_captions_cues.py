"""How speech is cut into cues, and when they come and go."""

from __future__ import annotations

from itertools import pairwise

import pytest

from shared.model.transcript.transcript import Word
from shared.outputs.bidi import DIRECTION_MARKS, marked
from shared.outputs.clock import timestamp
from shared.outputs.formats import cues
from shared.outputs.plain import plain
from tests.caption_rules import (
    Violations,
    columns_of_cue,
    spoken,
    transcript,
    utterance,
    violations,
)
from tests.caption_samples import ALL, monologue


def lines_of(text: str, *, language: str = "en-US", ms_per_char: int = 70) -> list[tuple[str, ...]]:
    said = utterance(text, 0, len(text) * ms_per_char, language=language)
    return [cue.lines for cue in cues(transcript(said))]


def times_of(*spans: tuple[int, int, str, int]) -> list[tuple[int, int]]:
    """Each span is start, end, text, channel."""
    said = [
        utterance(text, start, end, number=number, channel=channel, speaker=f"S{channel + 1}")
        for number, (start, end, text, channel) in enumerate(spans)
    ]
    return [(cue.start_ms, cue.end_ms) for cue in cues(transcript(*said))]


def test_a_long_recording_breaks_no_rule_but_where_the_speaker_is_too_fast() -> None:
    found = violations(cues(monologue()))
    assert found == Violations(
        cues=found.cues,
        over_42_chars=0,
        over_2_lines=0,
        under_5_6_seconds=0,
        over_7_seconds=0,
        over_20_cps=2,
        gap_under_2_frames=0,
        gap_left_open=0,
        bad_breaks=0,
    )


def test_the_cues_too_fast_to_read_are_those_that_were_too_fast_to_hear() -> None:
    talk = monologue()
    words = talk.utterances[0].words
    first = next(n for n, word in enumerate(words) if word.text == "Just")
    last = next(n for n, word in enumerate(words) if word.text == "Washington.")
    fast = [
        cue for cue in cues(talk) if columns_of_cue(cue) * 1000 > 20 * (cue.end_ms - cue.start_ms)
    ]
    assert all(words[first].start_ms <= cue.start_ms < words[last].end_ms for cue in fast)
    spoken_chars = len(" ".join(word.text for word in words[first : last + 1]))
    assert spoken_chars * 1000 > 20 * (words[last].end_ms - words[first].start_ms)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes.", [("Yes.",)]),
        (
            "I would like to know when the new drivers for the printer will be released.",
            [
                ("I would like to know when the new drivers", "for the printer will be released."),
            ],
        ),
        (
            "We met Dr. Anna Smith and Mr. Jones at the office in New York, and it went well.",
            [
                ("We met Dr. Anna Smith", "and Mr. Jones at the office in New York,"),
                ("and it went well.",),
            ],
        ),
        (
            "The invoice is for 1,250 dollars and it has to be paid by the end of May 14.",
            [
                ("The invoice is for 1,250 dollars",),
                ("and it has to be paid", "by the end of May 14."),
            ],
        ),
    ],
)
def test_lines_end_where_a_reader_would_pause(text: str, expected: list[tuple[str, ...]]) -> None:
    assert lines_of(text) == expected


def test_a_word_that_no_line_can_hold_is_cut_after_punctuation() -> None:
    url = "https://www.example.com/a/path/that-goes-on-and-on/for-ever/and-a-day"
    shown = lines_of(url)
    assert "".join(part for lines in shown for part in lines) == url
    assert all(part[-1] in "/-" for part in [part for lines in shown for part in lines][:-1])


def test_french_punctuation_and_guillemets_stay_with_their_words() -> None:
    text = "Vous avez dit « bonjour » à tout le monde hier soir , n'est-ce pas ? Oui !"
    for line in [line for lines in lines_of(text, language="fr-FR") for line in lines]:
        assert line[0] not in "»?!,"
        assert line[-1] != "«"


def test_chinese_breaks_at_punctuation_within_sixteen_characters() -> None:
    assert [cue.lines for cue in cues(ALL["chinese"])] == [
        ("欢迎致电北风保险公司，我叫李华。",),
        ("在开始之前，我必须告诉您，",),
        ("本次通话将被录音，", "用于培训和质量监控。"),
        ("我知道您家厨房上周末漏水了，", "我对此感到非常抱歉。"),
    ]


def test_words_that_the_provider_found_in_chinese_are_not_cut() -> None:
    words = "我们 明天 上午 九点 到达 国际 机场 然后 直接 前往 会议 中心 参加 大会".split()
    timed = [Word(word, n * 400, n * 400 + 400) for n, word in enumerate(words)]
    shown = cues(transcript(utterance("".join(words), 0, words=timed), language="zh-CN"))
    cuts = {0}
    for line in [line for cue in shown for line in cue.lines]:
        cuts.add(max(cuts) + len(line))
    ends = {sum(map(len, words[:n])) for n in range(len(words) + 1)}
    assert len(cuts) > 2
    assert cuts <= ends


def test_cues_know_which_way_their_lines_read_and_hold_no_marks() -> None:
    assert all(cue.rtl for cue in cues(ALL["hebrew"]))
    lines = [line for cue in cues(ALL["hebrew"]) for line in cue.lines]
    assert not any(mark in line for line in lines for mark in DIRECTION_MARKS)


@pytest.mark.parametrize(
    ("line", "rtl", "shown"),
    [
        ("שלום לך.", True, "\u202bשלום לך.\u202c"),
        ("Azure הוא שירות.", True, "\u202b\u200fAzure הוא שירות.\u202c"),
        ("2023.", True, "\u202b\u200f2023.\u202c"),
        ("שלום means hello.", False, "\u200eשלום means hello."),
        ("Hello (שלום).", False, "Hello (שלום)."),
    ],
)
def test_lines_are_marked_for_players_of_both_kinds(line: str, rtl: bool, shown: str) -> None:
    assert marked(line, rtl) == shown


def test_a_cue_lingers_half_a_second_when_nothing_follows() -> None:
    assert times_of((1000, 3000, "This is all that I say.", 0)) == [(1000, 3500)]


def test_a_short_cue_stays_long_enough_to_be_read() -> None:
    assert times_of((1000, 1100, "No.", 0)) == [(1000, 1833)]
    assert times_of((1000, 1100, "Incomprehensible nonsense, that.", 0)) == [(1000, 2600)]


@pytest.mark.parametrize(
    ("pause_ms", "end_ms"),
    [
        (0, 4000 - 83),
        (83, 4000),
        (400, 4400 - 83),
        (583, 4583 - 83),
        (584, 4584 - 501),
        (900, 4900 - 501),
        (1000, 5000 - 501),
        (1001, 4500),
        (5000, 4500),
    ],
)
def test_gaps_are_closed_to_two_frames_or_left_wide(pause_ms: int, end_ms: int) -> None:
    first, _ = times_of(
        (1000, 4000, "The first of two long sentences here.", 0),
        (4000 + pause_ms, 7000 + pause_ms, "The second of two long sentences.", 1),
    )
    assert first == (1000, end_ms)


LONG_QUESTION = "Did you receive the letter that we sent to your old address in April?"


def test_a_short_answer_between_two_speakers_borrows_a_quarter_of_a_second() -> None:
    assert times_of(
        (0, 5000, LONG_QUESTION, 0),
        (5300, 5500, "Yes.", 1),
        (5750, 11000, LONG_QUESTION, 0),
    ) == [(0, 4967), (5050, 5883), (5966, 11500)]


def test_a_short_answer_and_the_next_question_share_a_cue() -> None:
    said = [
        utterance("Did you receive the letter?", 0, 2000, speaker="S1"),
        utterance("Yes.", 2300, 2500, number=1, channel=1, speaker="S2"),
        utterance("And what did you think of it?", 2750, 5000, number=2, speaker="S1"),
    ]
    first, second = cues(transcript(*said))
    assert (first.lines, first.is_shared) == (("Did you receive the letter?",), False)
    assert second.lines == ("Yes.", "And what did you think of it?")
    assert second.speakers == ("S2", "S1")
    assert (second.start_ms, second.end_ms) == (2300, 5500)


def test_a_quick_exchange_can_be_read() -> None:
    turns = [
        *(("Ready to start?", 700), ("Sure.", 350), ("Good.", 350), ("Go on.", 400)),
        *(("Name?", 350), ("Ann.", 300), ("Age?", 300), ("Forty.", 400)),
        *(("Any pain?", 500), ("No.", 250), ("Sleep well?", 550), ("Yes.", 300)),
    ]
    said, at = [], 0
    for number, (text, lasts) in enumerate(turns):
        speaker = f"S{1 + number % 2}"
        said.append(utterance(text, at, at + lasts, number=number, speaker=speaker))
        at += lasts + 60
    shown = cues(transcript(*said))
    assert [cue.lines for cue in shown[:2]] == [("Ready to start?", "Sure."), ("Good.", "Go on.")]
    assert all(cue.end_ms - cue.start_ms >= 833 for cue in shown)
    assert all(after.start_ms - cue.end_ms >= 83 for cue, after in pairwise(shown))


def test_speakers_who_cross_briefly_are_shown_one_after_the_other() -> None:
    assert times_of(
        (0, 3000, "So that is what I wanted to say.", 0), (2900, 5000, "I see what you mean.", 1)
    ) == [(0, 2817), (2900, 5500)]


def test_speakers_who_talk_at_once_are_shown_at_once() -> None:
    assert times_of(
        (0, 5000, "I was only trying to explain the whole thing.", 0),
        (2000, 2400, "Mhm.", 1),
        (4000, 6000, "But that is not the point.", 1),
    ) == [(0, 5500), (2000, 2900), (4000, 6500)]


def test_short_utterances_of_one_speaker_share_a_cue() -> None:
    said = [
        utterance("Yes.", 0, 300, speaker="S1"),
        utterance("Yes.", 400, 700, number=1, turn=0, speaker="S1"),
        utterance("I know.", 800, 1400, number=2, turn=0, speaker="S1"),
    ]
    assert [cue.lines for cue in cues(transcript(*said))] == [("Yes. Yes. I know.",)]


def test_display_text_gets_the_times_of_the_words_behind_it() -> None:
    said = "please pay twenty dollars and fifty cents"
    words = [Word(word, 1000 * n, 1000 * n + 900) for n, word in enumerate(said.split())]
    words += [
        Word(word, 20_000 + n * 300, 20_250 + n * 300) for n, word in enumerate(["by", "may"])
    ]
    shown = cues(transcript(utterance("Please pay $20.50. By May.", 0, words=words)))
    assert [(cue.start_ms, cue.end_ms, cue.lines) for cue in shown] == [
        (0, 7000, ("Please pay $20.50.",)),
        (20_000, 21_050, ("By May.",)),
    ]


def test_word_times_from_elsewhere_are_not_believed() -> None:
    words = spoken("These times start at zero.", start_ms=0, chars_per_second=15)
    shown = cues(transcript(utterance("These times start at zero.", 60_000, 62_000, words=words)))
    assert [(cue.start_ms, cue.end_ms) for cue in shown] == [(60_000, 62_500)]


def test_a_word_that_lasts_for_ever_leaves_after_seven_seconds() -> None:
    words = [Word("Well.", 0, 30_000)]
    assert [cue.end_ms for cue in cues(transcript(utterance("Well.", 0, words=words)))] == [7000]


def test_words_all_put_at_one_moment_come_one_after_the_other() -> None:
    text = "This provider gave no times at all for a sentence that is rather long, " * 3
    shown = cues(transcript(utterance(text, 5000, 5000)))
    assert all(after.start_ms - cue.end_ms == 83 for cue, after in pairwise(shown))


@pytest.mark.parametrize(
    ("ms", "expected"),
    [
        (0, "00:00:00.000"),
        (59_999, "00:00:59.999"),
        (60_000, "00:01:00.000"),
        (86_400_000, "24:00:00.000"),
        (360_000_001, "100:00:00.001"),
    ],
)
def test_timestamps_do_not_wrap(ms: int, expected: str) -> None:
    assert timestamp(ms, ".") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\n\r\nb\tc", "a b c"),
        ("\ufeffa\x00\x1b b", "a b"),
        ("10\u00a0000 \u00a0 km", "10\u00a0000 km"),
        ("lone \ud800", "lone \ufffd"),
        ("\u200b\u200f", ""),
        ("全角\u3000空白", "全角 空白"),
    ],
)
def test_plain_text_fits_one_line(text: str, expected: str) -> None:
    assert plain(text) == expected
