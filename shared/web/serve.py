"""The page over HTTP: its shell for every address of a screen, its files under the release.

The shell holds no data, so everybody may have it; what it shows, the API gives to whoever may see
it. Its policy lets it run its own code alone, and reach the app and the storage of the audio alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.api.http import Response, takes_gzip
from shared.web.pack import File, Pack

FILES = "-"
"""The first part of the address of a file, which no screen has."""
_FOR_EVER = "public, max-age=31536000, immutable"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Vary": "Accept-Encoding",
}


def page_file(pack: Pack, path: str, headers: Mapping[str, str], storage: str) -> Response:
    """What lies at `path` below the address of the page. `headers` are those of the request,
    `storage` is the origin of the blobs, "" where nobody knows it."""
    asked = {name.lower(): text for name, text in headers.items()}
    first, _, rest = path.partition("/")
    if first != FILES:
        rules = {"Content-Security-Policy": _policy(storage), "Cache-Control": "no-cache"}
        return _sent(pack.shell, asked, rules)
    release, _, name = rest.partition("/")
    file = pack.files.get(name)
    if file is None or release != pack.release:
        return Response(404, b"There is no such file.", "text/plain; charset=utf-8", _ALWAYS)
    return _sent(file, asked, {"Cache-Control": _FOR_EVER})


def _sent(file: File, asked: Mapping[str, str], rules: Mapping[str, str]) -> Response:
    headers = {**_ALWAYS, **rules, "ETag": file.etag}
    if file.etag in asked.get("if-none-match", ""):
        return Response(304, headers=headers)
    if not takes_gzip(asked.get("accept-encoding", "")):
        return Response(200, file.content, file.media_type, headers)
    return Response(200, file.packed, file.media_type, {**headers, "Content-Encoding": "gzip"})


def _policy(storage: str) -> str:
    allowed = f"'self' {storage}".strip()
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src {allowed}",
            f"media-src {allowed} blob:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )
