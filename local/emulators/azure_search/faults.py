"""The faults that can be ordered of this emulator: what shall go wrong, and where."""

from __future__ import annotations

from local.emulators.common.faults import CALL, CALL_KINDS, Kind

_DOCUMENT = frozenset({"key", "action"})

KINDS: dict[str, Kind] = {
    **CALL_KINDS,
    # A call is refused and not carried out.
    "refuse": Kind(CALL, {"status": 503, "code": "", "retryAfter": None}),
    # The same, as the service does while it is busy.
    "throttle": Kind(CALL, {"retryAfter": None}),
    # An answer is 200, and nothing that anybody can read.
    "garble": Kind(CALL, {"body": '{"value": [{"key": '}),
    # A refusal quotes what was sent.
    "leak": Kind(CALL, {"status": 400}),
    # One document of a call is not taken, while others are: the answer is 207.
    "document_error": Kind(_DOCUMENT, {"status": 503}),
    # What a call changes shows only after so many further searches.
    "late": Kind(CALL, {"searches": 1}),
}
