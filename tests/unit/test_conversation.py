"""How conversations went: by the times of utterances, and summed up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.model.conversation.conversation import Conversation, SpeakerTalk
from shared.model.conversation.measure import MOST_SPEAKERS, measured
from shared.model.conversation.sums import MOST_GROUPS, Measured, summed
from shared.model.transcript.transcript import (
    Job,
    Language,
    Provider,
    Source,
    Timing,
    Transcript,
    Utterance,
    Word,
)

DAY = date(2026, 11, 30)


def said(
    voice: int, start_ms: int, end_ms: int, words: int = 2, timing: Timing = "provider"
) -> Utterance:
    return Utterance(
        id=0,
        turn=0,
        start_ms=start_ms,
        end_ms=end_ms,
        channel=voice,
        speaker=f"S{voice + 1}",
        role=("Agent", "Customer", None)[min(voice, 2)],
        text=" ".join(["word"] * words),
        timing=timing,
    )


def transcript(*utterances: Utterance, duration_ms: int | None = None) -> Transcript:
    return Transcript(
        job=Job(id="j", batch_id="b", recording_id="r", attempt=1, profile="calls"),
        source=Source(uri="", container="a", name="n", etag="e", bytes=1, duration_ms=duration_ms),
        provider=Provider(name="p", endpoint="e", api_version="1", transcription_id="t"),
        language=Language(code="en-US"),
        text="",
        utterances=utterances,
    )


def conversation(*utterances: Utterance, duration_ms: int | None = None) -> Conversation:
    found = measured(transcript(*utterances, duration_ms=duration_ms))
    assert found is not None
    return found


def test_a_call_is_measured() -> None:
    found = conversation(
        said(0, 1_000, 4_000, words=6),
        said(1, 4_500, 8_500, words=8),
        said(0, 6_000, 6_400, words=1),  # "mhm": within, takes the floor from nobody
        said(0, 8_000, 10_000, words=4),  # half a second early: cuts in
        said(1, 9_900, 11_000, words=2),  # a slip of 100 ms
        said(1, 14_000, 15_000, words=2),  # goes on after a silence
        said(0, 15_300, 16_300, words=2),
        duration_ms=20_000,
    )
    agent, customer = found.speakers
    assert agent == SpeakerTalk(
        channel=0, speaker="S1", role="Agent", talk_ms=6_400, words=13, turns=3,
        longest_ms=3_000, interruptions=1, response_ms=300,
    )  # fmt: skip
    assert customer == SpeakerTalk(
        channel=1, speaker="S2", role="Customer", talk_ms=6_100, words=12, turns=2,
        longest_ms=5_100, interruptions=0, response_ms=500,
    )  # fmt: skip
    assert (found.audio_ms, found.talk_ms, found.overlap_ms) == (20_000, 12_500, 1_000)
    assert found.silence_ms == 20_000 - (12_500 - 1_000)
    assert (found.longest_silence_ms, found.response_ms) == (3_700, 400)
    assert (found.turns, found.interruptions, found.longest_ms) == (5, 1, 5_100)
    assert found.words_per_minute == round(25 * 60_000 / 12_500)
    assert found.share_of(agent) == 0.512


def test_a_recording_without_speech_is_silent_and_one_of_unknown_length_is_not_measured() -> None:
    assert conversation(duration_ms=5_000) == Conversation(
        audio_ms=5_000, silence_ms=5_000, longest_silence_ms=5_000
    )
    assert measured(transcript()) is None


def test_of_one_voice_alone_nobody_answers_and_nobody_interrupts() -> None:
    found = conversation(said(0, 0, 1_000), said(0, 3_000, 4_000))
    assert (found.response_ms, found.interruptions, found.overlap_ms) == (None, 0, 0)
    assert (found.turns, found.longest_ms, found.silence_ms) == (1, 4_000, 2_000)


def test_times_that_the_provider_did_not_give_are_not_measured() -> None:
    assert measured(transcript(said(0, 0, 1_000, timing="interpolated"))) is None
    mostly = [said(0, 0, 9_500), said(1, 9_500, 10_000, timing="interpolated")]
    assert measured(transcript(*mostly)) is not None


def test_words_that_nobody_tells_apart_are_not_counted() -> None:
    han = said(0, 0, 1_000)
    whole = Utterance(**{f: getattr(han, f) for f in han.__struct_fields__} | {"text": "你好吗"})
    assert conversation(whole).speakers[0].words is None
    assert conversation(whole).words_per_minute is None
    told = Utterance(
        **{f: getattr(whole, f) for f in whole.__struct_fields__}
        | {"words": (Word("你好", 0, 500), Word("吗", 500, 900))}
    )
    assert conversation(told).speakers[0].words == 2


def test_names_that_people_give_do_not_stand_among_the_roles() -> None:
    found = measured(transcript(said(0, 0, 1_000), said(1, 1_000, 2_000)), ["Agent"])
    assert found is not None
    assert [one.role for one in found.speakers] == ["Agent", None]


def test_only_so_many_voices_are_told_of() -> None:
    many = [said(n, n * 1_000, n * 1_000 + 10 + n) for n in range(50)]
    found = conversation(*many)
    assert [one.channel for one in found.speakers] == list(range(50 - MOST_SPEAKERS, 50))


utterances = some.lists(
    some.tuples(some.integers(0, 3), some.integers(0, 5_000), some.integers(0, 900)), max_size=30
)


@pytest.mark.long
@given(utterances)
def test_times_add_up_whatever_was_said(drawn: list[tuple[int, int, int]]) -> None:
    spoken = [said(voice, start, start + length) for voice, start, length in drawn]
    found = conversation(*spoken, duration_ms=6_000)
    # more than two at once: what overlaps counts once, talk for each voice
    assert found.silence_ms + found.talk_ms - found.overlap_ms >= found.audio_ms
    busy = {ms for one in spoken for ms in range(one.start_ms, one.end_ms)}
    assert found.silence_ms == found.audio_ms - len(busy)
    assert found.longest_silence_ms <= found.silence_ms
    assert 0 <= found.overlap_ms <= found.talk_ms / 2
    assert found.turns <= max(len(spoken), 0)
    assert found.interruptions <= max(found.turns - 1, 0)
    assert abs(sum(found.share_of(one) for one in found.speakers) - 1) < 0.01 or not found.talk_ms


def one_of(agent: str, *, response: int | None = 400, day: date = DAY) -> Measured:
    speakers = (
        SpeakerTalk(channel=0, role="Agent", talk_ms=6_000, words=15, response_ms=response),
        SpeakerTalk(channel=1, role="Customer", talk_ms=2_000, words=5),
    )
    found = Conversation(audio_ms=10_000, silence_ms=2_000, speakers=speakers, response_ms=response)
    return Measured(day, found, "en-US", 0.8, {"agent": agent} if agent else {})


def test_conversations_are_summed_up_by_an_entry_of_their_metadata() -> None:
    found = summed(
        [
            one_of("Ann", response=200),
            one_of("Ann", response=900),
            one_of("Bob"),
            one_of("", response=None),
            Measured(DAY, None, None, None, {"agent": "Bob", "team": "x"}),
        ],
        "metadata.agent",
    )
    assert [(group.name, group.recordings, group.measured) for group in found.groups] == [
        ("Ann", 2, 2),
        ("Bob", 2, 1),
        ("", 1, 1),
    ]
    assert found.keys == ("agent", "team")
    ann = found.groups[0]
    assert (ann.talk_ms, ann.silence_ms, ann.response_ms) == (16_000, 4_000, 550)
    assert (ann.words_per_minute, ann.confidence) == (150, 0.8)
    assert [(role.role, role.talk_share, role.recordings) for role in ann.roles] == [
        ("Agent", 0.75, 2),
        ("Customer", 0.25, 2),
    ]
    assert (found.all.recordings, found.all.measured, found.left_out) == (5, 4, 0)


def test_days_stand_in_their_order_and_of_too_many_groups_the_largest_are_told() -> None:
    days = [one_of("", day=date(2026, 11, n)) for n in (30, 2, 2, 11)]
    assert [g.name for g in summed(days, "day").groups] == [
        "2026-11-02",
        "2026-11-11",
        "2026-11-30",
    ]
    assert [g.name for g in summed(days, "language").groups] == ["en-US"]
    many = summed([one_of(f"{n}") for n in range(MOST_GROUPS + 7)], "metadata.agent")
    assert (len(many.groups), many.left_out) == (MOST_GROUPS, 7)


def test_nothing_sums_up_to_nothing() -> None:
    found = summed([], "day")
    assert (found.all.recordings, found.all.confidence, found.groups) == (0, None, ())
