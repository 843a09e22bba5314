"""What a prompter's folder offers to the rest of the application, which knows no more of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from shared.finders.offer import Connection
from shared.model.setting import Setting
from shared.ports.prompter import Prompter


class PrompterOffer(NamedTuple):
    """A prompter. Its settings begin with `prefix`; without `<prefix>_ENDPOINT` nobody asks it.
    What a million tokens cost is `<prefix>_PRICE_IN`, of those that are read, and
    `<prefix>_PRICE_OUT`."""

    name: str
    prefix: str
    settings: tuple[Setting, ...]
    connect: Callable[[Connection], Prompter]
