"""What the owner of a deployment decided and nobody else can loosen.

A profile locks options. Whoever drops a recording or asks for it, by metadata, name, companion,
manifest or API, may make a locked one stricter and no looser, and gets round it by no other
profile: what that of a recording's folder locks holds for whichever is asked for instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from shared.model.profile import keys
from shared.model.profile.options import Priority, Profanity

if TYPE_CHECKING:
    from shared.model.profile.profile import Profile

LOCKABLE = frozenset(keys.DEFAULT_KEYS) - {"locked", "may_be_asked_for"} | {"profile"}
"""`profile` locks which one it is: no other can be asked for in its folders."""
PROFANITY: tuple[Profanity, ...] = ("none", "tags", "masked", "removed")
"""The loosest first: tags keep the words."""
PRIORITIES: tuple[Priority, ...] = ("urgent", "normal", "bulk")
_Judge = Callable[[Any, Any], bool]


def _at_most(own: Any, asked: Any) -> bool:
    return bool(asked <= own)


def _within_limit(own: float | None, asked: float | None) -> bool:
    return own is None or (asked is not None and asked <= own)


def _some_of(own: tuple[Any, ...], asked: tuple[Any, ...]) -> bool:
    return set(asked) <= set(own)


STRICTER: Mapping[str, _Judge] = {
    "redact": lambda own, asked: set(own) <= set(asked),
    "redact_unsupported": lambda own, asked: own == "net" or asked == "fail",
    "redact_audio": lambda own, asked: own == "keep" or asked != "keep",
    "profanity": lambda own, asked: PROFANITY.index(own) <= PROFANITY.index(asked),
    "time_to_live_hours": _at_most,
    "keep_provider_copy": _at_most,
    "keep_unredacted": _at_most,
    "accept_truncated": _at_most,
    "reuse": _at_most,
    "shares_jobs": _at_most,
    "export": _at_most,
    "priority": lambda own, asked: PRIORITIES.index(own) <= PRIORITIES.index(asked),
    "sentiments": _at_most,
    "entities": _at_most,
    "chapters": _at_most,
    "highlights": _at_most,
    "review_below": lambda own, asked: (own or 0) <= (asked or 0),
    "formats": _some_of,
    "listening": lambda own, asked: own == asked or asked == "never",
    "provider": _some_of,
    "endpoints": lambda own, asked: not own or (bool(asked) and _some_of(own, asked)),
    "most_per_day": _within_limit,
    "most_hours_per_day": _within_limit,
}
"""Whether what is asked for is as strict as one's own. What is not here has to be equal."""


_ALONG = {
    "providers": ("provider",),
    "redact": ("redact", "redact_unsupported", "redact_audio", "keep_unredacted"),
}
"""What a key locks, where that is not itself alone."""


def loosened(own: Profile, asked: Profile) -> list[str]:
    """The options that `own` locks and `asked` makes looser, by name. A profile that changes
    nothing loosens nothing."""
    locked = dict.fromkeys(part for key in own.locked for part in _ALONG.get(key, (key,)))
    return [
        key
        for key in locked
        if key != "profile"
        and not STRICTER.get(key, _is_equal)(_value(own, key), _value(asked, key))
    ]


def locks(profile: Profile, key: str) -> bool:
    """Whether nobody may choose another value of it than the owner did."""
    return key in profile.locked


def _is_equal(own: Any, asked: Any) -> bool:
    return bool(own == asked)


def _value(profile: Profile, key: str) -> Any:
    if key == "provider":
        return (profile.provider, *profile.next_providers)
    return getattr(profile.options if key in keys.OPTION_NAMES else profile, key)
