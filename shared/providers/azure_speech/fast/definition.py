"""What to send: the definition of a fast transcription, and the form that carries it. No I/O.

https://learn.microsoft.com/azure/ai-services/speech-service/fast-transcription-create and the API
description 2025-10-15 (`TranscribeDefinition`). The definition is a plain field of the form, before
the sound, so that one that is refused need not wait for all of the sound.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from shared.model.profile.options import Options
from shared.providers.azure_speech.calls import MOST_SPEAKERS
from shared.providers.azure_speech.versions import JsonObject

_ODD = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_NAME = 80
_LONGEST_PROMPT = 4_096


def write_definition(options: Options, audio_url: str | None = None) -> bytes:
    """The definition as JSON. `audio_url` is where the service is to fetch the sound."""
    enhanced = _enhanced(options)
    found: JsonObject = {
        "locales": () if enhanced else _locales(options),
        "profanityFilterMode": options.profanity.capitalize(),
        **enhanced,
    }
    if options.channels:
        found["channels"] = options.channels
    if options.tells_speakers:
        most = options.max_speakers or MOST_SPEAKERS
        found["diarization"] = {"enabled": True, "maxSpeakers": most}
    if options.key_terms:
        found["phraseList"] = {"phrases": options.key_terms}
    if audio_url is not None:
        found["audioUrl"] = audio_url
    return msgspec.json.encode(found)


def _enhanced(options: Options) -> JsonObject:
    """It finds the languages by itself. A prompt longer than the service takes is cut."""
    if not (options.models or options.prompt or options.translate_to):
        return {}
    mode: JsonObject = {"enabled": True, "task": "transcribe"}
    if options.translate_to:
        language = options.translate_to.partition("-")[0]
        mode |= {"task": "translate", "targetLanguage": language}
    if options.prompt:
        mode["prompt"] = [options.prompt[:_LONGEST_PROMPT]]
    return {"enhancedMode": mode}


def _locales(options: Options) -> tuple[str, ...]:
    """One that is given holds. Of several the service takes the one that is spoken most; a language
    that changes is followed where none is given."""
    if not options.candidate_locales:
        return (options.locale,)
    if options.language_mode == "continuous":
        return ()
    return tuple(dict.fromkeys((options.locale, *options.candidate_locales)))


class Form(NamedTuple):
    """A form of `multipart/form-data`: what stands before the sound, and behind it."""

    boundary: str
    head: bytes
    tail: bytes

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"


def form(definition: bytes, boundary: str, sound_name: str | None) -> Form:
    """`boundary` must not occur in the sound. Of a name only the letters that need no quotes go;
    None: there is no sound in the form."""
    head = _part(boundary, 'name="definition"') + definition + b"\r\n"
    if sound_name is not None:
        name = _ODD.sub("_", sound_name.rpartition("/")[2])[-_LONGEST_NAME:]
        head += _part(boundary, f'name="audio"; filename="{name}"', "application/octet-stream")
    end = "" if sound_name is None else "\r\n"
    return Form(boundary, head, f"{end}--{boundary}--\r\n".encode())


def _part(boundary: str, said: str, content_type: str | None = None) -> bytes:
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    return f"--{boundary}\r\nContent-Disposition: form-data; {said}\r\n{kind}\r\n".encode()
