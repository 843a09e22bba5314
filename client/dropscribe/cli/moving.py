"""From Microsoft's ingestion client to here: what it transcribed is not paid for again."""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from dropscribe.cli.app import SOME_FAILED, Context, app, caller
from dropscribe.cli.screen import columns_of

PLACE = "A folder, or the address of a container."
NOT_HERE = (
    "Old results are read by the app's own code, which is not installed with the client. In the "
    "folder of the repository: PYTHONPATH=client .venv/bin/python -m dropscribe take-over ..."
)


@app.command("take-over")
def take_over(
    context: Context,
    results: Annotated[str, typer.Option(help=f"json-result-output. {PLACE}")],
    to: Annotated[str, typer.Option(help=f"Where transcripts go: transcripts. {PLACE}")],
    audio: Annotated[str, typer.Option(help=f"audio-input. {PLACE}")] = "",
    audio_to: Annotated[
        str, typer.Option(help=f"Where what has no result is transcribed: audio. {PLACE}")
    ] = "",
    format: Annotated[
        list[str] | None, typer.Option("--format", "-f", help="Beside the JSON: vtt, srt, txt ...")
    ] = None,
    locale: Annotated[str, typer.Option(help="What was spoken, such as en-US.")] = "",
    words: Annotated[
        bool,
        typer.Option(
            "--words/--no-words",
            help="Without, where its PiiRedaction was on: it left words as they were.",
        ),
    ] = True,
    folder: Annotated[str, typer.Option(help="In the place of transcripts.")] = "audio",
    report: Annotated[Path, typer.Option(help="A new table of all.")] = Path("take-over.csv"),
) -> None:
    """Take over what Microsoft's ingestion client transcribed, and what it left.

    Nothing is paid for twice, nothing is overwritten, and what was broken off goes on when the same
    command is given again. An address with its SAS is used as it is, any other as whoever is signed
    in to Azure.

        dropscribe take-over --results kept/json-result-output --to moved -f vtt --locale en-US
    """
    if audio_to and not audio:
        raise typer.BadParameter("--audio-to needs --audio.")
    who = caller(context)
    places = {"results": results, "to": to, "audio": audio, "audio_to": audio_to}
    options = {"folder": folder, "formats": format or (), "locale": locale, "words": words}
    rows, table = _carried_out(places, report, options)
    shown = rows if who.screen.data else [row for row in rows if row["why"]]
    if shown or who.screen.data:
        who.screen.table(shown, columns_of("state", "name", "why"))
    counts = Counter(row["state"] for row in rows)
    told = ", ".join(f"{number} {state}" for state, number in counts.items()) or "nothing there"
    who.screen.say(f"{told}. All of it: {table}")
    if counts["failed"]:
        raise typer.Exit(SOME_FAILED)


def _carried_out(
    places: dict[str, str], report: Path, options: dict[str, Any]
) -> tuple[list[dict[str, Any]], str]:
    """What became of each, and the name of the table that says so."""
    reader = _reader()
    try:
        with reader.new_report(report) as table:
            return [
                {"state": one.state, "name": one.name, "outputs": one.outputs, "why": one.why}
                for one in reader.carry_out(places, table, **options)
            ], table.name
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    except OSError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _reader() -> Any:
    try:
        return importlib.import_module("local.archive.take_over")
    except ImportError:
        typer.echo(NOT_HERE, err=True)
        raise typer.Exit(2) from None
