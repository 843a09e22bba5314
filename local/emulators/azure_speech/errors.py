"""The two error envelopes: the service's own, and that of the gateway in front of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """A call that is answered with an error; `body` is the JSON of its envelope."""

    def __init__(self, status: int, body: dict[str, Any], headers: Mapping[str, str]) -> None:
        self.status, self.body, self.headers = status, body, dict(headers)
        super().__init__(f"{status}")


class ServiceError(Refusal):
    """`{code, message, target?, innerError?{code, message}}`; `inner` is a DetailedErrorCode."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        inner: str | None = None,
        target: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        body: dict[str, Any] = {"code": code, "message": message}
        if target is not None:
            body["target"] = target
        if inner is not None:
            body["innerError"] = {"code": inner, "message": message}
        super().__init__(status, body, headers or {})


class GatewayError(Refusal):
    """`{"error": {"code": "<status>", "message"}}`, sent before the service sees the call."""

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(
            status, {"error": {"code": str(status), "message": message}}, headers or {}
        )


def bad_request(inner: str, message: str, target: str | None = None) -> ServiceError:
    """400 InvalidRequest with the detail that says what is wrong."""
    return ServiceError(400, "InvalidRequest", message, inner=inner, target=target)


def not_found(what: str) -> ServiceError:
    return ServiceError(404, "NotFound", f"The specified {what} cannot be found.")


def unauthorised() -> GatewayError:
    return GatewayError(
        401,
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to "
        "provide a valid key for an active subscription and use a correct regional API endpoint "
        "for your resource.",
    )


def throttled(wait_seconds: int) -> GatewayError:
    return GatewayError(
        429,
        "Requests have exceeded the call rate limit of your pricing tier. "
        f"Please retry after {wait_seconds} second{'' if wait_seconds == 1 else 's'}.",
        headers={"Retry-After": str(wait_seconds)},
    )
