"""A terminal as a picture: text stays text, in the colours of whoever looks, and it plays once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from rich.console import Console
from rich.text import Text

COLUMN, LINE, MARGIN, BAR = 8.4, 19, 18, 34
TYPING, THINKING, NEXT_LINE = 0.8, 0.7, 0.06
"""Seconds: before a command stands there, before it answers, between lines of its answer."""
_CLASSES = {"bold": "b", "color(1)": "r", "color(2)": "g", "color(3)": "y", "color(6)": "c"}
_STYLE = """
  :root { color-scheme: light dark }
  .screen { fill: #fbfbfa; stroke: #d4d2cc } .dot { fill: #d4d2cc }
  text { font: 14px ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; fill: #25272b }
  .p { fill: #6d7077 } .b { font-weight: 600 }
  .g { fill: #1a6e3a } .r { fill: #b3261e } .y { fill: #7a5200 } .c { fill: #0b6577 }
  @media (prefers-color-scheme: dark) {
    .screen { fill: #17181b; stroke: #3a3c42 } .dot { fill: #3a3c42 }
    text { fill: #e6e6e3 } .p { fill: #9a9da5 }
    .g { fill: #7ad69b } .r { fill: #ff9d94 } .y { fill: #e8c05a } .c { fill: #7ed3e6 }
  }
  @media (prefers-reduced-motion: no-preference) {
    .line { animation: come .15s both } @keyframes come { from { opacity: 0 } }
  }
"""


class Scene(NamedTuple):
    """A command, and the lines that it answered, with their colours as a terminal has them."""

    command: str
    lines: Sequence[str]


def picture(scenes: Sequence[Scene], *, columns: int, title: str) -> str:
    """An SVG without script, and without anything from elsewhere."""
    rows = list(_rows(scenes))
    width = round(columns * COLUMN + 2 * MARGIN)
    height = BAR + len(rows) * LINE + MARGIN
    told = escape(title)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="t">',
        f'<title id="t">{told}</title><style>{_STYLE}</style>',
        f'<rect class="screen" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="9"/>',
        *(f'<circle class="dot" cx="{MARGIN + 16 * dot}" cy="18" r="5"/>' for dot in range(3)),
        *(_row(number, at, text) for number, (at, text) in enumerate(rows)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _rows(scenes: Sequence[Scene]) -> Iterator[tuple[float, Text]]:
    """When each line comes, and the line."""
    at = 0.0
    for number, scene in enumerate(scenes):
        if number:
            yield at, Text()
        at += TYPING
        yield at, Text.assemble(("$ ", "dim"), (scene.command, "bold"))
        at += THINKING
        for line in scene.lines:
            yield at, Text.from_ansi(line)
            at += NEXT_LINE


def _row(number: int, at: float, text: Text) -> str:
    y = BAR + (number + 1) * LINE
    spans = "".join(_spans(text, y))
    return f'<g class="line" style="animation-delay:{at:.2f}s">{spans}</g>' if spans else ""


def _spans(text: Text, y: int) -> Iterator[str]:
    """Each where it belongs, whatever letters the reader's machine has."""
    column = 0
    for segment in text.render(Console(color_system="standard", force_terminal=True)):
        piece, style = segment.text.rstrip("\n"), segment.style
        if piece.strip():
            left = column + len(piece) - len(piece.lstrip())
            plain = piece.strip()
            kinds = _kinds(str(style)) if style else ""
            yield (
                f'<text x="{MARGIN + left * COLUMN:.1f}" y="{y}"{kinds} xml:space="preserve" '
                f'textLength="{len(plain) * COLUMN:.1f}">{escape(plain)}</text>'
            )
        column += len(piece)


def _kinds(style: str) -> str:
    found = [name for word, name in _CLASSES.items() if word in style.split()]
    if "dim" in style.split():
        found.append("p")
    return f' class="{" ".join(found)}"' if found else ""
