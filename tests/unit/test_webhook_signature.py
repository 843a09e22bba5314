"""Signatures, verified by the package of those who wrote the standard."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from shared.model.events.signature import make_secret, secret_bytes, sign, signed_headers

SECRET, NEXT, OTHER = (make_secret(key) for key in (b"a" * 24, b"b" * 64, b"c" * 32))


@given(
    key=st.binary(min_size=24, max_size=64),
    message_id=st.from_regex(r"evt_[0-9a-f]{1,40}", fullmatch=True),
    body=st.text().map(lambda text: f'{{"a": "{text.encode().hex()}"}}'.encode()),
)
def test_the_package_of_the_standard_verifies_what_we_sign(
    key: bytes, message_id: str, body: bytes
) -> None:
    secret = make_secret(key)
    headers = signed_headers([secret], message_id, int(time.time()), body)
    assert Webhook(secret).verify(body, headers)


def test_while_a_secret_is_replaced_either_verifies() -> None:
    headers = signed_headers([NEXT, SECRET], "evt_1", int(time.time()), b'{"a": 1}')
    for secret in (SECRET, NEXT):
        assert Webhook(secret).verify(b'{"a": 1}', headers) == {"a": 1}


def verifies_without_the_last(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """As verifiers of C# do that descend from one loop: the last of several is never looked at,
    one alone is."""
    given = headers["webhook-signature"].split(" ")
    looked_at = given[:-1] if len(given) > 1 else given
    stamp = int(headers["webhook-timestamp"])
    return sign(secret, headers["webhook-id"], stamp, body) in looked_at


@pytest.mark.parametrize(
    ("signing", "accepting"),
    [
        ([SECRET], [SECRET]),
        ([NEXT, SECRET], [NEXT, SECRET]),
        ([OTHER, NEXT, SECRET], [OTHER, NEXT, SECRET]),
        ([NEXT], [NEXT]),
    ],
    ids=["before", "while", "while twice", "after"],
)
def test_verifiers_that_drop_the_last_signature_accept_each_secret(
    signing: list[str], accepting: list[str]
) -> None:
    body = b'{"a": 1}'
    headers = signed_headers(signing, "evt_1", int(time.time()), body)
    for secret in (SECRET, NEXT, OTHER):
        expected = secret in accepting
        assert verifies_without_the_last(secret, headers, body) is expected
        assert _verifies(secret, headers, body) is expected


def _verifies(secret: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        return bool(Webhook(secret).verify(body, headers))
    except WebhookVerificationError:
        return False


def test_the_first_signature_comes_again_only_where_there_are_several() -> None:
    def signatures(*secrets: str) -> list[str]:
        return signed_headers(secrets, "evt_1", 1, b"{}")["webhook-signature"].split(" ")

    first, second = (sign(secret, "evt_1", 1, b"{}") for secret in (NEXT, SECRET))
    assert signatures(NEXT) == [first]
    assert signatures(NEXT, SECRET) == [first, second, first]


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body", "secret", "old"])
def test_whatever_is_changed_does_not_verify(changed: str) -> None:
    now = int(time.time()) - (600 if changed == "old" else 0)
    headers = signed_headers([SECRET], "evt_1", now, b'{"a": 1}')
    body = b'{"a": 2}' if changed == "body" else b'{"a": 1}'
    if changed == "webhook-id":
        headers[changed] = "evt_2"
    if changed == "webhook-timestamp":
        headers[changed] = str(now + 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEXT if changed == "secret" else SECRET).verify(body, headers)


def test_a_signature_is_that_of_the_package_to_the_letter() -> None:
    moment = datetime.fromtimestamp(1_649_367_553, UTC)
    expected = Webhook(SECRET).sign("msg_1", moment, '{"email": "x"}')
    assert sign(SECRET, "msg_1", 1_649_367_553, b'{"email": "x"}') == expected


def test_without_a_secret_there_is_no_signature() -> None:
    assert set(signed_headers([], "evt_1", 1, b"")) == {"webhook-id", "webhook-timestamp"}


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_" + base64.b64encode(b"a" * 23).decode(),
        "whsec_" + base64.b64encode(b"a" * 65).decode(),
        base64.b64encode(b"a" * 32).decode(),
        "whsec_" + base64.b64encode(b"a" * 32).decode()[:-2],
        "whsec_!" + base64.b64encode(b"a" * 32).decode(),
        "whsk_" + base64.b64encode(b"a" * 32).decode(),
    ],
)
def test_what_is_no_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="no secret") as caught:
        secret_bytes(secret)
    assert len(secret) < 10 or secret not in str(caught.value)
