"""Archived results of the API's versions 1 and 2."""

import json
from typing import Any

import pytest

from local.archive.old_results import read_archived
from shared.errors import ResultMalformed
from shared.model.transcript.recognition import RecognisedUtterance, Recognition
from shared.model.transcript.transcript import Alternative, Word
from tests.samples.azure_speech import sample

SOURCE = "https://calls.blob.core.windows.net/audio/help.wav?sig=not-a-signature"


def archive(segments: list[dict[str, Any]] | None, name: str | None = None) -> bytes:
    channel = {"AudioFileName": name, "SegmentResults": segments}
    return json.dumps({"AudioFileResults": [channel]}).encode()


def segment(**fields: Any) -> dict[str, Any]:
    best = {"Display": "Yes.", "Confidence": 0.5}
    return {"RecognitionStatus": "Success", "Offset": 0, "NBest": [best], **fields}


def test_the_files_of_all_channels_become_one_recognition() -> None:
    files = [sample("archive_channel_1.json"), sample("archive_channel_0.json")]
    assert read_archived(files, SOURCE) == Recognition(
        source="https://calls.blob.core.windows.net/audio/help.wav",
        duration_ms=7500,
        utterances=(
            RecognisedUtterance(
                start_ms=2000,
                end_ms=3000,
                channel=1,
                speaker="2",
                confidence=0.9,
                text="Yes, of course.",
                text_itn="yes of course",
                text_lexical="yes of course",
                words=(Word("yes", 2000, 2300, 0.7), Word("of", 2300, 2500, 0.6)),
                alternatives=(Alternative("yes of course a", 0.3),),
            ),
            RecognisedUtterance(
                start_ms=40,
                end_ms=1370,
                channel=0,
                confidence=0.9,
                text="Can you help?",
                text_itn="can you help",
                text_lexical="can you help",
                alternatives=(Alternative("can you help a", 0.3),),
            ),
            RecognisedUtterance(
                start_ms=3500,
                end_ms=4300,
                channel=0,
                confidence=0.9,
                text="Thanks.",
                text_itn="thanks",
                text_lexical="thanks",
                alternatives=(Alternative("thanks a", 0.3),),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("name", "number", "channel"),
    [
        ("Channel.3.wav", None, 3),
        ("Channel.3.wav", 0, 0),
        ("Channel.3.wav", "5", 5),
        ("Channel.3.wav", "left", 3),
        (None, None, 1),
        ("audio.wav", None, 1),
    ],
)
def test_the_channel_is_what_the_segment_says_else_the_name_else_the_position(
    name: str | None, number: int | str | None, channel: int
) -> None:
    files = [archive(None), archive([segment(ChannelNumber=number)], name)]
    assert read_archived(files, "a.wav").utterances[0].channel == channel


def test_a_segment_without_success_or_readings_is_left_out_with_a_warning() -> None:
    failed = segment(RecognitionStatus="InitialSilenceTimeout", NBest=None)
    assert read_archived([archive([failed])], "a.wav") == Recognition(
        source="a.wav", warnings=("Azure Speech could not recognise 1 phrase(s).",)
    )


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"AudioFileResults": 1}'])
def test_what_is_not_an_archived_result_is_malformed(body: bytes) -> None:
    with pytest.raises(ResultMalformed) as caught:
        read_archived([body], "a.wav")
    assert caught.value.code == "malformed"
