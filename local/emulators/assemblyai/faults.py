"""The faults that can be ordered of this emulator: what shall go wrong, and where."""

from __future__ import annotations

from local.emulators.common.faults import CALL, CALL_KINDS, Kind

_JOB = frozenset({"id", "source"})

KINDS: dict[str, Kind] = {
    **CALL_KINDS,
    # A call is refused and not carried out. `error` null: no JSON, as of a gateway.
    "refuse": Kind(CALL, {"status": 503, "retryAfter": None, "error": "Ordered to fail."}),
    # A create call that asks for a model which matches is refused, as of one that was retired.
    # `error` null: words of the service, which name those that are left unless `silent`.
    "retire_model": Kind(frozenset({"model"}), {"status": 400, "error": None, "silent": False}),
    # A transcript stays queued, or processing, that much longer.
    "slow_start": Kind(_JOB, {"seconds": 1.0}),
    "slow_job": Kind(_JOB, {"seconds": 1.0}),
    "fail_job": Kind(_JOB, {"error": "Server error, developers have been alerted."}),
    # A transcript that is completed answers 404, or cannot be read.
    "missing_result": Kind(_JOB, {"status": 404}),
    "malformed_result": Kind(_JOB, {"body": '{"id": "cut off in the mid'}),
    # A page of the list leaves the transcript out.
    "unlisted": Kind(_JOB),
    "drop_webhook": Kind(_JOB),
    "double_webhook": Kind(_JOB),
}
