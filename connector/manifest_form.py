"""A manifest as a form: what a flow fills in to create a batch.

It has every field that a manifest has. Where a manifest takes values of several kinds, the form has
one of them: a number of voices, but no range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector.schemas import dynamic, shown
from shared.api.describe.manifests import MANIFEST
from shared.api.describe.plain_schemas import plain

_FIRST = ("title", "profile", "locale", "recordings")
"""What is shown before anybody asks for more."""
_OF_RECORDING = (
    "container blob prefix url client_item_id title speakers locale channels callback_url metadata"
).split()
_TOLD: Mapping[str, str] = {
    "recordings": "What to transcribe",
    "locale": "The language that is spoken",
    "deadline": "When the transcripts are wanted",
    "speakers": "How many voices; 1 means that they are not told apart",
    "accept_truncated": "Whether to transcribe what there is of a file that is cut off",
    "reuse": "Whether audio that was transcribed before gets its transcript again, unpaid",
    "priority": "Who goes first where many wait: urgent, normal or bulk",
    "prepare": "Whether the provider gets a copy of what it does not read: auto, never or always",
    "send": "When it is sent: now, by 06:00, or 22:00-06:00, as UTC has it",
    "candidate_locales": "The 2 to 10 languages that may be spoken, to find out which",
    "caption_speakers": "How captions show who speaks",
    "channels": "Which channels to transcribe, counted from 0; none means all",
    "chapters": "Whether to tell what it was about, part by part",
    "display_word_times": "Whether each word as it is displayed has its time",
    "entities": "Whether to tell what was named",
    "formats": "What is written beside the JSON transcript",
    "formatting": "Whether numbers, dates and the like are as they are written",
    "hebrew_words": "The script of Hebrew words in English speech",
    "highlights": "Whether to tell which phrases matter",
    "key_terms": "Words and names to listen for",
    "language_mode": "Whether the language may change within a recording",
    "min_language_confidence": "How sure the language has to be, 0 to 1",
    "model": "The address of a custom model",
    "model_by_locale": "The address of a custom model for each language",
    "models": "The provider's models, the best first",
    "profanity": "What becomes of swear words",
    "prompt": "What the model is to expect",
    "punctuation": "Where commas and full stops come from",
    "redact": "Kinds of personal data that leave the text, such as person_name",
    "redact_audio": "What is heard in the place of personal data",
    "redact_with": "What stands in the place of personal data",
    "redact_unsupported": "What becomes of a recording in whose language nobody finds it",
    "review_below": "Which confidence is too low to pass without review, 0 to 1",
    "roles": "What the speaker of each channel is called",
    "sentiments": "Whether to tell how what was said sounds",
    "spelling": "How words that are heard are written",
    "time_to_live_hours": "How many hours the provider may keep its copy",
    "translate_to": "The language that what is said is written in",
    "word_times": "Whether each word as it was spoken has its time",
}
"""Where the manifest's own schema speaks of what is written rather than of what it does."""


_PARTS: Mapping[str, Any] = {**MANIFEST["$defs"], **MANIFEST["$defs"]["options"]}


def manifest_form() -> dict[str, Any]:
    fields = MANIFEST["properties"]
    names = (*_FIRST, *(name for name in fields if name not in _FIRST))
    recording = _PARTS["recording"]["properties"]
    found = {name: _field(name, fields[name]) for name in names}
    found["recordings"]["items"] = {
        "type": "object",
        "properties": {name: _field(name, recording[name]) for name in _OF_RECORDING},
    }
    whole = shown({"type": "object", "properties": found, "required": ["recordings"]})
    for name, schema in _fields(whole):
        schema |= dynamic(name, schema)
    for name, schema in whole["properties"].items():
        schema["x-ms-visibility"] = "important" if name in _FIRST else "advanced"
    return whole


def _field(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    there = dict(schema)
    if "$ref" in there:
        there = dict(_PARTS[there["$ref"].rpartition("/")[2]])
    if "anyOf" in there:
        there |= there.pop("anyOf")[0]
    return plain({**there, "description": _TOLD.get(name) or there["description"]}, _PARTS)


def _fields(form: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from form["properties"].items()
    yield from form["properties"]["recordings"]["items"]["properties"].items()
