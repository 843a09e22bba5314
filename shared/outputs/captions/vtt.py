"""WebVTT (W3C), as strict as its parser: https://www.w3.org/TR/webvtt1/."""

from __future__ import annotations

from collections.abc import Iterable

from shared.outputs.captions.cue import Cue
from shared.outputs.clock import timestamp


def write_vtt(cues: Iterable[Cue]) -> str:
    """The cues as a WebVTT file, numbered from 1. Without cues only the header is left."""
    blocks = [_block(number, cue) for number, cue in enumerate(cues, 1)]
    return "\n".join(["WEBVTT\n", *blocks])


def _block(number: int, cue: Cue) -> str:
    times = f"{timestamp(cue.start_ms, '.')} --> {timestamp(cue.end_ms, '.')}"
    return f"{number}\n{times}\n{_payload(cue)}\n"


def _payload(cue: Cue) -> str:
    text = _escaped("\n".join(cue.lines))
    return f"<v {_escaped(cue.speaker)}>{text}" if cue.speaker else text


def _escaped(text: str) -> str:
    """No tag, no entity and no arrow can come about; the parser gives `text` back."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
