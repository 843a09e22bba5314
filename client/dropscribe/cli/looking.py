"""What happened: to one recording, and who called what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

import typer

from dropscribe.cli.app import Caller, Context, app, caller
from dropscribe.cli.screen import length, moment, money
from dropscribe.errors import DropscribeError
from dropscribe.types import Item

_ID = re.compile(r"[0-9a-f]{32}")


@app.command()
def trace(
    context: Context,
    recording: Annotated[
        str, typer.Argument(metavar="NAME", help="Its id, or a part of its name or title.")
    ],
    batch: Annotated[
        str, typer.Option("--batch", "-b", help="In which batch; else the newest are looked at.")
    ] = "",
    most: Annotated[int, typer.Option("--batches", help="How many of the newest.")] = 20,
) -> None:
    """Tell what one recording went through: when, by whom, what it cost, what it waits for.

    dropscribe trace support.wav
    """
    who = caller(context)
    found = next(_found(who, recording, batch, most), None)
    if found is None:
        raise DropscribeError(f"There is no recording {recording} in the batches looked at.")
    told = who.service.trace(found)
    if who.screen.data:
        who.screen.give(told)
        return
    who.screen.table(
        told["steps"],
        (
            ("when", lambda s: moment(s["at"])),
            ("after", lambda s: _after(s["after_ms"])),
            ("step", lambda s: s["what"]),
            ("", lambda s: s["told"]),
        ),
    )
    pairs = [
        ("now", told["now"]),
        ("cost", money(told["cost"])),
        ("attempt", told["attempt"]),
        ("recording", told["id"]),
        ("batch", told["batch_id"]),
        ("job", told["job_id"]),
        ("at the provider", told["transcription_id"]),
    ]
    who.screen.facts(told, pairs)


def _found(who: Caller, recording: str, batch: str, most: int) -> Iterator[Item]:
    """The newest first."""
    newest = islice(who.service.batches(), most)
    for one in [batch] if batch else [each["id"] for each in newest]:
        if not _ID.fullmatch(recording):
            yield from who.service.items(one, name=recording)
        else:
            yield from (item for item in who.service.items(one) if item["id"] == recording)


def _after(ms: int | None) -> str:
    if ms is None:
        return ""
    return f"{ms / 1000:.1f} s" if ms < 60_000 else length(ms)


@app.command()
def trail(
    context: Context,
    since: Annotated[str, typer.Option(help="From then on; a day ago if left out.")] = "",
    until: Annotated[str, typer.Option(help="Before then: 2026-03-02T09:00:00Z.")] = "",
    most: Annotated[int, typer.Option("--limit", "--top", help="How many.")] = 1000,
) -> None:
    """List who read what was said and who changed what, for the owner.

    dropscribe --json trail --since 2026-03-01T00:00:00Z > march.json
    """
    who = caller(context)
    asked: dict[str, Any] = {"from_at": since or None, "to_at": until or None}
    rows = list(islice(who.service.trail(**asked), most))
    if not who.screen.data:  # of a change its answer is enough, where there is one
        answered = {entry["call"] for entry in rows if entry.get("status")}
        rows = [e for e in rows if e.get("status") or e["call"] not in answered]
    columns = (
        ("when", lambda e: moment(e["at"])),
        ("who", lambda e: e["caller"]),
        ("did", lambda e: e["operation"]),
        ("with", lambda e: e.get("target")),
        ("answer", lambda e: e.get("status")),
    )
    who.screen.table(rows, columns)
