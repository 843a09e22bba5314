"""What anybody may call takes no more than it needs."""

from __future__ import annotations

import azure.functions as func
import pytest

from functions import webhooks


def call(body: bytes) -> int:
    request = func.HttpRequest(
        "POST", "/", body=body, route_params={"provider": "azure-speech", "endpoint": "e"}
    )
    hear = webhooks.provider_webhook.build().get_user_function()
    return int(hear(request).status_code)


def test_a_large_body_is_refused_before_anything_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def built() -> None:
        raise AssertionError("the application was asked")

    monkeypatch.setattr(webhooks, "application", built)
    assert call(bytes(webhooks.MOST_BODY_BYTES + 1)) == 413
    with pytest.raises(AssertionError):
        call(bytes(webhooks.MOST_BODY_BYTES))
