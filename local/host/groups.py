"""What the platform starts, and adds instances to, together: all of HTTP, all blob events, and
every other function by itself. https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan"""

from __future__ import annotations

from collections.abc import Iterable

from local.host.index import Function

SHARED = {"httpTrigger": "http", "blobTrigger": "blob"}


def group_of(trigger: str, name: str) -> str:
    """Of a function with that type of trigger, as settings of the plan name it."""
    return SHARED.get(trigger, f"function:{name}")


def only(functions: Iterable[Function], groups: Iterable[str]) -> list[Function]:
    """Those of the groups; all of them where none is named."""
    wanted = set(groups)
    return [
        function
        for function in functions
        if not wanted or group_of(function.trigger.type, function.name) in wanted
    ]
