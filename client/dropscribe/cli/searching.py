"""What was said, over all recordings."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

import typer

from dropscribe.cli.app import Context, app, caller
from dropscribe.cli.screen import called, length, moment
from dropscribe.types import Hit, HitPlace


@app.command()
def search(
    context: Context,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="All of these were said.")],
    speaker: Annotated[str, typer.Option("--speaker", "-s", help="By whom: Agent, S1.")] = "",
    profile: Annotated[str, typer.Option("--profile", "-p", help="Only of this profile.")] = "",
    batch: Annotated[str, typer.Option("--batch", "-b", help="Only in this batch.")] = "",
    metadata: Annotated[
        list[str] | None, typer.Option("--metadata", "-m", help="Only with this: case=4711.")
    ] = None,
    since: Annotated[str, typer.Option(help="What came in then or later.")] = "",
    until: Annotated[str, typer.Option(help="What came in before: 2026-03-02T09:00:00Z.")] = "",
    doubt: Annotated[bool, typer.Option("--in-doubt", help="Only where it is in doubt.")] = False,
    best: Annotated[bool, typer.Option("--best", help="The best first, not the newest.")] = False,
    most: Annotated[int, typer.Option("--limit", "--top", help="How many recordings.")] = 20,
) -> None:
    """Find what was said, as it was corrected.

    dropscribe search '"order number"' refund 'cancel*' --speaker Customer -- -test
    """
    who = caller(context)
    asked: dict[str, Any] = {
        "speaker": speaker,
        "profile": profile or None,
        "batch_id": batch or None,
        "metadata": dict(one.partition("=")[::2] for one in metadata or []),
        "from_at": since or None,
        "to_at": until or None,
        "in_doubt": doubt,
        "order": "best" if best else "newest",
    }
    hits = islice(who.service.search(" ".join(words), **asked), most)
    if who.screen.data:
        who.screen.give(list(hits))
        return
    places = ({**place, "of": hit} for hit in hits for place in hit["places"])
    who.screen.table(
        places,
        (
            ("came in", lambda p: moment(_of(p)["registered_at"])),
            ("recording", lambda p: called(_of(p))),
            ("at", lambda p: length(p["start_ms"])),
            ("by", lambda p: p["speaker"]),
            ("said", lambda p: _said(p)),
            ("batch", lambda p: _of(p)["batch_id"]),
        ),
    )


def _of(place: Any) -> Hit:
    found: Hit = place["of"]
    return found


def _said(place: HitPlace | Any) -> str:
    parts = place.get("parts") or (place["before"], place["found"], place["after"])
    return "".join(f"[{said}]" if number % 2 else said for number, said in enumerate(parts))
