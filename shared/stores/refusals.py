"""What storage's refusals mean: whose trouble they are, on which kind of call.

One table for blobs, tables and queues. Sources: COMMON "Common REST API error codes", BLOB "Blob
Storage error codes", TABLE "Table Storage error codes", QUEUE "Queue Storage error codes", all of
the REST reference of Azure Storage; and of ARCHIVE "Archive access tier", CPK "Encryption scopes
and customer-provided keys", WORM "Immutable storage for blobs", NAMES "Naming and referencing
containers, blobs, and metadata".

    ours      trouble of ours with storage, or of storage with itself: the step is put off; no
              attempt is used, nothing becomes terminal
    blob      it will never pass for this one blob, and says nothing of others
    conflict  somebody else was first, or our own call that was repeated
    gone      it is not there: the call knows what that means
    unclear   it may be either. It is put off like trouble of ours, and taken for the blob's once it
              went on for `blob_patience_seconds` while storage answered for others
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

Call = Literal["head", "range", "put", "list", "table", "queue"]
Verdict = Literal["ours", "blob", "conflict", "gone", "unclear"]
Source = Literal["COMMON", "BLOB", "TABLE", "QUEUE", "ARCHIVE", "CPK", "WORM", "NAMES"]
CALLS: tuple[Call, ...] = get_args(Call)


class Refusal(NamedTuple):
    """`means` tells the verdict by the kind of call; a call that is not in it never gets that
    code by what is documented, and is judged by `status` if it does."""

    code: str
    status: int
    source: Source
    means: Mapping[Call, Verdict]


_EVERYWHERE: Mapping[Call, Verdict] = dict.fromkeys(CALLS, "ours")
_NAME: Mapping[Call, Verdict] = {"head": "blob", "range": "blob", "put": "blob"}
_READ: Mapping[Call, Verdict] = {"head": "blob", "range": "blob"}
_IN_THE_WAY: Mapping[Call, Verdict] = {"put": "blob"}
_MAYBE: Mapping[Call, Verdict] = {
    "head": "unclear",
    "range": "unclear",
    "put": "unclear",
    "list": "ours",
    "table": "ours",
    "queue": "ours",
}
_RACE: Mapping[Call, Verdict] = {"put": "conflict", "table": "conflict"}

# fmt: off
REFUSALS: tuple[Refusal, ...] = (
    # Who we are, and what the network lets through.
    Refusal("AuthenticationFailed", 403, "COMMON", _EVERYWHERE),
    Refusal("InvalidAuthenticationInfo", 400, "COMMON", _EVERYWHERE),
    Refusal("NoAuthenticationInformation", 401, "COMMON", _EVERYWHERE),
    Refusal("AuthorizationFailure", 403, "COMMON", _EVERYWHERE),
    Refusal("AuthorizationSourceIPMismatch", 403, "COMMON", _EVERYWHERE),
    Refusal("AuthorizationProtocolMismatch", 403, "COMMON", _EVERYWHERE),
    Refusal("AuthorizationPermissionMismatch", 403, "COMMON", _MAYBE),  # conditions of a role
    Refusal("AuthorizationServiceMismatch", 403, "COMMON", _EVERYWHERE),
    Refusal("AuthorizationResourceTypeMismatch", 403, "COMMON", _EVERYWHERE),
    Refusal("InsufficientAccountPermissions", 403, "COMMON", _MAYBE),
    Refusal("AccountIsDisabled", 403, "COMMON", _EVERYWHERE),
    Refusal("PublicAccessNotPermitted", 409, "BLOB", _EVERYWHERE),
    # Storage itself.
    Refusal("InternalError", 500, "COMMON", _EVERYWHERE),
    Refusal("OperationTimedOut", 500, "COMMON", _EVERYWHERE),
    Refusal("ServerBusy", 503, "COMMON", _EVERYWHERE),
    Refusal("AccountBeingCreated", 409, "COMMON", _EVERYWHERE),
    Refusal("AccountAlreadyExists", 409, "COMMON", _EVERYWHERE),
    Refusal("ResourceNotFound", 404, "COMMON", dict.fromkeys(CALLS, "gone")),
    # What everything lies in.
    Refusal("ContainerNotFound", 404, "BLOB",
        {"head": "gone", "range": "gone", "put": "ours", "list": "gone"}),
    Refusal("ContainerBeingDeleted", 409, "BLOB",
        {"head": "ours", "range": "ours", "put": "ours", "list": "ours"}),
    Refusal("ContainerDisabled", 409, "BLOB",
        {"head": "ours", "range": "ours", "put": "ours", "list": "ours"}),
    Refusal("TableNotFound", 404, "TABLE", {"table": "ours"}),
    Refusal("TableBeingDeleted", 409, "TABLE", {"table": "ours"}),
    Refusal("QueueNotFound", 404, "QUEUE", {"queue": "ours"}),
    Refusal("QueueBeingDeleted", 409, "QUEUE", {"queue": "ours"}),
    Refusal("QueueDisabled", 409, "QUEUE", {"queue": "ours"}),
    # Names.
    Refusal("InvalidUri", 400, "COMMON", _NAME),
    Refusal("OutOfRangeInput", 400, "COMMON", _NAME),
    Refusal("InvalidResourceName", 400, "NAMES", _NAME),
    Refusal("InvalidInput", 400, "COMMON", _MAYBE),
    Refusal("InvalidHeaderValue", 400, "COMMON", _MAYBE),
    Refusal("InvalidMetadata", 400, "COMMON", _MAYBE),
    Refusal("MetadataTooLarge", 400, "COMMON", _MAYBE),
    Refusal("RequestBodyTooLarge", 413, "COMMON",
        {"put": "blob", "table": "ours", "queue": "ours"}),
    Refusal("ResourceTypeMismatch", 409, "BLOB", _NAME),  # a folder of a hierarchical namespace
    Refusal("PathConflict", 409, "BLOB", _IN_THE_WAY),
    Refusal("PathAlreadyExists", 409, "BLOB", _IN_THE_WAY),
    # One blob, for reading.
    Refusal("BlobNotFound", 404, "BLOB", {"head": "gone", "range": "gone", "put": "gone"}),
    Refusal("BlobArchived", 409, "ARCHIVE", _NAME),
    Refusal("BlobBeingRehydrated", 409, "ARCHIVE", _NAME),
    Refusal("BlobUsesCustomerSpecifiedEncryption", 409, "CPK", _NAME),
    Refusal("BlobDoesNotUseCustomerSpecifiedEncryption", 409, "CPK", _NAME),
    Refusal("BlobCustomerSpecifiedEncryptionMismatch", 409, "CPK", _NAME),
    Refusal("BlobAccessTierNotSupportedForAccountType", 409, "BLOB", _NAME),
    Refusal("InvalidBlobType", 409, "BLOB", _NAME),
    Refusal("InvalidOperation", 400, "BLOB", _MAYBE),
    Refusal("OperationNotAllowedOnIncrementalCopyBlob", 409, "BLOB", _NAME),
    Refusal("CannotVerifyCopySource", 400, "BLOB", _MAYBE),
    Refusal("InvalidRange", 416, "COMMON", {"range": "blob"}),
    Refusal("ConditionNotMet", 412, "COMMON",
        {"head": "conflict", "range": "conflict", "put": "conflict", "table": "conflict"}),
    # One blob, for writing: something that we may not touch has the name.
    Refusal("BlobImmutableDueToPolicy", 409, "WORM", _IN_THE_WAY),
    Refusal("BlobImmutableDueToLegalHold", 409, "WORM", _IN_THE_WAY),
    Refusal("ContainerImmutabilityPolicyFailure", 409, "WORM", _IN_THE_WAY),
    Refusal("LeaseIdMissing", 412, "BLOB", _IN_THE_WAY),
    Refusal("LeaseLost", 412, "BLOB", _IN_THE_WAY),
    Refusal("LeaseIdMismatchWithBlobOperation", 412, "BLOB", _IN_THE_WAY),
    Refusal("LeaseNotPresentWithBlobOperation", 412, "BLOB", _IN_THE_WAY),
    Refusal("SnapshotsPresent", 409, "BLOB", _IN_THE_WAY),
    Refusal("PendingCopyOperation", 409, "BLOB", _IN_THE_WAY),
    Refusal("InfiniteLeaseDurationRequired", 412, "BLOB", _IN_THE_WAY),
    Refusal("BlobOverwritten", 409, "BLOB", _RACE),
    Refusal("BlobAlreadyExists", 409, "BLOB", _RACE),
    Refusal("TargetConditionNotMet", 412, "BLOB", _RACE),
    Refusal("SourceConditionNotMet", 412, "BLOB", _RACE),
    Refusal("InvalidBlobOrBlock", 400, "BLOB", _RACE),
    Refusal("InvalidBlockList", 400, "BLOB", _RACE),
    # Rows.
    Refusal("EntityAlreadyExists", 409, "TABLE", _RACE),
    Refusal("UpdateConditionNotSatisfied", 412, "TABLE", _RACE),
    Refusal("EntityNotFound", 404, "TABLE", {"table": "gone"}),
    Refusal("EntityTooLarge", 400, "TABLE", {"table": "ours"}),
    Refusal("PropertyValueTooLarge", 400, "TABLE", {"table": "ours"}),
    Refusal("TableServerOutOfMemory", 500, "TABLE", {"table": "ours"}),
    # Messages.
    Refusal("MessageTooLarge", 400, "QUEUE", {"queue": "ours"}),
    Refusal("MessageNotFound", 404, "QUEUE", {"queue": "ours"}),
)
# fmt: on

_VERDICTS: dict[tuple[str, Call], Verdict] = {
    (row.code, call): verdict for row in REFUSALS for call, verdict in row.means.items()
}
_OF_ONE: frozenset[Call] = frozenset({"head", "range", "put"})


def verdict(call: Call, status: int, code: str) -> Verdict:
    """By the code where the table has it, else by the status. `status` 0 is no answer at all."""
    known = _VERDICTS.get((code, call))
    return known if known is not None else _by_status(call, status)


def _by_status(call: Call, status: int) -> Verdict:
    if status in (0, 401, 408, 429) or status >= 500:
        return "ours"
    if status == 404:
        return "ours" if call in ("put", "queue") else "gone"
    if status in (409, 412):
        return "conflict" if call in ("put", "table") else "unclear" if call in _OF_ONE else "ours"
    return "unclear" if call in _OF_ONE else "ours"
