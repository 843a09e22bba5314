"""Batches that are there: looked at, fetched, stopped, tried again, deleted."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from dropscribe.cli.app import SOME_FAILED, Context, app, caller
from dropscribe.cli.files import make_ready
from dropscribe.cli.screen import called, counted, duration, length, moment, money
from dropscribe.cli.transcribe import fetch, finish, formats, free
from dropscribe.errors import DropscribeError

BatchId = Annotated[str, typer.Argument(metavar="BATCH", help="The id of a batch.")]


@app.command()
def batches(
    context: Context,
    status: Annotated[str, typer.Option(help="running, completed, cancelled, refused.")] = "",
    profile: Annotated[str, typer.Option(help="Only those of this profile.")] = "",
    most: Annotated[int, typer.Option("--limit", "--top", help="How many, newest first.")] = 20,
) -> None:
    """List batches, the newest first."""
    who = caller(context)
    found = who.service.batches(status=status or None, profile=profile or None)
    rows = islice(found, most)
    columns = (
        ("batch", lambda b: b["id"]),
        ("title", lambda b: b.get("title")),
        ("status", lambda b: b["status"]),
        ("created", lambda b: moment(b["created_at"])),
        ("profile", lambda b: b.get("profile")),
    )
    who.screen.table(rows, columns)


@app.command()
def show(context: Context, batch: BatchId) -> None:
    """Tell how a batch is doing."""
    who = caller(context)
    found = who.service.batch(batch)
    pairs = [
        ("batch", found["id"]),
        ("title", found["title"]),
        ("status", found["status"]),
        ("profile", found["profile"]),
        ("created", moment(found["created_at"])),
        ("finished", moment(found["finished_at"])),
        ("sound", length(found["audio_ms"])),
        ("cost", money(found["cost"])),
        ("about left", duration(found["seconds_left"] or None)),
        *counted(found["counts"]),
        ("refused, see", found["error_report"]),
    ]
    who.screen.facts(found, pairs)


@app.command()
def items(
    context: Context,
    batch: BatchId,
    state: Annotated[str, typer.Option(help="waiting, planned, transcribed, failed.")] = "",
    metadata: Annotated[str, typer.Option("--metadata", "-m", help="NAME=VALUE.")] = "",
) -> None:
    """List the recordings of a batch, and why some failed."""
    who = caller(context)
    rows = who.service.items(batch, state=state or None, metadata=metadata or None)
    columns = (
        ("recording", lambda i: i["id"]),
        ("name", called),
        ("profile", lambda i: "" if i["profile"] == "default" else i["profile"]),
        ("state", lambda i: i["state"]),
        ("sound", lambda i: length(i.get("duration_ms"))),
        ("review", lambda i: "needs review" if i.get("needs_review") else ""),
        ("why", lambda i: (i.get("failure") or {}).get("reason")),
    )
    who.screen.table(rows, columns)


@app.command()
def get(
    context: Context,
    batch: BatchId,
    kinds: Annotated[
        list[str] | None, typer.Option("--format", "-f", help="vtt, srt, ttml, txt, docx, json ...")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to.")] = Path(),
    recording: Annotated[str, typer.Option(help="One recording, to the terminal.")] = "",
    report: Annotated[str, typer.Option(help="The report instead: html, csv or json.")] = "",
) -> None:
    """Fetch transcripts, or the report.

    dropscribe get BATCH -f vtt -o captions/
    dropscribe get BATCH --report html > report.html
    """
    wanted = formats(kinds) or ("txt",)
    who = caller(context)
    if report:
        content = who.service.rendered_report(batch, report)
        if out == Path():
            who.screen.write(content)
            return
        make_ready(out)
        file = free(out, batch, report)
        file.write_bytes(content)
        who.screen.facts({"report": str(file)}, [("report", file)])
        return
    if recording:
        item = who.service.call("get_item", {"batch_id": batch, "recording_id": recording})
        who.screen.write(who.service.rendered(item, wanted[0]))
        return
    kept, gone = fetch(who, batch, wanted, out)
    who.screen.facts(kept, list(kept.items()))
    if gone:
        raise typer.Exit(SOME_FAILED)


@app.command()
def watch(
    context: Context,
    batch: BatchId,
    within: Annotated[float | None, typer.Option(help="Seconds to wait at most.")] = None,
) -> None:
    """Wait until a batch is over; ends with 3 where something failed."""
    finish(caller(context), batch, within, (), Path())


@app.command()
def retry(context: Context, batch: BatchId) -> None:
    """Try once more what failed."""
    who = caller(context)
    found = who.service.retry(batch)
    who.screen.facts(found, [("batch", found["id"]), ("status", found["status"])])


@app.command()
def cancel(context: Context, batch: BatchId) -> None:
    """Stop a batch: nothing more is sent; what is transcribed stays."""
    who = caller(context)
    found = who.service.cancel(batch)
    who.screen.facts(found, [("batch", found["id"]), ("status", found["status"])])


@app.command()
def delete(
    context: Context,
    batch: BatchId,
    outputs: Annotated[bool, typer.Option(help="With what was written for it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Without asking.")] = False,
) -> None:
    """Forget a batch that is over. The audio stays where it is."""
    who = caller(context)
    if not yes:
        if who.screen.data or not who.screen.told.is_terminal:
            raise DropscribeError("Nobody is there to be asked. Say --yes.")
        typer.confirm(f"Delete the batch {batch}?", abort=True, err=True)
    who.service.delete(batch, outputs=outputs)
    who.screen.say(f"The batch {batch} is being deleted.")
