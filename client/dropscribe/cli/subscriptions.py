"""Who is told of events."""

from __future__ import annotations

from typing import Annotated

import typer

from dropscribe.cli.app import Context, app, caller
from dropscribe.cli.screen import moment

subscriptions = typer.Typer(help="Who is told of events.", no_args_is_help=True)
app.add_typer(subscriptions, name="subscriptions")

Id = Annotated[str, typer.Argument(metavar="SUBSCRIPTION", help="Its id, such as sub-4f2.")]


@subscriptions.command("list")
def list_all(context: Context) -> None:
    """List subscriptions."""
    who = caller(context)
    rows = who.service.call("list_subscriptions")["value"]
    columns = (
        ("subscription", lambda s: s["id"]),
        ("title", lambda s: s.get("title")),
        ("state", lambda s: s["state"]),
        ("why", lambda s: s.get("reason")),
        ("types", lambda s: ", ".join(s.get("types") or ()) or "all"),
    )
    who.screen.table(rows, columns)


@subscriptions.command()
def create(
    context: Context,
    url: Annotated[str, typer.Argument(help="Where events are sent to: https://...")],
    title: Annotated[str, typer.Option(help="What you call it.")] = "",
    types: Annotated[list[str] | None, typer.Option("--type", help="Only these events.")] = None,
) -> None:
    """Have events sent. The secret that signs them is shown this once."""
    who = caller(context)
    told = {"title": title, "types": types}
    made = who.service.subscribe(url, **{k: v for k, v in told.items() if v})
    who.screen.facts(made, [("subscription", made["id"]), ("secret", made["secret"])])


@subscriptions.command()
def test(context: Context, subscription: Id) -> None:
    """Send an event that says nothing, to see whether it arrives."""
    who = caller(context)
    sent = who.service.call("test_subscription", {"subscription_id": subscription})
    who.screen.facts(sent, list(sent.items()))


@subscriptions.command()
def rotate(
    context: Context,
    subscription: Id,
    hours: Annotated[int | None, typer.Option(help="How long both secrets sign.")] = None,
) -> None:
    """Replace the secret. The old one goes on signing for a while."""
    who = caller(context)
    body = {} if hours is None else {"overlap_hours": hours}
    made = who.service.call("rotate_secret", {"subscription_id": subscription}, body=body)
    who.screen.facts(made, [("subscription", made["id"]), ("secret", made["secret"])])


@subscriptions.command()
def replay(
    context: Context,
    subscription: Id,
    batch: Annotated[str, typer.Option(help="All of a batch.")] = "",
    event: Annotated[str, typer.Option(help="One event.")] = "",
    since: Annotated[str, typer.Option(help="All from then on: 2026-03-02T09:00:00Z.")] = "",
    until: Annotated[str, typer.Option(help="All before then.")] = "",
) -> None:
    """Send events once more."""
    who = caller(context)
    asked = {"batch_id": batch, "event_id": event, "from_at": since, "to_at": until}
    body = {key: value for key, value in asked.items() if value}
    if not body:
        raise typer.BadParameter("Say which: --batch, --event, or --since.")
    told = who.service.call("replay_events", {"subscription_id": subscription}, body=body)
    who.screen.facts(told, list(told.items()))


@subscriptions.command()
def deliveries(
    context: Context,
    subscription: Id,
    state: Annotated[str, typer.Option(help="Only those in this state.")] = "",
) -> None:
    """List what was sent, and how it was answered."""
    who = caller(context)
    page = who.service.call(
        "list_deliveries", {"subscription_id": subscription}, query={"state": state or None}
    )
    columns = (
        ("event", lambda d: d["event_id"]),
        ("type", lambda d: d["type"]),
        ("state", lambda d: d["state"]),
        ("at", lambda d: moment(d["at"])),
        ("attempts", lambda d: len(d.get("attempts") or ())),
    )
    who.screen.table(page["value"], columns)


@subscriptions.command()
def delete(context: Context, subscription: Id) -> None:
    """Tell this one nothing any more."""
    who = caller(context)
    who.service.call("delete_subscription", {"subscription_id": subscription})
    who.screen.say(f"{subscription} is deleted.")
