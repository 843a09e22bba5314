"""What is dropped and what goes wrong, and when: everything that a seed decides."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from local.chaos.between import Mode
from local.chaos.provider import Ill, Order, Provider

Kind = Literal["good", "empty", "text", "truncated"]
BROKEN: tuple[Kind, ...] = ("empty", "text", "truncated")

_DECORATIONS = (
    "",
    " with spaces",
    "+15551234",
    " 100%25",
    "#hash",
    "-üñï",
    "-日本語",
    "&a=b",
    "-שלום",
    ";semi",
    "'quoted'",
)
_BROKEN_SHARE, _OVERWRITTEN_SHARE, _TROUBLED_SHARE = 0.08, 0.10, 0.16
_DROPPING_SHARE = 0.9  # of the time; misfortunes go on to its end
_MOST_FAILED_JOBS = 2


@dataclass(frozen=True)
class Drop:
    """One version of one blob, put there `at` seconds after the start."""

    at: float
    name: str
    kind: Kind
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Trouble:
    """What befalls one recording, at whatever job carries it. `tag` is in its name."""

    tag: str
    ill: Ill

    def order(self, times: int) -> Order:
        return {
            "kind": self.ill.kind,
            "match": {"source": self.tag},
            "times": times,
            **self.ill.options,
        }


@dataclass(frozen=True)
class Kill:
    """SIGKILL, and a start `down_seconds` later. `host` None is the emulator."""

    at: float
    host: int | None
    down_seconds: float


@dataclass(frozen=True)
class Freeze:
    """SIGSTOP, and SIGCONT `seconds` later: a machine that stood still, and does not know that
    the others went on. `host` None is the emulator."""

    at: float
    host: int | None
    seconds: float


@dataclass(frozen=True)
class Storm:
    """A fault at the emulator that holds for a while."""

    at: float
    seconds: float
    order: Order


@dataclass(frozen=True)
class StorageStorm:
    """Storage is in trouble for a while, as far as the app sees it."""

    at: float
    seconds: float
    service: Literal["blob", "table"]
    mode: Mode


@dataclass(frozen=True)
class Meddling:
    """Somebody moves audio that has its transcript to the archive tier, gives such audio another
    name, or sets metadata on any."""

    at: float
    chance: float
    what: Literal["archived", "touched", "renamed"]


@dataclass(frozen=True)
class Plan:
    seed: int
    seconds: float
    drops: tuple[Drop, ...]
    troubles: tuple[Trouble, ...]
    kills: tuple[Kill, ...]
    freezes: tuple[Freeze, ...]
    storms: tuple[Storm, ...]
    storage_storms: tuple[StorageStorm, ...] = ()
    meddlings: tuple[Meddling, ...] = ()


def make_plan(seed: int, recordings: int, seconds: float, provider: Provider) -> Plan:
    """The same for the same numbers. `recordings` counts blobs; versions are more."""
    random = Random(f"{seed} {recordings} {seconds}")
    drops: list[Drop] = []
    troubles: list[Trouble] = []
    for at, number in _bursts(random, recordings, seconds * _DROPPING_SHARE):
        drops += _drops_of_one(random, at, number)
        if drops[-1].kind == "good" and random.random() < _TROUBLED_SHARE:
            troubles.append(Trouble(tag(number), random.choice(provider.ills)))
    kills = sorted(_kills(random, seconds), key=lambda kill: kill.at)
    return Plan(
        seed,
        seconds,
        tuple(sorted((d for d in drops if d.at < seconds), key=lambda drop: drop.at)),
        tuple(troubles),
        tuple(kills),
        tuple(_freezes(random, seconds)),
        tuple(_storms(random, seconds, provider)),
        tuple(_storage_storms(random, seconds)),
        tuple(_meddlings(random, seconds)),
    )


def _meddlings(random: Random, seconds: float) -> Iterator[Meddling]:
    for at in range(5, int(seconds), 2):
        what: Literal["archived", "touched", "renamed"] = random.choice(
            ("archived", "touched", "touched", "renamed")
        )
        yield Meddling(at, random.random(), what)


def tag(number: int) -> str:
    """What tells a recording's name from all others, whatever stands around it."""
    return f"r{number:05}"


def tag_of(name: str) -> str:
    """The tag in a blob's name."""
    return name.rpartition("/")[2][:6]


def sound(random: Random) -> bytes:
    """A third of a second of noise as a WAV file: 8 kHz, mono, 8 bit. No two are the same."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(8_000)
        out.writeframes(random.randbytes(2_600))
    return file.getvalue()


def _bursts(random: Random, recordings: int, seconds: float) -> Iterator[tuple[float, int]]:
    """When each is dropped: many at once, then a few, then none for a while, so that there is
    work to disturb at any time."""
    number = 0
    while number < recordings:
        size = min(recordings - number, random.choice((1, 1, 2, 5, 15, 30)))
        start = 0.2 + seconds * (number / recordings * 0.9 + random.random() * 0.1)
        for i in range(size):
            yield start + i * 0.01, number
            number += 1


def _drops_of_one(random: Random, at: float, number: int) -> Iterator[Drop]:
    """Its versions: as a rule one; some are replaced before, while or after they are in work."""
    folder = random.choice(("", "calls/", "a b/c+d/", "день/"))
    name = f"{folder}{tag(number)}{random.choice(_DECORATIONS)}.wav"
    yield _version(random, at, name)
    while random.random() < _OVERWRITTEN_SHARE:
        at += random.choice((0.05, 1.0, 3.0, 8.0, 20.0))
        yield _version(random, at, name)


def _version(random: Random, at: float, name: str) -> Drop:
    good = sound(random)
    if random.random() >= _BROKEN_SHARE:
        return Drop(at, name, "good", good)
    kind = random.choice(BROKEN)
    broken = {"empty": b"", "text": b"This is a letter. " * 150, "truncated": good[:1_500]}
    return Drop(at, name, kind, broken[kind])


def _kills(random: Random, seconds: float) -> Iterator[Kill]:
    for pause, is_host in ((6.0, True), (17.0, False)):
        at = 2.0 + random.random() * min(pause, seconds - 4.0)  # once even in a short run
        while at < seconds:
            down = random.choice((0.3, 1.0, 3.0))
            yield Kill(at, random.randrange(2) if is_host else None, down)
            at += pause * random.uniform(0.5, 1.5)


def _freezes(random: Random, seconds: float) -> Iterator[Freeze]:
    """A host for longer than its messages stay hidden, and than a create call of unknown outcome
    is left alone; the emulator for less than that: its books are what the app looks into."""
    at = random.uniform(1.0, 12.0)
    while at < seconds:
        if random.random() < 0.7:
            yield Freeze(at, random.randrange(2), random.choice((3.0, 8.0, 14.0)))
        else:
            yield Freeze(at, None, random.choice((1.0, 5.0)))
        at += random.uniform(10.0, 25.0)


def _storms(random: Random, seconds: float, provider: Provider) -> Iterator[Storm]:
    """Those that end whole jobs are few: what they carry would use up all its attempts."""
    at, failed_jobs = 1.0, 0
    while at < seconds:
        order = random.choice((*_usual(random, provider), *provider.storms(random)))
        is_failing = _ends_jobs(order, provider)
        failed_jobs += is_failing
        if not is_failing or failed_jobs <= _MOST_FAILED_JOBS:
            yield Storm(at, random.uniform(1.0, 5.0), {"times": None, **order})
        at += random.uniform(0.5, 5.0)


def _storage_storms(random: Random, seconds: float) -> Iterator[StorageStorm]:
    """One after the other, with pauses in which something gets done."""
    at = random.uniform(2.0, 6.0)
    while at < seconds:
        service: Literal["blob", "table"] = random.choice(("blob", "table"))
        modes: tuple[Mode, ...] = ("down", "refused", "slow", "hanging")
        mode = random.choice((*modes, "container_gone") if service == "blob" else modes)
        length = random.uniform(1.0, 6.0)
        yield StorageStorm(at, length, service, mode)
        at += length + random.uniform(3.0, 12.0)


def _usual(random: Random, provider: Provider) -> tuple[Order, ...]:
    """What can befall the calls of any provider."""
    create, reads = {"call": provider.create}, {"call": provider.reads}
    anything = random.choice(({}, create, reads))
    several = random.randint(1, 5)
    down = anything if provider.proves else reads
    return (
        {"kind": "refuse", "match": anything, "status": 429, "retryAfter": random.randint(1, 4)},
        {"kind": "refuse", "match": down, "status": 503},
        {"kind": "refuse", "match": create, "status": 503, "times": 1},
        {"kind": "lose_answer", "match": create, "how": "500", "times": several},
        {"kind": "lose_answer", "match": create, "how": "cut", "times": several},
        {"kind": "lose_answer", "match": create, "how": "hang", "seconds": 20.0},
        {"kind": "lose_answer", "match": anything, "how": "cut", "times": several},
        {"kind": "slow_call", "match": anything, "seconds": random.uniform(0.2, 2.0)},
        {"kind": "die", "match": create, "times": 1, "answered": random.random() < 0.3},
    )


def _ends_jobs(order: Order, provider: Provider) -> bool:
    """A job may end, too, where a create call that was not carried out leaves no proof of that."""
    if order["kind"] in provider.failing:
        return True
    is_refusal = order["kind"] == "refuse" and order["status"] >= 500
    return is_refusal and not provider.proves and order["match"] == {"call": provider.create}
