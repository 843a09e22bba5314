"""The containers of Microsoft's ingestion client are taken over: what it transcribed is paid for
and becomes transcripts of ours, what it left becomes work of ours, and nothing is paid for twice.

Of audio `calls/a.wav` it wrote `calls/a.wav.json` into the container of its results. All of it may
be broken off and begun again: what is there stays as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, Literal, TextIO

import msgspec

from local.archive.found import RESULT, kind_of
from local.archive.places import Lying, Place, place_at, whole
from local.archive.transcript import transcript_of, without_words
from shared.errors import DropscribeError
from shared.outputs.formats import FORMATS, render_all
from shared.outputs.spreadsheet import BYTE_ORDER_MARK, cell
from shared.providers.azure_speech.results import read_result

JSON = ".json"
MOST_BYTES = 256 * 1024 * 1024
"""Of a result: as much as the app reads of one."""
AT_ONCE = 200
ANOTHER = "Another transcript of that name is there, and stays."
_WORKERS = 8
_MARK = b"\xef\xbb\xbf"

State = Literal["taken over", "there already", "failed", "passed over", "sent on", "left", "paid"]
"""What became of a result, and of audio:

taken over      outputs of ours were written
there already   a transcript of that name is there, or the audio is; it stays as it is
failed          it cannot be read, or kept under its name
passed over     no result
sent on         audio without a result was put where it is transcribed
left            audio without a result, or newer than it, and nobody said where to
paid            audio with a result: it is not transcribed again
"""


class Became(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is that of the result, or of the audio."""

    state: State
    name: str
    outputs: tuple[str, ...] = ()
    why: str = ""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """`results` and `audio` are the client's, `to` is where transcripts go, below `folder`, and
    `audio_to` where audio is transcribed on its arrival. `formats` are wanted beside the JSON.
    Without `words` nothing is taken over but what phrases say: all that was redacted there."""

    results: Place
    to: Place
    audio: Place | None = None
    audio_to: Place | None = None
    folder: str = "audio"
    formats: tuple[str, ...] = ()
    locale: str = ""
    words: bool = True


def take_over(wish: Wish, pool: Executor) -> Iterator[Became]:
    """What became of each, results first, in the order of their names. One that cannot be read
    spoils no other. Raises `OSError` where a place cannot be listed."""
    results, there = wish.results.listing(), set(wish.to.listing())
    paid: dict[str, Lying] = {}
    for some in _some(sorted(results)):
        for one in pool.map(lambda name: _result(wish, name, results[name].bytes, there), some):
            if one.state != "passed over":
                paid[one.name] = results[one.name]
            yield one
    if wish.audio is None:
        return
    dropped = set(wish.audio_to.listing()) if wish.audio_to is not None else set()
    audio = wish.audio.listing()
    owed = {name: _owed(lying, paid.get(f"{name}{JSON}")) for name, lying in audio.items()}
    for some in _some(sorted(owed)):
        yield from pool.map(lambda name: _audio(wish, name, owed[name], dropped), some)


def _some(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[at : at + AT_ONCE] for at in range(0, len(names), AT_ONCE))


# --- results ----------------------------------------------------------------------------------


def _result(wish: Wish, name: str, size: int, there: set[str]) -> Became:
    if not name.endswith(JSON) or name == JSON:
        return Became(state="passed over", name=name, why="It is no JSON.")
    outputs = _outputs(wish, name.removesuffix(JSON))
    if not all(wish.to.takes(path) for path in outputs.values()):
        return Became(state="failed", name=name, why="Nothing can be kept under its name.")
    if there.issuperset(outputs.values()):
        return Became(state="there already", name=name, outputs=tuple(outputs.values()))
    if size > MOST_BYTES:
        return Became(state="failed", name=name, why="It is larger than any result.")
    try:
        return _made(wish, name, outputs, outputs["json"] in there)
    except (DropscribeError, OSError) as error:
        return Became(state="failed", name=name, why=str(error))
    except Exception as error:  # a fault of ours with one must not spoil the others
        return Became(state="failed", name=name, why=f"It cannot be read: {type(error).__name__}.")


def _outputs(wish: Wish, recording: str) -> dict[str, str]:
    """Where each format goes; the JSON last, which says that all is there."""
    base = f"{wish.folder}/{recording}" if wish.folder else recording
    wanted = dict.fromkeys([one for one in wish.formats if one != "json"] + ["json"])
    return {one: f"{base}{FORMATS[one].extension}" for one in wanted}


def _made(wish: Wish, name: str, outputs: dict[str, str], is_there: bool) -> Became:
    content = whole(wish.results, name).removeprefix(_MARK)
    if RESULT not in content:
        return Became(state="passed over", name=name, why=f"It is {kind_of(content)}.")
    heard = read_result(content)
    made = transcript_of(
        heard if wish.words else without_words(heard),
        content,
        name=name.removesuffix(JSON),
        locale=wish.locale,
    )
    rendered = render_all(made, [*outputs])
    if is_there and whole(wish.to, outputs["json"]) != rendered["json"]:
        return Became(state="there already", name=name, why=ANOTHER)
    is_new = {
        path: wish.to.put_new(path, [rendered[one]], FORMATS[one].media_type)
        for one, path in outputs.items()
    }
    if not is_there and not is_new[outputs["json"]]:
        return Became(state="there already", name=name, why=ANOTHER)
    return Became(
        state="taken over", name=name, outputs=tuple(p for p, new in is_new.items() if new)
    )


# --- audio ------------------------------------------------------------------------------------


def _owed(audio: Lying, result: Lying | None) -> str:
    """Why it is still to be transcribed; "" where it was. Audio that was dropped once more under
    its name has a result of another version."""
    if result is None:
        return "It has no result."
    times = audio.changed_at, result.changed_at
    is_newer = times[0] is not None and times[1] is not None and times[0] > times[1]
    return "It is newer than its result." if is_newer else ""


def _audio(wish: Wish, name: str, owed: str, dropped: set[str]) -> Became:
    if not owed:
        why = "Its result is there: it is not transcribed again."
        return Became(state="paid", name=name, why=why)
    if wish.audio is None or wish.audio_to is None:
        return Became(state="left", name=name, why=owed)
    if name in dropped:
        return Became(state="there already", name=name)
    if not wish.audio_to.takes(name):
        return Became(state="failed", name=name, why="Nothing can be kept under its name.")
    try:
        is_new = wish.audio_to.put_new(name, wish.audio.chunks(name), "application/octet-stream")
    except OSError as error:
        return Became(state="failed", name=name, why=str(error))
    return Became(state="sent on" if is_new else "there already", name=name, why=owed)


# --- the report -------------------------------------------------------------------------------


def reported(found: Iterable[Became], file: TextIO) -> Iterator[Became]:
    """Each once more, after it was written into the table `file`."""
    file.write(BYTE_ORDER_MARK)
    rows = csv.writer(file)
    rows.writerow(("state", "name", "outputs", "why"))
    for one in found:
        rows.writerow(
            [cell(value) for value in (one.state, one.name, " | ".join(one.outputs), one.why)]
        )
        file.flush()
        yield one


def carry_out(
    places: Mapping[str, str], report: TextIO, *, formats: Sequence[str], **wish: Any
) -> Iterator[Became]:
    """What a person typed: `places` are folders or addresses of containers by the names of `Wish`,
    "" for none, `wish` what else it has. All of it is in the table `report` as well. Raises
    `OSError`, and `ValueError` for a format that there is not."""
    if unknown := set(formats) - set(FORMATS):
        raise ValueError(f"{', '.join(sorted(unknown))}: formats are {', '.join(FORMATS)}.")
    opened = {name: place_at(text) for name, text in places.items() if text}
    asked = Wish(**opened, formats=tuple(formats), **wish)
    with ThreadPoolExecutor(_WORKERS) as pool:
        yield from reported(take_over(asked, pool), report)


def new_report(path: Path) -> TextIO:
    """A new file of that name; where there is one already, of a like name."""
    for number in count(1):
        name = path if number == 1 else path.with_name(f"{path.stem}.{number}{path.suffix}")
        with suppress(FileExistsError):
            return name.open("x", encoding="utf-8", newline="")
    raise AssertionError
