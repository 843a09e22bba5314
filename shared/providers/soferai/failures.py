"""What Sofer.ai means for a recording when it did not transcribe it. It gives no reasons."""

from __future__ import annotations

from shared.model.batch.failure import Failure

FAILED = Failure(
    kind="provider",
    code="provider_failed",
    reason="Sofer.ai could not transcribe the recording; it gives no reason.",
    advice="It is tried again by itself. If that fails too, play the recording, and check that "
    "the storage account can be read from the internet.",
    retryable=True,
)
CANCELLED = Failure(
    kind="provider",
    code="cancelled_at_provider",
    reason="The transcription was cancelled at Sofer.ai.",
    advice="Ask who has access to the account there, then drop the recording again.",
)
DEADLINE_PASSED = Failure(
    kind="provider",
    code="deadline_passed",
    reason="Sofer.ai did not transcribe the recording in the 24 hours that it promises, nor in "
    "the 6 hours after.",
    advice="It can neither be cancelled nor deleted there, so it may still be done and billed: "
    "look at the account before you drop the recording again.",
)
