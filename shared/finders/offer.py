"""What a finder's folder offers to the rest of the application, which knows no more of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import httpx

from shared.model.redaction.kinds import Finds
from shared.model.setting import Setting
from shared.ports.finder import Finder


class Connection(NamedTuple):
    """What a finder is made of. `credential` makes the app's identity, for where there is no key.
    `settings` are the values of its own settings, named without their prefix and in lower case."""

    http: httpx.Client
    credential: Callable[[], Any]
    settings: Mapping[str, Any]


class FinderOffer(NamedTuple):
    """A finder. Its settings begin with `prefix`; without `<prefix>_ENDPOINT` nobody asks it. What
    1,000 characters cost is `<prefix>_PRICE` by the thousand of them, in the currency of all
    prices. `analyses` are the insights that the same service finds, by name, and `analysts` who
    does so: a finder for each."""

    name: str
    prefix: str
    finds: Finds
    settings: tuple[Setting, ...]
    connect: Callable[[Connection], Finder]
    analyses: Mapping[str, Finds]
    analysts: Callable[[Connection], Mapping[str, Finder]]
