"""The files that a transcript is written as. Adding a format is a module and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from shared.model.transcript.transcript import Transcript
from shared.outputs.captions.captions import cues
from shared.outputs.captions.cue import Cue
from shared.outputs.captions.srt import write_srt
from shared.outputs.captions.vtt import write_vtt
from shared.outputs.txt import write_txt

__all__ = ["FORMATS", "Cue", "Format", "cues", "render", "render_all"]


@dataclass(frozen=True, slots=True)
class Format:
    """`extension` comes with its dot. `write` gives text, or bytes that are UTF-8 already.

    `write_cues` is there in captions, for those who have the cues of the transcript at hand.
    """

    name: str
    extension: str
    media_type: str
    write: Callable[[Transcript], str | bytes]
    write_cues: Callable[[Sequence[Cue]], str] | None = None


def _captions(name: str, media_type: str, write_cues: Callable[[Sequence[Cue]], str]) -> Format:
    return Format(name, f".{name}", media_type, lambda t: write_cues(cues(t)), write_cues)


FORMATS: dict[str, Format] = {
    kind.name: kind
    for kind in (
        Format("json", ".json", "application/json", msgspec.json.encode),
        _captions("vtt", "text/vtt; charset=utf-8", write_vtt),
        _captions("srt", "application/x-subrip; charset=utf-8", write_srt),
        Format("txt", ".txt", "text/plain; charset=utf-8", write_txt),
    )
}


def render(transcript: Transcript, name: str) -> bytes:
    """The transcript as the file of that format, UTF-8 without a byte order mark.

    Raises KeyError for a name that is not in `FORMATS`.
    """
    return _bytes(FORMATS[name].write(transcript))


def render_all(transcript: Transcript, names: Iterable[str]) -> dict[str, bytes]:
    """Like `render` for several formats at once; captions are cut only once for all of them."""
    shared: list[Cue] | None = None
    files = {}
    for name in names:
        write_cues = FORMATS[name].write_cues
        if write_cues is None:
            files[name] = render(transcript, name)
            continue
        if shared is None:
            shared = cues(transcript)
        files[name] = _bytes(write_cues(shared))
    return files


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
