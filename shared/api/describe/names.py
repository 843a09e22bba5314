"""The names by which callers know schemas, whatever they are called where they lie.

A generated client of yesterday compiles today only if they stay. Generators make a class of each,
so every enumeration has one, too: without it they call it after the first field that has it, or
`Anonymous2`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, get_args

from shared.api.fields import TranscriptFormat
from shared.api.views.revisions import ChangeOp
from shared.api.views.translations import Progress as TranslationState
from shared.batches.batch_status import Status
from shared.model.access.caller import CallerKind
from shared.model.access.roles import ROLES
from shared.model.access.trail import TrailKind
from shared.model.batch.batch import BatchState, Origin
from shared.model.batch.trace import StepKind
from shared.model.events.delivery import DeliveryState
from shared.model.events.event import EventType
from shared.model.failure import FailureKind
from shared.model.money.brakes import Action, Why
from shared.model.profile.options import Format, Prepare, Priority, SpeakerStyle
from shared.model.recording.decision import Choice
from shared.model.recording.recording import State
from shared.model.recording.understanding import Progress
from shared.model.transcript import insights, review
from shared.model.transcript.transcript import Doubt, Timing
from shared.searching.search import Order

PLACE = "#/components/schemas/"
STRUCTS: Mapping[type, str] = {review.Span: "ReportSpan", insights.Span: "InsightsSpan"}
"""The names of structs that share theirs with another."""
ENUMS: Mapping[str, tuple[str, ...]] = {
    "BatchOrigin": get_args(Origin),
    "BatchState": get_args(BatchState),
    "BatchStatus": get_args(Status),
    "CallerKind": get_args(CallerKind),
    "ChangeOp": get_args(ChangeOp),
    "DecisionKind": get_args(Choice),
    "DeliveryState": get_args(DeliveryState),
    "BrakeAction": get_args(Action),
    "Doubt": get_args(Doubt),
    "EndpointStatus": ("ok", "paused"),
    "EventType": get_args(EventType),
    "FlowTrigger": (
        "transcript-ready",
        "recording-failed",
        "review-needed",
        "batch-completed",
    ),
    "FailureKind": get_args(FailureKind),
    "HeldBecause": get_args(Why),
    "HealthStatus": ("ok", "degraded", "down"),
    "HebrewWords": ("hebrew", "latin"),
    "InsightsProgress": get_args(Progress),
    "LanguageMode": ("continuous", "single"),
    "OutputFormat": get_args(Format),
    "Prepare": get_args(Prepare),
    "Priority": get_args(Priority),
    "ListeningState": ("being_made", "ready"),
    "Mode": ("standard", "express"),
    "Profanity": ("masked", "none", "removed", "tags"),
    "Punctuation": ("automatic", "dictated", "dictated_and_automatic", "none"),
    "RecordingOutcome": ("transcribed", "failed", "unchanged"),
    "RecordingState": get_args(State),
    "RedactWith": ("hash", "kind", "pseudonym"),
    "RedactAudio": ("keep", "mute", "beep"),
    "RedactUnsupported": ("fail", "net"),
    "ProfilesOrigin": ("release", "given", "kept"),
    "ReportFile": ("csv", "html"),
    "ReportFormat": ("json", "csv", "html"),
    "Role": ROLES,
    "SearchOrder": get_args(Order),
    "SpeakerStyle": get_args(SpeakerStyle),
    "StorageStatus": ("ok", "unavailable", "unknown"),
    "SubscriptionState": ("active", "disabled"),
    "TimerStatus": ("ok", "silent"),
    "TraceStepKind": get_args(StepKind),
    "TrailKind": get_args(TrailKind),
    "TranslationState": get_args(TranslationState),
    "TranscriptFile": ("csv", "srt", "ttml", "txt", "vtt"),
    "TranscriptFormat": get_args(TranscriptFormat),
    "UploadMethod": ("PUT",),
    "WordTiming": get_args(Timing),
}
"""The names of enumerations, found by their values: two of the same values are one."""
_BY_VALUES = {frozenset(values): name for name, values in ENUMS.items()}


def published(components: Mapping[str, Any]) -> dict[str, Any]:
    """Structs under the names that callers know. Where two share a name, msgspec puts the module
    before it; such a struct has to stand in `STRUCTS`. Raises `ValueError`."""
    told = json.dumps(components)
    for kind, name in STRUCTS.items():
        told = told.replace(f'{PLACE}{_qualified(kind)}"', f'{PLACE}{name}"')
        told = told.replace(f'"{_qualified(kind)}": ', f'"{name}": ')
    found = dict(json.loads(told))
    unnamed = [name for name in found if "." in name]
    if unnamed:
        raise ValueError(f"these structs share their names and need one in STRUCTS: {unnamed}")
    return {name: {**schema, "title": name} for name, schema in found.items()}


def enum_schemas() -> dict[str, Any]:
    return {
        name: {"title": name, "type": "string", "enum": list(values)}
        for name, values in ENUMS.items()
    }


def with_named_enums(schema: Any) -> Any:
    """The same, with references in the place of enumerations. Raises `ValueError` for one that
    has no name."""
    return everywhere(schema, _named_enum)


def _named_enum(schema: dict[str, Any]) -> dict[str, Any]:
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if values is None:
        return schema
    name = _BY_VALUES.get(frozenset(v for v in values if v is not None))
    if name is None:
        raise ValueError(f"this enumeration needs a name in ENUMS: {values}")
    beside = {k: v for k, v in schema.items() if k not in ("enum", "const", "type")}
    if None in values:
        return {**beside, "anyOf": [{"$ref": PLACE + name}, {"type": "null"}]}
    return {**beside, "$ref": PLACE + name}


def everywhere(schema: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A schema with every schema in it changed, the innermost first."""
    if not isinstance(schema, Mapping):
        return schema
    found = dict(schema)
    for key in ("properties", "$defs"):
        if key in found:
            found[key] = {name: everywhere(part, change) for name, part in found[key].items()}
    for key in ("items", "additionalProperties"):
        if key in found:
            found[key] = everywhere(found[key], change)
    for key in ("anyOf", "allOf", "oneOf"):
        if key in found:
            found[key] = [everywhere(part, change) for part in found[key]]
    return change(found)


def _qualified(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
