"""Captions in 31 languages against the limits of each, and a checklist that professionals use."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from shared.model.language.languages import GENERAL_SOURCE, known
from shared.model.transcript.transcript import Transcript
from shared.outputs.captions.cue import Cue
from shared.outputs.formats import cues, render
from tests.caption_corpus import CORPUS
from tests.caption_counter import PAGE, Count, Shown, count, is_too_fast, limits_of, published
from tests.caption_talks import FORMS, azure, talk, transcript_of

CALM, FAST = 1.0, 1.35
ONLY_SOME = {"soferai": ("en-US", "he-IL", "fr-FR")}
CASES = [
    (tag, form) for tag in CORPUS for form in FORMS if tag in ONLY_SOME.get(form, tuple(CORPUS))
]


def shown_by(transcript: Transcript) -> list[Shown]:
    return [Shown(cue.start_ms, cue.end_ms, cue.lines) for cue in cues(transcript)]


@pytest.mark.parametrize(("tag", "form"), CASES)
def test_calm_speech_breaks_no_limit_of_its_language(tag: str, form: str) -> None:
    shown = shown_by(transcript_of(FORMS[form](talk(tag, haste=CALM), tag), tag))
    found = count(shown, tag)
    assert found == Count(cues=found.cues, lines=found.lines, ends=found.ends)


@pytest.mark.parametrize(("tag", "form"), CASES)
def test_fast_speech_is_too_fast_only_where_it_was_spoken_so(tag: str, form: str) -> None:
    said = talk(tag, haste=FAST)
    transcript = transcript_of(FORMS[form](said, tag), tag)
    shown = shown_by(transcript)
    found = count(shown, tag)
    assert found._replace(too_fast=0) == Count(found.cues, found.lines, ends=found.ends)
    limits = limits_of(tag)
    for cue, after in pairwise(shown):
        if is_too_fast(cue, limits):  # it has all the time that there is
            assert after.start_ms - cue.end_ms == 83


@pytest.mark.slow
@pytest.mark.parametrize("tag", CORPUS)
@pytest.mark.parametrize("seed", range(2, 12))
def test_other_speakers_break_no_limit_either(tag: str, seed: int) -> None:
    for haste in (0.8, CALM):
        shown = shown_by(transcript_of(azure(talk(tag, haste=haste, seed=seed), tag), tag))
        found = count(shown, tag)
        assert found == Count(found.cues, found.lines, too_fast=found.too_fast, ends=found.ends)


def test_few_lines_end_in_small_words_by_a_list_that_the_writer_does_not_use() -> None:
    total = Count()
    for tag in CORPUS:
        total += count(shown_by(transcript_of(azure(talk(tag), tag), tag)), tag)
    assert len(total.ends) < total.lines * 0.06


@pytest.mark.parametrize("tag", ["ja-JP", "zh-CN", "zh-TW", "th-TH", "ko-KR"])
def test_no_line_begins_with_a_mark_or_inside_a_word(tag: str) -> None:
    said = talk(tag)
    for form in ("azure-speech", "azure-speech without word times"):
        for cue in cues(transcript_of(FORMS[form](said, tag), tag)):
            for line in cue.lines:
                assert line[0] not in "、。，！？」』）ーっゃゅょะาำๆ\u0e31\u0e34\u0e48\u0e49"
    words = {word for one in said for word, _, _ in one.words}
    ends = {
        line.rsplit(" ", 1)[-1]
        for cue in cues(transcript_of(azure(said, tag), tag))
        for line in cue.lines
    }
    assert all(any(end.endswith(word) for word in words) for end in ends)


# -- the published table ------------------------------------------------------------------------


def test_the_table_of_the_docs_is_what_the_writer_uses() -> None:
    text = PAGE.read_text("utf-8")
    for each in known():
        if each.limits.source == GENERAL_SOURCE:
            assert each.code not in published()
            assert each.name in text
            continue
        wide = " full-width" if each.limits.full_width else ""
        row = (
            f"| {each.name} | `{each.code}` | {each.limits.line_chars}{wide} | "
            f"{each.limits.chars_per_second} | {each.limits.source} |"
        )
        assert row in text


# -- a checklist: the Netflix general requirements, as checkers of subtitles apply them ----------

_TIME = re.compile(r"(\d\d):(\d\d):(\d\d),(\d{3}) --> (\d\d):(\d\d):(\d\d),(\d{3})")


def _subrip(file: str) -> list[Shown]:
    found = []
    for block in file.strip().split("\r\n\r\n"):
        _, times, *lines = block.split("\r\n")
        numbers = list(map(int, _TIME.fullmatch(times).groups()))  # type: ignore[union-attr]
        ms = [((h * 60 + m) * 60 + s) * 1000 + f for h, m, s, f in (numbers[:4], numbers[4:])]
        found.append(Shown(ms[0], ms[1], tuple(lines)))
    return found


@pytest.mark.parametrize("tag", CORPUS)
def test_the_checklist_of_professionals_finds_nothing(tag: str) -> None:
    """Duration, frame gap, gaps of 3 to 11 frames bridged, number and length of lines, reading
    speed, white space, hyphens of dual speakers; the names of speakers are within the lines."""
    file = render(transcript_of(azure(talk(tag), tag), tag), "srt").decode()
    shown = _subrip(file)
    limits = limits_of(tag)
    assert shown
    for cue in shown:
        assert 833 <= cue.end_ms - cue.start_ms <= 7000
        assert 1 <= len(cue.lines) <= 2
        plain = [re.sub("[\u200e\u200f\u202b\u202c]", "", line) for line in cue.lines]
        assert all(line == line.strip() and "  " not in line for line in plain)
        assert all(line for line in plain)
        named = Cue(cue.start_ms, cue.end_ms, tuple(re.sub(r"^S\d: ", "", line) for line in plain))
        assert not is_too_fast(Shown(*cue[:2], named.lines), limits)
    for cue, after in pairwise(shown):
        gap = after.start_ms - cue.end_ms
        assert gap == 83 or gap > 500
