"""The settings of telling others, as they are read."""

from __future__ import annotations

import ipaddress

import pytest

from shared.configuration.settings import read_settings
from shared.errors import ConfigurationError
from shared.model.events.signature import make_secret

GIVEN = {
    "DATA_STORAGE": "UseDevelopmentStorage=true",
    "SPEECH_ENDPOINT": "https://west.example",
    "SPEECH_KEY": "key",
}
SECRET, NEXT = make_secret(b"a" * 24), make_secret(b"b" * 64)


def test_one_secret_or_two_sign_for_the_deployment() -> None:
    assert read_settings(GIVEN).events_secret == ()
    found = read_settings({**GIVEN, "EVENTS_SECRET": f"{SECRET}  {NEXT}"}).events_secret
    assert [secret.reveal() for secret in found] == [SECRET, NEXT]
    assert SECRET not in repr(found)


def test_networks_of_ones_own_may_be_opened() -> None:
    found = read_settings({**GIVEN, "OUTBOUND_NETWORKS": "10.1.0.0/16, fd00:1::/64"})
    assert found.outbound_networks == (
        ipaddress.ip_network("10.1.0.0/16"),
        ipaddress.ip_network("fd00:1::/64"),
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENTS_SECRET", "only-for-this-machine"),
        ("EVENTS_SECRET", f"{SECRET} {SECRET} {SECRET}"),
        ("EVENTS_SECRET", f"{SECRET} wrong"),
        ("OUTBOUND_NETWORKS", "10.1.0.1/16"),
        ("OUTBOUND_NETWORKS", "my-network"),
        ("OUTBOUND_NETWORKS", "0.0.0.0/0"),
        ("OUTBOUND_NETWORKS", "169.254.0.0/16"),
        ("OUTBOUND_NETWORKS", "10.0.0.0/8 168.63.129.16/32"),
        ("DELIVERIES_DAYS", "0"),
        ("SUBSCRIPTIONS_CONTAINER", "batches"),
    ],
)
def test_what_cannot_be_used_is_said_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings({**GIVEN, name: value})
    assert [problem.split(":")[0] for problem in caught.value.problems] == [name]
    assert SECRET not in str(caught.value)
