"""The files in full, as they are written."""

from __future__ import annotations

import msgspec
import pytest

from shared.model.transcript.transcript import Transcript
from shared.outputs.formats import FORMATS, cues, render, render_all
from tests.caption_rules import transcript, utterance
from tests.caption_samples import ALL

CALL_VTT = """\
WEBVTT

1
00:00:00.500 --> 00:00:02.102
<v Agent>Agent: Thanks for holding.

2
00:00:02.185 --> 00:00:05.899
<v Agent>I can see your order,
it left our warehouse on Monday.

3
00:00:03.200 --> 00:00:04.033
<v Customer>Customer: Mhm.

4
00:00:06.400 --> 00:00:09.498
<v Customer>But I never got it,
and the tracking page says

5
00:00:09.581 --> 00:00:11.484
<v Customer>that it was delivered.

6
00:00:10.200 --> 00:00:13.317
<v Agent>Agent: Oh no.
Let me check that with the carrier.

7
00:00:12.300 --> 00:00:13.317
<v Customer>Customer: Please do.

8
00:00:13.400 --> 00:00:18.103
<v Agent>Agent: It was left with a neighbour,
a Mr. Okafor in number 12.

9
00:00:16.900 --> 00:00:18.521
<v Customer>Customer: Ah, I know him.

10
00:00:18.604 --> 00:00:19.803
<v Customer>Thank you!
"""

CALL_SRT = """\
1
00:00:00,500 --> 00:00:02,102
Agent: Thanks for holding.

2
00:00:02,185 --> 00:00:05,899
I can see your order,
it left our warehouse on Monday.

3
00:00:03,200 --> 00:00:04,033
Customer: Mhm.

4
00:00:06,400 --> 00:00:09,498
But I never got it,
and the tracking page says

5
00:00:09,581 --> 00:00:11,484
that it was delivered.

6
00:00:10,200 --> 00:00:13,317
Agent: Oh no.
Let me check that with the carrier.

7
00:00:12,300 --> 00:00:13,317
Customer: Please do.

8
00:00:13,400 --> 00:00:18,103
Agent: It was left with a neighbour,
a Mr. Okafor in number 12.

9
00:00:16,900 --> 00:00:18,521
Customer: Ah, I know him.

10
00:00:18,604 --> 00:00:19,803
Thank you!
"""

CALL_TXT = """\
[00:00:00] Agent: Thanks for holding. I can see your order, it left our warehouse on Monday.

[00:00:03] Customer: Mhm.

[00:00:06] Customer: But I never got it, and the tracking page says that it was delivered.

[00:00:10] Agent: Oh no. Let me check that with the carrier.

[00:00:12] Customer: Please do.

[00:00:13] Agent: It was left with a neighbour, a Mr. Okafor in number 12.

[00:00:16] Customer: Ah, I know him. Thank you!
"""

HOSTILE_VTT = """\
WEBVTT

1
00:00:01.000 --> 00:00:03.917
<v R&amp;D &lt;lab&gt; --&gt;>R&amp;D &lt;lab&gt; --&gt;: Is a &lt; b &amp; b &gt; c,
or a --&gt; c?

2
00:00:04.000 --> 00:00:08.499
<v Tester>Tester: &lt;b&gt;Bold&lt;/b&gt; {\\an8}top &amp;amp;
&lt;00:00:01.000&gt; end. 2 NOTE no

3
00:00:09.000 --> 00:00:12.499
<v x>x: WEBVTT 1 00:00:01.000 --&gt; 00:00:02.000

4
00:00:13.000 --> 00:00:15.500
<v x>a\u00a0b c
"""

HOSTILE_SRT = """\
1
00:00:01,000 --> 00:00:03,917
R&D ＜lab> --＞: Is a ＜ b & b > c,
or a --＞ c?

2
00:00:04,000 --> 00:00:08,499
Tester: ＜b>Bold＜/b> ｛\\an8}top &amp;
＜00:00:01.000> end. 2 NOTE no

3
00:00:09,000 --> 00:00:12,499
x: WEBVTT 1 00:00:01.000 --＞ 00:00:02.000

4
00:00:13,000 --> 00:00:15,500
a\u00a0b c
"""

HEBREW_VTT = """\
WEBVTT

1
00:00:00.700 --> 00:00:04.578
<v Agent>\u202b\u200fAgent: שלום, תודה שהתקשרתם לחברת הביטוח.\u202c

2
00:00:04.661 --> 00:00:10.723
<v Agent>\u202b\u200fAzure הוא השירות שבו אנחנו משתמשים,\u202c
\u202bוהשיחה הזאת מוקלטת מאז 2023.\u202c

3
00:00:11.224 --> 00:00:13.905
<v Agent>\u202bבמה אפשר לעזור לך היום?\u202c
"""

HEBREW_SRT = """\
1
00:00:00,700 --> 00:00:04,578
\u202b\u200fAgent: שלום, תודה שהתקשרתם לחברת הביטוח.\u202c

2
00:00:04,661 --> 00:00:10,723
\u202b\u200fAzure הוא השירות שבו אנחנו משתמשים,\u202c
\u202bוהשיחה הזאת מוקלטת מאז 2023.\u202c

3
00:00:11,224 --> 00:00:13,905
\u202bבמה אפשר לעזור לך היום?\u202c
"""

JAPANESE_VTT = """\
WEBVTT

1
00:00:00.500 --> 00:00:03.023
お電話ありがとうございます。

2
00:00:03.106 --> 00:00:06.561
ノースウィンド保険の
田中でございます。

3
00:00:06.644 --> 00:00:09.726
本日はどのような
ご用件でしょうか。

4
00:00:09.809 --> 00:00:14.752
先週の土曜日にキッチンで
水漏れがあったとのことですが、

5
00:00:14.835 --> 00:00:18.500
状況を詳しく
教えていただけますか。
"""

SPOKEN_FORMS_VTT = """\
WEBVTT

1
00:00:01.000 --> 00:00:07.415
It comes to $20.50,
and Dr. Lee signed it on May 14.
"""

LATE_VTT = """\
WEBVTT

1
100:00:59.999 --> 100:01:02.499
Still here after all that time.
"""


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("call", CALL_VTT),
        ("hostile", HOSTILE_VTT),
        ("hebrew", HEBREW_VTT),
        ("japanese", JAPANESE_VTT),
        ("spoken_forms", SPOKEN_FORMS_VTT),
        ("long_recording", LATE_VTT),
        ("silence", "WEBVTT\n"),
    ],
)
def test_webvtt_is_written_as_expected(sample: str, expected: str) -> None:
    assert render(ALL[sample], "vtt").decode() == expected


@pytest.mark.parametrize(
    ("sample", "expected"),
    [("call", CALL_SRT), ("hostile", HOSTILE_SRT), ("hebrew", HEBREW_SRT), ("silence", "")],
)
def test_subrip_is_written_as_expected_with_crlf(sample: str, expected: str) -> None:
    assert render(ALL[sample], "srt").decode() == expected.replace("\n", "\r\n")


@pytest.mark.parametrize(("sample", "expected"), [("call", CALL_TXT), ("silence", "")])
def test_text_is_written_as_expected(sample: str, expected: str) -> None:
    assert render(ALL[sample], "txt").decode() == expected


def test_text_of_one_speaker_names_nobody() -> None:
    one = transcript(utterance("Just me.\nStill me.", 3_723_000, 3_725_000))
    assert render(one, "txt").decode() == "[01:02:03] Just me. Still me.\n"


def test_text_joins_the_utterances_of_a_turn_and_splits_a_long_one() -> None:
    said = [
        utterance("First.", 0, 900, turn=0),
        utterance("Second.", 1000, 1900, number=1, turn=0),
        utterance("A minute later.", 61_000, 62_000, number=2, turn=0),
    ]
    text = render(transcript(*said), "txt").decode()
    assert text == "[00:00:00] First. Second.\n\n[00:01:01] A minute later.\n"


def test_hebrew_text_behind_a_latin_name_reads_from_the_right() -> None:
    assert render(ALL["hebrew"], "txt").decode().startswith("\u200f[00:00:00] Agent: שלום")


def test_json_is_the_transcript_and_can_be_read_back() -> None:
    written = render(ALL["call"], "json")
    assert msgspec.json.decode(written, type=Transcript) == ALL["call"]
    assert "שלום".encode() in render(ALL["hebrew"], "json")


TEXTS = [name for name in FORMATS if name not in ("docx", "csv")]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("sample", ALL)
def test_every_text_but_that_for_spreadsheets_is_utf_8_without_a_byte_order_mark(
    name: str, sample: str
) -> None:
    written = render(ALL[sample], name)
    assert not written.startswith(b"\xef\xbb\xbf")
    written.decode()


def test_rendering_several_formats_gives_the_same_files_as_one_at_a_time() -> None:
    together = render_all(ALL["call"], FORMATS)
    assert together == {name: render(ALL["call"], name) for name in FORMATS}


def test_every_format_knows_its_extension_and_media_type() -> None:
    assert {kind.extension: kind.media_type for kind in FORMATS.values()} == {
        ".json": "application/json",
        ".vtt": "text/vtt; charset=utf-8",
        ".srt": "application/x-subrip; charset=utf-8",
        ".ttml": "application/ttml+xml; charset=utf-8",
        ".txt": "text/plain; charset=utf-8",
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".csv": "text/csv; charset=utf-8",
        ".words.json": "application/vnd.dropscribe.words",
    }


def test_channels_without_labels_are_told_apart() -> None:
    two = transcript(
        utterance("Hello there.", 0, 1500, speaker=None),
        utterance("Hello to you.", 2000, 3500, number=1, channel=1, speaker=None),
    )
    assert [cue.speaker for cue in cues(two)] == ["Channel 1", "Channel 2"]


def test_a_change_of_speaker_is_shown_by_names_by_dashes_or_by_tags_alone() -> None:
    two = transcript(
        utterance("Is there anything else that I can do for you today?", 0, 4000, role="Agent"),
        utterance(
            "No, that is all that I wanted to know for the moment.",
            5000,
            9000,
            number=1,
            speaker="S2",
            role="Customer",
        ),
    )
    starts = {
        style: [
            line.partition(">")[2].split()[0]
            for line in render(two, "vtt", style).decode().splitlines()
            if line.startswith("<v")
        ]
        for style in ("names", "dashes", "tags")
    }
    assert starts == {
        "names": ["Agent:", "Customer:"],
        "dashes": ["-Is", "-No,"],
        "tags": ["Is", "No,"],
    }
    assert "Agent" not in render(two, "srt", "dashes").decode()


def test_whose_words_nobody_knows_is_said_where_other_voices_are_known() -> None:
    said = [
        utterance("Who was that on the telephone just now?", 0, 3000, speaker="S1"),
        utterance("I could not say, it was very short.", 6000, 9000, number=1, speaker=None),
    ]
    assert "Unknown: I could not say" in render(transcript(*said), "srt").decode()
    assert "] Unknown: I could not say" in render(transcript(*said), "txt").decode()


def test_speakers_who_share_a_cue_have_a_line_and_a_voice_each() -> None:
    said = [
        utterance("Ready?", 0, 400, speaker="S1"),
        utterance("Yes.", 450, 800, number=1, speaker="S2"),
        utterance("Then please begin with your name and your address.", 850, 4000, number=2),
    ]
    assert (
        render(transcript(*said), "vtt").decode()
        == """\
WEBVTT

1
00:00:00.000 --> 00:00:00.833
<v S1>-Ready?</v>
<v S2>-Yes.</v>

2
00:00:00.916 --> 00:00:04.500
<v S1>S1: Then please begin
with your name and your address.
"""
    )


def test_a_lone_role_is_named_and_a_lone_label_is_not() -> None:
    role = cues(transcript(utterance("Hello.", 0, 1500, role="Dictation")))
    label = cues(transcript(utterance("Hello.", 0, 1500, speaker="S1")))
    assert (role[0].speaker, label[0].speaker) == ("Dictation", None)


def test_a_name_too_long_for_its_line_stands_above_it_in_subrip() -> None:
    said = utterance(
        "Incomprehensibilities characterise.", 0, 4000, role="Representative of the customer"
    )
    lines = render(transcript(said), "srt").decode().split("\r\n")
    assert lines[2:4] == ["Representative of t…:", "Incomprehensibilities"]
