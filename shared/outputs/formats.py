"""The files that a transcript is written as. Adding a format is a module and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from shared.model.transcript.transcript import Transcript
from shared.outputs.captions.captions import cues
from shared.outputs.captions.cue import Cue
from shared.outputs.captions.naming import SpeakerStyle
from shared.outputs.captions.srt import write_srt
from shared.outputs.captions.ttml import write_ttml
from shared.outputs.captions.vtt import write_vtt
from shared.outputs.document import write_docx
from shared.outputs.txt import write_txt
from shared.outputs.utterances_csv import write_utterances
from shared.outputs.words_json import write_words

__all__ = ["FORMATS", "Cue", "Format", "cues", "render", "render_all"]

CueWriter = Callable[[Sequence[Cue], SpeakerStyle, str | None], str]


@dataclass(frozen=True, slots=True)
class Format:
    """`extension` comes with its dot. `write` gives text, or bytes that are written as they are.

    Captions have `write_cues` in its place, which gets the cues of the transcript, how speakers
    are shown, and the language.
    """

    name: str
    extension: str
    media_type: str
    write: Callable[[Transcript], str | bytes] | None = None
    write_cues: CueWriter | None = None


def _text(name: str) -> str:
    return f"text/{name}; charset=utf-8"


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS: dict[str, Format] = {
    kind.name: kind
    for kind in (
        Format("json", ".json", "application/json", msgspec.json.encode),
        Format("vtt", ".vtt", _text("vtt"), write_cues=lambda c, style, _: write_vtt(c, style)),
        Format(
            "srt",
            ".srt",
            "application/x-subrip; charset=utf-8",
            write_cues=lambda c, style, _: write_srt(c, style),
        ),
        Format("ttml", ".ttml", "application/ttml+xml; charset=utf-8", write_cues=write_ttml),
        Format("txt", ".txt", _text("plain"), write_txt),
        Format("docx", ".docx", _WORD, write_docx),
        Format("csv", ".csv", _text("csv"), write_utterances),
        Format("words", ".words.json", "application/vnd.dropscribe.words", write_words),
    )
}


def render(transcript: Transcript, name: str, speakers: SpeakerStyle = "names") -> bytes:
    """The transcript as the file of that format. `speakers` is how captions show who speaks.

    Raises KeyError for a name that is not in `FORMATS`.
    """
    return render_all(transcript, [name], speakers)[name]


def render_all(
    transcript: Transcript, names: Iterable[str], speakers: SpeakerStyle = "names"
) -> dict[str, bytes]:
    """Like `render` for several formats at once; captions are cut only once for all of them."""
    shared: list[Cue] | None = None
    files = {}
    for name in names:
        file = FORMATS[name]
        if file.write_cues is not None:
            if shared is None:
                shared = cues(transcript, speakers)
            files[name] = _bytes(file.write_cues(shared, speakers, transcript.language.code))
        elif file.write is not None:
            files[name] = _bytes(file.write(transcript))
    return files


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
