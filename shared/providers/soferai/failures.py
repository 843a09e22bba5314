"""What Sofer.ai means for a recording when it did not transcribe it. It gives no reasons."""

from __future__ import annotations

from datetime import timedelta

from shared.model import failure_texts as texts

_PROVIDER = "Sofer.ai"
_PROMISED_HOURS, _MORE_HOURS = 24, 6
DEADLINE = timedelta(hours=_PROMISED_HOURS + _MORE_HOURS)
"""Standard mode promises 24 hours; the rest is margin."""

FAILED = texts.FAILED_WITHOUT_REASON.failure(provider=_PROVIDER)
CANCELLED = texts.CANCELLED_THERE.failure(provider=_PROVIDER)
DEADLINE_PASSED = texts.PROMISE_BROKEN.failure(
    provider=_PROVIDER, promised=_PROMISED_HOURS, more=_MORE_HOURS
)
