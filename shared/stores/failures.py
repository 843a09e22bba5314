"""What the storage SDKs raise, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import AzureError, HttpResponseError

from shared.errors import StoreConflict, StoreUnavailable
from shared.model.failure_texts import BLOB_REFUSED
from shared.stores.refusals import Call, Verdict, verdict


@contextmanager
def storage_errors(what: str, call: Call) -> Iterator[None]:
    """Translate as the table in `refusals.py` says. Messages carry `what`, a status and a code,
    never the SDK's text, which holds URLs. What is gone passes as it was raised: what that means is
    known at the call. Raises `StoreUnavailable`, `StoreConflict`, and `InputError` of a blob that
    can never be read."""
    try:
        yield
    except HttpResponseError as error:
        match judged(error, call):
            case "gone":
                raise
            case "conflict":
                raise StoreConflict(f"{what}: somebody else was first") from error
            case "blob" if call == "range":
                raise BLOB_REFUSED.error(said=said(error)) from None
            case _:
                raise StoreUnavailable(f"{what}: storage answered {said(error)}") from None
    except AzureError as error:
        raise StoreUnavailable(f"{what}: {type(error).__name__}") from None


def judged(error: HttpResponseError, call: Call) -> Verdict:
    return verdict(call, error.status_code or 0, code_of(error))


def code_of(error: HttpResponseError) -> str:
    """Storage's own code: of blobs and queues the SDK keeps it as text, of tables as a value."""
    code = getattr(error, "error_code", None) or ""
    return str(getattr(code, "value", code))


def said(error: HttpResponseError) -> str:
    """Status and code, which hold no secrets."""
    return f"{error.status_code} {code_of(error)}".strip()
