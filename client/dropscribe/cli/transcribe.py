"""From files to transcripts, and what that would cost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, NamedTuple, get_args

import typer
from rich.progress import Progress, TaskID

from dropscribe.cli.app import SOME_FAILED, Caller, Context, app, caller
from dropscribe.cli.files import make_ready, read
from dropscribe.cli.screen import called, counted, duration, length, money
from dropscribe.errors import Problem
from dropscribe.spellings import ours
from dropscribe.types import Item, TranscriptFormat
from dropscribe.uploads import Moved, printable

MEDIA_TYPES = {".csv": "text/csv", ".jsonl": "application/jsonl", ".json": "application/json"}

Files = Annotated[
    list[str], typer.Argument(metavar="FILES...", help="Files, folders, or https:// addresses.")
]
Language = Annotated[
    str, typer.Option("--locale", "--language", help="What is spoken, such as en-US.")
]


@app.command()
def transcribe(
    context: Context,
    files: Files,
    title: Annotated[str, typer.Option("--title", "--name", help="Shown in the report.")] = "",
    profile: Annotated[str, typer.Option(help="How it is transcribed; see `profiles`.")] = "",
    locale: Language = "",
    provider: Annotated[str, typer.Option(help="Who transcribes.")] = "",
    option: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any key of a manifest, or a provider's own name for it."),
    ] = None,
    metadata: Annotated[
        list[str] | None, typer.Option("--metadata", "-m", help="NAME=VALUE, given back.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Until all is done.")] = False,
    within: Annotated[float | None, typer.Option(help="Seconds to wait at most.")] = None,
    get: Annotated[
        list[str] | None, typer.Option("--get", "-g", help="Formats to fetch: vtt, srt, txt ...")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to.")] = Path(),
) -> None:
    """Upload audio and have it transcribed.

    An upload that was cut off goes on when the same command is given again.

        dropscribe transcribe calls/ --title "Monday" --wait --get vtt --get txt
    """
    wanted = formats(get)
    if wanted:
        make_ready(out)
    who = caller(context)
    given = {"title": title, "profile": profile, "locale": locale, "provider": provider}
    manifest = {key: value for key, value in given.items() if value} | ours(
        dict(_pairs(option, True))
    )
    if metadata:
        manifest["metadata"] = dict(_pairs(metadata, False))
    named = list(found_in(files))
    if not named:
        raise typer.BadParameter(f"There is no file in {', '.join(files)}.")
    batch = who.service.transcribe(_sent(who, named), **manifest)
    number = batch["counts"]["accepted"]
    who.screen.say(f"Batch {batch['id']}: {number} recording{'s' * (number != 1)}.")
    if not (wait or wanted):
        who.screen.facts(batch, [("batch", batch["id"]), ("status", batch["status"])])
        return
    finish(who, batch["id"], within, wanted, out)


@app.command()
def submit(
    context: Context,
    manifest: Annotated[Path, typer.Argument(help="JSON, CSV (.csv) or JSON Lines (.jsonl).")],
    key: Annotated[str, typer.Option("--idempotency-key", help="The same is one batch.")] = "",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Until all is done.")] = False,
    within: Annotated[float | None, typer.Option(help="Seconds to wait at most.")] = None,
) -> None:
    """Make a batch by a manifest: what lies in storage, or elsewhere."""
    who = caller(context)
    kind = MEDIA_TYPES.get(manifest.suffix.lower(), "application/json")
    batch = who.service.create(read(manifest), media_type=kind, idempotency_key=key)
    if wait:
        finish(who, batch["id"], within, (), Path())
        return
    who.screen.facts(batch, [("batch", batch["id"]), ("status", batch["status"])])


@app.command()
def estimate(
    context: Context,
    manifest: Annotated[Path | None, typer.Argument(help="A manifest; or give lengths.")] = None,
    recordings: Annotated[int, typer.Option(help="How many.")] = 1,
    minutes: Annotated[float | None, typer.Option(help="How long each is.")] = None,
    profile: Annotated[str, typer.Option(help="By which profile.")] = "default",
) -> None:
    """Tell what it would cost, and how long it would take.

    dropscribe estimate --recordings 3000 --minutes 6
    """
    who = caller(context)
    if manifest is not None:
        kind = MEDIA_TYPES.get(manifest.suffix.lower(), "application/json")
        told = who.service.call("estimate_manifest", body=read(manifest), media_type=kind)
    elif minutes is not None:
        told = who.service.estimate(
            recordings=recordings, duration_ms=round(minutes * 60_000), profile=profile
        )
    else:
        raise typer.BadParameter("Give a manifest, or --minutes.")
    if who.screen.data:
        who.screen.give(told)
        return
    who.screen.say(f"{told['recordings']} recordings, {length(told['audio_ms'])} of sound.")
    who.screen.table(told["prices"], _PRICE)


_PRICE = (
    ("provider", lambda p: p["provider"]),
    ("mode", lambda p: p["mode"]),
    ("cost", lambda p: money(p.get("cost"))),
    ("usually takes", lambda p: duration((p.get("effort") or {}).get("usual_seconds"))),
    ("jobs", lambda p: (p.get("effort") or {}).get("jobs")),
    ("asked for", lambda p: "yes" if p["is_asked"] else ""),
)


def finish(
    who: Caller, batch_id: str, within: float | None, kinds: Iterable[str], out: Path
) -> None:
    """Waits, fetches, says how it went; ends with 3 where something failed."""
    with who.screen.told.status("", spinner="dots") as status:
        seen = lambda batch: status.update(_progress(batch))  # noqa: E731
        batch = who.service.wait(batch_id, within=within, seen=None if who.screen.data else seen)
    kept, gone = fetch(who, batch_id, kinds, out)
    counts = batch["counts"]
    begun = [("batch", batch_id), ("status", batch["status"]), *_profiles(who, batch)]
    pairs = [*begun, *counted(counts), *kept.items()]
    who.screen.facts({**batch, "files": kept} if kept else batch, pairs)
    if counts["failed"] or batch["status"] in ("refused", "cancelled"):
        for item in who.service.items(batch_id, state="failed"):
            failure = item["failure"]
            if failure is not None:
                who.screen.say(f"{called(item)}: {failure['reason']} {failure['advice']}")
        raise typer.Exit(SOME_FAILED)
    if gone:
        raise typer.Exit(SOME_FAILED)


def _profiles(who: Caller, batch: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Told where another than the default one was used."""
    if who.screen.data:
        return
    own = batch["profile"]
    used = {own} if own else {item["profile"] for item in who.service.items(batch["id"])}
    if used - {"default"}:
        yield "profiles", ", ".join(sorted(used))


def formats(wanted: Iterable[str] | None) -> tuple[str, ...]:
    """Looked at before anything is sent, or paid for. Raises `typer.BadParameter`."""
    known = get_args(TranscriptFormat)
    for kind in wanted or ():
        if kind not in known:
            raise typer.BadParameter(f"There is no format {kind!r}. There are: {', '.join(known)}.")
    return tuple(wanted or ())


LONGEST = 230
"""Bytes of a name, so that with its number and ending a disk takes it."""


class Kept(NamedTuple):
    """name -> file, and how many that were asked for are gone."""

    files: dict[str, str]
    gone: int


def fetch(who: Caller, batch_id: str, kinds: Iterable[str], out: Path) -> Kept:
    """Every transcript in these formats, each under the name of its audio. One that is gone is
    told, and keeps nobody from the others."""
    kept: dict[str, str] = {}
    gone = 0
    kinds = tuple(kinds)
    if not kinds:
        return Kept(kept, gone)
    make_ready(out)
    for item in who.service.items(batch_id, state="transcribed"):
        for kind in kinds:
            try:
                content = who.service.rendered(item, kind)
            except Problem as problem:
                if problem.code != "output_missing":
                    raise
                who.screen.say(f"{called(item)}, {kind}: {problem}")
                gone += 1
                continue
            file = free(out, name_of(item), kind)
            file.write_bytes(content)
            kept[f"{item['id'][:8]} {kind}"] = str(file)
    return Kept(kept, gone)


def name_of(item: Item) -> str:
    """The file's name of what people called it: no folder, nothing that a name cannot have."""
    text = (item.get("title") or item["name"]).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in text)
    return plain.strip(". ") or item["id"]


def free(out: Path, name: str, kind: str) -> Path:
    """Nothing that is there is written over."""
    ending = f".{kind}.json" if kind == "words" else f".{kind}"
    name = name.encode()[:LONGEST].decode(errors="ignore")
    file = out / f"{name}{ending}"
    number = 1
    while file.exists():
        number += 1
        file = out / f"{name} ({number}){ending}"
    return file


def _progress(batch: Mapping[str, Any]) -> str:
    counts = batch["counts"]
    done = counts["transcribed"] + counts["failed"] + counts.get("unchanged", 0)
    left = batch.get("seconds_left")
    told = f", about {length(left * 1000)} left" if left else ""
    return f"{batch['status']}: {done} of {counts['accepted']}{told}"


class Named(NamedTuple):
    """`folder` is the folder that was named, by its own name, and what lies in it on the way."""

    source: str | Path
    folder: str = ""


def _sent(who: Caller, named: list[Named]) -> list[dict[str, Any]]:
    """Uploaded one after the other, with a bar for each."""
    entries = []
    with who.screen.uploading() as bars:
        for source, folder in named:
            if not isinstance(source, Path):
                entries.append({"url": source})
                continue
            name = printable(source.name)
            bar = bars.add_task(name, total=source.stat().st_size)
            link = who.service.upload(source, _moving(bars, bar), folder=folder)
            entries.append({"container": link.container, "blob": link.blob, "title": name})
    return entries


def _moving(bars: Progress, bar: TaskID) -> Moved:
    return lambda there, size: bars.update(bar, completed=there)


def found_in(named: Iterable[str]) -> Iterator[Named]:
    """Of a folder everything in it, but what systems leave there."""
    for name in named:
        path = Path(name)
        if name.startswith("https://"):
            yield Named(name)
        elif path.is_dir():
            yield from _inside(path)
        elif path.is_file():
            yield Named(path)
        else:
            raise typer.BadParameter(f"There is no file {name}.")


def _inside(folder: Path) -> Iterator[Named]:
    own = PurePosixPath(folder.resolve().name)
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        below = file.relative_to(folder)
        if not any(part.startswith(".") for part in below.parts):
            yield Named(file, (own / below.parent.as_posix()).as_posix())


def _pairs(given: Iterable[str] | None, typed: bool) -> Iterator[tuple[str, Any]]:
    for pair in given or ():
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{pair} is not NAME=VALUE.")
        yield name.strip(), _value(text) if typed else text


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
