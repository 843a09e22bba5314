"""How the service writes moments."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(epoch_seconds: float) -> str:
    """`YYYY-MM-DDThh:mm:ss.ffffffZ`."""
    return datetime.fromtimestamp(epoch_seconds, UTC).isoformat().replace("+00:00", "Z")
