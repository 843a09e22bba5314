"""What a call asks for: every documented rule of items, manifests and settings.

Item over batch over default holds for speakers: a number and automatic detection exclude each
other in one object; neither anywhere means one speaker.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from local.emulators.soferai import bodies
from local.emulators.soferai.bodies import Json
from local.emulators.soferai.errors import Refusal, bad_request

MOST_ITEMS = {"standard": 500, "express": 10}
LANGUAGES = ("en", "he", "yi", "fr")
SCRIPTS = ("en", "he", "hybrid")
_MODELS = ("v1", "v0")
_MOST_SPEAKERS = 100
ITEM_FIELDS = ("audio_url", "title", "client_item_id", "num_speakers", "auto_detect_speakers")
INFO_FIELDS = (
    "model",
    "title",
    "primary_language",
    "hebrew_word_format",
    "num_speakers",
    "auto_detect_speakers",
)


class Speakers(msgspec.Struct, frozen=True):
    """`number` None: to be found out."""

    number: int | None = 1


class Wanted(msgspec.Struct, frozen=True):
    """How one item is to be transcribed. `mode` is single, express or standard."""

    model: str
    language: str
    scripts: tuple[str, ...]
    speakers: Speakers
    mode: str

    @property
    def labels_speakers(self) -> bool:
        return self.speakers.number != 1


class Source(msgspec.Struct, frozen=True):
    """One item of a manifest or of an express batch. `speakers` None: as the batch says."""

    audio_url: str
    title: str | None = None
    client_item_id: str | None = None
    speakers: Speakers | None = None


def read_sources(found: Any, mode: str) -> tuple[Source, ...]:
    """The items of an express batch. Raises 400 for the first fault."""
    if not isinstance(found, list) or not found:
        raise bad_request("audio_sources must be a list of sources")
    sources = tuple(read_source(each) for each in found)
    faults = faults_of_all(sources, mode)
    if faults:
        raise bad_request(faults[0])
    return sources


def read_source(found: Any) -> Source:
    item = bodies.as_object(found, "An item")
    return Source(
        audio_url=bodies.web_address(item.get("audio_url")),
        title=bodies.text(item, "title"),
        client_item_id=bodies.text(item, "client_item_id"),
        speakers=read_speakers(item),
    )


def faults_of_all(sources: Sequence[Source], mode: str) -> list[str]:
    """What is wrong with items that are right one by one."""
    faults = []
    if len(sources) > MOST_ITEMS[mode]:
        faults.append(f"{len(sources)} items are more than the {MOST_ITEMS[mode]} of {mode} mode")
    given = Counter(each.client_item_id for each in sources if each.client_item_id is not None)
    twice = [name for name, times in given.items() if times > 1]
    return faults + [f"duplicate client_item_id: {name}" for name in twice]


def read_manifest(body: Json) -> tuple[list[Any], int]:
    """The raw items of a manifest and its size in bytes. Raises 400."""
    kind = body.get("content_type")
    items, lines = body.get("json_items"), bodies.text(body, "jsonl")
    if kind not in ("json", "jsonl"):
        raise bad_request("content_type must be json or jsonl")
    if (items is None) == (lines is None) or (kind == "json") != (items is not None):
        raise bad_request("Give json_items for json, or jsonl for jsonl, and not both")
    if lines is None:
        if not isinstance(items, list):
            raise bad_request("json_items must be a list")
        return items, len(msgspec.json.encode(items))
    try:
        return [msgspec.json.decode(line) for line in lines.split("\n") if line], len(lines)
    except msgspec.DecodeError:
        raise bad_request("jsonl must hold one JSON object a line") from None


def validated(items: list[Any]) -> tuple[tuple[Source, ...], list[str]]:
    """The items of a manifest that can be read, and what is wrong with the manifest."""
    sources, faults = [], []
    for number, item in enumerate(items, start=1):
        try:
            sources.append(read_source(item))
        except Refusal as refusal:
            faults.append(f"item {number}: {refusal.detail}")
    if not items:
        faults.append("the manifest is empty")
    return tuple(sources), faults + faults_of_all(sources, "standard")


def read_wanted(info: Json, mode: str) -> Wanted:
    """The settings of a batch or of a single transcription. Raises 400."""
    language = bodies.one_of(info, "primary_language", LANGUAGES, "en")
    return Wanted(
        model=bodies.one_of(info, "model", _MODELS, "v1"),
        language=language,
        scripts=_scripts(info) if language == "en" else ("he",),
        speakers=read_speakers(info) or Speakers(),
        mode=mode,
    )


def read_speakers(body: Json) -> Speakers | None:
    number, automatic = body.get("num_speakers"), body.get("auto_detect_speakers")
    if number is not None and automatic is not None:
        raise bad_request("num_speakers and auto_detect_speakers are mutually exclusive")
    if automatic is not None:
        if not isinstance(automatic, bool):
            raise bad_request("auto_detect_speakers must be true or false")
        return Speakers(None) if automatic else Speakers(1)
    if number is None:
        return None
    if type(number) is not int or not 1 <= number <= _MOST_SPEAKERS:
        raise bad_request("num_speakers must be a positive number")
    return Speakers(number)


def _scripts(info: Json) -> tuple[str, ...]:
    given = info.get("hebrew_word_format")
    if given is None:
        return ("en", "he")
    if not isinstance(given, list) or not given or set(given) - set(SCRIPTS):
        raise bad_request(f"hebrew_word_format must hold some of {', '.join(SCRIPTS)}")
    return tuple(dict.fromkeys(given))
