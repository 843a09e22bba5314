"""What a person sees on the terminal while the stack works, and at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from local.stack.download import Downloaded
from local.stack.progress import Progress
from shared.model.profile.profile import DEFAULT
from shared.model.recording.recording import Recording
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
    console.print(f"[green]✓[/] [bold]{escape(row.name)}[/]  [dim]{_facts(row, transcript)}[/]")
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
    console.print(f"[red]✗[/] [bold]{escape(row.name)}[/]  [dim]{_profile(row)}[/]")
    if row.failure is not None:
        text = f"{escape(row.failure.reason)} [dim]{escape(row.failure.advice)}[/]"
        console.print(Padding(text, (0, 0, 0, 4)))


def show_end(
    console: Console,
    rows: Collection[Recording],
    out: Path | None,
    downloaded: Downloaded,
    seconds: float,
) -> None:
    """The counts, and where everything is."""
    hours = sum(row.duration_ms for row in rows) / 3_600_000
    states = Counter(row.state for row in rows)
    told = [f"{states[state]} {state}" for state in ("transcribed", "failed")]
    told += [f"{states['unchanged']} unchanged"] if states["unchanged"] else []
    console.print(
        f"\n[bold]{', '.join(told)}[/] of {recordings(len(rows))} "
        f"({hours * 60:.1f} minutes of audio) in {seconds:.0f} s."
    )
    if out is not None:
        _show_files(console, out, downloaded)


def recordings(number: int) -> str:
    return "1 recording" if number == 1 else f"{number} recordings"


def _show_files(console: Console, out: Path, downloaded: Downloaded) -> None:
    for folder in dict.fromkeys(path.parts[0] for path in downloaded.there):
        console.print(f"  {out / folder}/", soft_wrap=True, markup=False)
    for page in (path for path in downloaded.there if path.suffix == ".html"):
        console.print(
            f"  {out / page}: open it to see how all went and to find what was said",
            soft_wrap=True,
            markup=False,
        )
    for path in downloaded.left:
        console.print(
            f"  {out / path} is not as it was put there, and was left so; to have the new one, "
            "give yours another name and drop again",
            soft_wrap=True,
            markup=False,
        )


def show_page(console: Console, page_url: str) -> None:
    """Where it is heard."""
    console.print("\nHear and read it in the browser, on the page:", markup=False)
    console.print(f"  {page_url}", soft_wrap=True, markup=False)


def await_enter(console: Console, page_url: str, source: TextIO) -> None:
    """Says where the page is, until somebody presses Enter. Where nobody can, it does not wait."""
    if not (console.is_terminal and source.isatty()):
        return
    show_page(console, page_url)
    console.print("Enter stops the stack. ", end="", markup=False)
    with suppress(KeyboardInterrupt):
        source.readline()


def _facts(row: Recording, transcript: Transcript) -> str:
    sure, duration_ms = transcript.confidence, transcript.source.duration_ms
    facts = (
        "" if duration_ms is None else _clock(duration_ms),
        "" if sure is None else f"{sure:.0%} sure",
        _profile(row),
    )
    return ", ".join(fact for fact in facts if fact)


def _profile(row: Recording) -> str:
    return "" if row.profile.name == DEFAULT else f"profile {row.profile.name}"


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes}:{seconds:02}"
