"""What a person sees on the terminal while the stack works, and at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from local.stack.progress import Progress
from shared.model.batch.recording import Recording
from shared.model.transcript.transcript import Transcript


@contextmanager
def progress_line(console: Console) -> Iterator[Callable[[Progress], None]]:
    """One line that keeps changing on a terminal; elsewhere a line for each change."""
    if console.is_terminal:
        with console.status("Waiting") as status:
            yield lambda progress: status.update(str(progress))
        return
    last = ""

    def print_change(progress: Progress) -> None:
        nonlocal last
        if str(progress) != last:
            last = str(progress)
            console.print(last)

    yield print_change


def show_transcript(console: Console, row: Recording, transcript: Transcript) -> None:
    """The name and what was said in it, a line for each turn."""
    console.print(f"[green]✓[/] [bold]{escape(row.name)}[/]  [dim]{_facts(transcript)}[/]")
    if not transcript.utterances:
        console.print(Padding("[dim](no speech)[/]", (0, 0, 0, 4)))
        return
    turns = Table.grid(padding=(0, 2))
    turns.add_column(style="dim", no_wrap=True)
    turns.add_column(style="cyan", no_wrap=True)
    turns.add_column()
    shown = -1
    for utterance in transcript.utterances:
        is_new = utterance.turn != shown
        who = utterance.role or (utterance.speaker or "") if is_new else ""
        turns.add_row(_clock(utterance.start_ms), escape(who), escape(utterance.text))
        shown = utterance.turn
    console.print(Padding(turns, (0, 0, 0, 4)))


def show_failure(console: Console, row: Recording) -> None:
    """The name, what is wrong and what to do."""
    console.print(f"[red]✗[/] [bold]{escape(row.name)}[/]")
    if row.failure is not None:
        text = f"{escape(row.failure.reason)} [dim]{escape(row.failure.advice)}[/]"
        console.print(Padding(text, (0, 0, 0, 4)))


def show_end(console: Console, progress: Progress, out: Path | None, seconds: float) -> None:
    """The counts, and where everything is."""
    hours = sum(row.duration_ms for row in progress.rows.values()) / 3_600_000
    console.print(
        f"\n[bold]{progress.count('transcribed')} transcribed, {progress.count('failed')} failed[/]"
        f" of {progress.dropped} recordings ({hours * 60:.1f} minutes of audio) in {seconds:.0f} s."
    )
    if out is None:
        return
    for folder in ("transcripts", "reports", "errors"):
        if (out / folder).exists():
            console.print(f"  {out / folder}/", soft_wrap=True)
    for batch in dict.fromkeys(row.batch_id for row in progress.rows.values()):
        console.print(
            f"  {out / 'reports' / batch}.html: open it to read, find and hear again",
            soft_wrap=True,
            markup=False,
        )


def await_enter(console: Console, page_url: str, source: TextIO) -> None:
    """Says where the page is, until somebody presses Enter. Where nobody can, it does not wait."""
    if not (console.is_terminal and source.isatty()):
        return
    console.print("\nHear and read it in the browser, on the page:", markup=False)
    console.print(f"  {page_url}", soft_wrap=True, markup=False)
    console.print("Enter stops the stack. ", end="", markup=False)
    with suppress(KeyboardInterrupt):
        source.readline()


def _facts(transcript: Transcript) -> str:
    sure = "" if transcript.confidence is None else f", {transcript.confidence:.0%} sure"
    duration_ms = transcript.source.duration_ms
    return ("" if duration_ms is None else _clock(duration_ms)) + sure


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes}:{seconds:02}"
