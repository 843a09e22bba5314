"""What a terminal shows in the end of what was written to it: what was drawn over is gone."""

from __future__ import annotations

import re

_PIECE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")


def shown(written: str) -> list[str]:
    """Lines with their colours, as sequences that `rich` reads. Only what progress needs is known:
    back to the start of a line, up, and away with a line."""
    lines, at = [""], 0
    fresh = False  # the cursor is at the start: what comes next is drawn over the line
    for count, command, move, text in (found.groups("") for found in _PIECE.finditer(written)):
        if move == "\n":
            at, fresh = at + 1, False
            lines += [""] * (at + 1 - len(lines))
        elif move == "\r":
            fresh = True
        elif command == "A":
            at, fresh = max(0, at - int(count or 1)), True
        elif command == "K":
            lines[at], fresh = "", False
        elif command == "m":
            lines[at] += f"\x1b[{count}m"
        elif text:
            lines[at] = text if fresh else lines[at] + text
            fresh = False
    return [line.rstrip() for line in lines]
