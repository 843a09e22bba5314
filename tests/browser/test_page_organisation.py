"""The page behind the sign-in of an organisation, for which a stand-in speaks."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.browser.platform import platform
from tests.browser.play import needs_chromium, play
from tests.browser.sounds import call_of
from tests.stack import quick_stack, site_on

pytestmark = [needs_chromium, pytest.mark.slow]


def test_who_signs_in_with_the_organisation_is_back_and_may_what_the_roles_allow(
    tmp_path: Path,
) -> None:
    settings = {"API_AUTH": "entra", "WEBSITE_AUTH_ENABLED": "true"}
    with quick_stack(tmp_path, **settings) as stack, site_on(stack, folder="calls") as site:
        site.await_end(site.put({"a.wav": call_of("a", channels=1, seconds=20)}))
        headers = {"Authorization": f"Bearer {stack.api_key}"}
        with httpx.Client(base_url=f"{stack.app_url}/api", headers=headers) as http:
            [batch] = http.get("/batches").json()["value"]
            [item] = http.get(f"/batches/{batch['id']}/items").json()["value"]
        roles = ("Dropscribe.Read", "Dropscribe.Listen", "Dropscribe.Operate")
        path = f"batches/{batch['id']}"
        with platform(stack.app_url, "Anna of Example", *roles) as address:
            play("organisation", f"{address}/app/", recording=f"{path}/{item['id']}", batch=path)
