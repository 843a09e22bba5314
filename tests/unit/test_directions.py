"""Lines that read from right to left, as both kinds of player lay them out: browsers take the
direction from the first strong character, libass takes every line for one from left to right."""

from __future__ import annotations

import re

import pytest
from bidi.algorithm import get_display

from shared.outputs.bidi import DIRECTION_MARKS, is_rtl, marked
from shared.outputs.formats import render
from tests.caption_samples import ALL

LINES = [
    "שלום, תודה שהתקשרתם לחברת הביטוח.",
    "Azure הוא השירות שבו אנחנו משתמשים,",
    "אני עובד ב-Microsoft כבר 10 שנים.",
    "2023 הייתה שנה טובה (מאוד)!",
    "הפוליסה (AB 4711) נמצאת כאן: 25,000 ש״ח.",
    "מה שלומך היום?",
    "مرحبا بكم في شركة Northwind للتأمين.",
    "كيف يمكنني مساعدتك اليوم؟",
    "-כן.",
    "Agent: שלום לך.",
    "12:30",
]


def laid_out(line: str, base: str) -> str:
    """What stands from left to right, without the marks."""
    return re.sub(f"[{DIRECTION_MARKS}]", "", get_display(line, base_dir=base))


def first_strong(line: str) -> str:
    import unicodedata

    for char in line:
        kind = unicodedata.bidirectional(char)
        if kind in ("R", "AL"):
            return "R"
        if kind == "L":
            return "L"
    return "L"


@pytest.mark.parametrize("line", LINES)
def test_browsers_and_libass_lay_out_a_line_alike_and_right(line: str) -> None:
    right = laid_out(line, "R")
    shown = marked(line, rtl=True)
    assert laid_out(shown, first_strong(shown)) == right
    assert laid_out(shown, "L") == right


@pytest.mark.parametrize("line", [line for line in LINES if line[0] != "-"][:6])
def test_without_marks_one_of_them_would_be_wrong(line: str) -> None:
    """So that this file can fail."""
    right = laid_out(line, "R")
    assert laid_out(line, "L") != right or laid_out(line, first_strong(line)) != right


def test_a_line_from_left_to_right_that_begins_with_a_hebrew_word() -> None:
    line = "שלום means hello in Hebrew."
    shown = marked(line, rtl=False)
    right = laid_out(line, "L")
    assert laid_out(shown, first_strong(shown)) == right
    assert laid_out(shown, "L") == right


@pytest.mark.parametrize("name", ["hebrew", "arabic"])
@pytest.mark.parametrize("format", ["vtt", "srt"])
def test_every_line_of_the_files_reads_right_in_both(name: str, format: str) -> None:
    text = render(ALL[name], format).decode()
    lines = [line for line in text.splitlines() if is_rtl([line], None) or "\u202b" in line]
    assert lines
    for line in lines:
        bare = re.sub("<[^>]*>", "", line)
        assert bare[0] == "\u202b"
        assert bare[-1] == "\u202c"
        plain = re.sub(f"[{DIRECTION_MARKS}]", "", bare)
        assert laid_out(bare, "L") == laid_out(bare, first_strong(bare)) == laid_out(plain, "R")
