"""The top of the page: how it went, in one sentence, a few figures and two pictures."""

from __future__ import annotations

from shared.model.report import BINS, BatchReport
from shared.reports.wording import duration, how_many, moment, money, percent
from shared.reports.words_in_html import esc


def outcome(header: BatchReport) -> str:
    counts = header.counts
    took_ms = max(int((header.finished_at - header.created_at).total_seconds() * 1000), 0)
    if not counts.accepted:
        mood, sentence = "fine", "There was nothing to transcribe."
    elif not counts.failed:
        mood = "fine"
        sentence = (
            "The recording was transcribed."
            if counts.accepted == 1
            else f"All {counts.accepted:,} recordings were transcribed."
        )
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


def tiles(header: BatchReport) -> str:
    counts, mean = header.counts, header.confidence.mean
    figures = [
        ("accepted", "Recordings", f"{counts.accepted:,}"),
        ("fine", "Transcribed", f"{counts.transcribed:,}"),
        ("failed", "Failed", f"{counts.failed:,}"),
        ("low", "To review", f"{counts.needs_review:,}"),
        ("audio", "Audio", duration(header.audio_ms)),
        ("sure", "Mean confidence", percent(mean) if mean is not None else "–"),
        ("cost", "Estimated cost", money(header.cost) if header.cost else "–"),
    ]
    return (
        '<dl class="tiles">'
        + "".join(
            f'<div class="tile {kind}"><dt>{label}</dt><dd>{esc(value)}</dd></div>'
            for kind, label, value in figures
        )
        + "</dl>"
    )


def charts(header: BatchReport) -> str:
    """Pictures of what the figures say; nothing to see where nothing is known."""
    if not sum(header.confidence.histogram):
        return ""
    return f'<div class="charts">{_histogram(header)}</div>'


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
        f'{rest}</figcaption><svg viewBox="-14 0 428 98" role="img" '
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
    if not header.notes:
        return ""
    lines = "".join(f"<li><bdi>{esc(note)}</bdi></li>" for note in header.notes)
    return f'<ul class="notes" aria-label="Notes">{lines}</ul>'
