"""What the storage SDKs raise, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)

from shared.errors import StoreConflict, StoreUnavailable


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Translate; messages carry `what` and a status, never the SDK's text, which holds URLs.
    `ResourceNotFoundError` passes: what a missing thing means is known at the call."""
    try:
        yield
    except ResourceNotFoundError:
        raise
    except (ResourceExistsError, ResourceModifiedError) as error:
        raise StoreConflict(f"{what}: somebody else was first") from error
    except HttpResponseError as error:
        if error.status_code in (409, 412):
            raise StoreConflict(f"{what}: somebody else was first") from None
        raise StoreUnavailable(f"{what}: storage answered {error.status_code}") from None
    except AzureError as error:
        raise StoreUnavailable(f"{what}: {type(error).__name__}") from None
