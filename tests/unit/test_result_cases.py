"""Results as other people met them: of each kind a case, from the provider's document to what a
reader sees."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.model.transcript.review import review_spans
from shared.model.transcript.transcript import Transcript, Word
from shared.outputs.formats import cues, render
from shared.providers.assemblyai.results import read_result as read_assemblyai
from shared.providers.azure_speech.results import read_result as read_azure
from shared.providers.soferai.alignment import Stamp, align
from shared.providers.soferai.results import Reading
from shared.providers.soferai.results import read_result as read_soferai
from shared.providers.soferai.text import Token
from tests.caption_talks import transcript_of


def azure(tag: str = "en-US", **phrase: Any) -> Transcript:
    best = {"confidence": 0.9, **phrase.pop("best")}
    whole = {
        "recognitionStatus": "Success",
        "channel": 0,
        "offsetInTicks": 0,
        "durationInTicks": 50_000_000,
        "nBest": [best],
        **phrase,
    }
    body = {"durationInTicks": 200_000_000, "recognizedPhrases": [whole]}
    return transcript_of(read_azure(json.dumps(body).encode()), tag)


def lexical(text: str, low: str | None = None) -> list[dict[str, Any]]:
    return [
        {
            "word": word,
            "offsetInTicks": n * 4_000_000,
            "durationInTicks": 3_800_000,
            "confidence": 0.3 if word == low else 0.95,
        }
        for n, word in enumerate(text.split())
    ]


# -- masked only where something was hidden -------------------------------------------------------


@pytest.mark.parametrize(
    ("display", "spoken", "itn", "masked"),
    [
        ("Yes, 143.", "yes one four three", "yes 143", "yes one four three"),
        ("Yes, 143.", "yes one four three", "yes 143", "yes 143"),
        (
            "My name is R like Romeo.",
            "my name is r like romeo",
            "my name is R like romeo",
            "my name is r like romeo",
        ),
        ("Thanks for joining.", "thanks for joining", "thanks for joining", ""),
        ("Press * now.", "press star now", "press * now", "press * now"),
        ("Um, no.".replace("Um, no", "No way"), "um no way", "no way", "no way"),
    ],
)
def test_forms_that_merely_differ_hide_nothing(
    display: str, spoken: str, itn: str, masked: str
) -> None:
    words = lexical(spoken, low=spoken.split()[-2])
    best = {"display": display, "lexical": spoken, "itn": itn, "maskedITN": masked, "words": words}
    [utterance] = azure(best=best).utterances
    assert [word.text for word in utterance.words] == spoken.split()
    assert utterance.text_lexical == spoken
    assert utterance.text_itn == (masked or itn)
    assert review_spans(azure(best=best), 0.6)


def test_chinese_that_writes_numbers_otherwise_keeps_its_words() -> None:
    shown = [("我", 0), ("有", 2), ("25", 4), ("个", 9), ("苹果。", 11)]
    best = {
        "display": "我有25个苹果。",
        "lexical": "我有二十五个苹果",
        "itn": "我有25个苹果",
        "maskedITN": "我有二十五个苹果",
        "displayWords": [
            {"displayText": t, "offsetInTicks": at * 1_000_000, "durationInTicks": 2_000_000}
            for t, at in shown
        ],
    }
    [utterance] = azure("zh-CN", best=best).utterances
    assert [word.text for word in utterance.words] == [text for text, _ in shown]
    assert utterance.text_lexical == "我有二十五个苹果"


@pytest.mark.parametrize(
    ("display", "itn", "masked", "words"),
    [
        ("You **** idiot.", "you fuck idiot", "you **** idiot", ["You", "****", "idiot."]),
        ("You f*** idiot.", "you fuck idiot", "you f*** idiot", ["You", "f***", "idiot."]),
        ("You idiot.", "you fuck idiot", "you idiot", ["You", "idiot."]),
        ("You idiot 143.", "you fuck idiot 143", "you idiot one four three", None),
        ("You idiot.", "you fuck idiot", "", ["You", "idiot."]),
    ],
)
def test_swear_words_that_were_hidden_stay_hidden_and_the_others_keep_time_and_confidence(
    display: str, itn: str, masked: str, words: list[str] | None
) -> None:
    spoken = "you fuck idiot" + (" one four three" if "143" in itn else "")
    best = {
        "display": display,
        "lexical": spoken,
        "itn": itn,
        "maskedITN": masked,
        "words": lexical(spoken),
    }
    transcript = azure(best=best)
    [utterance] = transcript.utterances
    assert "fuck" not in render(transcript, "json").decode()
    assert utterance.text_lexical is None
    assert utterance.words[0] == Word("You", 0, 380, 0.95)
    if words:
        assert [word.text for word in utterance.words] == words
        assert utterance.words[-1].start_ms == 800


def test_hidden_words_of_a_language_without_spaces_stay_hidden_and_the_shown_ones_stay() -> None:
    best = {
        "display": "この**野郎。",
        "lexical": "このクソ野郎",
        "itn": "このクソ野郎",
        "maskedITN": "この**野郎",
        "displayWords": [
            {"displayText": t, "offsetInTicks": n * 3_000_000, "durationInTicks": 3_000_000}
            for n, t in enumerate(["この", "**", "野郎。"])
        ],
    }
    transcript = azure("ja-JP", best=best)
    assert [word.text for word in transcript.utterances[0].words] == ["この", "**", "野郎。"]
    assert "クソ" not in render(transcript, "json").decode()


def test_a_phrase_of_which_nothing_is_left_is_told() -> None:
    transcript = azure(best={"display": "", "itn": "damn", "maskedITN": "", "lexical": "damn"})
    assert transcript.utterances == ()
    assert "Azure Speech removed all that was said in 1 phrase(s)." in transcript.provider.warnings


# -- AssemblyAI -----------------------------------------------------------------------------------


def assemblyai(text: str, code: str, **fields: Any) -> Transcript:
    words = [
        {"text": word, "start": n * 300, "end": n * 300 + 270, "confidence": 0.9}
        for n, word in enumerate(text.split())
    ]
    body = {
        "status": "completed",
        "audio_url": "https://a.example/a.wav",
        "language_code": code,
        "text": text,
        "words": words,
        **fields,
    }
    return transcript_of(read_assemblyai(json.dumps(body).encode()), code.replace("_", "-"))


@pytest.mark.parametrize(
    ("code", "sentences"),
    [
        ("en_us", ["We saw Dr. Smith at 5 p.m. in the U.S. Embassy.", "It was No. 7 on the list."]),
        (
            "de",
            ["Wir treffen uns am 3. Oktober bei Dr. Müller im 2. Stock.", "Danach z. B. ins Kino."],
        ),
        ("cs", ["Sejdeme se 3. října v 10. patře.", "Potom přijde prof. Novák."]),
    ],
)
def test_words_without_utterances_become_whole_sentences(code: str, sentences: list[str]) -> None:
    transcript = assemblyai(" ".join(sentences), code)
    assert [utterance.text for utterance in transcript.utterances] == sentences


def test_a_duration_of_whole_seconds_cuts_no_last_word() -> None:
    words = [
        {"text": "Done", "start": 10_000, "end": 10_700, "confidence": 0.9},
        {"text": "now.", "start": 11_200, "end": 11_500, "confidence": 0.9},
    ]
    transcript = assemblyai("Done now.", "en_us", words=words, audio_duration=11)
    assert transcript.utterances[-1].words[-1] == Word("now.", 11_200, 11_500, 0.9)
    assert transcript.source.duration_ms == 11_500


def test_a_number_as_speaker_and_text_as_numbers_cost_nothing() -> None:
    words = [
        {"text": "Yes", "start": "250.0", "end": 500.0, "confidence": "0.75", "speaker": 1},
        {"text": 25, "start": 600, "end": 900, "confidence": "NaN", "speaker": 1},
    ]
    transcript = assemblyai("Yes 25", "en_us", words=words)
    assert transcript.utterances[0].words == (
        Word("Yes", 250, 500, 0.75),
        Word("25", 600, 900, None),
    )
    assert transcript.speakers[0].provider_label == "1"


# -- Sofer.ai -------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [10, 39, 41, 60, 100, 250])
def test_after_a_gap_of_any_length_times_and_speakers_are_right_again(gap: int) -> None:
    words = [f"w{n}x" for n in range(400)]
    stamps = [
        Stamp(w, n * 500, n * 500 + 400, "S2" if n > 150 else "S1") for n, w in enumerate(words)
    ]
    spoken = align([Token(w) for w in words], stamps[:150] + stamps[150 + gap :], 200_000)
    for n, each in enumerate(spoken):
        if not 150 <= n < 150 + gap:
            assert (each.word.start_ms, each.word.timing) == (n * 500, "provider")
            assert each.speaker == stamps[n].speaker
        else:
            assert each.word.timing == "interpolated"


def test_words_behind_the_last_stamp_stand_next_to_it() -> None:
    stamps = [
        {"word": w, "start": n * 0.4, "end": n * 0.4 + 0.35, "speaker": "1"}
        for n, w in enumerate("May this be a blessing for all.".split())
    ]
    body = {
        "text": "May this be a blessing for all. And we say Amen.",
        "timestamps": stamps,
        "info": {"status": "COMPLETED", "duration": 3600.0},
    }
    transcript = transcript_of(read_soferai(json.dumps(body).encode(), Reading("en", "")), "en-US")
    amen = transcript.utterances[-1].words[-1]
    assert amen.text == "Amen."
    assert amen.end_ms < 5000
    assert transcript.speakers[0].talk_ms < 5000


# -- captions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "text", "together"),
    [
        (
            "de-DE",
            "Wir treffen uns am 3. Oktober 2026 in der Bahnhofstr. 12 bei Dr. Müller, ca. 10 Min. vom Bahnhof im 2. Stock. Das kostet 3,5 Mio. Euro.",
            ["3. Oktober", "2. Stock.", "Mio. Euro.", "Dr. Müller"],
        ),
        (
            "en-US",
            "It was No. 7 on the list of the U.S. Senate at 5 p.m. on Friday, approx. 20 min. after Sen. Miller of the Acme Inc. board arrived.",
            ["No. 7", "U.S. Senate", "Sen. Miller", "approx. 20"],
        ),
        (
            "pl-PL",
            "Spotkanie odbędzie się 3. maja, kierował przez ok. 20 lat wydziałem, koszty to 3,5 mln. zł w 2028 r. i później.",
            ["3. maja", "ok. 20"],
        ),
    ],
)
def test_lines_do_not_end_after_abbreviations_and_ordinals(
    tag: str, text: str, together: list[str]
) -> None:
    words = [
        {"displayText": w, "offsetInTicks": n * 3_200_000, "durationInTicks": 3_000_000}
        for n, w in enumerate(text.split())
    ]
    length = len(words) * 3_200_000
    transcript = azure(tag, best={"display": text, "displayWords": words}, durationInTicks=length)
    lines = [line for cue in cues(transcript) for line in cue.lines]
    for pair in together:
        assert any(pair in line for line in lines), (pair, lines)


@pytest.mark.parametrize(
    ("tag", "text", "words"),
    [
        (
            "th-TH",
            "สวัสดีครับวันนี้เราจะมาพูดถึงการเปลี่ยนแปลงสภาพภูมิอากาศและผลกระทบต่อประเทศไทยโดยเฉพาะอย่างยิ่งเกษตรกรในภาคอีสาน",
            ["เปลี่ยนแปลง", "ประเทศไทย", "เกษตรกร"],
        ),
        (
            "zh-CN",
            "大家好，今天我们来讨论一下人工智能在医疗领域的应用。首先我想介绍一下目前最常见的几种技术，包括影像诊断、自然语言处理，以及药物研发。",
            ["人工智能", "常见", "技术", "自然语言"],
        ),
        (
            "ja-JP",
            "本日はお忙しい中お集まりいただきありがとうございますこれから新しい製品についてご説明いたしますのでよろしくお願いいたします",
            ["お集まり", "ありがとう", "製品", "説明"],
        ),
    ],
)
def test_text_without_spaces_and_times_is_not_cut_inside_words(
    tag: str, text: str, words: list[str]
) -> None:
    shown = cues(azure(tag, best={"display": text}, durationInTicks=100_000_000))
    lines = [line for cue in shown for line in cue.lines]
    assert len(lines) > 1
    for word in words:
        assert any(word in line for line in lines), (word, lines)


def test_a_cue_of_dots_is_not_shown() -> None:
    transcript = azure(best={"display": "..."})
    assert cues(transcript) == []
    assert transcript.text == "..."


def test_sentences_of_japanese_follow_each_other_without_a_space_in_every_output() -> None:
    phrases = [
        {
            "offsetInTicks": n * 20_000_000,
            "durationInTicks": 18_000_000,
            "nBest": [{"display": text}],
        }
        for n, text in enumerate(["はい。", "そうです。"])
    ]
    recognition = read_azure(json.dumps({"recognizedPhrases": phrases}).encode())
    transcript = transcript_of(recognition, "ja-JP")
    assert transcript.text == "はい。そうです。"
    assert "はい。そうです。" in render(transcript, "txt").decode()


def test_the_same_alternative_stands_once_and_never_as_the_text_itself() -> None:
    readings = [{"display": text} for text in ["Hello.", "Hullo.", "Hullo.", "Hello.", "Hallo."]]
    body = {"recognizedPhrases": [{"offsetInTicks": 0, "nBest": readings}]}
    transcript = transcript_of(read_azure(json.dumps(body).encode()), "en-US")
    assert [a.text for a in transcript.utterances[0].alternatives] == ["Hullo.", "Hallo."]
