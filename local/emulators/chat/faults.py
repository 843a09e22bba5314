"""The faults that can be ordered of this emulator: what shall go wrong, and where."""

from __future__ import annotations

from local.emulators.common.faults import CALL, CALL_KINDS, Kind

KINDS: dict[str, Kind] = {
    **CALL_KINDS,
    # A call is refused and not carried out.
    "refuse": Kind(CALL, {"status": 503, "code": "server_error", "retryAfter": None}),
    "throttle": Kind(CALL, {"retryAfter": 1}),
    # A refusal quotes what was sent.
    "leak_in_error": Kind(CALL, {"status": 400}),
    # A filter keeps the question from the model, or the answer from the caller.
    "filter_prompt": Kind(CALL),
    "filter_answer": Kind(CALL),
    # The model refuses, is cut off, or answers in another form than it was asked for.
    "decline": Kind(CALL),
    "cut": Kind(CALL),
    "not_json": Kind(CALL, {"text": "Certainly! Here is what I found."}),
    "wrong_schema": Kind(CALL),
    "garble": Kind(CALL, {"body": '{"choices": [{"mess'}),
    # It does what somebody in the transcript tells it to: what follows "reply with".
    "obey": Kind(CALL),
    # It says something that it must not, wherever it may write text.
    "leak": Kind(CALL, {"text": "The card number is 4111 1111 1111 1111."}),
}
