"""Trouble with what is stored, and with the process that looks into files."""

from __future__ import annotations

from shared.errors.base import DropscribeError


class SealBroken(DropscribeError):
    """What is sealed was changed, belongs elsewhere, or was sealed by another key."""


class StoreConflict(DropscribeError):
    """A conditional insert, update or delete lost against another writer."""

    status = 409
    transient = True


class StoreUnavailable(DropscribeError):
    """Storage could not be reached, or answered 429 or 5xx after the client's own retries."""

    status = 503
    transient = True


class RowUnreadable(DropscribeError):
    """A newer release wrote it, and this one runs after it or beside it. Says where, not what."""


class BlobUnread(StoreUnavailable):
    """A blob could not be read, or was changed while it was. Whether that is trouble with storage
    or with this blob alone is not known yet."""


class ReaderUnavailable(DropscribeError):
    """The process that looks into files could not be started, or was ended from outside; nothing
    is said about the file."""

    status = 503
    transient = True
