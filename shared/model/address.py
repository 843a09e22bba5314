"""Addresses that strangers name and that we are to call: how they are read, and which of the
machines behind them may be dialled.

An address is a secret: the callbacks of Logic Apps and Power Automate hold a signature. So it is
never changed: what stands behind the host goes out byte for byte, and an explicit `:443` stays.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import msgspec

MOST_CHARACTERS = 2_048
LOWEST_OPEN_PORT = 1_024
_URL = re.compile(r"(https?)://([^/?#]*)([!-~]*)", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)

Network = IPv4Network | IPv6Network

# The special-purpose registries of IANA (RFC 6890 and what followed), and what Azure answers at.
_FORBIDDEN_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's platform: a public address that every machine there can reach
        "169.254.0.0/16",  # link-local, the metadata service at 169.254.169.254 among it
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Only global unicast is let through, so mapped and translated (64:ff9b::/96) IPv4, unique local,
# link-local, site-local, SRv6 and multicast addresses need no line.
_GLOBAL_6 = IPv6Network("2000::/3")
_FORBIDDEN_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarking
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
NEVER = (IPv4Network("169.254.0.0/16"), IPv4Network("168.63.129.16/32"))
"""What no setting opens: whoever can ask there is given this app's own identity."""


class BadAddress(ValueError):
    """The address is not one that may be called; the message says why and repeats none of it."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An address in its parts. `authority` is host and port as they were written, `target` what
    follows them. `literal` is set where the host is no name."""

    scheme: str
    host: str
    port: int
    authority: str
    target: str
    literal: str | None = None

    @property
    def origin(self) -> str:
        """What may be shown of it."""
        return f"{self.scheme}://{self.authority}"

    @property
    def wants_plain_json(self) -> bool:
        """Logic Apps and Power Automate take a body for JSON only if it is called
        `application/json` (learn.microsoft.com/azure/logic-apps/logic-apps-content-type)."""
        return self.host.endswith((".logic.azure.com", ".api.powerplatform.com"))


def read_address(url: str, *, allow_http: bool = False) -> Address:
    """Raises `BadAddress` for whatever is not plainly a host, by name or in the usual spelling of
    its number, with a port that web servers use."""
    match = _URL.fullmatch(url)
    if match is None or len(url) > MOST_CHARACTERS:
        raise BadAddress("is no https:// address of printable ASCII characters")
    scheme, authority, target = match[1].lower(), match[2], match[3]
    if scheme == "http" and not allow_http:
        raise BadAddress("is not encrypted; write an https:// address")
    if "#" in target:
        raise BadAddress("holds a fragment, which nobody would be sent")
    host, port = _host_and_port(authority, 443 if scheme == "https" else 80)
    return Address(
        scheme=scheme,
        host=host.lower().strip("[]"),
        port=port,
        authority=authority,
        target=target if target.startswith("/") else f"/{target}",
        literal=_literal(host),
    )


def callable_address(
    url: str, *, allow_http: bool = False, allowed: Sequence[Network] = ()
) -> Address:
    """As `read_address`, of a machine that may be called, as far as the address tells. Raises
    `BadAddress`."""
    address = read_address(url, allow_http=allow_http)
    if address.literal is not None and not may_be_dialled(address.literal, allowed):
        raise BadAddress(
            "is that of a machine that must not be called from here; give one that is reached from "
            "the internet, or have its network put into OUTBOUND_NETWORKS"
        )
    return address


def may_be_dialled(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether a machine of that number may be called. `allowed` are networks of one's own."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.scope_id is not None:
        return False
    if any(ip in network for network in NEVER):
        return False
    if any(ip in network for network in allowed):
        return True
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _FORBIDDEN_4)
    return ip in _GLOBAL_6 and not any(ip in network for network in _FORBIDDEN_6)


def _host_and_port(authority: str, usual: int) -> tuple[str, int]:
    if "@" in authority:
        raise BadAddress("holds a user or a password")
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]+)(?::([0-9]{1,5}))?", authority)
    if match is None:
        raise BadAddress("has no host, or a port that is no number")
    port = int(match[2] or usual)
    if port != usual and not LOWEST_OPEN_PORT <= port <= 65_535:
        raise BadAddress("has a port that is not one of a web server")
    return match[1], port


def _literal(host: str) -> str | None:
    """The number, where the host is one. Whatever a resolver might take for a number and does
    not stand in its one plain spelling is refused: octal, hexadecimal, shortened, with a scope."""
    if host.startswith("["):
        try:
            ip = IPv6Address(host[1:-1])
        except ValueError:
            raise BadAddress("has a host that is no IPv6 address") from None
        if ip.scope_id is not None:
            raise BadAddress("has an IPv6 address with a scope")
        return str(ip)
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress("has a host that is no name of the domain name system")
    if not _NUMBER.fullmatch(labels[-1]):
        return None
    try:
        return str(IPv4Address(host))
    except ValueError:
        raise BadAddress("has a number for a host that is not written as 1.2.3.4") from None
