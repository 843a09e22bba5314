"""Links signed by a user delegation key: as long as asked, and never refused for the clocks."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import parse_qs

import pytest
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, UserDelegationKey

from shared.stores.clients import SasSigner

WEEK = timedelta(days=7)
SKEW = timedelta(minutes=10)
READ = BlobSasPermissions(read=True)


class Service:
    """Hands out keys as the service does, with a clock of its own."""

    account_name = "acme"
    credential = None

    def __init__(self, ahead: timedelta, url: str = "https://acme.blob.core.windows.net/") -> None:
        self.ahead, self.url, self.asked = ahead, url, 0

    def get_user_delegation_key(self, start: datetime, expiry: datetime) -> UserDelegationKey:
        self.asked += 1
        now = datetime.now(UTC) + self.ahead
        assert expiry <= now + WEEK, "refused: it ends more than seven days from now"
        assert expiry - start <= WEEK, "refused: it lives for more than seven days"
        key = UserDelegationKey()
        key.signed_oid = key.signed_tid = "0"
        key.signed_start, key.signed_expiry = start.isoformat(), expiry.isoformat()
        key.signed_service, key.signed_version = "b", "2025-05-05"
        key.value = base64.b64encode(b"key").decode()
        return key


def life(query: str) -> timedelta:
    ends_at = datetime.strptime(parse_qs(query)["se"][0], "%Y-%m-%dT%H:%M:%SZ")
    return ends_at.replace(tzinfo=UTC) - datetime.now(UTC)


@pytest.mark.parametrize("ahead", [-SKEW, timedelta(), SKEW])
@pytest.mark.parametrize("hours", [6, 48, 143, 144, 145, 166, 167, 168])
def test_a_link_of_any_length_that_may_be_set_can_be_signed(hours: int, ahead: timedelta) -> None:
    sign = SasSigner(cast("BlobServiceClient", Service(ahead)), hours)
    for query in (
        sign("audio", "a.wav"),
        sign("audio", None),
        sign.sign("uploads", "b.wav", READ, timedelta(hours=hours)),
        sign.sign("uploads", "b.wav", READ, timedelta(days=30)),
    ):
        assert life(query) > timedelta(hours=min(hours, 167)) - timedelta(minutes=1)
        assert life(query) <= timedelta(hours=167)


def test_one_key_signs_many_links() -> None:
    service = Service(timedelta())
    sign = SasSigner(cast("BlobServiceClient", service), 48)
    for number in range(10):
        sign("audio", f"{number}.wav")
    assert service.asked == 1


def test_links_are_good_for_encrypted_calls_alone() -> None:
    sign = SasSigner(cast("BlobServiceClient", Service(timedelta())), 48)
    assert parse_qs(sign("audio", "a.wav"))["spr"] == ["https"]
    plain = Service(timedelta(), "http://127.0.0.1:10000/devstoreaccount1")
    assert "spr" not in parse_qs(SasSigner(cast("BlobServiceClient", plain), 48)("audio", "a.wav"))
