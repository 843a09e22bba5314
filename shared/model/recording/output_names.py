"""What the outputs of a recording are called."""

from __future__ import annotations

import hashlib

from shared.model.names import leads_astray


def output_stem(container: str, name: str) -> str:
    """Outputs lie under the audio's container and full name, extension included, so that
    `call.wav` and `call.mp3` do not collide. Of a name that leads elsewhere only a hash is used."""
    if leads_astray(name):
        name = f"@unnamed/{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:24]}"
    return f"{container}/{name}"


MOST_NAME = 1_024
MOST_SEGMENTS = 254
"""Of a blob's name: "Naming and referencing containers, blobs, and metadata"."""
_LONGEST_ENDING = 24  # the recording's own id and the ending of any format


def long_name(container: str, name: str) -> tuple[int, str, int] | None:
    """Where outputs of a recording would get a name that storage does not take: how much they
    need, of what, and how much there is. None: they have room."""
    stem = output_stem(container, name)
    if len(stem) + _LONGEST_ENDING > MOST_NAME:
        return len(stem) + _LONGEST_ENDING, "characters", MOST_NAME
    folders = stem.count("/") + 1
    return (folders, "parts", MOST_SEGMENTS) if folders > MOST_SEGMENTS else None


def short_name(path: str, recording_id: str) -> str:
    """`transcripts/audio/a/b/call.wav.json` becomes `transcripts/audio/<id>.json`: the name that
    is left where none that holds the audio's is to be had."""
    where, _, name = path.rpartition("/")
    container, _, rest = where.partition("/")
    folder = f"{container}/{rest.partition('/')[0]}" if rest else container
    return f"{folder}/{recording_id}.{name.rpartition('.')[2]}"


def translated_name(path: str, transcript: str, language: str) -> str:
    """Of an output beside the JSON transcript, whatever that is called: `call.wav.vtt` becomes
    `call.wav.de.vtt`."""
    stem = transcript.removesuffix(".json")
    ending = path.removeprefix(stem) if path.startswith(stem) else f".{path.rpartition('.')[2]}"
    return f"{stem}.{language}{ending}"


def parts_name(transcript: str, language: str) -> str:
    """Where what was translated so far lies until all is."""
    return f"{transcript.removesuffix('.json')}.{language}.parts.json"


def insights_name(transcript: str) -> str:
    """Beside the JSON transcript, whatever that is called: `call.wav.json` and
    `call.wav.insights.json`."""
    return f"{transcript.removesuffix('.json')}.insights.json"
