"""The transcript as a document for Word: facts first, then one paragraph a turn, doubtful words
marked.

python-docx is loaded when the first document is written. The package is written anew with fixed
dates, so that the same transcript always gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from shared.model.language.scripts import joint
from shared.model.transcript.transcript import Stretch, Transcript, Utterance, Word
from shared.outputs.bidi import is_rtl
from shared.outputs.captions.runs import are_named, name_of
from shared.outputs.clock import clock
from shared.outputs.plain import plain
from shared.outputs.spoken import spoken_words
from shared.outputs.txt import paragraphs
from shared.outputs.xml import xml_safe

_SAME_DATE = (1980, 1, 1, 0, 0, 0)
_CREATED = datetime(1980, 1, 1, tzinfo=UTC)


def write_docx(transcript: Transcript) -> bytes:
    """A Word document (OOXML)."""
    import docx

    document = docx.Document()
    core = document.core_properties
    core.title = xml_safe(plain(transcript.source.name))[:255]
    core.author, core.comments = "", ""
    core.language = transcript.language.code or ""
    core.created = core.modified = _CREATED
    document.add_heading(core.title or "Transcript", 1)
    _add_facts(document, list(_facts(transcript)))
    for paragraph in paragraphs(transcript):
        _add_turn(document, transcript, paragraph)
    written = io.BytesIO()
    document.save(written)
    return _with_fixed_dates(written.getvalue())


def _facts(transcript: Transcript) -> Iterator[tuple[str, str]]:
    source, provider = transcript.source, transcript.provider
    yield "Recording", f"{source.container}/{source.name}"
    if source.duration_ms is not None:
        yield "Length", clock(source.duration_ms)
    if transcript.language.code:
        yield "Language", transcript.language.code
    if transcript.speakers:
        yield "Speakers", ", ".join(_talk(transcript))
    yield "Transcribed by", " ".join(filter(None, [provider.name, provider.model]))
    if provider.completed_at:
        yield "Transcribed at", provider.completed_at
    if transcript.confidence is not None:
        yield "Confidence", f"{transcript.confidence:.0%}"
    if transcript.review is not None:
        stretches = len(transcript.review.stretches)
        listen = f"{clock(transcript.review.listen_ms)} in {stretches} place(s)"
        yield "To hear again", listen if stretches else "nothing"
    for warning in provider.warnings:
        yield "Note", warning


def _talk(transcript: Transcript) -> Iterator[str]:
    for speaker in transcript.speakers:
        yield f"{speaker.role or speaker.id} ({clock(speaker.talk_ms)})"


def _add_facts(document: Any, facts: Sequence[tuple[str, str]]) -> None:
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for name, value in facts:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, xml_safe(plain(value))
    document.add_paragraph()


def _add_turn(document: Any, transcript: Transcript, said: Sequence[Utterance]) -> None:
    first = said[0]
    channels = len({utterance.channel for utterance in transcript.utterances})
    named = are_named(transcript.utterances)
    texts = [plain(utterance.text) for utterance in said]
    rtl = is_rtl(texts, first.language or transcript.language.code)
    paragraph = document.add_paragraph()
    name = f" {name_of(first, channels)}" if named else ""
    lead = f"[{clock(first.start_ms)}]{name}{':' if name else ''} "
    _add_run(paragraph, lead, rtl=False).bold = True
    for text, is_doubtful in _runs(transcript, said):
        run = _add_run(paragraph, text, rtl=rtl)
        if is_doubtful:
            _mark(run)
    if rtl:
        from docx.oxml import OxmlElement

        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))


def _runs(transcript: Transcript, said: Iterable[Utterance]) -> Iterator[tuple[str, bool]]:
    """The text in pieces that are doubtful or not."""
    stretches = sorted(
        transcript.review.stretches if transcript.review else (), key=lambda s: s.start_ms
    )
    pieces: list[tuple[str, bool]] = []
    for utterance in said:
        words = spoken_words(utterance, transcript.language.code)
        shown = _spaced(plain(utterance.text), words)
        before = pieces[-1][0] if pieces else ""
        for n, (text, word) in enumerate(zip(shown, words, strict=True)):
            lead = joint(before, text) if n == 0 and before else ""
            pieces.append((lead + text, _is_doubtful(word, stretches)))
    for is_doubtful, group in groupby(pieces, key=lambda piece: piece[1]):
        yield "".join(text for text, _ in group), is_doubtful


def _spaced(text: str, words: Sequence[Word]) -> list[str]:
    """Each word with the space that stands before it in the text."""
    found, at = [], 0
    for word in words:
        shown = plain(word.text)
        lead = " " if at < len(text) and text[at] == " " else ""
        at += len(lead) + len(shown)
        found.append(lead + shown)
    return found


def _is_doubtful(word: Word, stretches: Sequence[Stretch]) -> bool:
    middle = (word.start_ms + word.end_ms) // 2
    return any(s.start_ms <= middle <= s.end_ms for s in stretches)


def _add_run(paragraph: Any, text: str, *, rtl: bool) -> Any:
    run = paragraph.add_run(xml_safe(text))
    if rtl:
        run.font.rtl = True
    return run


def _mark(run: Any) -> None:
    from docx.enum.text import WD_COLOR_INDEX, WD_UNDERLINE

    run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    run.font.underline = WD_UNDERLINE.DOTTED


def _with_fixed_dates(package: bytes) -> bytes:
    written = io.BytesIO()
    with ZipFile(io.BytesIO(package)) as old, ZipFile(written, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name, _SAME_DATE), old.read(name), ZIP_DEFLATED)
    return written.getvalue()
