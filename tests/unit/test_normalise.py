from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.profile.options import Options
from shared.model.transcript.normalise import build_transcript
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.transcript import (
    Alternative,
    Job,
    Language,
    Provider,
    Source,
    Speaker,
    Transcript,
    Utterance,
    Word,
)

JOB = Job(id="j-1", batch_id="b-1", recording_id="r-1", attempt=1, profile="calls")


def said(start_ms: int, end_ms: int, text: str = "Hello.", **more: Any) -> RecognisedUtterance:
    return RecognisedUtterance(start_ms=start_ms, end_ms=end_ms, text=text, **more)


def normalised(
    *utterances: RecognisedUtterance,
    duration_ms: int | None = None,
    probed_ms: int | None = None,
    channels: int | None = None,
    roles: dict[int, str] | None = None,
    review_below: float | None = None,
    warnings: tuple[str, ...] = (),
    **options: Any,
) -> Transcript:
    return build_transcript(
        Recognition(
            source="https://store/audio/a.wav",
            duration_ms=duration_ms,
            utterances=utterances,
            warnings=warnings,
        ),
        job=JOB,
        source=Source(
            uri="https://store/audio/a.wav",
            container="audio",
            name="a.wav",
            etag='"1"',
            bytes=10,
            duration_ms=probed_ms,
            channels=channels,
        ),
        provider=Provider(
            name="azure-speech",
            endpoint="main",
            api_version="2025-10-15",
            transcription_id="t-1",
            warnings=("Resampled.",),
        ),
        options=Options(**options),
        roles=roles or {},
        review_below=review_below,
    )


def times(transcript: Transcript) -> list[tuple[int, int]]:
    return [(u.start_ms, u.end_ms) for u in transcript.utterances]


# -- order, overlaps, clamping ----------------------------------------------------------------


def test_utterances_come_out_in_time_order_not_in_the_order_of_their_strings() -> None:
    heard = [said(at, at + 100, str(at)) for at in (10_100, 9_500, 3_603_000, 62_000)]
    assert [u.text for u in normalised(*heard).utterances] == ["9500", "10100", "62000", "3603000"]


def test_channels_that_come_one_after_the_other_are_interleaved() -> None:
    transcript = normalised(
        said(0, 1000, "A one.", channel=0),
        said(3000, 4000, "A two.", channel=0),
        said(1200, 2500, "B one.", channel=1),
        said(3500, 5000, "B two.", channel=1),
    )
    assert transcript.text == "A one.\nB one.\nA two.\nB two."
    assert times(transcript) == [(0, 1000), (1200, 2500), (3000, 4000), (3500, 5000)]
    assert [u.overlaps for u in transcript.utterances] == [False, False, True, True]


def test_utterances_that_start_together_stay_in_the_order_of_the_provider() -> None:
    transcript = normalised(said(5, 9, "b", channel=1), said(5, 9, "a", channel=0))
    assert [u.text for u in transcript.utterances] == ["b", "a"]


def test_a_long_utterance_overlaps_each_that_is_said_under_it() -> None:
    transcript = normalised(
        said(0, 9000, "On and on.", channel=0),
        said(1000, 2000, "Yes.", channel=1),
        said(3000, 4000, "Sure.", channel=1),
        said(9000, 9500, "Done?", channel=1),
    )
    assert [u.overlaps for u in transcript.utterances] == [True, True, True, False]


def test_where_one_voice_overlaps_itself_the_earlier_utterance_is_cut() -> None:
    transcript = normalised(said(0, 1500), said(1400, 2000), said(1400, 3000, "More."))
    assert times(transcript) == [(0, 1400), (1400, 1400), (1400, 3000)]
    assert not any(u.overlaps for u in transcript.utterances)


def test_two_voices_of_one_channel_may_overlap_as_two_channels_may() -> None:
    words = tuple(Word(f"w{n}", n * 500, n * 500 + 480) for n in range(12))
    text = " ".join(word.text for word in words)
    transcript = normalised(
        said(0, 6000, text, speaker="1", words=words), said(2000, 2600, "Mhm.", speaker="2")
    )
    assert times(transcript) == [(0, 6000), (2000, 2600)]
    assert [u.overlaps for u in transcript.utterances] == [True, True]
    assert transcript.utterances[0].words == words
    assert [speaker.talk_ms for speaker in transcript.speakers] == [6000, 600]


def test_an_utterance_inside_another_of_the_same_voice_cuts_that_in_two() -> None:
    words = tuple(Word(f"w{n}", n * 500, n * 500 + 480) for n in range(12))
    text = " ".join(word.text for word in words)
    transcript = normalised(said(0, 6000, text, words=words), said(2000, 2900, "Mhm."))
    assert [(u.start_ms, u.end_ms, u.text) for u in transcript.utterances] == [
        (0, 2000, "w0 w1 w2 w3 w4 w5"),
        (2000, 2900, "Mhm."),
        (2900, 6000, "w6 w7 w8 w9 w10 w11"),
    ]
    assert transcript.utterances[2].words == words[6:]


def test_what_came_twice_stands_once_and_is_told() -> None:
    transcript = normalised(said(0, 900, "Once."), said(0, 900, "Once."), said(1000, 1500, "So."))
    assert transcript.text == "Once. So."
    assert "1 utterance(s) came twice and stand here once." in transcript.provider.warnings


def test_times_before_the_recording_and_ends_before_the_start_are_put_right() -> None:
    transcript = normalised(said(-50, 200), said(900, 700), said(950, 1300), duration_ms=1000)
    assert times(transcript) == [(0, 200), (900, 900), (950, 1300)]


def test_an_utterance_far_behind_the_recording_stands_behind_the_one_before_it() -> None:
    transcript = normalised(
        said(0, 900, "Here."), said(9_000_000, 9_001_000, "Where?"), duration_ms=30_000
    )
    assert times(transcript) == [(0, 900), (900, 1355)]
    assert [u.timing for u in transcript.utterances] == ["provider", "interpolated"]
    assert transcript.source.duration_ms == 30_000
    assert any("lay far behind the end" in told for told in transcript.provider.warnings)


def test_an_utterance_without_a_time_stands_by_its_words_or_behind_the_one_before() -> None:
    words = (Word("so", 5000, 5300), Word("what", 5300, 5600))
    transcript = normalised(
        said(0, 900, "Here."),
        said(0, 0, "There.", timing="interpolated"),
        said(0, 0, "So what", timing="interpolated", words=words),
    )
    assert times(transcript) == [(0, 900), (900, 1355), (5000, 5600)]


def test_an_utterance_that_would_last_for_hours_ends_with_its_words() -> None:
    words = (Word("Well,", 1000, 1400), Word("no.", 1400, 1700))
    transcript = normalised(said(1000, 9_000_000, "Well, no.", words=words), duration_ms=30_000)
    assert times(transcript) == [(1000, 1700)]


def test_an_utterance_that_lost_its_end_ends_with_its_words() -> None:
    words = tuple(Word(f"word{n}", 1000 + n * 400, 1380 + n * 400) for n in range(10))
    [utterance] = normalised(
        said(1000, 1000, " ".join(w.text for w in words), words=words)
    ).utterances
    assert (utterance.end_ms, utterance.words) == (words[-1].end_ms, words)


def test_without_a_duration_nothing_is_cut_off() -> None:
    assert times(normalised(said(950, 1300))) == [(950, 1300)]


# -- words ------------------------------------------------------------------------------------


def test_words_lie_inside_their_utterance_and_never_run_backwards() -> None:
    words = (
        Word("one", 80, 250),
        Word("two", 200, 150),
        Word("three", 190, 320),
        Word("four", 300, 9000),
    )
    [utterance] = normalised(said(100, 400, "one two three four", words=words)).utterances
    assert utterance.words == (
        Word("one", 100, 200),
        Word("two", 200, 200),
        Word("three", 200, 300),
        Word("four", 300, 400),
    )


def test_a_word_whose_time_lies_elsewhere_says_that_its_time_is_a_guess() -> None:
    words = (Word("early", 100, 200), Word("here", 1200, 1800), Word("late", 7000, 8000))
    [utterance] = normalised(said(1000, 2000, "early here late", words=words)).utterances
    assert [(w.start_ms, w.end_ms, w.timing) for w in utterance.words] == [
        (1000, 1200, "interpolated"),
        (1200, 1800, "provider"),
        (1800, 2000, "interpolated"),
    ]


def test_one_word_that_is_far_too_late_does_not_drag_the_others_along() -> None:
    text = "The quick brown fox jumps over the lazy dog."
    words = [Word(word, n * 500, n * 500 + 450) for n, word in enumerate(text.split())]
    late = [*words[:3], Word("fox", 55_000, 55_400), *words[4:]]
    [utterance] = normalised(said(0, 60_000, text, words=tuple(late))).utterances
    assert utterance.words == (
        *words[:3],
        Word("fox", 1450, 1710, None, "interpolated"),
        *words[4:],
    )


@pytest.mark.parametrize("first_ms", [1_193_610, 0])
def test_words_that_all_lie_elsewhere_share_the_time_of_their_utterance(first_ms: int) -> None:
    text = "Min bror cyklar till jobbet varje dag."
    words = tuple(Word(word, first_ms, first_ms) for word in text.split())
    [utterance] = normalised(said(3690, 9060, text, words=words)).utterances
    assert {word.timing for word in utterance.words} == {"interpolated"}
    assert utterance.words[0].start_ms == 3690
    assert utterance.words[-1].end_ms == 9060


def test_words_without_a_time_are_said_no_slower_than_people_speak() -> None:
    words = (Word("Amen.", 0, 400), Word("And", 400, 400, None, "interpolated"))
    [utterance] = normalised(said(0, 50_000, "Amen. And", words=words)).utterances
    assert utterance.words[1] == Word("And", 400, 660, None, "interpolated")


def test_a_word_ends_after_some_seconds_whatever_is_said_of_it() -> None:
    [utterance] = normalised(said(0, 24_000, "Well", words=(Word("Well", 0, 24_000),))).utterances
    assert utterance.words == (Word("Well", 0, 5000),)


def test_words_that_are_all_certainly_wrong_in_a_sure_utterance_tell_nothing() -> None:
    words = (Word("ik", 0, 300, 0.0), Word("wil", 300, 600, 0.0))
    transcript = normalised(
        said(0, 600, "Ik wil.", confidence=0.9999, words=words), review_below=0.6
    )
    assert [word.confidence for word in transcript.utterances[0].words] == [None, None]
    assert not transcript.needs_review


def test_words_without_text_are_dropped_and_the_others_cleaned() -> None:
    words = (Word(" \x00", 0, 5), Word("cafe\u0301\n", 5, 9, 0.123456))
    [utterance] = normalised(said(0, 10, words=words)).utterances
    assert utterance.words == (Word("café", 5, 9, 0.1235),)


# -- speakers, roles, turns -------------------------------------------------------------------


def test_a_single_channel_without_labels_tells_nothing_about_speakers() -> None:
    transcript = normalised(said(0, 100), said(200, 300), channels=1)
    assert transcript.speakers == ()
    assert {u.speaker for u in transcript.utterances} == {None}
    assert {u.turn for u in transcript.utterances} == {0}


def test_each_of_several_channels_is_a_speaker_with_the_role_of_the_profile() -> None:
    transcript = normalised(
        said(500, 900, channel=0), said(0, 400, channel=1), roles={0: "Agent", 1: "Customer"}
    )
    assert transcript.speakers == (
        Speaker(id="S1", channel=1, role="Customer", talk_ms=400),
        Speaker(id="S2", channel=0, role="Agent", talk_ms=400),
    )
    assert [(u.speaker, u.role) for u in transcript.utterances] == [
        ("S1", "Customer"),
        ("S2", "Agent"),
    ]


def test_the_only_speaker_of_a_stereo_recording_still_has_a_channel() -> None:
    [utterance] = normalised(said(0, 400, channel=0), channels=2).utterances
    assert utterance.speaker == "S1"


def test_roles_for_two_channels_say_nothing_about_a_mono_recording() -> None:
    roles = {0: "Agent", 1: "Customer"}
    [utterance] = normalised(said(0, 400), channels=1, roles=roles).utterances
    assert (utterance.speaker, utterance.role) == (None, None)


def test_a_profile_that_names_the_only_channel_names_the_speaker() -> None:
    [utterance] = normalised(said(0, 400), channels=1, roles={0: "Doctor"}).utterances
    assert (utterance.speaker, utterance.role) == ("S1", "Doctor")


def test_labelled_speakers_are_numbered_by_appearance_and_keep_their_label() -> None:
    transcript = normalised(
        said(0, 100, speaker="2"), said(100, 300, speaker="1"), said(300, 600, speaker="2")
    )
    assert transcript.speakers == (
        Speaker(id="S1", channel=0, provider_label="2", talk_ms=400),
        Speaker(id="S2", channel=0, provider_label="1", talk_ms=200),
    )


def test_the_same_label_on_two_channels_is_two_speakers() -> None:
    transcript = normalised(
        said(0, 100, speaker="A", channel=0), said(100, 300, speaker="A", channel=1)
    )
    assert [u.speaker for u in transcript.utterances] == ["S1", "S2"]


def test_an_utterance_without_a_label_among_labelled_ones_has_an_unknown_speaker() -> None:
    transcript = normalised(
        said(0, 100, speaker="1", channel=0), said(100, 200, channel=0), said(300, 400, channel=1)
    )
    assert [u.speaker for u in transcript.utterances] == ["S1", None, "S2"]


def test_adjacent_utterances_of_a_speaker_are_one_turn_until_somebody_cuts_in() -> None:
    transcript = normalised(
        said(0, 100, "I think", channel=0),
        said(150, 300, "that we should", channel=0),
        said(200, 250, "Mhm.", channel=1),
        said(320, 500, "go.", channel=0),
    )
    assert [u.turn for u in transcript.utterances] == [0, 0, 1, 2]
    assert transcript.text == "I think that we should\nMhm.\ngo."


def test_sentences_of_languages_without_spaces_are_joined_without_spaces() -> None:
    heard = said(0, 100, "はい。"), said(150, 300, "そうです。")
    assert normalised(*heard, locale="ja-JP").text == "はい。そうです。"


# -- text -------------------------------------------------------------------------------------


def test_silence_is_a_transcript_without_utterances() -> None:
    transcript = normalised(duration_ms=5000)
    assert (transcript.text, transcript.utterances, transcript.speakers) == ("", (), ())
    assert (transcript.confidence, transcript.needs_review) == (None, False)
    assert transcript.source.duration_ms == 5000


def test_utterances_without_text_are_dropped_and_count_for_nothing() -> None:
    transcript = normalised(
        said(0, 9000, " \n\x07", confidence=0.1, speaker="1", language="de-DE"),
        said(9000, 9100, "Yes.", confidence=0.9, speaker="2"),
    )
    assert [(u.id, u.speaker, u.text) for u in transcript.utterances] == [(0, "S1", "Yes.")]
    assert transcript.confidence == 0.9


def test_text_is_one_line_of_composed_characters() -> None:
    [utterance] = normalised(said(0, 9, "\ufeffcafe\u0301\r\n \x1b[0m\u00a0 ok \x7f")).utterances
    assert utterance.text == "café [0m ok"


def test_half_a_surrogate_pair_cannot_break_the_output() -> None:
    [utterance] = normalised(said(0, 9, "so \ud83d what")).utterances
    assert utterance.text.encode() == "so \ufffd what".encode()


def test_joiners_that_scripts_need_are_kept() -> None:
    [utterance] = normalised(said(0, 9, "می\u200cخواهم 👩\u200d🚀")).utterances
    assert utterance.text == "می\u200cخواهم 👩\u200d🚀"


def test_a_form_that_the_provider_left_empty_is_null() -> None:
    [utterance] = normalised(said(0, 9, "Hi.", text_itn="", text_lexical=" hi ")).utterances
    assert (utterance.text_itn, utterance.text_lexical) == (None, "hi")


def test_speech_without_a_display_form_is_not_lost() -> None:
    lexical = said(0, 9, "", text_lexical="hello there")
    words = said(10, 20, "", words=(Word("good", 10, 15), Word("bye", 15, 20)))
    assert normalised(lexical, words).text == "hello there good bye"


def test_alternatives_are_cleaned_like_the_rest() -> None:
    alternatives = (Alternative("  hallo ", 1.004), Alternative("", 0.3), Alternative("hollow"))
    [utterance] = normalised(said(0, 9, alternatives=alternatives)).utterances
    assert utterance.alternatives == (Alternative("hallo", 1.0), Alternative("hollow"))


# -- confidence -------------------------------------------------------------------------------


def test_the_confidence_of_a_transcript_is_weighted_by_length() -> None:
    transcript = normalised(
        said(0, 3000, confidence=0.9), said(3000, 4000, confidence=0.5), said(4000, 9000)
    )
    assert transcript.confidence == 0.8


def test_what_cannot_be_a_confidence_is_null_and_what_rounding_did_is_clamped() -> None:
    given_values = [math.nan, math.inf, -0.5, 87.0, 1.0000001, -0.0001, 0.123456]
    heard = [said(i, i + 1, confidence=value) for i, value in enumerate(given_values)]
    confidences = [u.confidence for u in normalised(*heard).utterances]
    assert confidences == [None, None, None, None, 1.0, 0.0, 0.1235]


def test_utterances_and_transcripts_below_the_threshold_are_marked_for_review() -> None:
    heard = said(0, 100, confidence=0.6), said(100, 200, confidence=0.59), said(200, 300)
    transcript = normalised(*heard, review_below=0.6)
    assert [u.needs_review for u in transcript.utterances] == [False, True, False]
    assert transcript.needs_review
    assert not normalised(*heard).needs_review


# -- language ---------------------------------------------------------------------------------


def test_a_language_that_was_given_is_not_detected() -> None:
    assert normalised(said(0, 9), locale="de-DE").language == Language(
        code="de-DE", detected=False, all=("de-DE",)
    )


def test_of_candidates_the_one_spoken_longest_is_the_language() -> None:
    transcript = normalised(
        said(0, 1000, language="en-US"),
        said(1000, 5000, language="de-DE"),
        said(5000, 6000, language="en-US"),
        candidate_locales=("de-DE", "en-US", "fr-FR"),
    )
    assert transcript.language == Language(code="de-DE", detected=True, all=("en-US", "de-DE"))


def test_in_silence_no_language_is_detected() -> None:
    language = normalised(candidate_locales=("de-DE", "en-US")).language
    assert language == Language(code=None, detected=True, all=())


# -- duration and warnings --------------------------------------------------------------------


def test_the_duration_is_the_longest_of_what_is_known() -> None:
    assert normalised(duration_ms=1000, probed_ms=1100).source.duration_ms == 1100
    assert normalised(probed_ms=1100).source.duration_ms == 1100
    assert normalised(said(0, 1500), duration_ms=1000, probed_ms=1100).source.duration_ms == 1500
    assert normalised().source.duration_ms is None


def test_a_provider_that_heard_speech_in_no_time_at_all_does_not_know_the_duration() -> None:
    transcript = normalised(said(0, 900), duration_ms=0, probed_ms=1000)
    assert (transcript.source.duration_ms, times(transcript)) == (1000, [(0, 900)])


def test_a_provider_that_heard_only_a_part_is_reported() -> None:
    transcript = normalised(duration_ms=12_200, probed_ms=24_300, warnings=("Two words.",))
    assert transcript.provider.warnings == (
        "Resampled.",
        "Two words.",
        "The provider heard 12.2 s of 24.3 s.",
    )


def test_a_provider_that_heard_more_than_there_is_is_reported() -> None:
    assert normalised(duration_ms=24_300, probed_ms=12_200).provider.warnings[-1] == (
        "The provider heard 24.3 s in a recording that should last 12.2 s."
    )


def test_a_last_word_behind_the_end_is_reported() -> None:
    words = (Word("Bye.", 11_200, 12_500),)
    transcript = normalised(said(11_200, 12_500, "Bye.", words=words), duration_ms=11_000)
    assert transcript.utterances[0].words == words
    assert transcript.provider.warnings[-1] == (
        "The last word ends after 12.5 s in a recording that should last 11.0 s."
    )


def test_durations_may_differ_by_two_seconds_or_by_a_twentieth() -> None:
    for heard_ms, probed_ms in ((8_000, 10_000), (95_000, 100_000)):
        transcript = normalised(duration_ms=heard_ms, probed_ms=probed_ms)
        assert transcript.provider.warnings == ("Resampled.",)


# -- laws -------------------------------------------------------------------------------------


_LATEST_MS = 5000
_times = st.integers(-500, _LATEST_MS)
_words = st.lists(st.builds(Word, st.sampled_from(["a", "b b", ""]), _times, _times), max_size=4)
_heard = st.builds(
    RecognisedUtterance,
    start_ms=_times,
    end_ms=_times,
    channel=st.integers(0, 2),
    speaker=st.sampled_from(["", "1", "2"]),
    confidence=st.none() | st.floats(),
    text=st.text(max_size=8),
    words=_words.map(tuple),
)


def _is_inside(utterance: Utterance) -> bool:
    edges = [utterance.start_ms]
    for word in utterance.words:
        edges += [word.start_ms, word.end_ms]
    return [*edges, utterance.end_ms] == sorted([*edges, utterance.end_ms])


@pytest.mark.long
@given(st.lists(_heard, max_size=12), st.none() | st.integers(1, 4000))
def test_whatever_a_provider_sends_the_transcript_is_in_order(
    heard: list[RecognisedUtterance], duration_ms: int | None
) -> None:
    transcript = normalised(*heard, duration_ms=duration_ms, review_below=0.5)
    utterances = transcript.utterances
    assert [u.id for u in utterances] == list(range(len(utterances)))
    assert [u.start_ms for u in utterances] == sorted(u.start_ms for u in utterances)
    for utterance in utterances:
        assert 0 <= utterance.start_ms <= utterance.end_ms <= transcript.source.duration_ms
        assert _is_inside(utterance)
        assert utterance.text == " ".join(utterance.text.split())
        assert utterance.confidence is None or 0 <= utterance.confidence <= 1
    voices = {(u.channel, u.speaker) for u in utterances}
    for voice in voices:
        own = [u for u in utterances if (u.channel, u.speaker) == voice]
        assert all(a.end_ms <= b.start_ms for a, b in pairwise(own))
    for one in utterances:
        others = [u for u in utterances if (u.channel, u.speaker) != (one.channel, one.speaker)]
        assert one.overlaps == any(
            min(one.end_ms, u.end_ms) > max(one.start_ms, u.start_ms) for u in others
        )
