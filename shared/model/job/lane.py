"""Lanes: what a provider does in one mode by an API of its own, which answers at once.

A lane has its own line and limits, and at each endpoint a part that is well or unwell by itself.
Its name, and that of its part of an endpoint, is the usual name with the mode behind a dot, which
no name of a provider or an endpoint holds.
"""

from __future__ import annotations

from shared.model.profile.capabilities import Capabilities
from shared.model.profile.options import Mode


def lane_of(provider: str, mode: Mode, limits: Capabilities) -> str:
    """The name of the lane of that mode, "" where the provider does it as it does all else.
    `limits` are those of the provider."""
    return in_lane(provider, mode) if mode in limits.in_mode else ""


def in_lane(name: str, mode: Mode) -> str:
    """Of a provider, or of an endpoint."""
    return f"{name}.{mode}"


def without_lane(name: str) -> str:
    """The provider, or the endpoint, that a lane or its part is of; any other name as it is."""
    return name.partition(".")[0]


def lane_at(endpoint: str, provider: str) -> str:
    """Whose work an endpoint does: a lane's or, in all other modes, the provider's."""
    mode = endpoint.partition(".")[2]
    return f"{provider}.{mode}" if mode else provider


def answers_at_once(endpoint: str) -> bool:
    """Whether it is a lane's part."""
    return "." in endpoint


def limits_at(endpoint: str, limits: Capabilities) -> Capabilities:
    """What holds there, of the limits of its provider."""
    mode = endpoint.partition(".")[2]
    return next((own for name, own in limits.in_mode.items() if name == mode), limits)
