"""The HTTP session beneath the storage SDK, without what storage calls never use.

`requests.Session` merges settings, cookies, hooks and the environment anew for every call, which
is a third of what a storage call costs the process (docs/performance.md). The SDK signs its
requests, encodes their URLs and follows no redirects, so they can go to the adapter as they are.
"""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers, get_environ_proxies
from urllib3.connectionpool import ConnectionPool

_WHOLE = (bytes, str, type(None))


class StorageSession(requests.Session):
    """Sends what the SDK prepared. Proxies and certificates of the environment are honoured, but
    read once. Bodies that come in pieces take the long way."""

    def __init__(self, connections: int) -> None:
        super().__init__()
        adapter = LeanAdapter(pool_connections=8, pool_maxsize=connections)
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        self._proxies_of: dict[str, dict[str, str]] = {}
        self._bundle = self.merge_environment_settings("", {}, None, None, None)["verify"]

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        body = options.get("data")
        if not isinstance(body, _WHOLE) or options.get("files") or options.get("params"):
            return super().request(method, url, **options)
        verify = options.get("verify")
        answer = self.get_adapter(url).send(
            _prepared(method, url, options.get("headers"), body),
            stream=bool(options.get("stream")),
            timeout=options.get("timeout"),
            verify=self._bundle if verify in (None, True) else verify,
            cert=options.get("cert"),
            proxies=options.get("proxies") or self._proxies(url),
        )
        if not options.get("stream") or answer.status_code >= 400:
            answer.content  # noqa: B018  read now, so that the connection is free again
        return answer

    def _proxies(self, url: str) -> dict[str, str]:
        site = _site(url)
        if site not in self._proxies_of:
            self._proxies_of[site] = dict(get_environ_proxies(url))
        return self._proxies_of[site]


class LeanAdapter(HTTPAdapter):
    """Finds the connections of a site once instead of for every call, which looks at the disk for
    certificates, and keeps no cookies. Behind a proxy all goes the long way."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._pool_of: dict[tuple[str, Any], ConnectionPool] = {}

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        if proxies or cert:
            return super().get_connection_with_tls_context(request, verify, proxies, cert)
        key = _site(request.url), verify
        if key not in self._pool_of:
            self._pool_of[key] = super().get_connection_with_tls_context(request, verify)
        return self._pool_of[key]

    def request_url(self, request: Any, proxies: Any) -> str:
        url: str = request.url
        site = _site(url)
        place = url[len(site) :]
        is_usual = place[:1] == "/" and place[:2] != "//" and "?" not in site and "#" not in place
        return super().request_url(request, proxies) if proxies or not is_usual else place

    def close(self) -> None:
        self._pool_of.clear()
        super().close()

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer.reason = resp.status, resp.reason
        answer.headers = CaseInsensitiveDict(resp.headers.itermerged())
        answer.encoding = get_encoding_from_headers(answer.headers)
        answer.raw, answer.url, answer.request = resp, req.url, req
        answer.connection = self
        return answer


def _site(url: str) -> str:
    """All before the path."""
    return url[: url.find("/", len("https://"))]


def _prepared(
    method: str, url: str, headers: Any, body: bytes | str | None
) -> requests.PreparedRequest:
    content = body.encode() if isinstance(body, str) else body
    request = requests.PreparedRequest()
    request.method, request.url, request.body = method, url, content
    request.headers = CaseInsensitiveDict(headers or {})
    if content is not None or method in ("PUT", "POST"):
        request.headers["Content-Length"] = str(len(content or b""))
    return request
