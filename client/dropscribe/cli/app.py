"""The command itself: what is common to all, and how it ends.

Exit codes: 0 done; 1 refused by the service; 2 asked wrongly; 3 done, but some recordings failed;
4 not signed in; 5 not reachable; 6 not over in time; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from dropscribe import errors
from dropscribe.cli.deployments import chosen, opened
from dropscribe.cli.screen import Screen
from dropscribe.client import Dropscribe
from dropscribe.operations import VERSION

SOME_FAILED = 3
_CODES = (
    (errors.NotAllowed, 4),
    (errors.NotConfigured, 4),
    (errors.Unreachable, 5),
    (errors.TookTooLong, 6),
    (errors.DropscribeError, 1),
)

app = typer.Typer(
    name="dropscribe",
    help="Drop audio, get transcripts, captions and a report. Sign in with `dropscribe login`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


class Caller:
    """Who calls, and how answers are shown."""

    def __init__(self, deployment: str, url: str, key: str, *, data: bool) -> None:
        self._named = (deployment, url, key)
        self.screen = Screen(data=data)
        self._service: Dropscribe | None = None

    @property
    def service(self) -> Dropscribe:
        if self._service is None:
            self._service = opened(chosen(*self._named, os.environ))
        return self._service


Context = typer.Context


def caller(context: Context) -> Caller:
    found = context.find_object(Caller)
    assert found is not None
    return found


def _version(asked: bool) -> None:
    if asked:
        typer.echo(VERSION)
        raise typer.Exit


@app.callback()
def common(
    context: Context,
    deployment: Annotated[
        str, typer.Option("--deployment", "-d", help="Which one, by the name of `login`.")
    ] = "",
    url: Annotated[str, typer.Option(help="Or its address; DROPSCRIBE_URL.")] = "",
    key: Annotated[str, typer.Option(help="With the address; better: DROPSCRIBE_KEY.")] = "",
    data: Annotated[bool, typer.Option("--json", help="Answers as JSON, for programs.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Which release.")
    ] = False,
) -> None:
    """Reads what all commands share."""
    context.obj = Caller(deployment, url, key, data=data)


def main() -> None:
    """Ends the process with one of the exit codes above."""
    import dropscribe.cli.batches
    import dropscribe.cli.looking
    import dropscribe.cli.moving
    import dropscribe.cli.running
    import dropscribe.cli.searching
    import dropscribe.cli.subscriptions
    import dropscribe.cli.transcribe  # noqa: F401

    try:
        app()
    except errors.DropscribeError as error:
        typer.echo(f"{_code(error)}{error}", err=True)
        sys.exit(next(code for kind, code in _CODES if isinstance(error, kind)))
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            typer.echo(f"{error.filename or 'The disk'}: {error.strerror or error}.", err=True)
            sys.exit(1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _code(error: errors.DropscribeError) -> str:
    return f"{error.code}: " if isinstance(error, errors.Problem) else ""
