"""The main job on one machine: drop audio, watch, read what was said."""

from __future__ import annotations

import mimetypes
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from types import MappingProxyType
from urllib.parse import quote

import msgspec
from azure.core.exceptions import AzureError
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient, ContentSettings
from rich.console import Console

from local.children import ChildFailed
from local.stack import screen
from local.stack.download import Downloaded, download, make_ready, outputs_of, superseded
from local.stack.hearing import listening
from local.stack.intake import Drop, Intake, choose, shown
from local.stack.lasting import Lasting, StackDown, find, is_stale
from local.stack.progress import Key, Progress, look
from local.stack.request import ON_REQUEST, ask_for
from local.stack.stack import CONTAINERS, NOTHING, TABLE, Wanted, running_stack
from shared.errors import ConfigurationError, StoreUnavailable
from shared.model.recording.recording import Recording
from shared.model.transcript.transcript import Transcript

ALL_TRANSCRIBED, STACK_FAILED, SOME_FAILED = 0, 1, 3
LOOK_SECONDS = 0.5
_GONE = (
    "The stack went away meanwhile, and its storage with it. Start it with `make run`, and drop "
    "what has no outputs yet once more."
)
REPORTS, ERRORS = CONTAINERS["REPORTS_CONTAINER"], CONTAINERS["ERRORS_CONTAINER"]


def demo(
    audio: Sequence[str],
    out: Path,
    *,
    engine: str,
    minutes: float,
    provider: str = "azure-speech",
    wants: Wanted = NOTHING,
    stays: bool = False,
) -> int:
    """Returns the exit code: 0 all transcribed, 3 some failed, each with a reason, 1 the stack
    failed or there was nothing to do. With `stays`, the stack is there until somebody at the
    terminal is through with the page."""
    console = Console(highlight=False)
    started = monotonic()
    try:
        intake = _choose(audio, console)
        make_ready(out)
    except OSError as error:
        console.print(str(error), style="red", markup=False)
        return STACK_FAILED
    logs = Path(tempfile.mkdtemp(prefix="dropscribe-logs-"))
    try:
        with running_stack(
            logs, engine=engine, provider=provider, wants=wants, tell=console.print
        ) as stack:
            console.print(f"The stack is up after {monotonic() - started:.0f} s.")
            storage, api = stack.azurite.connection_string, f"{stack.app_url}/api"
            there = Lasting(storage, api, stack.api_key, stack.speech_url)
            progress = drop_and_watch(
                there,
                intake.drops,
                console,
                check=stack.check,
                seconds=60 * minutes,
            )
            rows = progress.rows.values()
            downloaded = download(
                stack.blobs, outputs_of(rows, REPORTS), out, superseded=superseded(rows, ERRORS)
            )
            screen.show_end(console, rows, out, downloaded, monotonic() - started)
            if stays:
                screen.await_enter(console, stack.page_url, sys.stdin)
    except ConfigurationError as error:
        shutil.rmtree(logs, ignore_errors=True)
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        return STACK_FAILED
    except (ChildFailed, RuntimeError, TimeoutError, StackDown) as error:
        console.print(f"The stack failed: {error}\nLogs are in {logs}", style="red", markup=False)
        return STACK_FAILED
    shutil.rmtree(logs, ignore_errors=True)
    return _verdict(progress, intake)


def _verdict(progress: Progress, intake: Intake) -> int:
    return SOME_FAILED if progress.count("failed") or intake.refused else ALL_TRANSCRIBED


def _choose(audio: Sequence[str], console: Console) -> Intake:
    intake = choose(audio)
    tell_of(intake, console)
    if all(drop.is_companion for drop in intake.drops):
        raise FileNotFoundError("There is no audio in what was named.")
    return intake


def tell_of(intake: Intake, console: Console) -> None:
    """What will not be dropped, and why."""
    if intake.left_out:
        names = ", ".join(shown(Path(path.name)) for path in intake.left_out[:5])
        more = f" and {len(intake.left_out) - 5} more" if len(intake.left_out) > 5 else ""
        console.print(f"Left out, hidden or not audio by their ending: {names}{more}", markup=False)
    for why in intake.refused:
        console.print(f"Not dropped: {why}", style="red", markup=False, soft_wrap=True)


def drop_into(
    folder: Path, audio: Sequence[str], out: Path | None, metadata: Mapping[str, str]
) -> int:
    """Drop into the stack that `make run` keeps up; its addresses are files in `folder`.
    `metadata` is that of every blob."""
    console = Console(highlight=False)
    try:
        there = the_stack(folder, console)
        intake = _choose(audio, console)
        if out is not None:
            make_ready(out)
        started = monotonic()
        progress = drop_and_watch(
            there, intake.drops, console, check=lambda: None, seconds=3600, metadata=metadata
        )
        show_and_keep(console, there, progress.rows.values(), out, monotonic() - started)
    except (StackDown, OSError) as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        return STACK_FAILED
    except (AzureError, StoreUnavailable):
        console.print(_GONE, style="red", markup=False, soft_wrap=True)
        return STACK_FAILED
    return _verdict(progress, intake)


def show_and_keep(
    console: Console,
    there: Lasting,
    rows: Collection[Recording],
    out: Path | None,
    seconds: float,
) -> None:
    """The end of what was dropped into a stack that goes on: its outputs are in `out` then."""
    downloaded = Downloaded()
    if out is not None:
        blobs = BlobServiceClient.from_connection_string(there.storage)
        gone = superseded(rows, ERRORS)
        downloaded = download(blobs, outputs_of(rows, REPORTS), out, superseded=gone)
    screen.show_end(console, rows, out, downloaded, seconds)
    for batch in dict.fromkeys(row.batch_id for row in rows):
        screen.show_page(console, there.page_of(batch))


def the_stack(folder: Path, console: Console) -> Lasting:
    """The one that `make run` keeps up. Raises `StackDown`."""
    found = find(folder)
    if is_stale(folder):
        console.print(
            "profiles.toml has changed since the stack started, which goes on with what it read. "
            "`make check-profiles` tells what is wrong with it, if anything is. It takes effect "
            "once `make run` is stopped and started again, and what lies in its storage goes then.",
            style="yellow",
            markup=False,
        )
    return found


def drop_and_watch(
    there: Lasting,
    drops: Sequence[Drop],
    console: Console,
    *,
    check: Callable[[], None],
    seconds: float,
    metadata: Mapping[str, str] = MappingProxyType({}),
) -> Progress:
    """What is dropped in one go is one batch. Raises `TimeoutError`, `StackDown`, and what `check`
    raises if a part of the stack ends meanwhile."""
    blobs = BlobServiceClient.from_connection_string(there.storage)
    for drop in drops:
        if drop.is_companion:
            _drop(blobs, drop, {})
    recordings = [drop for drop in drops if not drop.is_companion]
    wanted = {_drop(blobs, drop, {**metadata, **ON_REQUEST}) for drop in recordings}
    batch_id = ask_for(there, recordings, titled="dropscribe_title" in metadata)
    console.print(
        f"Dropped {screen.recordings(len(wanted))} into the container audio: batch {batch_id}.",
        markup=False,
    )
    table = TableServiceClient.from_connection_string(there.storage).get_table_client(TABLE)
    shown: set[Key] = set()
    heard = listening(there.speech)
    deadline = monotonic() + seconds
    with screen.progress_line(console) as show:
        while monotonic() < deadline:
            check()
            progress = replace(look(table, wanted, batch_id), heard=heard())
            show(progress)
            _show_new(progress, shown, blobs, console)
            if progress.is_over:
                return progress
            sleep(LOOK_SECONDS)
    raise TimeoutError(f"not done after {seconds / 60:.0f} minutes")


def _drop(blobs: BlobServiceClient, drop: Drop, metadata: Mapping[str, str]) -> Key:
    blob = blobs.get_blob_client(CONTAINERS["AUDIO_CONTAINER"], drop.name)
    media_type = mimetypes.guess_type(drop.path.name)[0] or "application/octet-stream"
    settings = ContentSettings(content_type=media_type)
    sent = {n: text if text.isascii() else quote(text) for n, text in metadata.items()}
    with drop.path.open("rb") as file:
        answer = blob.upload_blob(file, overwrite=True, content_settings=settings, metadata=sent)
    return drop.name, str(answer["etag"]).strip('"')


def _show_new(
    progress: Progress, shown: set[Key], blobs: BlobServiceClient, console: Console
) -> None:
    for key, row in progress.rows.items():
        if key in shown or not row.is_terminal:
            continue
        shown.add(key)
        show_outcome(row, blobs, console)


def show_outcome(row: Recording, blobs: BlobServiceClient, console: Console) -> None:
    """What was heard in it, or why nothing was."""
    if row.outcome is None:
        screen.show_failure(console, row)
    else:
        screen.show_transcript(console, row, _transcript(row, blobs))


def _transcript(row: Recording, blobs: BlobServiceClient) -> Transcript:
    assert row.outcome is not None
    container, _, name = row.outcome.outputs["json"].partition("/")
    content = blobs.get_blob_client(container, name).download_blob().readall()
    return msgspec.json.decode(content, type=Transcript)
