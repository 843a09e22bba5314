"""The report page in a real browser: what JavaScript makes of it, and that nothing complains."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.model.batch.report import ReportItem, build_report
from shared.model.failure import Failure
from shared.outputs.report.html_writer import write_html
from shared.outputs.report.said import Said

CHROMIUM = shutil.which("chromium")
AT = datetime(2026, 11, 20, 21, 59, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="the Debian package chromium is not installed"
)

# Clicks and types what a person would, and leaves what came of it in the title.
PLAY = """
<script>
{
const names = () => [...document.querySelectorAll(".transcribed tbody tr:not([hidden]) bdi")]
  .map((name) => name.textContent).filter((text) => text.endsWith(".wav")).join(" ");
const said = [names()];
const by = (title) => [...document.querySelectorAll(".transcribed th button")]
  .find((button) => button.textContent === title);
by("Confidence").click();
said.push(names());
by("Confidence").click();
said.push(names());
const find = document.getElementById("find");
find.value = "SURE";
find.dispatchEvent(new Event("input", { bubbles: true }));
said.push(names(), document.getElementById("found").textContent);
find.value = "refund";
find.dispatchEvent(new Event("input", { bubbles: true }));
said.push(names());
find.value = "";
const show = document.getElementById("show");
show.value = "tr.review";
show.dispatchEvent(new Event("input", { bubbles: true }));
said.push(names(), `failed hidden: ${document.getElementById("failed").hidden}`);
document.title = said.join(" | ");
}
</script>
"""


def item(name: str, confidence: float | None, **more: object) -> ReportItem:
    facts: dict[str, object] = {"state": "transcribed", "confidence": confidence, **more}
    return ReportItem(
        recording_id=name, container="audio", name=name, etag="1", bytes=1, attempts=1, **facts
    )


def page() -> str:
    failure = Failure(
        kind="input", code="not_audio", reason="<img src=x onerror=boom>", advice="Fix it."
    )
    items = [
        item("doubt.wav", 0.4, needs_review=True),
        item("unknown.wav", None),
        item("sure.wav", 0.95, outputs={"json": "transcripts/a.json"}),
        item("half.wav", 0.5),
        item("<script>throw 1</script>.wav", None, state="failed", failure=failure),
    ]
    header = build_report(
        items,
        batch_id="b",
        title="Calls",
        profiles=["calls"],
        origin="api",
        created_at=AT,
        finished_at=AT,
        accepted=5,
    )
    words = {"half.wav": Said(("I want my Refund.",), ())}
    return b"".join(write_html(header, items, said=lambda one: words.get(one.name))).decode()


def browse(text: str, folder: Path, query: str = "") -> tuple[str, list[str]]:
    """The page as the browser holds it in the end, and the lines of its console."""
    file = folder / "report.html"
    file.write_text(text, "utf-8")
    assert CHROMIUM is not None
    run = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--enable-logging=stderr",
            f"--user-data-dir={folder / 'profile'}",
            "--dump-dom",
            file.as_uri() + query,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return run.stdout, [line for line in run.stderr.splitlines() if "CONSOLE" in line]


def test_the_page_shows_the_counts_and_the_console_stays_empty(tmp_path: Path) -> None:
    dom, console = browse(page(), tmp_path)
    assert console == []
    assert "1 of 5 recordings failed." in dom
    assert "<dt>Recordings</dt><dd>5</dd>" in dom
    assert "<dt>Failed</dt><dd>1</dd>" in dom
    assert "<button" in dom  # its own script ran


def test_rows_can_be_sorted_and_found(tmp_path: Path) -> None:
    # The policy would rightly stop a second script.
    played = (
        page().replace("Content-Security-Policy", "x-none").replace("</body>", PLAY + "</body>")
    )
    dom, console = browse(played, tmp_path)
    assert console == []
    title = dom.split("<title>")[1].split("</title>")[0]
    assert title.split(" | ") == [
        "doubt.wav unknown.wav sure.wav half.wav",
        "doubt.wav half.wav sure.wav unknown.wav",
        "sure.wav half.wav doubt.wav unknown.wav",
        "sure.wav",
        "1 of 5 shown",
        "half.wav",
        "doubt.wav",
        "failed hidden: true",
    ]


def test_the_policy_stops_every_other_script(tmp_path: Path) -> None:
    dom, console = browse(page().replace("</body>", PLAY + "</body>"), tmp_path)
    assert "<title>Calls – transcription report</title>" in dom
    assert len(console) == 1
    assert "Content Security Policy" in console[0]


@pytest.mark.parametrize(
    ("query", "href", "is_told"),
    [
        ("", '="../transcripts/a.json"', False),
        ("?sv=1&ss=b&sig=x", "transcripts/a.json?sv=1&amp;ss=b&amp;sig=x", False),
        ("?sv=1&sr=b&sig=x", None, True),
    ],
    ids=["a file", "a signature for the account", "a signature for the page alone"],
)
def test_links_take_the_signature_of_the_page_along_where_that_opens_them(
    tmp_path: Path, query: str, href: str | None, is_told: bool
) -> None:
    dom, console = browse(page(), tmp_path, query)
    assert console == []
    assert ("<a href" in dom) == (href is not None)
    if href is not None:
        assert href in dom
    assert ('id="shut">' in dom) == is_told
