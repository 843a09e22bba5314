"""How a locale is written: `en-us`, `EN-US` and `en_US` are one, `en-US`."""

from __future__ import annotations


def canonical(locale: str) -> str:
    """As BCP-47 recommends: the language in small letters, a script with a capital, a region in
    capitals, all else in small letters. What is no locale stays none."""
    language, *rest = locale.strip().replace("_", "-").split("-")
    return "-".join([language.lower(), *map(_part, rest)])


def _part(text: str) -> str:
    if len(text) == 2 and text.isalpha():
        return text.upper()
    return text.title() if len(text) == 4 and text.isalpha() else text.lower()
