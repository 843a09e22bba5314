"""The faults that can be ordered of this emulator: what shall go wrong, and where."""

from __future__ import annotations

from local.emulators.common.faults import CALL, CALL_KINDS, Kind

_JOB = frozenset({"id", "displayName"})
_RECORDING = _JOB | {"source"}
_EVENT = frozenset({"event", "self"})

KINDS: dict[str, Kind] = {
    **CALL_KINDS,
    # A call is refused and not carried out. `envelope`: service or gateway.
    "refuse": Kind(CALL, {"status": 503, "retryAfter": None, "envelope": "gateway"}),
    # A job stays NotStarted, or Running, that much longer.
    "slow_start": Kind(_JOB, {"seconds": 1.0}),
    "slow_job": Kind(_JOB, {"seconds": 1.0}),
    "fail_job": Kind(_JOB, {"code": "Internal", "message": "An internal error occurred."}),
    "fail_recording": Kind(
        _RECORDING,
        {"code": "InvalidData", "message": "The recordings URI contains invalid data."},
    ),
    # The result exists nowhere, though the report says that the recording succeeded.
    "drop_result": Kind(_RECORDING),
    # The result is listed, but its content answers with `status`.
    "missing_result": Kind(_RECORDING, {"status": 404}),
    "malformed_result": Kind(_RECORDING, {"body": '{"source": "cut off in the mid'}),
    "drop_report": Kind(_JOB),
    "omit_from_report": Kind(_RECORDING),
    "drop_webhook": Kind(_EVENT),
    "double_webhook": Kind(_EVENT),
}
