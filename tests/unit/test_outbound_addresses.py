"""Which addresses may be called: by how they are written, and by the machine behind them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.address import BadAddress, may_be_dialled, read_address

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "20.50.2.1",
    "168.63.129.15",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "198.17.255.255",
    "223.255.255.255",
    "2606:4700::1111",
    "2a01:111:f100::1",
]
FORBIDDEN = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.1.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:8.8.8.8",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "2620:4f:8000::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2606:4700::1111%1",
    "not a number",
    "",
]


@pytest.mark.parametrize("number", PUBLIC)
def test_a_public_machine_may_be_called(number: str) -> None:
    assert may_be_dialled(number)


@pytest.mark.parametrize("number", FORBIDDEN)
def test_no_machine_may_be_called_that_only_this_network_reaches(number: str) -> None:
    assert not may_be_dialled(number)


def test_a_network_that_was_allowed_may_be_called_and_nothing_beside_it() -> None:
    allowed = [ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00:1::/64")]
    assert may_be_dialled("10.1.255.255", allowed) and may_be_dialled("fd00:1::5", allowed)
    assert not may_be_dialled("10.2.0.1", allowed) and not may_be_dialled("fd00:2::5", allowed)


@pytest.mark.parametrize("number", ["169.254.169.254", "168.63.129.16"])
def test_what_hands_out_identities_is_never_allowed(number: str) -> None:
    assert not may_be_dialled(number, [ipaddress.ip_network("0.0.0.0/0")])


@pytest.mark.long
@given(st.ip_addresses())
def test_whatever_may_be_called_is_global_in_the_eyes_of_the_standard_library(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if may_be_dialled(str(ip)):
        assert ip.is_global and not ip.is_multicast and not ip.is_reserved


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_in_the_clothes_of_ipv6_may_be_called(ip: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(b"\0" * 10 + b"\xff\xff" + ip.packed)
    translated = ipaddress.IPv6Address(bytes.fromhex("0064ff9b") + b"\0" * 8 + ip.packed)
    six_to_four = ipaddress.IPv6Address(b"\x20\x02" + ip.packed + b"\0" * 10)
    assert not any(may_be_dialled(str(it)) for it in (mapped, translated, six_to_four))


def test_an_address_goes_out_as_it_was_written() -> None:
    url = (
        "https://prod-17.westeurope.logic.azure.com:443/workflows/0a/triggers/manual/paths/invoke"
        "?api-version=2016-10-01&sp=%2Ftriggers%2fmanual%2Frun&sv=1.0&sig=a+b%2Bc|d'{e}"
    )
    address = read_address(url)
    assert address.origin + address.target == url
    assert (address.host, address.port) == ("prod-17.westeurope.logic.azure.com", 443)
    assert address.authority == "prod-17.westeurope.logic.azure.com:443"
    assert address.literal is None and address.wants_plain_json


@pytest.mark.parametrize(
    ("url", "target", "port"),
    [
        ("https://a.example", "/", 443),
        ("HTTPS://A.Example/", "/", 443),
        ("https://a.example?x=1", "/?x=1", 443),
        ("https://a.example:8443//x/../y", "//x/../y", 8443),
        ("https://1.1.1.1/x", "/x", 443),
        ("https://[2606:4700::1111]:443/x", "/x", 443),
        ("https://1.1.1.1.example/", "/", 443),
        ("https://xn--grn-ioa.example/", "/", 443),
    ],
)
def test_a_plain_address_is_read(url: str, target: str, port: int) -> None:
    address = read_address(url)
    assert (address.scheme, address.target, address.port) == ("https", target, port)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///x",
        "//a.example",
        "ftp://a.example",
        "file:///etc/passwd",
        "http://a.example",
        "https://user@a.example",
        "https://user:pass@a.example",
        "https://a.example@127.0.0.1",
        "https://a.example:22",
        "https://a.example:80",
        "https://a.example:0",
        "https://a.example:65536",
        "https://a.example:",
        "https://a.example:443:443",
        "https://a.example:4x",
        "https://a.example/#x",
        "https://a.example\\@b.example",
        "https://a.example/ x",
        "https://a.example/\r\nX: y",
        "https://a.example/\tx",
        "https://a.example/ü",
        "https://grün.example/",
        "https://a..example/",
        "https://.example/",
        "https://a.example./",
        "https://-a.example/",
        "https://a%2eexample/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://1.2.3.4.5/",
        "https://1.2.3.256/",
        "https://01.2.3.4/",
        "https://a.example.0x1/",
        "https://[::1",
        "https://::1/",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[v1.x]/",
        "https://[1.2.3.4]/",
        "https://a.example/" + "x" * 2_048,
    ],
)
def test_whatever_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(BadAddress) as caught:
        read_address(url)
    assert not url or url not in str(caught.value)


@given(st.text())
def test_any_text_is_an_address_or_is_not(text: str) -> None:
    for url in (text, f"https://{text}"):
        try:
            address = read_address(url, allow_http=True)
        except BadAddress:
            continue
        assert address.origin.lower() in url.lower()
        assert not set(address.target) & set("\r\n \t#")


def test_http_only_where_it_is_allowed() -> None:
    assert read_address("http://a.example:8080/x", allow_http=True).port == 8080
    with pytest.raises(BadAddress):
        read_address("http://a.example:8080/x")
