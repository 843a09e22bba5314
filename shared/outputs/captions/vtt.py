"""WebVTT (W3C), as strict as its parser: https://www.w3.org/TR/webvtt1/."""

from __future__ import annotations

from collections.abc import Iterable

from shared.outputs.captions.cue import Cue
from shared.outputs.captions.naming import Shown, SpeakerStyle, shown
from shared.outputs.clock import timestamp


def write_vtt(cues: Iterable[Cue], style: SpeakerStyle = "names") -> str:
    """The cues as a WebVTT file, numbered from 1. Without cues only the header is left.

    Speakers stand in voice tags, and, as `style` says, before the words as well, because few
    players show the tags."""
    blocks = [_block(number, cue) for number, cue in enumerate(shown(cues, style), 1)]
    return "\n".join(["WEBVTT\n", *blocks])


def _block(number: int, cue: Shown) -> str:
    start, end = cue.cue.start_ms, cue.cue.end_ms
    return f"{number}\n{timestamp(start, '.')} --> {timestamp(end, '.')}\n{_payload(cue)}\n"


def _payload(cue: Shown) -> str:
    lines = [_escaped(line) for line in cue.marked]
    if not cue.cue.is_shared:
        return _voice(cue.cue.speaker) + "\n".join(lines)
    voices = [_voice(line.speaker) for line in cue.lines]
    return "\n".join(
        f"{voice}{line}</v>" if voice else line for voice, line in zip(voices, lines, strict=True)
    )


def _voice(name: str | None) -> str:
    return f"<v {_escaped(name)}>" if name else ""


def _escaped(text: str) -> str:
    """No tag, no entity and no arrow can come about; the parser gives `text` back."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
