"""One thing that the API does: where it is, what it takes, and what it may answer.

The routes, the checks of what comes in, `openapi.json` and the connector all follow from the same
`Operation`s, so none of them can say what another does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import msgspec

from shared.api.http import JSON, Request, Response
from shared.api.problems import Refused
from shared.api.words import unknown, wrong
from shared.application import Application
from shared.errors import DropscribeError, Fault
from shared.model.access.caller import NOTHING, SOMEBODY, Asker, Caller, Sight
from shared.model.access.roles import Rights
from shared.model.access.trail import TrailKind
from shared.model.manifest.known import Known

_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_SHOWN = re.compile(r"[\w.\[\]-]{0,100}")
_SECRETS = frozenset({"code", "clientid"})  # of the host: its key may stand in the query


class Admitted(NamedTuple):
    """Who may call an operation, and how far that reaches."""

    caller: Caller = SOMEBODY
    sight: Sight = NOTHING


class Call(NamedTuple):
    """A request that was checked. `query` and `body` are of the types that the operation names.
    `base` is the address of the API, `caller` whoever calls, `sight` how far that one reaches by
    this operation; an open one is called by somebody. `operations` is all that can be called, for
    those that describe it."""

    app: Application
    request: Request
    base: str
    path: Mapping[str, str]
    query: Any = None
    body: Any = None
    caller: Caller = SOMEBODY
    sight: Sight = NOTHING
    operations: Operations = ()

    @property
    def asker(self) -> Asker:
        """Who asks for a batch by this call."""
        return Asker(self.caller.id, self.sight)

    @property
    def known(self) -> Known:
        """What may be referred to in this call."""
        return self.app.known._replace(sight=self.sight)

    def url(self, path: str) -> str:
        """The absolute address of something in the API."""
        return f"{self.base}/{path}"


class Answer(NamedTuple):
    """`schema` is the type of the body where it is JSON, `str` where it is text only, None where
    there is no body. Of several media types the first is the usual one; a parameter of the query
    called `chooser` asks for another. `headers` maps names to descriptions."""

    description: str
    schema: Any = None
    media_types: tuple[str, ...] = (JSON,)
    headers: Mapping[str, str] = {}
    chooser: str = ""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Operation:
    """`name` is the name of its function, in snake_case. `path` is below `/api`, with its
    parameters in braces. `query` and `body` are structs; `body_types` are the media types of one
    that the operation reads by itself, `headers` what it reads besides, with what that does.
    `problems` are the statuses that it refuses with, besides those that all have. `former` maps
    names that a parameter of the query had before to the one that it has: they are taken and not
    described. `rights` are the roles that may call it, and how far each reaches; `is_open` lets
    everybody in. `trail` says that calls are written down, as of what they read or change:
    whatever is no GET changes something, unless it `is_question`. What `is_shared` is the same for
    all who see the same, so whoever takes an answer that is some seconds old gets that of another.
    `unconfigured` answers where settings or profiles are wrong, or storage does not answer, and
    there is no application; without it that is a problem. Each is itself and no other, whatever
    others hold."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    handle: Callable[[Call], Response]
    answers: Mapping[int, Answer]
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | None = None
    body_types: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[int, ...] = ()
    rights: Rights = field(default_factory=dict)
    trail: TrailKind | None = None
    is_question: bool = False
    is_shared: bool = False
    is_open: bool = False
    unconfigured: Callable[[DropscribeError], Response] | None = None
    tag: str = ""
    path_names: tuple[str, ...] = field(init=False)
    read_body: Callable[[bytes], Any] | None = field(init=False)

    def __post_init__(self) -> None:
        """Types are looked into while modules are imported: two threads must not be the first."""
        assert bool(self.rights) != self.is_open, f"{self.name}: open, or for some roles"
        object.__setattr__(self, "path_names", tuple(re.findall(r"\{(\w+)\}", self.path)))
        if self.method != "GET" and not self.is_question:
            object.__setattr__(self, "trail", "change")
        read_body = msgspec.json.Decoder(self.body).decode if self.body is not None else None
        object.__setattr__(self, "read_body", read_body)
        if self.query is not None:
            msgspec.json.Decoder(self.query)


Operations = tuple[Operation, ...]


def tagged(tag: str, *operations: Operation) -> Operations:
    """Operations that are described together, under that heading."""
    return tuple(replace(operation, tag=tag) for operation in operations)


class PathValue(NamedTuple):
    """What a parameter in a path may be. Anything else names what cannot be there."""

    pattern: str
    description: str


PATH_VALUES: Mapping[str, PathValue] = {
    "batch_id": PathValue("^[A-Za-z0-9][A-Za-z0-9-]{0,99}$", "The id of a batch"),
    "recording_id": PathValue("^[0-9a-f]{32}$", "The id of a recording"),
    "subscription_id": PathValue("^(sub-[0-9a-z]{1,64}|callbacks)$", "The id of a subscription"),
    "key_id": PathValue("^key-[0-9a-f]{16}$", "The id of a key"),
    "event_id": PathValue("^evt_[0-9]{13}[0-9a-f]{24}$", "The id of an event"),
    "trigger": PathValue(
        "^(transcript-ready|recording-failed|review-needed|batch-completed)$", "What starts a flow"
    ),
    "transcript_format": PathValue("^(vtt|srt|ttml|txt|csv)$", "What the transcript is written as"),
    "report_format": PathValue("^(csv|html)$", "What the report is written as"),
}


def read_call(
    operation: Operation,
    request: Request,
    app: Application,
    base: str,
    who: Admitted,
    operations: Operations,
) -> Call:
    """Raises `Refused` for what is not as the operation describes it."""
    path = {name: _path_value(name, request.path.get(name, "")) for name in operation.path_names}
    return Call(
        app=app,
        request=request,
        base=base,
        path=path,
        query=_query(operation, request.query),
        body=_body(operation, request),
        caller=who.caller,
        sight=who.sight,
        operations=operations,
    )


def _path_value(name: str, value: str) -> str:
    pattern = PATH_VALUES[name].pattern
    if not re.fullmatch(pattern, value):
        kind = name.removesuffix("_id")
        told = "id" if name.endswith("_id") else "name"
        choices = re.fullmatch(r"\^\(([a-z|-]+)\)\$", pattern)
        there_are = f" There are: {choices[1].replace('|', ', ')}." if choices else ""
        text = f"There is no {kind.replace('_', ' ')} of that {told}.{there_are}"
        raise Refused(404, f"{kind}_missing", text)
    return value


def _query(operation: Operation, query: Mapping[str, str]) -> Any:
    kind, former = operation.query, operation.former
    sent = {former.get(k, k): v for k, v in query.items() if k.lower() not in _SECRETS}
    known = kind.__struct_fields__ if kind is not None else ()
    strange = [(name, unknown(name, known)) for name in sent if name not in known]
    if strange:
        raise _invalid("unknown_parameter", strange)
    if kind is None:
        return None
    try:
        return msgspec.convert(sent, kind, strict=False)
    except msgspec.ValidationError:
        own = {former.get(name, name): name for name in query}  # as its sender calls it
        found = [(own.get(at, at), text) for at, text in wrong(kind, sent, strict=False)]
        raise _invalid("invalid_parameter", found) from None


def _body(operation: Operation, request: Request) -> Any:
    if operation.read_body is None or operation.body is None:
        return None
    media_type = request.header("content-type").partition(";")[0].strip().lower()
    if media_type and media_type != JSON:
        raise Refused(415, "unsupported_media_type", f"Send the body as {JSON}.")
    try:
        return operation.read_body(request.body or b"{}")
    except msgspec.ValidationError:
        sent = _json(request.body or b"{}")
        raise _invalid("invalid_body", wrong(operation.body, sent, strict=True)) from None
    except _BROKEN as error:
        raise _no_json(error) from None


def _json(body: bytes) -> Any:
    """Raises `Refused`."""
    try:
        return msgspec.json.decode(body)
    except _BROKEN as error:
        raise _no_json(error) from None


def _no_json(error: Exception) -> Refused:
    return Refused(400, "invalid_body", f"The body is not JSON{_broken(error)}.")


def _broken(error: Exception) -> str:
    """Where, as far as it is told."""
    if isinstance(error, msgspec.DecodeError) and "truncated" in str(error):
        return ": it ends in the middle"
    place = re.search(r"\(byte (\d+)\)$", str(error))
    return f": it is wrong from byte {place[1]} on" if place else ""


def _invalid(code: str, found: Sequence[tuple[str, str]]) -> Refused:
    """With each place and what would be right there; a single one is told in the detail, too."""
    faults = [
        Fault(code=code, message=text, at=at if _SHOWN.fullmatch(at) else "") for at, text in found
    ]
    if len(faults) != 1:
        return Refused(400, code, "Mend every fault listed, then send it again.", *faults)
    [one] = faults
    return Refused(400, code, f"{one.at}: {one.message}" if one.at else one.message, one)
