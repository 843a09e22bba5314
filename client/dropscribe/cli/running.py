"""Signing in, and the deployment as a whole."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dropscribe.cli import deployments
from dropscribe.cli.app import Context, app, caller
from dropscribe.cli.files import text_of
from dropscribe.cli.screen import columns_of
from dropscribe.client import Dropscribe
from dropscribe.operations import OPERATIONS
from dropscribe.service import base_of


@app.command()
def login(
    context: Context,
    url: Annotated[str, typer.Argument(help="The address: https://<your app>/api")],
    name: Annotated[str, typer.Option(help="What you call it.")] = "default",
    key: Annotated[str, typer.Option(help="A key; asked for where it is left out.")] = "",
    scope: Annotated[
        str, typer.Option(help="Microsoft Entra ID instead: api://<client id>/.default")
    ] = "",
) -> None:
    """Sign in to a deployment, and keep it under a name.

    dropscribe login https://office.azurewebsites.net/api --scope api://4711/.default
    dropscribe login http://127.0.0.1:7071/api < .cache/api-key
    """
    who = caller(context)
    if not key and not scope:
        key = _asked_for_key()
    made = deployments.Deployment(base_of(url), key, scope)
    with deployments.opened(made) as service:
        list(_first(service))
    deployments.keep(name, made)
    who.screen.say(f"Signed in to {made.url}; it is called {name}.")


def _asked_for_key() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return str(typer.prompt("Key", hide_input=True, err=True))


def _first(service: Dropscribe) -> Any:
    """Something that needs the key, so that a wrong one is told now."""
    return service.call("list_batches", query={"limit": 1})["value"]


@app.command()
def logout(name: Annotated[str, typer.Argument(help="Which one.")] = "default") -> None:
    """Forget a deployment and its key."""
    deployments.forget(name)


@app.command()
def use(name: Annotated[str, typer.Argument(help="The name of `login`.")]) -> None:
    """Take another deployment from now on."""
    deployments.use(name)


@app.command()
def health(context: Context) -> None:
    """Tell whether the deployment is well: storage, endpoints, backlog."""
    who = caller(context)
    found = who.service.health()
    pairs = [
        ("status", found["status"]),
        ("version", found["version"]),
        ("storage", found["storage"]),
        ("open batches", found["open_batches"]),
        ("jobs at providers", found["active_jobs"]),
        *((f"endpoint {one.get('name')}", one.get("status")) for one in found["endpoints"]),
        *(("problem", text) for text in found.get("problems", ())),
    ]
    who.screen.facts(found, pairs)
    if found["status"] != "ok":
        raise typer.Exit(1)


@app.command()
def profiles(
    context: Context,
    show: Annotated[bool, typer.Option("--show", help="The file that they are of.")] = False,
    given: Annotated[
        Path | None, typer.Option("--set", help="A file to take its place, without a deployment.")
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Back to the file of the release.")
    ] = False,
) -> None:
    """List the profiles of the deployment; read or change their file, as its owner."""
    who = caller(context)
    if given is not None and reset:
        raise typer.BadParameter("Give either --set or --reset.")
    if given is not None:
        body = {"toml": text_of(given)}
        version = who.service.call("give_profiles_file", body=body)["version"]
        who.screen.say(f"Taken, in force within a minute: version {version}.")
        return
    if reset:
        who.service.answer("take_profiles_file_back")
        who.screen.say("Those of the release are in force within a minute.")
        return
    if show:
        typer.echo(who.service.call("get_profiles_file")["toml"], nl=False)
        return
    rows = who.service.call("list_profiles")["value"]
    who.screen.table(rows, columns_of(*(rows[0] if rows else ())))


@app.command()
def api(
    context: Context,
    operation: Annotated[str, typer.Argument(help="Its name; without one all are listed.")] = "",
    path: Annotated[
        list[str] | None, typer.Option("--path", "-p", help="NAME=VALUE of its path.")
    ] = None,
    query: Annotated[
        list[str] | None, typer.Option("--query", "-q", help="NAME=VALUE of its query.")
    ] = None,
    body: Annotated[str, typer.Option(help="JSON, or @FILE.")] = "",
) -> None:
    """Call any operation of the API.

    dropscribe api get_batch -p batch_id=calls-20260302T090000Z
    """
    who = caller(context)
    if not operation:
        rows = [{"operation": name, **one._asdict()} for name, one in OPERATIONS.items()]
        who.screen.table(rows, columns_of("operation", "method", "path", "summary"))
        return
    answer = who.service.answer(operation, _split(path), query=_split(query), body=_body(body))
    if "json" in answer.headers.get("content-type", ""):
        who.screen.give(answer.json())
    elif answer.content:
        who.screen.write(answer.content)


def _split(given: list[str] | None) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given or ()]
    if any(not name or not equals for name, equals, _ in pairs):
        raise typer.BadParameter("Each is NAME=VALUE.")
    return {name: value for name, _, value in pairs}


def _body(given: str) -> Any:
    text = text_of(Path(given[1:])) if given.startswith("@") else given
    try:
        return json.loads(text) if text else None
    except ValueError:
        raise typer.BadParameter("The body is not JSON.") from None
