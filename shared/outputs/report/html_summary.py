"""The top of the page: how it went, in one sentence, a few figures and two pictures."""

from __future__ import annotations

from shared.model.batch.report import BINS, BatchReport, Counts
from shared.model.recording.decision import BatchDecision
from shared.outputs.report.wording import duration, how_many, moment, money, percent
from shared.outputs.report.words_in_html import esc


def outcome(header: BatchReport) -> str:
    counts = header.counts
    took_ms = max(int((header.finished_at - header.created_at).total_seconds() * 1000), 0)
    if not counts.accepted:
        mood, sentence = "fine", "There was nothing to transcribe."
    elif not counts.failed:
        mood, sentence = "fine", _all_well(counts)
    else:
        mood = "failed"
        sentence = (
            f"{counts.failed:,} of {how_many(counts.accepted, 'recording', 'recordings')} failed."
        )
    return (
        f'<p class="outcome {mood}">{sentence}</p>\n'
        f'<p class="when">Finished <time datetime="{header.finished_at.isoformat()}">'
        f"{moment(header.finished_at)}</time>, {duration(took_ms)} after it began</p>"
    )


def _all_well(counts: Counts) -> str:
    if not counts.unchanged:
        return (
            "The recording was transcribed."
            if counts.accepted == 1
            else f"All {counts.accepted:,} recordings were transcribed."
        )
    if not counts.transcribed:
        return "Nothing is new: the bytes are those of earlier versions."
    return (
        f"{counts.transcribed:,} of {how_many(counts.accepted, 'recording', 'recordings')} "
        f"transcribed; {counts.unchanged:,} unchanged since an earlier version."
    )


def tiles(header: BatchReport) -> str:
    counts, mean = header.counts, header.confidence.mean
    figures = [
        ("accepted", "Recordings", f"{counts.accepted:,}"),
        ("fine", "Transcribed", f"{counts.transcribed:,}"),
        ("failed", "Failed", f"{counts.failed:,}"),
        ("low", "To review", f"{counts.needs_review:,}"),
        ("audio", "Audio", duration(header.audio_ms)),
        ("mean", "Mean confidence", percent(mean) if mean is not None else "–"),
        ("cost", "Estimated cost", _total(header)),
    ]
    if counts.unchanged:
        figures.insert(3, ("unchanged", "Unchanged", f"{counts.unchanged:,}"))
    return f'<dl class="tiles">{"".join(_tile(*figure) for figure in figures)}</dl>'


def _tile(kind: str, label: str, value: str) -> str:
    colour = kind if value != "0" else "none"
    return f'<div class="tile {colour}"><dt>{label}</dt><dd>{esc(value)}</dd></div>'


def _total(header: BatchReport) -> str:
    if header.cost is None:
        return "–"
    return money(header.cost, places=2 if header.cost.amount >= 1 else 4)


def charts(header: BatchReport) -> str:
    """Pictures of what the figures say; none of a single recording, or where nothing is known."""
    if header.counts.accepted < 2:
        return ""
    known = any(header.confidence.histogram)
    return f'<div class="charts">{_shares(header)}{_histogram(header) if known else ""}</div>'


def _shares(header: BatchReport) -> str:
    """One bar of 400 units, cut into what went well, what wants a look and what failed."""
    counts = header.counts
    parts = [
        ("fine", "transcribed", counts.transcribed - counts.needs_review),
        ("low", "transcribed, to review", counts.needs_review),
        ("failed", "failed", counts.failed),
    ]
    if counts.unchanged:
        parts.append(("unchanged", "unchanged", counts.unchanged))
    bars, legend, x = "", "", 0.0
    for kind, label, count in parts:
        width = 400 * count / counts.accepted
        bars += f'<rect class="{kind}" x="{x:.1f}" width="{width:.1f}" height="18"/>'
        swatch = f'<rect class="{kind}" width="1" height="1"/>'
        legend += (
            f'<li><svg class="swatch" viewBox="0 0 1 1" aria-hidden="true">{swatch}</svg> '
            f"{count:,} {label}</li>"
        )
        x += width
    return (
        "<figure><figcaption>What became of the recordings.</figcaption>"
        '<svg class="shares" viewBox="0 0 400 18" preserveAspectRatio="none" aria-hidden="true">'
        f'{bars}</svg><ul class="legend">{legend}</ul></figure>'
    )


def _histogram(header: BatchReport) -> str:
    """Ten bars of 40 units, the highest 60 high; a bar that stands for anything can be seen."""
    bins, unknown = header.confidence.histogram, header.confidence.unknown
    highest = max(bins)
    bars = "".join(_bar(index, count, highest) for index, count in enumerate(bins))
    ticks = "".join(
        f'<text x="{index * 40}" y="94" text-anchor="middle">{index * 100 // BINS}</text>'
        for index in range(0, BINS + 1, 2)
    )
    said = ", ".join(
        f"{index * 10} to {index * 10 + 10} %: {count:,}"
        for index, count in enumerate(bins)
        if count
    )
    rest = f" {how_many(unknown, 'recording has', 'recordings have')} none." if unknown else ""
    return (
        "<figure><figcaption>How sure the provider was, in percent, and of how many recordings."
        f'{rest}</figcaption><svg class="histogram" viewBox="-14 0 428 98" role="img" '
        f'aria-label="Recordings by confidence: {said}">'
        f'<line x1="0" x2="400" y1="80" y2="80"/>{bars}{ticks}</svg></figure>'
    )


def _bar(index: int, count: int, highest: int) -> str:
    if not count:
        return ""
    height = max(round(60 * count / highest), 2)
    x = index * 40
    return (
        f'<rect x="{x + 3}" y="{80 - height}" width="34" height="{height}" rx="2"/>'
        f'<text class="value" x="{x + 20}" y="{75 - height}" text-anchor="middle">{count:,}</text>'
    )


def notes(header: BatchReport) -> str:
    """What was decided on the way, and what else there is to say of the whole."""
    sentences = [*map(_told, header.decisions), *header.notes]
    if not sentences:
        return ""
    lines = "".join(f"<li><bdi>{esc(sentence)}</bdi></li>" for sentence in sentences)
    return f'<ul class="notes" aria-label="Notes">{lines}</ul>'


def _told(decision: BatchDecision) -> str:
    count = how_many(decision.recordings, "recording", "recordings")
    return f"{moment(decision.at)}, {count}: {decision.why}"
