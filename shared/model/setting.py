"""How the text of a setting becomes a value, and what is said when it cannot.

A parser raises `Invalid` with "<what is wrong>, expected <what>". Secrets and addresses, which
may hold a secret, are never repeated in a message.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from shared.model.access.key import is_key
from shared.model.address import NEVER, Network
from shared.model.events.signature import secret_bytes
from shared.model.profile.locale import canonical

_PRICE = re.compile(r"([a-z0-9-]+/(?:standard|express))=(\d+(?:\.\d+)?)")
SHORTEST_SECRET = 16


class Invalid(ValueError):
    """A value that cannot be used."""


class Setting(NamedTuple):
    """One setting of one value. `default` is None where it may be left out. `policy` is the field
    of `Policy` that it sets, if any."""

    name: str
    parse: Callable[[str], Any]
    default: Any
    policy: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Text that shows itself only when asked to."""

    _text: str

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"


def switch(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise Invalid(f"{shortened(value)} is not a switch, expected true or false")
    return value.lower() == "true"


def number(least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers from `least` to `most`."""

    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise Invalid(f"{shortened(value)} is out of range, expected {least} to {most}")
        return int(value)

    return parse


def one_of(*allowed: str) -> Callable[[str], str]:
    """A parser that takes one of `allowed`."""

    def parse(value: str) -> str:
        if value not in allowed:
            raise Invalid(f"{shortened(value)} is not known, expected one of {', '.join(allowed)}")
        return value

    return parse


def locales(value: str) -> tuple[str, ...]:
    """Locales, separated by commas, in whatever case."""
    found = [canonical(name) for name in value.split(",") if name.strip()]
    wrong = [name for name in found if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", name)]
    if wrong:
        raise Invalid(f"{shortened(wrong[0])} is no locale, expected such as en-US,de-DE")
    return tuple(found)


def names(value: str) -> tuple[str, ...]:
    """Names as a provider gives its models, at least one, separated by spaces or commas."""
    found = tuple(dict.fromkeys(re.split(r"[\s,]+", value.strip(", "))))
    wrong = [name for name in found if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name)]
    if wrong:
        raise Invalid(f"{shortened(wrong[0])} is no name, expected such as universal-2")
    return found


def matching(pattern: str, told: str) -> Callable[[str], str]:
    """A parser of text of one form; `told` says what another is not, and what is expected."""

    def parse(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise Invalid(f"{shortened(value)} is not {told}")
        return value

    return parse


container = matching(
    r"(?=.{3,63}$)[a-z0-9](-?[a-z0-9])*",
    "a container name, expected 3 to 63 lower-case letters, digits and single hyphens",
)
table = matching(r"[A-Za-z][A-Za-z0-9]{2,62}", "a table name, expected 3 to 63 letters and digits")
currency = matching(r"[A-Z]{3}", "a currency, expected a code such as USD")
schedule = matching(
    r"[0-9A-Za-z*/,-]+(\s+[0-9A-Za-z*/,-]+){5}",
    'a schedule, expected six fields such as "0 * * * * *"',
)
"""NCRONTAB of the Functions host: second, minute, hour, day, month, day of the week."""


def containers(value: str) -> tuple[str, ...]:
    """Several, separated by spaces or commas."""
    return tuple(container(name) for name in re.split(r"[\s,]+", value.strip(", ")))


def amount(value: str) -> float:
    """A number above 0, such as 12.50."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value) or float(value) <= 0:
        raise Invalid(f"{shortened(value)} is no amount, expected a number above 0 such as 12.50")
    return float(value)


def scopes(value: str) -> tuple[str, ...]:
    """What is stopped: `deployment`, `profile/<name>`, `endpoint/<name>`, separated by commas."""
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    for one in found:
        if not re.fullmatch(r"deployment|(profile|endpoint)/[A-Za-z0-9-]{1,63}", one):
            kinds = "deployment, profile/<name> or endpoint/<name>"
            raise Invalid(f"{shortened(one)} cannot be stopped, expected {kinds}")
    return found


def prices(value: str) -> dict[str, float]:
    """`azure-speech/standard=0.18`, several separated by spaces or commas."""
    table_: dict[str, float] = {}
    for entry in re.split(r"[\s,]+", value.strip(", ")):
        match = _PRICE.fullmatch(entry)
        if not match:
            raise Invalid(
                f"{shortened(entry)} is not a price, expected provider/mode=amount, "
                "for example azure-speech/standard=0.18"
            )
        table_[match[1]] = float(match[2])
    return table_


def webhook_secret(value: str) -> Secret:
    if len(value) < SHORTEST_SECRET:
        raise Invalid(
            f"has {len(value)} characters, expected at least {SHORTEST_SECRET}, best made at random"
        )
    return Secret(value)


def api_key(value: str) -> Secret:
    """A key of ours."""
    if not is_key(value):
        raise Invalid("is no key, expected dsk_ and 43 letters, digits, _ or - made at random")
    return Secret(value)


def signing_secrets(value: str) -> tuple[Secret, ...]:
    """One in the form of Standard Webhooks, or two, separated by a space, while one takes the
    place of the other."""
    found = value.split()
    try:
        for secret in found:
            secret_bytes(secret)
    except ValueError:
        found = []
    if not 1 <= len(found) <= 2:
        raise Invalid("is not usable, expected whsec_ and 24 to 64 bytes in base64, or two of it")
    return tuple(Secret(secret) for secret in found)


def networks(value: str) -> tuple[Network, ...]:
    """`10.1.0.0/16 fd00:1::/64`: several separated by spaces or commas."""
    found: list[Network] = []
    for word in re.split(r"[\s,]+", value.strip(", ")):
        try:
            network: Network = ipaddress.ip_network(word)
        except ValueError:
            raise Invalid(
                f"{shortened(word)} is not a network, expected for example 10.1.0.0/16"
            ) from None
        if any(network.version == 4 and network.overlaps(never) for never in NEVER):
            raise Invalid(f"{shortened(word)} holds what is never called, expected less of it")
        found.append(network)
    return tuple(found)


def base_url(value: str) -> str:
    """An address without query, fragment, user or password; no slash at the end."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username is not None:
        raise Invalid(
            "is not a plain address, expected https://host with neither query nor password"
        )
    return value.rstrip("/")


def shortened(value: str) -> str:
    """The value in quotes, cut to forty characters, for a message."""
    return repr(value if len(value) <= 40 else value[:37] + "...")


class DataStorage(msgspec.Struct, frozen=True, kw_only=True):
    """The account that holds audio, outputs and state: addresses to be used with an identity, or
    a connection string. Exactly one of the two forms."""

    connection_string: Secret | None = None
    blob_service_uri: str | None = None
    queue_service_uri: str | None = None
    table_service_uri: str | None = None


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint of a provider. Without a key the identity of the app is used."""

    provider: str
    name: str
    url: str
    key: Secret | None = None
