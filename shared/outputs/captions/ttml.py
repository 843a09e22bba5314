"""TTML in the text profile of IMSC 1.1 (W3C): https://www.w3.org/TR/ttml-imsc1.1/.

Speakers are agents of the document, beside what a viewer reads; the direction of a line is an
attribute, so that no marks are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.outputs.captions.cue import Cue
from shared.outputs.captions.naming import Shown, SpeakerStyle, shown
from shared.outputs.clock import timestamp
from shared.outputs.xml import xml_text

_PROFILE = "http://www.w3.org/ns/ttml/profile/imsc1.1/text"
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:tts="http://www.w3.org/ns/ttml#styling"
    xml:lang="{language}" ttp:contentProfiles="{profile}" ttp:timeBase="media">
  <head>
    <metadata>{agents}</metadata>
    <styling>
      <style xml:id="text" tts:fontFamily="proportionalSansSerif" tts:fontSize="100%" \
tts:lineHeight="125%" tts:color="white" tts:textAlign="center"/>
      <style xml:id="box" tts:backgroundColor="black"/>
    </styling>
    <layout>
      <region xml:id="bottom" tts:origin="10% 10%" tts:extent="80% 80%" tts:displayAlign="after" \
tts:overflow="visible"/>
    </layout>
  </head>
  <body region="bottom" style="text">
    <div>
"""
_FOOT = """\
    </div>
  </body>
</tt>
"""


def write_ttml(
    cues: Iterable[Cue], style: SpeakerStyle = "names", language: str | None = None
) -> str:
    """The cues as a TTML document; one without paragraphs where there are none."""
    found = list(shown(cues, style))
    names = dict.fromkeys(voice for cue in found for voice in cue.cue.voices if voice)
    agents = {name: f"a{number}" for number, name in enumerate(names, 1)}
    head = _HEAD.format(
        language=xml_text(language or ""), profile=_PROFILE, agents="".join(_agents(agents))
    )
    return head + "".join(_paragraph(n, cue, agents) for n, cue in enumerate(found, 1)) + _FOOT


def _agents(agents: dict[str, str]) -> Iterable[str]:
    for name, agent in agents.items():
        yield (
            f'<ttm:agent xml:id="{agent}" type="person"><ttm:name type="full">{xml_text(name)}'
            "</ttm:name></ttm:agent>"
        )


def _paragraph(number: int, found: Shown, agents: dict[str, str]) -> str:
    cue = found.cue
    start, end = timestamp(cue.start_ms, "."), timestamp(cue.end_ms, ".")
    direction = ' tts:direction="rtl"' if cue.rtl else ""
    told = _told(cue.voices, agents)
    lines = "<br/>".join(_line(line.text, cue, line.speaker, agents) for line in found.lines)
    return f'      <p xml:id="c{number}" begin="{start}" end="{end}"{told}{direction}>{lines}</p>\n'


def _told(voices: Sequence[str | None], agents: dict[str, str]) -> str:
    ids = dict.fromkeys(agents[voice] for voice in voices if voice)
    return f' ttm:agent="{" ".join(ids)}"' if ids else ""


def _line(text: str, cue: Cue, speaker: str | None, agents: dict[str, str]) -> str:
    own = _told([speaker], agents) if cue.is_shared else ""
    direction = ' tts:direction="rtl" tts:unicodeBidi="embed"' if cue.rtl else ""
    return f'<span style="box"{own}{direction}>{xml_text(text)}</span>'
