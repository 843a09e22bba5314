"""The report for people: one page that needs nothing but itself.

Everything that comes from outside (names, titles, reasons) is hostile and escaped; the content
security policy lets no script or style run but the two of this page, and nothing be fetched.
Without JavaScript everything is there; with it, rows can be searched and sorted.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from shared.model.batch.report import BatchReport, ReportItem, reconciled
from shared.outputs.report.html_rows import (
    FAILED_COLUMNS,
    TRANSCRIBED_COLUMNS,
    UNCHANGED_COLUMNS,
    Column,
    failed_row,
    transcribed_row,
    unchanged_row,
)
from shared.outputs.report.html_summary import charts, notes, outcome, tiles
from shared.outputs.report.links import Link, relative_link
from shared.outputs.report.pieces import in_pieces
from shared.outputs.report.said import Said
from shared.outputs.report.wording import how_many, moment
from shared.outputs.report.words_in_html import esc, name_of

# Of each outcome. Browsers become slow far beyond; the other formats always hold everything.
MOST_ROWS = 2_000
TellSaid = Callable[[ReportItem], Said | None]


def write_html(
    header: BatchReport,
    items: Iterable[ReportItem],
    *,
    link: Link | None = None,
    most_rows: int = MOST_ROWS,
    said: TellSaid | None = None,
) -> Iterator[bytes]:
    """The page: summary, failures, transcripts; at most `most_rows` of each.

    `link` turns "container/name" into a URL; the default is relative to a page that lies as a
    blob in a container beside the others. `said` tells the words of a recording. Raises
    `ValueError` at the end if the items are not those that the header counted.
    """
    return in_pieces(_parts(header, items, link or relative_link, most_rows, said))


def _parts(
    header: BatchReport,
    items: Iterable[ReportItem],
    link: Link,
    most_rows: int,
    said: TellSaid | None,
) -> Iterator[str]:
    """Failures go out as they come; the others wait, no more of them than are shown."""
    yield _head(header, "name, reason, id, a word …" if said else "name, reason, id …")
    transcribed: list[str] = []
    unchanged: list[str] = []
    failed = 0
    for item in reconciled(header, items):
        if item.state == "transcribed":
            if len(transcribed) < most_rows:
                words = said(item) if said is not None else None
                transcribed.append(transcribed_row(item, link, words))
            continue
        if item.state == "unchanged":
            if len(unchanged) < most_rows:
                unchanged.append(unchanged_row(item, link))
            continue
        failed += 1
        if failed == 1:
            yield _open_table("failed", "Failed", header.counts.failed, FAILED_COLUMNS)
        if failed <= most_rows:
            yield failed_row(item, link)
    if failed:
        yield _close_table(failed - most_rows)
    counts = header.counts
    yield from _table("transcribed", counts.transcribed, TRANSCRIBED_COLUMNS, transcribed)
    yield from _table("unchanged", counts.unchanged, UNCHANGED_COLUMNS, unchanged)
    yield _foot(header)


def _table(key: str, count: int, columns: Iterable[Column], rows: Sequence[str]) -> Iterator[str]:
    """Nothing where there are no rows."""
    if rows:
        yield _open_table(key, key.capitalize(), count, columns)
        yield from rows
        yield _close_table(count - len(rows))


def _head(header: BatchReport, sought: str) -> str:
    title = header.title or f"Batch {header.batch_id}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>{esc(title)} – transcription report</title>
<style>{_asset("page.css")}</style>
</head>
<body>
<header>
<p class="kind">Transcription report</p>
<h1>{name_of(title)}</h1>
{outcome(header)}
</header>
<main>
{tiles(header)}
{charts(header)}
{notes(header)}
<p class="more" id="shut" hidden>The link that this page was opened by opens nothing but the page.
The API gives the report with links of its own.</p>
<form class="controls" id="controls" role="search" hidden>
<label>Find <input type="search" id="find" placeholder="{sought}" autocomplete="off">
</label>
<label>Show <select id="show">
<option value="">all</option>
<option value=".failed tr">failed</option>
<option value=".transcribed tr">transcribed</option>
<option value="tr.review">to review</option>
</select></label>
<output id="found" for="find show"></output>
</form>
"""


def _open_table(key: str, title: str, count: int, columns: Iterable[Column]) -> str:
    heads = "".join(
        f'<th scope="col" class="{column.kind}"{" data-sortable" if column.sortable else ""}>'
        f"{column.title}</th>"
        for column in columns
    )
    return f"""<section id="{key}" aria-labelledby="{key}-title">
<h2 id="{key}-title">{title} <span class="count">{count:,}</span></h2>
<div class="scroll" role="region" aria-labelledby="{key}-title" tabindex="0">
<table class="{key}">
<caption>{title}: {how_many(count, "recording", "recordings")}</caption>
<thead><tr>{heads}</tr></thead>
<tbody>
"""


def _close_table(left_out: int) -> str:
    more = (
        f'<p class="more">{how_many(left_out, "more recording is", "more recordings are")} '
        "in the CSV and JSON reports of this batch.</p>\n"
        if left_out > 0
        else ""
    )
    return f"</tbody>\n</table>\n</div>\n{more}</section>\n"


def _foot(header: BatchReport) -> str:
    profiles = ", ".join(name_of(profile) for profile in header.profiles)
    origins = {
        "dropped": "audio dropped into the container",
        "manifest": "a manifest",
        "api": "an API request",
    }
    return f"""</main>
<footer>
<dl>
<div><dt>Batch</dt><dd><code>{esc(header.batch_id)}</code></dd></div>
<div><dt>Came in as</dt><dd>{origins[header.origin]}</dd></div>
<div><dt>{"Profile" if len(header.profiles) == 1 else "Profiles"}</dt><dd>{profiles}</dd></div>
<div><dt>Started</dt><dd>{moment(header.created_at)}</dd></div>
<div><dt>Finished</dt><dd>{moment(header.finished_at)}</dd></div>
</dl>
<p>Costs are estimates from the price table in the settings, not a bill.</p>
</footer>
<script>{_asset("page.js")}</script>
</body>
</html>
"""


@cache
def _asset(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


@cache
def _policy() -> str:
    """Scripts and styles are let in by their hashes only (CSP level 2)."""
    hashes = {name: b64encode(sha256(_asset(name).encode()).digest()).decode() for name in _ASSETS}
    return (
        f"default-src 'none'; style-src 'sha256-{hashes['page.css']}'; "
        f"script-src 'sha256-{hashes['page.js']}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


_ASSETS = ("page.css", "page.js")
