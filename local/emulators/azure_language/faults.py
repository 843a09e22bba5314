"""The faults that can be ordered of this emulator: what shall go wrong, and where."""

from __future__ import annotations

from local.emulators.common.faults import CALL, CALL_KINDS, Kind

_DOCUMENT = frozenset({"id", "language", "analysis"})

KINDS: dict[str, Kind] = {
    **CALL_KINDS,
    # A call is refused and not carried out: by the gateway, or with a code by the service.
    "refuse": Kind(CALL, {"status": 503, "code": "ServiceUnavailable", "retryAfter": None}),
    "throttle": Kind(CALL, {"retryAfter": 1}),
    # The month's volume of a free tier is used up.
    "quota": Kind(CALL, {"retryAfter": 86_400}),
    # An answer is 200, and nothing that anybody can read.
    "garble": Kind(CALL, {"body": '{"kind": "PiiEntityRecognitionResults", "resu'}),
    # A refusal quotes what was sent.
    "leak": Kind(CALL, {"status": 400, "code": "InvalidDocument"}),
    # Of one document: an error, only a part of it read, no answer, two answers.
    "document_error": Kind(_DOCUMENT, {"code": "InternalServerError"}),
    "truncate": Kind(_DOCUMENT),
    "drop_document": Kind(_DOCUMENT),
    "double_document": Kind(_DOCUMENT),
    # Of what was found in it: places that are wrong, other units of text, another name or feeling,
    # a phrase that is not there, nothing.
    "shift_offsets": Kind(_DOCUMENT, {"by": 3}),
    "graphemes": Kind(_DOCUMENT),
    "wrong_kind": Kind(_DOCUMENT, {"category": "Quantity"}),
    "wrong_text": Kind(_DOCUMENT, {"text": "somebody else"}),
    "wrong_phrase": Kind(_DOCUMENT, {"text": "something that nobody said"}),
    "miss": Kind(_DOCUMENT, {"category": "."}),
}
