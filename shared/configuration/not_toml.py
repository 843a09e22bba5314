"""Why a text is not TOML, in words of those who write it: https://toml.io/en/v1.0.0."""

from __future__ import annotations

import re

_LINE = re.compile(r"\(at line (\d+),")
_TABLE = re.compile(r"Cannot declare \((.*?),?\) twice")
_LIST_BEGINS = re.compile(r"^[^#\"']*=\s*\[[^\]]*$")

_HINTS = (
    ("Invalid value", "[\u2018-\u201f\u00ab\u00bb]", "quotes are straight: \" or '"),
    ("Invalid value", r"=\s*(?:True|False|TRUE|FALSE)\b", "true and false have small letters"),
    ("Invalid value", "", "texts stand in quotes"),
    ("Invalid statement", "^\\s*//", "a comment begins with #"),
    ("Cannot overwrite a value", "", "this key is there twice"),
    ("Invalid initial character for a key part", "", "a table in braces stands on one line"),
    ("Unclosed array", "", "a list has commas between its values, and ends in ]"),
    ("Unescaped '\\'", "", "folders are parted by /"),
    ("Expected '=' after a key", ":", "a key and its value have = between them, not a colon"),
)
"""What the parser says, what the line has that it is about, and what is meant instead."""


def why_not_toml(text: str, error: str) -> str:
    """As part of a sentence about the file. `error` is what the parser of Python says."""
    twice = _TABLE.search(error)
    if twice:
        name = ".".join(re.findall(r"'([^']*)'", twice[1]))
        error = error.replace(twice[0], f"[{name}] is there twice")
    found = _LINE.search(error)
    lines = text.splitlines()
    line = lines[int(found[1]) - 1] if found and int(found[1]) <= len(lines) else ""
    if "at end of document" in error:
        error = _unclosed(lines) or error
    hints = (hint for said, has, hint in _HINTS if said in error and re.search(has, line))
    return "; ".join([f"is not TOML ({error})", *list(hints)[:1]])


def _unclosed(lines: list[str]) -> str:
    """Where the last list begins that does not end on its line; "" for nowhere."""
    numbers = [n for n, line in enumerate(lines, 1) if _LIST_BEGINS.search(line)]
    return f"Unclosed array, its [ is in line {numbers[-1]}" if numbers else ""
