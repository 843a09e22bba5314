"""What a chaos run has to know of a provider: a file in `providers/` says it of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple

import httpx

ORDERED = "This trouble was ordered."
PASSING = "This trouble was ordered, and passes."
"""What an emulator says of a failure that it was told to make, where it can give reasons: of one
that is final, and of one after which the next attempt must succeed."""

Order = dict[str, Any]
"""A fault as the emulator takes it: kind, match, times and the kind's own options."""


class Ill(NamedTuple):
    """A fault that strikes one recording. `strikes` of it use up one attempt, 0: none does. One
    that is `final` fails the recording, with `ORDERED` in the reason or `code`."""

    kind: str
    times: int = 1
    options: Mapping[str, Any] = {}
    strikes: int = 0
    final: bool = False
    code: str = ""


class Create(NamedTuple):
    """A create call that was carried out. `mark` is our id of the job, `handles` the ids under
    which its row may know what was made."""

    mark: str
    handles: tuple[str, ...]


class Books(NamedTuple):
    """The emulator's ledger, in words that fit any provider. `paid` is how often each source
    (without query) was transcribed. `there` is what was not deleted, each with its id and the
    create call's handles; `running` is how much of it is not over. `silent` are the handles of what
    was to say which recordings failed, and did not: those are tried again."""

    creates: tuple[Create, ...]
    paid: Mapping[str, int]
    there: tuple[tuple[str, ...], ...]
    running: int = 0
    silent: frozenset[str] = frozenset()


NO_BOOKS = Books((), {}, ())


class Provider(NamedTuple):
    """`settings` are app settings for a hurry, `options` those of the emulator's command line,
    `profiles` the app's file of profiles. `create` and `reads` are patterns for the names of
    calls: the one that costs money, and those that read. `storms` are faults of its own that hold
    for a while, of which those of `failing` kinds end whole jobs and are few. `read` makes books of
    a ledger. `appease` is done at its admin interface when there is peace again.

    What the audit has to heed because the provider's API is like that:
    `deletes`: what was transcribed can be deleted there, so none of it may stay.
    `proves`: a create call without an answer that its list does not show was not carried out.
    Where that proves nothing, the job stops, and its recordings fail for good.
    `explains`: it says why it did not transcribe something. Where it does not, broken audio is
    tried again like any other trouble.
    """

    settings: Mapping[str, str]
    options: tuple[str, ...]
    profiles: str
    create: str
    reads: str
    ills: tuple[Ill, ...]
    storms: Callable[[Random], tuple[Order, ...]]
    failing: frozenset[str]
    read: Callable[[Mapping[str, Any]], Books]
    appease: Callable[[httpx.Client], object] = lambda _: None
    deletes: bool = True
    proves: bool = True
    explains: bool = True
