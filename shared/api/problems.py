"""What is answered where something is wrong: problem details, as RFC 9457 describes them."""

from __future__ import annotations

import re
from http import HTTPStatus

import msgspec

from shared.api.http import PROBLEM, Response
from shared.errors import (
    ConfigurationError,
    DropscribeError,
    Fault,
    FieldRefused,
    InputError,
    ManifestRefused,
    ProfilesRefused,
)

MOST_FAULTS = 200
RETRY_SECONDS = 5
_MISCONFIGURED = (
    "The settings or the profiles of the deployment are wrong, and nothing is done until whoever "
    "runs it has mended what is listed."
)
_TYPE = "urn:dropscribe:problem:"
_encoder = msgspec.json.Encoder()


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`code` is stable and snake_case, `detail` says what to do. `faults` are the first of what
    is wrong with a request, `more` is how many are not among them."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    faults: tuple[Fault, ...] = ()
    more: int = 0


class Refused(Exception):
    """A request that is not even passed on."""

    def __init__(
        self, status: int, code: str, detail: str, *faults: Fault, retry_seconds: int | None = None
    ) -> None:
        self.status, self.code, self.detail, self.faults = status, code, detail, faults
        self.retry_seconds = retry_seconds
        super().__init__(code)


def refusal(error: Refused) -> Response:
    return problem(
        error.status, error.code, error.detail, error.faults, retry_seconds=error.retry_seconds
    )


def of_error(error: DropscribeError) -> Response:
    """What one of our own errors means to the caller."""
    retry = RETRY_SECONDS if error.transient else None
    if isinstance(error, ManifestRefused):
        more = error.more + max(len(error.faults) - MOST_FAULTS, 0)
        detail = "Nothing of the manifest was taken: mend every fault listed, then send it again."
        return problem(error.status, _code(error), detail, error.faults[:MOST_FAULTS], more=more)
    if isinstance(error, InputError):
        return problem(error.status, error.code, f"{error.reason} {error.advice}")
    if isinstance(error, FieldRefused):
        fault = Fault(code="invalid", message=_sentence(error.said), at=error.field)
        detail = f"{fault.at}: {fault.message}"
        return problem(error.status, _code(error), detail, (fault,))
    if isinstance(error, ProfilesRefused):
        found = tuple(Fault(code="misconfigured", message=text) for text in error.problems)
        more = max(len(found) - MOST_FAULTS, 0)
        detail = _sentence(str(error))
        return problem(error.status, _code(error), detail, found[:MOST_FAULTS], more=more)
    if isinstance(error, ConfigurationError):
        found = tuple(Fault(code="misconfigured", message=text) for text in error.problems)
        return problem(error.status, _code(error), _MISCONFIGURED, found[:MOST_FAULTS])
    if error.status >= 500:
        return problem(error.status, _code(error), "Try again a little later.", retry_seconds=retry)
    return problem(error.status, _code(error), _sentence(str(error)), retry_seconds=retry)


def problem(
    status: int,
    code: str,
    detail: str = "",
    faults: tuple[Fault, ...] = (),
    *,
    more: int = 0,
    retry_seconds: int | None = None,
) -> Response:
    body = Problem(
        type=f"{_TYPE}{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        faults=faults,
        more=more,
    )
    headers = {} if retry_seconds is None else {"Retry-After": str(retry_seconds)}
    return Response(status, _encoder.encode(body), PROBLEM, headers)


def _code(error: DropscribeError) -> str:
    """`BatchMissing` becomes `batch_missing`."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", type(error).__name__).lower()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
