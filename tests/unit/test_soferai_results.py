"""Texts of Sofer.ai: one script, plain words, whole milliseconds, utterances."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ResultMalformed, ResultMissing
from shared.model.profile.options import Options
from shared.model.transcript import transcript as t
from shared.model.transcript.normalise import build_transcript
from shared.model.transcript.recognition import Recognition
from shared.outputs.formats import render_all
from shared.providers.soferai.alignment import Stamp, align
from shared.providers.soferai.results import Reading, milliseconds, read_result
from shared.providers.soferai.text import Token, tokens

LABEL = "mark-0of1"


def stamp(
    word: str, start: float, end: float, speaker: str | None = None, *formats: str
) -> dict[str, Any]:
    return {
        "word": word,
        "start": start,
        "end": end,
        "speaker": speaker,
        "hebrew_word_format": list(formats) or None,
    }


def result(text: str, *stamps: dict[str, Any], **info: Any) -> bytes:
    known = {
        "id": "3f0e6f0c-7c0f-4f57-9a4e-0d6a2a5f9d11",
        "client_item_id": LABEL,
        "title": f"a.mp3 [{LABEL}]",
        "created_at": "2026-02-01T10:00:00Z",
        "primary_language": "en",
        "hebrew_word_format": ["he"],
        "num_speakers": 1,
        "status": "COMPLETED",
        "duration": 61.25,
        "model": "v1",
        **info,
    }
    return json.dumps({"text": text, "timestamps": list(stamps), "info": known}).encode()


def read(body: bytes, script: str = "he") -> Recognition:
    return read_result(body, Reading(script, LABEL))


def texts(recognition: Recognition) -> list[str]:
    return [utterance.text for utterance in recognition.utterances]


def words(recognition: Recognition) -> list[tuple[str, int, int]]:
    return [(w.text, w.start_ms, w.end_ms) for u in recognition.utterances for w in u.words]


BOTH = (
    "Today's <i>daf</i> דף is short.",
    stamp("Today's", 0, 0.4),
    stamp("daf", 0.4, 0.7, None, "en"),
    stamp("דף", 0.4, 0.7, None, "he"),
    stamp("is", 0.7, 0.8),
    stamp("short", 0.8, 1.1),
)


def test_a_word_in_both_scripts_stands_once() -> None:
    assert texts(read(result(*BOTH))) == ["Today's דף is short."]
    assert words(read(result(*BOTH)))[1] == ("דף", 400, 700)
    assert texts(read(result(*BOTH), "en")) == ["Today's daf is short."]
    assert words(read(result(*BOTH), "en"))[1] == ("daf", 400, 700)


def test_terms_of_several_words_stand_once_even_if_their_scripts_differ_in_number() -> None:
    text = "We say <i>b'ezras hashem yisborach</i> בעזרת השם, and go on."
    assert [t.text for t in tokens(text, "he")] == [
        "We",
        "say",
        "בעזרת",
        "השם,",
        "and",
        "go",
        "on.",
    ]
    latin = ["We", "say", "b'ezras", "hashem", "yisborach,", "and", "go", "on."]
    assert [t.text for t in tokens(text, "en")] == latin


def test_italics_without_a_twin_and_hebrew_without_italics_stay() -> None:
    assert [t.text for t in tokens("The <i>shul</i>, שלום to all", "he")] == [
        *("The", "shul,", "שלום", "to", "all")
    ]
    assert [t.text for t in tokens("ברוך <i>hashem</i> we came", "en")] == [
        *("ברוך", "hashem", "we", "came")
    ]


def test_markup_and_entities_become_plain_text_and_what_was_said_is_no_markup() -> None:
    text = "<p>The רמב&quot;ם &amp; others:<br/>a &lt;b&gt; is 1 &#8211; 2</p>"
    found = tokens(text, "he")
    assert [t.text for t in found if t.begins] == ["The", "a"]
    assert [t.text for t in found] == [
        *("The", 'רמב"ם', "&", "others:", "a", "<b>", "is", "1", "–", "2")
    ]


def test_text_from_right_to_left_keeps_its_letters_in_their_order() -> None:
    said = 'אמר רבי יוחנן: שנים אוחזין בטלית (משנה ב"מ א, א).'
    body = result(said, primary_language="he", hebrew_word_format=["he"])
    assert texts(read(body)) == [said]


@given(st.integers(min_value=0, max_value=10**9))
def test_whole_milliseconds_survive_seconds(ms: int) -> None:
    assert milliseconds(ms / 1000) == ms


@pytest.mark.parametrize(
    ("seconds", "ms"), [(0.79999995, 800), (0.0004, 0), (0.0005, 1), (1802.5, 1_802_500), (7, 7000)]
)
def test_seconds_are_rounded_half_up(seconds: float, ms: int) -> None:
    assert milliseconds(seconds) == ms


def test_the_length_may_be_a_fraction() -> None:
    assert read(result("", duration=1802.5)).duration_ms == 1_802_500
    assert read(result("", duration=None)).duration_ms is None


def test_an_answer_that_gives_times_for_some_words_only_keeps_all_of_them() -> None:
    text = "Good evening; the <i>sugya</i> סוגיא tonight is <i>tefillah</i> תפילה, so listen."
    body = result(text, stamp("Good", 0, 0.5, "1"), stamp("sugya", 2.1, 2.8, "1", "en"))
    hebrew, latin = read(body), read(body, "en")
    assert " ".join(texts(hebrew)) == "Good evening; the סוגיא tonight is תפילה, so listen."
    assert " ".join(texts(latin)) == "Good evening; the sugya tonight is tefillah, so listen."
    assert ("sugya", 2100, 2800) in words(latin)


def test_silence_is_a_success_without_utterances() -> None:
    found = read(result(""))
    assert (found.utterances, found.duration_ms, found.is_mixed) == ((), 61_250, True)


def test_a_paragraph_another_speaker_and_a_pause_begin_an_utterance() -> None:
    body = result(
        "One two.\nThree four five six",
        stamp("One", 0, 0.5, "1"),
        stamp("two", 0.5, 1, "1"),
        stamp("Three", 1, 1.5, "1"),
        stamp("four", 1.5, 2, "2"),
        stamp("five", 2, 2.5, "2"),
        stamp("six", 4, 4.5, "2"),
    )
    found = read(body)
    assert texts(found) == ["One two.", "Three", "four five", "six"]
    assert [u.speaker for u in found.utterances] == ["1", "1", "2", "2"]
    assert [(u.start_ms, u.end_ms) for u in found.utterances] == [
        *((0, 1000), (1000, 1500), (1500, 2500), (4000, 4500))
    ]


def test_speech_without_time_stamps_is_not_lost() -> None:
    body = json.loads(result("All that\nwas said.", duration=4))
    body["timestamps"] = None
    found = read(json.dumps(body).encode())
    assert texts(found) == ["All that", "was said."]
    assert found.utterances[1].words[1].timing == "interpolated"
    assert (found.utterances[0].start_ms, found.utterances[1].end_ms) == (0, 4000)


def test_an_unknown_field_and_a_missing_one_do_no_harm() -> None:
    body = {"text": "Yes.", "info": {"status": "completed"}, "new": 1}
    assert texts(read(json.dumps(body).encode())) == ["Yes."]


@pytest.mark.parametrize(
    "body", [b"", b"null", b'{"text": "cut', b'{"text": 1, "info": {}}', b"[]"]
)
def test_what_is_no_transcription_is_malformed(body: bytes) -> None:
    with pytest.raises(ResultMalformed):
        read(body)


def test_a_transcription_that_is_not_completed_or_of_another_input_is_not_taken() -> None:
    with pytest.raises(ResultMissing):
        read(result("", status="PROCESSING"))
    with pytest.raises(ResultMalformed, match="another input"):
        read(result("Yes.", client_item_id="mark-1of2"))


# --- text and time stamps side by side ------------------------------------------------------


def aligned(text: str, *stamps: tuple[str, int, int]) -> list[tuple[str, int, int, str]]:
    spoken = align(tokens(text, "he"), [Stamp(*each) for each in stamps], 10_000)
    return [(s.word.text, s.word.start_ms, s.word.end_ms, s.word.timing) for s in spoken]


def test_punctuation_of_the_text_goes_to_the_words_of_the_stamps() -> None:
    assert aligned("Well, yes.", ("well", 0, 100), ("yes", 100, 300)) == [
        ("Well,", 0, 100, "provider"),
        ("yes.", 100, 300, "provider"),
    ]


def test_one_word_that_is_two_in_the_stamps_lasts_as_long_as_both() -> None:
    found = aligned(
        "a by-and-by b c",
        ("a", 0, 1),
        ("by", 1, 2),
        ("and", 2, 3),
        ("by", 3, 9),
        ("b", 9, 10),
        ("c", 10, 11),
    )
    assert found[1] == ("by-and-by", 1, 9, "interpolated")
    assert [word for word, *_ in found] == ["a", "by-and-by", "b", "c"]


def test_words_without_a_stamp_share_the_time_between_their_neighbours() -> None:
    assert aligned("a x y b c", ("a", 0, 100), ("b", 300, 400), ("c", 400, 500))[1:3] == [
        ("x", 100, 200, "interpolated"),
        ("y", 200, 300, "interpolated"),
    ]


def test_stamps_without_a_word_in_the_text_stay() -> None:
    found = aligned("a b c", ("a", 0, 1), ("um", 1, 2), ("b", 2, 3), ("c", 3, 4))
    assert [word for word, *_ in found] == ["a", "um", "b", "c"]


_spoken = st.lists(st.sampled_from(["a", "b", "ג", "d", "e."]), max_size=60)


@given(_spoken, _spoken)
def test_no_word_of_the_text_is_ever_lost_and_times_never_go_back(
    said: list[str], heard: list[str]
) -> None:
    stamps = [Stamp(word, 100 * at, 100 * at + 90) for at, word in enumerate(heard)]
    spoken = align([Token(word) for word in said], stamps, 10_000)
    left = iter([each.word.text for each in spoken])
    assert all(any(word == there for there in left) for word in said)
    starts = [each.word.start_ms for each in spoken]
    assert starts == sorted(starts)
    assert all(each.word.start_ms <= each.word.end_ms for each in spoken)


@pytest.mark.long
def test_a_shiur_of_three_hours_is_aligned_in_no_time() -> None:
    said = [Token(f"w{number % 300}") for number in range(30_000)]
    stamps = [Stamp(f"w{number % 300}", number, number) for number in range(30_000) if number % 7]
    assert len(align(said, stamps, None)) == len(said)


# --- what becomes of it ---------------------------------------------------------------------


def transcript_of(
    recognition: Recognition, channels: int, roles: dict[int, str] | None = None
) -> t.Transcript:
    return build_transcript(
        recognition,
        job=t.Job(id="j", batch_id="b", recording_id="r", attempt=1, profile="default"),
        source=t.Source(
            uri="https://a.example/a.mp3",
            container="audio",
            name="a.mp3",
            etag="1",
            bytes=1,
            duration_ms=61_250,
            channels=channels,
        ),
        provider=t.Provider(name="soferai", endpoint="e", api_version="v1", transcription_id="b"),
        options=Options(),
        roles=roles or {},
        review_below=0.6,
    )


def test_captions_hold_every_hebrew_word_once_and_no_markup() -> None:
    rendered = render_all(transcript_of(read(result(*BOTH)), channels=2), ["vtt", "srt", "txt"])
    for name, content in rendered.items():
        text = content.decode()
        assert text.count("דף") == 1, name
        assert "<i>" not in text and "daf" not in text, name


def test_both_channels_heard_as_one_make_nobody_of_either() -> None:
    found = transcript_of(read(result("Yes.", stamp("Yes", 0, 1))), channels=2, roles={0: "Agent"})
    assert found.speakers == ()
    assert found.utterances[0].role is None
    assert any("heard all channels as one" in warning for warning in found.provider.warnings)
