"""Transcripts that caption tests share: realistic ones, and ones that try to break players."""

from __future__ import annotations

import msgspec

from shared.model.transcript.transcript import Transcript
from tests.caption_rules import spoken, transcript, utterance

_CALM = """\
Good morning, thank you for calling Northwind Home Insurance, my name is Priya. Before we start I \
have to tell you that this call is recorded for training and quality purposes. I understand that \
you had some water damage in your kitchen last weekend, and I am very sorry to hear that. Could \
you tell me what happened, from the beginning, so that I can open a claim for you? So you came \
home on Sunday evening and the floor was already wet, and the water was coming from the pipe under \
the sink. Did you turn off the main valve yourself or did somebody from the building do it? That \
was exactly the right thing to do. Now I will ask you a few questions about the policy, and then \
we will talk about the next steps. Your policy number should begin with two letters, followed by \
seven digits. Perfect, I have found it. The policy covers damage from burst pipes up to a limit of \
$25,000, with a deductible of $500. Dr. Helen Carter, who is our surveyor for your area, will come \
to have a look at the damage on Thursday, May 14, between nine and eleven in the morning. Please \
do not throw anything away before she has seen it, and take as many pictures as you can. If you \
have receipts for the cupboards or for the dishwasher, it would help us a lot if you could send \
them by email."""
_FAST = """\
Just so you know, the terms and conditions apply, repairs must be authorised in advance, receipts \
older than five years may be refused, payments are made within fourteen working days, and any \
dispute is handled under the laws of the State of Washington."""
_CALM_AGAIN = """\
Is there anything else that I can help you with today? Okay. Then I will send you a confirmation \
with the claim number in the next few minutes. Thank you for your patience, and I hope that your \
kitchen is dry again soon. Goodbye."""


def monologue() -> Transcript:
    """One speaker, 333 words in 160 s, one sentence of them far too fast to read."""
    words = spoken(_CALM, start_ms=400, chars_per_second=11.4, seed=1)
    words += spoken(_FAST, start_ms=words[-1].end_ms + 600, chars_per_second=25, seed=2)
    words += spoken(_CALM_AGAIN, start_ms=words[-1].end_ms + 900, chars_per_second=11.4, seed=3)
    text = " ".join([_CALM, _FAST, _CALM_AGAIN])
    return transcript(utterance(text, 400, words=words))


def call() -> Transcript:
    """Two channels with roles; the customer agrees while the agent speaks, and interrupts."""
    lines = [
        (0, 500, "Thanks for holding. I can see your order, it left our warehouse on Monday."),
        (1, 3200, "Mhm."),
        (1, 6400, "But I never got it, and the tracking page says that it was delivered."),
        (0, 10200, "Oh no. Let me check that with the carrier."),
        (1, 12300, "Please do."),
        (0, 13400, "It was left with a neighbour, a Mr. Okafor in number 12."),
        (1, 16900, "Ah, I know him. Thank you!"),
    ]
    said = []
    for number, (channel, start, text) in enumerate(lines):
        words = spoken(text, start_ms=start, chars_per_second=16, seed=number)
        said.append(
            utterance(
                text,
                start,
                number=number,
                channel=channel,
                speaker=f"S{channel + 1}",
                role=("Agent", "Customer")[channel],
                words=words,
            )
        )
    return transcript(*said)


def spoken_forms() -> Transcript:
    """The provider timed what was said, not what is displayed."""
    said = "it comes to twenty dollars and fifty cents and doctor lee signed it on may fourteenth"
    words = spoken(said, start_ms=1000, chars_per_second=14, seed=4)
    return transcript(
        utterance("It comes to $20.50, and Dr. Lee signed it on May 14.", 1000, words=words)
    )


def hostile() -> Transcript:
    """Everything that means something to some player, and names that do."""
    return transcript(
        utterance("Is a < b & b > c, or a --> c?", 1000, 3500, speaker="S1", role="R&D <lab>\n-->"),
        utterance(
            "<b>Bold</b> {\\an8}top &amp; <00:00:01.000> \x00\x07 end.\r\n\r\n2\r\nNOTE no",
            4000,
            8000,
            number=1,
            channel=1,
            speaker="S2",
            role="Tester",
        ),
        utterance("WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000", 9000, 12000, number=2, role="x"),
        utterance("\u2028 a\u00a0b \ufeff\u0085 c", 13000, 15000, number=3, role="x"),
    )


def hebrew() -> Transcript:
    text = (
        "שלום, תודה שהתקשרתם לחברת הביטוח. Azure הוא השירות שבו אנחנו משתמשים, "
        "והשיחה הזאת מוקלטת מאז 2023. במה אפשר לעזור לך היום?"
    )
    words = spoken(text, start_ms=700, chars_per_second=11, seed=5)
    return transcript(
        utterance(text, 700, words=words, role="Agent", language="he-IL"), language="he-IL"
    )


def arabic() -> Transcript:
    text = "مرحبا بكم في شركة التأمين. هذه المكالمة مسجلة لأغراض الجودة، كيف يمكنني مساعدتك اليوم؟"
    return transcript(utterance(text, 300, 7000, language="ar-EG"), language="ar-EG")


def chinese() -> Transcript:
    text = (
        "欢迎致电北风保险公司，我叫李华。在开始之前，我必须告诉您，本次通话将被录音，"
        "用于培训和质量监控。我知道您家厨房上周末漏水了，我对此感到非常抱歉。"
    )
    return transcript(utterance(text, 500, 14000, language="zh-CN"), language="zh-CN")


def japanese() -> Transcript:
    text = (
        "お電話ありがとうございます。ノースウィンド保険の田中でございます。"
        "本日はどのようなご用件でしょうか。先週の土曜日にキッチンで水漏れがあったとのことですが、"
        "状況を詳しく教えていただけますか。"
    )
    return transcript(utterance(text, 500, 18000, language="ja-JP"), language="ja-JP")


def long_recording() -> Transcript:
    """Words after the hundredth hour."""
    start = 100 * 3_600_000 + 59_999
    return transcript(utterance("Still here after all that time.", start, start + 2000))


def silence() -> Transcript:
    return transcript()


def moved(original: Transcript, by_ms: int, number: int) -> Transcript:
    """The same talk later on, as further utterances."""
    utterances = tuple(
        msgspec.structs.replace(
            said,
            id=said.id + number,
            turn=said.turn + number,
            start_ms=said.start_ms + by_ms,
            end_ms=said.end_ms + by_ms,
            words=tuple(
                msgspec.structs.replace(
                    word, start_ms=word.start_ms + by_ms, end_ms=word.end_ms + by_ms
                )
                for word in said.words
            ),
        )
        for said in original.utterances
    )
    return msgspec.structs.replace(original, utterances=utterances)


ALL = {
    maker.__name__: maker()
    for maker in (
        monologue,
        call,
        spoken_forms,
        hostile,
        hebrew,
        arabic,
        chinese,
        japanese,
        long_recording,
        silence,
    )
}
