"""TTML as ttconv reads it, documents as python-docx does, words and rows as programs do."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import Any
from zipfile import ZipFile

import docx
import pytest
import ttconv.imsc.reader as imsc
import ttconv.model
from docx.enum.text import WD_COLOR_INDEX

from shared.model.transcript.transcript import Review, Stretch, Transcript
from shared.outputs.formats import cues, render
from shared.outputs.spreadsheet import BYTE_ORDER_MARK
from tests.caption_rules import spoken, transcript, utterance
from tests.caption_samples import ALL

# -- TTML ---------------------------------------------------------------------------------------


def paragraphs(document: Any) -> list[Any]:
    return [e for e in document.get_body().dfs_iterator() if isinstance(e, ttconv.model.P)]


def lines_of(paragraph: Any) -> list[str]:
    lines = [""]
    for element in paragraph.dfs_iterator():
        if isinstance(element, ttconv.model.Br):
            lines.append("")
        elif isinstance(element, ttconv.model.Text):
            lines[-1] += element.get_text()
    return lines


def read_ttml(sample: Transcript) -> Any:
    import xml.etree.ElementTree as et

    return imsc.to_model(et.ElementTree(et.fromstring(render(sample, "ttml", "tags"))))


@pytest.mark.parametrize("name", ALL)
def test_ttml_says_what_the_cues_say_when_they_say_it(name: str) -> None:
    shown = cues(ALL[name], "tags")
    found = paragraphs(read_ttml(ALL[name]))
    assert [(round(p.get_begin() * 1000), round(p.get_end() * 1000)) for p in found] == [
        (cue.start_ms, cue.end_ms) for cue in shown
    ]
    assert [tuple(lines_of(p)) for p in found] == [cue.lines for cue in shown]


def test_ttml_names_its_profile_language_region_and_speakers() -> None:
    file = render(ALL["call"], "ttml").decode()
    assert 'ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text"' in file
    assert 'xml:lang="en-US"' in file
    assert '<ttm:name type="full">Customer</ttm:name>' in file
    assert read_ttml(ALL["call"]).get_body().get_region().get_id() == "bottom"


def test_ttml_from_right_to_left_says_so_and_holds_no_marks() -> None:
    file = render(ALL["hebrew"], "ttml").decode()
    assert file.count('tts:direction="rtl"') >= 3
    assert not any(mark in file for mark in "\u200e\u200f\u202b\u202c")


# -- Word ---------------------------------------------------------------------------------------


def doubtful() -> Transcript:
    words = spoken("The policy number is AB 4711, I think.", start_ms=1000, chars_per_second=12)
    said = utterance("The policy number is AB 4711, I think.", 1000, words=words, role="Customer")
    number = next(word for word in words if word.text == "4711,")
    sample = transcript(said, utterance("Thank you.", 6000, 6900, number=1, role="Agent"))
    stretch = Stretch(
        start_ms=number.start_ms, end_ms=number.end_ms, confidence=0.3, doubts=("number",)
    )
    review = Review(listen_ms=number.end_ms - number.start_ms, stretches=(stretch,))
    return Transcript(
        **{f: getattr(sample, f) for f in sample.__struct_fields__ if f not in ("review",)},
        review=review,
    )


def read_docx(sample: Transcript) -> Any:
    return docx.Document(io.BytesIO(render(sample, "docx")))


def test_a_document_has_facts_then_turns_with_times_and_names() -> None:
    document = read_docx(doubtful())
    facts = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert facts["Recording"] == "audio/calls/one.wav"
    assert facts["Language"] == "en-US"
    assert facts["To hear again"] == "00:00:00 in 1 place(s)"
    texts = [p.text for p in document.paragraphs if p.text.startswith("[")]
    assert texts == [
        "[00:00:01] Customer: The policy number is AB 4711, I think.",
        "[00:00:06] Agent: Thank you.",
    ]


def test_doubtful_words_are_marked_and_no_others() -> None:
    document = read_docx(doubtful())
    marked = [
        run.text
        for paragraph in document.paragraphs
        for run in paragraph.runs
        if run.font.highlight_color == WD_COLOR_INDEX.YELLOW
    ]
    assert marked == [" 4711,"]


def test_hebrew_reads_from_the_right() -> None:
    document = read_docx(ALL["hebrew"])
    turn = next(p for p in document.paragraphs if "שלום" in p.text)
    assert (
        turn._p.pPr.find("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}bidi")
        is not None
    )
    assert all(run.font.rtl for run in turn.runs if "שלום" in run.text)


@pytest.mark.long
@pytest.mark.parametrize("name", ALL)
def test_every_word_of_every_sample_is_in_its_document(name: str) -> None:
    document = read_docx(ALL[name])
    written = "".join(p.text for p in document.paragraphs)
    from shared.outputs.plain import plain

    for said in ALL[name].utterances:
        assert "".join(plain(said.text).split()) in "".join(written.split())


def test_the_same_transcript_is_the_same_document() -> None:
    first, second = render(ALL["call"], "docx"), render(ALL["call"], "docx")
    assert first == second
    with ZipFile(io.BytesIO(first)) as package:
        assert {info.date_time[0] for info in package.infolist()} == {1980}


# -- words and rows -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_words_are_one_flat_list_of_all_that_is_displayed(name: str) -> None:
    words = json.loads(render(ALL[name], "words"))
    for said in ALL[name].utterances:
        mine = [word for word in words if word["utterance"] == said.id]
        shown = "".join(word["text"] for word in mine)
        from shared.outputs.plain import plain

        assert "".join(shown.split()) == "".join(plain(said.text).split())
        edges = [edge for word in mine for edge in (word["start_ms"], word["end_ms"])]
        assert edges == sorted(edges)


def test_words_of_the_spoken_form_lend_their_times_to_those_that_are_displayed() -> None:
    words = json.loads(render(ALL["spoken_forms"], "words"))
    assert [word["text"] for word in words][:5] == ["It", "comes", "to", "$20.50,", "and"]
    assert words[0]["timing"] == "provider"
    said = ALL["spoken_forms"].utterances[0].words  # It comes to twenty dollars ...
    assert (words[3]["start_ms"], words[3]["end_ms"]) == (said[3].start_ms, said[4].end_ms)


def test_rows_are_the_utterances_and_run_no_formula() -> None:
    said = utterance("=cmd|' /C calc'!A1", 0, 900, role="Agent, the first")
    file = render(transcript(said), "csv").decode()
    assert file.startswith(BYTE_ORDER_MARK)
    header, row = csv.reader(io.StringIO(file.lstrip(BYTE_ORDER_MARK)))
    assert dict(zip(header, row, strict=True))["text"] == "'=cmd|'' /C calc'!A1"
    assert dict(zip(header, row, strict=True))["start"] == "00:00:00.000"
    assert "Agent, the first" in row


def test_libraries_for_some_formats_are_loaded_when_they_are_needed() -> None:
    code = (
        "import sys, shared.outputs.formats, shared.providers.azure_speech.results, "
        "shared.providers.soferai.results, shared.model.transcript.normalise;"
        "print([m for m in ('docx', 'lxml', 'budoux', 'rapidfuzz') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
