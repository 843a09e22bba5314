"""The content of result and report files, at links that carry their own permission.

In reality this is blob storage: no key, no rate limit of the service, errors as XML.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from local.emulators.azure_speech.emulator import Emulator
from local.emulators.azure_speech.files import StoredFile

_XML = (
    '<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{text}</Message>'
    "</Error>"
)


class Content:
    """Serves GET and HEAD of one file."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def __call__(self, request: Request) -> Response:
        response = self._response(request)
        self._emulator.ledger.called("results.get", response.status_code)
        return response

    def _response(self, request: Request) -> Response:
        emulator, query = self._emulator, request.query_params
        ids = request.path_params["id"], request.path_params["file_id"]
        until, sig = query.get("se", ""), query.get("sig", "")
        if not emulator.links.is_valid(*ids, until, sig, emulator.clock()):
            return _refusal(403, "AuthenticationFailed", "The signature is wrong or expired.")
        emulator.expire()
        file = emulator.files.get(*ids)
        content = None if file is None else emulator.files.content(file.id)
        if file is None or content is None:
            return _refusal(404, "BlobNotFound", "The specified blob does not exist.")
        return self._struck(file) or Response(content, media_type="application/json")

    def _struck(self, file: StoredFile) -> Response | None:
        """A fault in place of the content; results only, for the report has no source."""
        one = self._emulator.transcriptions.get(file.transcription_id)
        if one is None or not file.source:
            return None
        facts = {"id": one.id, "displayName": one.display_name, "source": file.source}
        missing = self._emulator.faults.strike("missing_result", **facts)
        if missing is not None:
            return _refusal(missing.options["status"], "BlobNotFound", "Ordered to be missing.")
        malformed = self._emulator.faults.strike("malformed_result", **facts)
        if malformed is not None:
            return Response(malformed.options["body"], media_type="application/json")
        return None


def _refusal(status: int, code: str, text: str) -> Response:
    content = _XML.format(code=code, text=text)
    return Response(content, status, {"x-ms-error-code": code}, media_type="application/xml")
