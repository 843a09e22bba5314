"""The faults that can be ordered of this emulator: what shall go wrong, and where."""

from __future__ import annotations

from local.emulators.common.faults import CALL, CALL_KINDS, Kind

_MANIFEST = frozenset({"id", "title"})
_BATCH = frozenset({"batch"})
_ITEM = _BATCH | {"id", "clientItemId", "title", "source"}

KINDS: dict[str, Kind] = {
    **CALL_KINDS,
    # A call is refused and not carried out.
    "refuse": Kind(CALL, {"status": 503, "retryAfter": None}),
    # A manifest is still being validated for that long, or turns out to be invalid.
    "slow_validation": Kind(_MANIFEST, {"seconds": 1.0}),
    "invalid_manifest": Kind(_MANIFEST, {"message": "This failure was ordered."}),
    # An item stays RECEIVED that much longer.
    "slow_item": Kind(_ITEM, {"seconds": 1.0}),
    # An item ends as `status`: FAILED, CANCELLED or INSUFFICIENT_FUNDS.
    "end_item": Kind(_ITEM, {"status": "FAILED"}),
    # A batch reads `status`, whatever its items say.
    "misstate_batch": Kind(_BATCH, {"status": "FAILED"}),
    # The status of a batch leaves an item out, or does not say its client_item_id.
    "hide_item": Kind(_ITEM),
    "forget_client_item_id": Kind(_ITEM),
    # A transcription answers with `status`, or with a body that is not what it should be.
    "missing_result": Kind(_ITEM, {"status": 404}),
    "malformed_result": Kind(_ITEM, {"body": '{"text": "cut off in the mid'}),
    # The filter of scripts is not heeded: Hebrew words come in both.
    "both_scripts": Kind(_ITEM),
    # A list of transcriptions does not hold an item (yet).
    "unlisted_item": Kind(_ITEM),
}
