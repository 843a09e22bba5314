"""The corpus as results of each provider: two voices who take turns, calm or fast, with the times
that the provider would give."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from shared.model.language.scripts import script_of
from shared.model.profile.options import Options
from shared.model.transcript.normalise import build_transcript
from shared.model.transcript.recognition import Recognition
from shared.model.transcript.transcript import Job, Provider, Source, Transcript
from shared.outputs.captions.units import phrase_ends
from shared.providers.assemblyai.languages import code_of
from shared.providers.assemblyai.results import read_result as read_assemblyai
from shared.providers.azure_speech.results import read_result as read_azure
from shared.providers.soferai.results import Reading
from shared.providers.soferai.results import read_result as read_soferai
from tests.caption_corpus import CORPUS


class Spoken(NamedTuple):
    """`words` are text, start and end in milliseconds."""

    speaker: int
    text: str
    words: list[tuple[str, int, int]]


def talk(tag: str, *, haste: float = 1.0, seed: int = 1) -> list[Spoken]:
    """Sentence by sentence; long words take longer, people breathe at commas."""
    chance = random.Random(f"{tag} {seed}")
    said, at = [], 400.0
    agent, customer = list(CORPUS[tag].agent), list(CORPUS[tag].customer)
    pace = CORPUS[tag].pace * haste
    turns = [(0, agent[0]), (0, agent[1]), (1, customer[0]), (1, customer[1]), (0, agent[2])]
    for number, (speaker, text) in enumerate(turns):
        if number and turns[number - 1][0] != speaker:
            at += chance.uniform(200, 900)
        words = []
        for word in units(text, tag):
            length = (len(word) + 1) / pace * 1000 * chance.uniform(0.8, 1.2)
            words.append((word, round(at), round(at + length * 0.95)))
            at += length
            if word[-1] in ",،，、;؛":
                at += chance.uniform(80, 250)
        at += chance.uniform(250, 700)
        said.append(Spoken(speaker, text, words))
    return said


def units(text: str, tag: str) -> list[str]:
    """Words; for languages without spaces, phrases of a few letters, as a recogniser has them."""
    if not any(map(script_of, text)):
        return text.split()
    found = []
    for part in text.split():
        ends = sorted(phrase_ends(part, tag) or {len(part)})
        found += [part[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    return found


def azure(said: list[Spoken], tag: str, *, timed: bool = True) -> Recognition:
    phrases = []
    for one in said:
        start, end = one.words[0][1], one.words[-1][2]
        best: dict[str, Any] = {"confidence": 0.9, "display": one.text}
        if timed:
            best["lexical"] = one.text.lower()
            best["displayWords"] = [
                {"displayText": w, "offsetInTicks": a * 10_000, "durationInTicks": (b - a) * 10_000}
                for w, a, b in one.words
            ]
        phrases.append(
            {
                "recognitionStatus": "Success",
                "channel": 0,
                "speaker": one.speaker + 1,
                "locale": tag,
                "offsetInTicks": start * 10_000,
                "durationInTicks": (end - start) * 10_000,
                "nBest": [best],
            }
        )
    return read_azure(json.dumps({"recognizedPhrases": phrases}).encode())


def azure_untimed(said: list[Spoken], tag: str) -> Recognition:
    return azure(said, tag, timed=False)


def assemblyai(said: list[Spoken], tag: str) -> Recognition:
    utterances = []
    for one in said:
        speaker = "AB"[one.speaker]
        words = [
            {"text": w, "start": a, "end": b, "confidence": 0.9, "speaker": speaker}
            for w, a, b in one.words
        ]
        utterances.append(
            {
                "speaker": speaker,
                "start": one.words[0][1],
                "end": one.words[-1][2],
                "text": one.text,
                "words": words,
            }
        )
    body = {
        "status": "completed",
        "audio_url": "https://a.example/a.wav",
        "language_code": code_of(tag),
        "language_detection": True,
        "utterances": utterances,
    }
    return read_assemblyai(json.dumps(body).encode())


def soferai(said: list[Spoken], tag: str) -> Recognition:
    stamps = [
        {
            "word": w.strip(".,?"),
            "start": a / 1000,
            "end": b / 1000,
            "speaker": str(one.speaker + 1),
        }
        for one in said
        for w, a, b in one.words
    ]
    text = "\n".join(one.text for one in said)
    body = {"text": text, "timestamps": stamps, "info": {"status": "COMPLETED"}}
    return read_soferai(json.dumps(body).encode(), Reading("he", ""))


FORMS: dict[str, Callable[[list[Spoken], str], Recognition]] = {
    "azure-speech": azure,
    "azure-speech without word times": azure_untimed,
    "assemblyai": assemblyai,
    "soferai": soferai,
}


def transcript_of(recognition: Recognition, tag: str) -> Transcript:
    return build_transcript(
        recognition,
        job=Job(id="j", batch_id="b", recording_id="r", attempt=1, profile="default"),
        source=Source(uri="u", container="audio", name="a.wav", etag="1", bytes=1, channels=1),
        provider=Provider(name="p", endpoint="e", api_version="1", transcription_id="t"),
        options=Options(locale=tag),
        roles={},
        review_below=0.6,
    )


def all_talks(haste: float) -> Iterator[tuple[str, str, Transcript]]:
    """Language, form of the result, transcript."""
    for tag in CORPUS:
        said = talk(tag, haste=haste)
        for form, read in FORMS.items():
            if form == "soferai" and tag not in ("en-US", "he-IL", "fr-FR"):
                continue
            yield tag, form, transcript_of(read(said, tag), tag)
