"""From a request to a response: who calls, what is asked, what came of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Hashable, Sequence

from shared.api.admit import admit, refuse_out_of_reach, write_down
from shared.api.caller import Access
from shared.api.http import Request, Response
from shared.api.operation import Call, Operation, Operations, read_call
from shared.api.problems import Refused, of_error, problem, refusal
from shared.application import Application
from shared.errors import ConfigurationError, DropscribeError, StoreUnavailable
from shared.log import event


def serve(
    operation: Operation,
    request: Request,
    application: Callable[[], Application],
    access: Access,
    operations: Operations,
) -> Response:
    """Always a response: whatever goes wrong is told as problem details. `operations` are all
    that the API has."""
    answered: Callable[[Response], None] = _nothing

    def run() -> Response:
        nonlocal answered
        who = admit(operation, request, access, lambda key: application().callers(key))
        app = application()
        base = _base(request, app.public_url)
        call = read_call(operation, request, app, base, who, operations)
        seconds = _age(operation, request)
        if seconds:
            return app.recent(_question(operation, call), seconds, lambda: _read(operation, call))
        refuse_out_of_reach(call)
        answered = write_down(operation, call)
        return operation.handle(call)

    response = _safely(operation, run)
    answered(response)
    return response


def _age(operation: Operation, request: Request) -> int:
    """How many seconds old an answer may be that the caller takes (RFC 9111, 5.2.1.1); 0: none is
    old enough to be kept."""
    if not operation.is_shared:
        return 0
    found = re.search(r"\bmax-age=(\d{1,4})\b", request.header("cache-control"))
    return int(found[1]) if found else 0


def _question(operation: Operation, call: Call) -> Hashable:
    """The same for those who ask the same and see the same."""
    sight = None if call.sight.is_whole else call.sight
    query = tuple(sorted(call.request.query.items()))
    return operation.name, tuple(call.path.values()), query, sight, call.base


def _read(operation: Operation, call: Call) -> Response:
    refuse_out_of_reach(call)
    return operation.handle(call)


def _nothing(response: Response) -> None:
    """Where nothing is written down."""


def _safely(operation: Operation, run: Callable[[], Response]) -> Response:
    try:
        return run()
    except Refused as error:
        return refusal(error)
    except ConfigurationError as error:
        _told(operation, error)
        return operation.unconfigured(error) if operation.unconfigured else of_error(error)
    except DropscribeError as error:
        if error.status >= 500:
            _told(operation, error)
        if isinstance(error, StoreUnavailable) and operation.unconfigured:
            return operation.unconfigured(error)
        return of_error(error)
    except Exception as error:  # the host would answer without a word
        _told(operation, error)
        return problem(500, "internal", "The fault is ours. It is logged; try again later.")


def nothing_there(method: str, path: str, operations: Operations) -> Response:
    """For a path below the API that no operation has, or has with other methods only."""
    parts = path.strip("/").split("/")
    methods = sorted({op.method for op in operations if _may_be(op.path.split("/"), parts)})
    if not methods or method in methods:
        text = "There is nothing at this address. GET openapi.json lists all that there is."
        return problem(404, "unknown_path", text)
    allowed = ", ".join(methods)
    response = problem(405, "method_not_allowed", f"This address takes {allowed}, not {method}.")
    return response._replace(headers={"Allow": allowed})


def _may_be(path: Sequence[str], asked: Sequence[str]) -> bool:
    return len(path) == len(asked) and all(
        own.startswith("{") or own == other for own, other in zip(path, asked, strict=True)
    )


def _told(operation: Operation, error: Exception) -> None:
    """Without the text of the error, which may hold what the caller sent."""
    event("api.failed", operation=operation.name, error=type(error).__name__, level=logging.ERROR)


def _base(request: Request, public_url: str | None) -> str:
    """The address of the API, as others reach it: what the settings say, else what was called."""
    root = public_url.rstrip("/") if public_url else request.url.partition("/api/")[0]
    return f"{root}/api"
