"""Where a line may end in languages that put no spaces between words.

Google's BudouX finds the phrases of Japanese, Chinese and Thai with a small model for each. It is
loaded when such a text comes along, which takes some ten milliseconds.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from typing import Any

from shared.model.language.scripts import Script, script_of

_TRADITIONAL = ("tw", "hk", "mo", "hant")


def phrase_ends(text: str, tag: str | None) -> frozenset[int] | None:
    """How many characters stand before each place where a phrase ends; None where nothing knows
    the language."""
    kind = _kind(text, tag)
    if kind is None:
        return None
    return frozenset(accumulate(map(len, _parser(kind).parse(text))))


def _kind(text: str, tag: str | None) -> str | None:
    primary, *rest = (tag or "").lower().replace("_", "-").split("-")
    if primary in ("ja", "th"):
        return primary
    if primary in ("zh", "yue", "wuu", "cmn"):
        is_traditional = primary == "yue" or any(part in _TRADITIONAL for part in rest)
        return "zh-hant" if is_traditional else "zh-hans"
    scripts = {script_of(char) for char in text}
    if scripts & {Script.HIRAGANA, Script.KATAKANA}:
        return "ja"
    if Script.HAN in scripts:
        return "zh-hans"
    return "th" if any("\u0e00" <= char <= "\u0e7f" for char in text) else None


@cache
def _parser(kind: str) -> Any:
    import budoux

    return {
        "ja": budoux.load_default_japanese_parser,
        "th": budoux.load_default_thai_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
        "zh-hant": budoux.load_default_traditional_chinese_parser,
    }[kind]()
