"""What the lean session says on the wire is what requests would say."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import requests
from azure.storage.blob import BlobServiceClient
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3._collections import HTTPHeaderDict

from shared.stores.blob.place import blob_at
from shared.stores.blob.wire import address
from shared.stores.session import LeanAdapter

URLS = (
    "http://127.0.0.1:10000/account/audio/a.wav",
    "http://127.0.0.1:10000/account/audio/a%20b.wav?comp=list&prefix=x%2Fy",
    "https://account.blob.core.windows.net/audio//a.wav",
    "https://account.table.core.windows.net/$batch",
    "https://account.blob.core.windows.net//audio",
    "https://account.blob.core.windows.net/",
    "https://account.blob.core.windows.net",
    "https://account.blob.core.windows.net?comp=list&prefix=a/b",
    "https://account.blob.core.windows.net/a?b#c/d",
    "https://account.blob.core.windows.net/a?b=//c",
)
PROXY = {"http": "http://proxy:3128", "https": "http://proxy:3128"}
KEY = "RWJ5OHZkTTAyeE5PY3FGbHFVd0pQTGxtRXRsQ0RYSjFPVXpGVDUwdVNSWjZJRnN1RnEyVVZFckN6NEk2dHE="


def asked(url: str) -> requests.PreparedRequest:
    found = requests.PreparedRequest()
    found.method, found.url = "GET", url
    return found


@pytest.mark.parametrize("proxies", [{}, PROXY])
@pytest.mark.parametrize("url", URLS)
def test_the_address_on_the_wire_is_that_of_requests(url: str, proxies: dict[str, str]) -> None:
    request = asked(url)
    usual = HTTPAdapter().request_url(request, proxies)
    assert LeanAdapter().request_url(request, proxies) == usual


@pytest.mark.parametrize("proxies", [{}, PROXY])
def test_a_site_has_the_connections_that_requests_would_give_it(proxies: dict[str, str]) -> None:
    lean, usual = LeanAdapter(), HTTPAdapter()
    for url in [*URLS, *URLS]:
        mine: Any = lean.get_connection_with_tls_context(asked(url), True, proxies)
        theirs = usual.get_connection_with_tls_context(asked(url), True, proxies)
        assert (mine.scheme, mine.host, mine.port) == (theirs.scheme, theirs.host, theirs.port)
        assert mine.proxy == theirs.proxy


def test_a_site_is_looked_up_once_and_again_after_closing() -> None:
    adapter, request = LeanAdapter(), asked(URLS[0])
    first = adapter.get_connection_with_tls_context(request, True)
    assert adapter.get_connection_with_tls_context(request, True) is first
    adapter.close()
    assert adapter.get_connection_with_tls_context(request, True) is not first


def test_an_answer_tells_what_that_of_requests_tells() -> None:
    headers = HTTPHeaderDict({"ETag": '"1"', "Content-Type": "text/xml; charset=latin-1"})
    headers.add("x-ms-warning", "a")
    headers.add("x-ms-warning", "b")

    def told(adapter: HTTPAdapter) -> tuple[object, ...]:
        raw = HTTPResponse(BytesIO(b"body"), headers, 206, reason="OK", preload_content=False)
        answer = adapter.build_response(asked(URLS[0]), raw)
        known = answer.status_code, answer.reason, answer.url, answer.encoding, answer.content
        return (*known, dict(answer.headers.lower_items()), answer.request.url)

    assert told(LeanAdapter()) == told(HTTPAdapter())


@pytest.mark.parametrize("name", ["a.wav", "a b/ü#?&%.wav", "x~y'(1).wav", "日本/a+b=c@d:e;f,g!$*"])
@pytest.mark.parametrize(
    "account",
    [
        f"AccountName=a;AccountKey={KEY};BlobEndpoint=http://127.0.0.1:10000/a;",
        f"AccountName=a;AccountKey={KEY};EndpointSuffix=core.windows.net",
    ],
)
def test_an_address_is_written_as_the_sdk_writes_it(account: str, name: str) -> None:
    service = BlobServiceClient.from_connection_string(f"DefaultEndpointsProtocol=http;{account}")
    assert address(service, "audio", name) == blob_at(service, "audio", name).url
