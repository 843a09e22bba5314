"""The rows of the page's two tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from shared.model.batch.report import ReportItem
from shared.model.conversation.conversation import Conversation
from shared.model.failure import FailureKind
from shared.model.transcript.review import Span
from shared.outputs.report.links import Link
from shared.outputs.report.said import Said
from shared.outputs.report.wording import duration, moment, money, percent, size, stretch
from shared.outputs.report.words_in_html import esc, name_of


class Column(NamedTuple):
    title: str
    kind: str
    sortable: bool = True


FAILED_COLUMNS = (
    Column("Recording", "name"),
    Column("What happened", "reason"),
    Column("What to do", "advice", sortable=False),
    Column("Attempts", "number"),
)

TRANSCRIBED_COLUMNS = (
    Column("Recording", "name"),
    Column("Length", "number"),
    Column("Language", "text"),
    Column("Confidence", "number"),
    Column("Listen again", "spans", sortable=False),
    Column("Outputs", "outputs", sortable=False),
    Column("Cost", "number"),
)

UNCHANGED_COLUMNS = (
    Column("Recording", "name"),
    Column("Same bytes as", "text"),
    Column("Outputs", "outputs", sortable=False),
)

_KINDS: dict[FailureKind, str] = {
    "input": "The audio",
    "configuration": "The settings",
    "throttling": "Throttled",
    "provider": "The provider",
    "ours": "This app",
}

_OF_UPLOAD = re.compile(r"(?<![^/])[0-9a-f]{24}/(?=[^/]+$)")
_NOTHING = '<span class="nothing" title="not known">–</span>'


def failed_row(item: ReportItem, link: Link) -> str:
    failure = item.failure
    reason = advice = _NOTHING
    if failure is not None:
        reason = (
            f'<span class="badge {esc(failure.kind)}">{_KINDS[failure.kind]}</span> '
            f"<bdi>{esc(failure.reason)}</bdi> <code>{esc(failure.code)}</code>"
        )
        advice = f"<bdi>{esc(failure.advice)}</bdi>"
    if item.error_report:
        advice += f'<p class="links">{_anchor("error report", item.error_report, link)}</p>'
    return _row(
        item,
        (_name(item), f'<td class="reason">{reason}</td>', f'<td class="advice">{advice}</td>'),
        (_attempts(item),),
    )


def transcribed_row(item: ReportItem, link: Link, said: Said | None = None) -> str:
    length, confidence, cost = item.duration_ms, item.confidence, item.cost
    language = esc(item.language) if item.language else _NOTHING
    outputs = " ".join(_anchor(kind, path, link) for kind, path in item.outputs.items())
    return _row(
        item,
        (
            _name(item, _said(said)),
            _number(length, duration(length) if length is not None else _NOTHING),
            f'<td class="text">{language}</td>',
            _confidence(confidence, item.needs_review),
        ),
        (
            f'<td class="spans">{_spans(item.review_spans, said)}</td>',
            f'<td class="outputs">{outputs or _NOTHING}</td>',
            _number(cost.amount if cost else None, money(cost, 4) if cost else _NOTHING),
        ),
    )


def unchanged_row(item: ReportItem, link: Link) -> str:
    """Of the recording whose bytes it has there is its id; its outputs are linked."""
    outputs = " ".join(_anchor(kind, path, link) for kind, path in item.outputs.items())
    twin = _code(item.same_as.recording_id) if item.same_as else _NOTHING
    return _row(
        item,
        (_name(item), f'<td class="text">{twin}</td>'),
        (f'<td class="outputs">{outputs or _NOTHING}</td>',),
    )


def _row(item: ReportItem, first: tuple[str, ...], rest: tuple[str, ...]) -> str:
    marks = ' class="review"' if item.needs_review else ""
    return f"<tr{marks}>{''.join(first)}{''.join(rest)}</tr>\n"


def _name(item: ReportItem, said: str = "") -> str:
    """The name, and behind it what only a search for a cause needs; then what was said."""
    facts = "".join(
        f"<div><dt>{label}</dt><dd>{text}</dd></div>"
        for label, text in (*_labels(item), *_facts(item))
        if text
    )
    return (
        f'<th scope="row" class="name"><details><summary>{name_of(_shown_name(item))}</summary>'
        f"<dl>{facts}</dl></details>{_called(item)}{said}</th>"
    )


def _said(said: Said | None) -> str:
    """Out of sight until somebody looks for a word of it."""
    if said is None or not said.turns:
        return ""
    turns = "".join(f'<p dir="auto">{esc(turn)}</p>' for turn in said.turns)
    return f'<details class="said"><summary>What was said</summary>{turns}</details>'


def _shown_name(item: ReportItem) -> str:
    """Without the folder that keeps an upload apart from others of its name."""
    return _OF_UPLOAD.sub("", item.name)


def _called(item: ReportItem) -> str:
    """In sight: what its sender calls it, where that is not in its name already."""
    title = None if item.title == PurePosixPath(item.name).stem else item.title
    told = " · ".join(name_of(text) for text in (title, item.client_item_id) if text)
    return f'<p class="called">{told}</p>' if told else ""


def _attempts(item: ReportItem) -> str:
    """What was refused before anybody was asked had none."""
    tries = _tries(item)
    if not tries:
        return _number(0, '<span class="nothing" title="never sent to a provider">0</span>')
    return _number(tries, str(tries))


def _tries(item: ReportItem) -> int:
    was_sent = item.submitted_at is not None or item.transcribed_at is not None
    return item.attempts if was_sent or item.attempts > 1 else 0


def _labels(item: ReportItem) -> Iterator[tuple[str, str]]:
    """What its sender said of it."""
    own = {"Title": item.title, "Own id": item.client_item_id}
    for label, text in (*own.items(), *item.metadata.items()):
        if text:
            yield name_of(label), name_of(text)


def _facts(item: ReportItem) -> tuple[tuple[str, str], ...]:
    return (
        ("Container", name_of(item.container)),
        ("Blob", name_of(item.name) if _shown_name(item) != item.name else ""),
        ("Size", size(item.bytes)),
        ("Channels", str(item.channels or "")),
        *_conversation(item.conversation),
        ("Sentiment", item.sentiment or ""),
        ("Attempts", str(_tries(item))),
        ("Provider", name_of(item.provider) if item.provider else ""),
        ("Endpoint", _code(item.endpoint)),
        ("Submitted", _moment(item.submitted_at)),
        ("Transcribed", _moment(item.transcribed_at)),
        ("Recording id", _code(item.recording_id)),
        ("ETag", _code(item.etag)),
        ("Job", _code(item.job_id)),
        ("Transcription", _code(item.transcription_id)),
    )


def _conversation(found: Conversation | None) -> Iterator[tuple[str, str]]:
    if found is None or not found.speakers:
        return
    told = ", ".join(
        f"{name_of(one.role or one.speaker or f'channel {one.channel}')} "
        f"{percent(found.share_of(one))}"
        for one in found.speakers
    )
    yield "Talk", told if len(found.speakers) > 1 else ""
    yield "Pace", f"{found.words_per_minute} words a minute" if found.words_per_minute else ""
    yield "Silence", percent(found.silence_ms / found.audio_ms)
    yield "Interruptions", str(found.interruptions or "")
    yield "Answers after", duration(found.response_ms) if found.response_ms is not None else ""
    yield "Longest monologue", duration(found.longest_ms)


def _code(text: str | None) -> str:
    return f"<code>{esc(text)}</code>" if text else ""


def _moment(at: datetime | None) -> str:
    return moment(at) if at else ""


def _number(value: float | None, text: str) -> str:
    """`data-sort` is what a sort goes by; unknown values carry none and sort last."""
    sort = "" if value is None else f' data-sort="{value}"'
    return f'<td class="number"{sort}>{text}</td>'


def _confidence(confidence: float | None, needs_review: bool) -> str:
    if confidence is None:
        return _number(None, _NOTHING)
    flag = ' <span class="badge low">review</span>' if needs_review else ""
    return _number(
        confidence,
        f"{percent(confidence)}{flag}"
        f'<svg class="gauge" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="rail" width="100" height="4"/>'
        f'<rect class="level" width="{confidence * 100:.0f}" height="4"/></svg>',
    )


def _spans(spans: tuple[Span, ...], said: Said | None) -> str:
    """The first few in sight; a long list would bury the next recording."""
    if not spans:
        return ""
    words = said.stretches if said is not None else ("",) * len(spans)
    shown = [
        f'<span class="span">{stretch(s.start_ms, s.end_ms)} {_quoted(text)}'
        f'<span class="sure">{percent(s.confidence)}</span></span>'
        for s, text in zip(spans, words, strict=True)
    ]
    if len(shown) <= 4:
        return " ".join(shown)
    return (
        f"{' '.join(shown[:3])} <details><summary>{len(shown) - 3} more</summary>"
        f"{' '.join(shown[3:])}</details>"
    )


def _quoted(text: str) -> str:
    return f'<q dir="auto">{esc(text)}</q> ' if text else ""


def _anchor(text: str, path: str, link: Link) -> str:
    url = link(path)
    if url is None:
        return f'<span title="{esc(path)}">{esc(text)}</span>'
    return f'<a href="{esc(url)}" title="{esc(path)}">{esc(text)}</a>'
