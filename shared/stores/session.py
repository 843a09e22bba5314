"""The HTTP session beneath the storage SDK, without what storage calls never use.

`requests.Session` merges settings, cookies, hooks and the environment anew for every call, which
is a third of what a storage call costs the process (docs/performance.md). The SDK signs its
requests, encodes their URLs and follows no redirects, so they can go to the adapter as they are.
"""

from __future__ import annotations

from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies

_WHOLE = (bytes, str, type(None))


class StorageSession(requests.Session):
    """Sends what the SDK prepared. Proxies and certificates of the environment are honoured, but
    read once. Bodies that come in pieces take the long way."""

    def __init__(self, connections: int) -> None:
        super().__init__()
        adapter = requests.adapters.HTTPAdapter(pool_connections=8, pool_maxsize=connections)
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
        site = url[: url.find("/", len("https://"))]
        if site not in self._proxies_of:
            self._proxies_of[site] = dict(get_environ_proxies(url))
        return self._proxies_of[site]


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
