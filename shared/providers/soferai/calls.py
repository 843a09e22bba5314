"""What to send: paths and bodies of the API of Sofer.ai. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

import msgspec

from shared.model.profile.options import Options
from shared.ports.provider import JobRequest
from shared.providers.soferai.labels import Label, manifest_title, title_of
from shared.providers.titles import plain_title

JsonObject = dict[str, object]

LONGEST_TITLE = 200
"""Characters of a batch's title. A limit of our own: none is documented."""

_TRANSCRIPTIONS = "/v1/transcriptions"
LIST = f"{_TRANSCRIPTIONS}/"
CREATE = f"{_TRANSCRIPTIONS}/batch"
MANIFESTS = f"{_TRANSCRIPTIONS}/batch-files"
BALANCE = "/v1/balance/"
_FILTER = "filter_hebrew_word_format"
_SCRIPTS = {"hebrew": "he", "latin": "en"}


def manifest_path(manifest_id: str) -> str:
    return f"{MANIFESTS}/{quote(manifest_id, safe='')}"


def status_path(batch_id: str) -> str:
    return f"{CREATE}/{quote(batch_id, safe='')}/status"


def item_path(batch_id: str, label: Label) -> str:
    query = urlencode({"client_item_id": str(label)})
    return f"{CREATE}/{quote(batch_id, safe='')}/items/by-client-item-id?{query}"


def is_item_path(path: str) -> bool:
    return "/items/by-client-item-id?" in path


def transcription_path(transcription_id: str, scripts: Sequence[str]) -> str:
    """The text in one script, so that no word stands there twice. `scripts` are those that the
    transcription has; it is asked for Hebrew letters if it has both."""
    script = "en" if "en" in scripts and "he" not in scripts else "he"
    return f"{_TRANSCRIPTIONS}/{quote(transcription_id, safe='')}?{_FILTER}={script}"


def script_in(path: str) -> str:
    """The script that a transcription path asks for."""
    return path.rpartition("=")[2]


def manifest_body(request: JobRequest) -> bytes:
    metadata = {
        "title": manifest_title(request.mark, request.content_urls),
        "description": plain_title(request.title, LONGEST_TITLE) or request.display_name,
    }
    return msgspec.json.encode(
        {"content_type": "json", "json_items": _items(request), "metadata": metadata}
    )


def create_body(request: JobRequest, manifest_id: str | None) -> bytes:
    """A batch in standard mode of that manifest; without one, in express mode."""
    body: JsonObject = {
        "processing_mode": request.mode,
        "info": _info(request.options),
        "batch_title": plain_title(request.title, LONGEST_TITLE) or request.display_name,
    }
    if manifest_id is None:
        body["audio_sources"] = _items(request)
    else:
        body["batch_file_id"] = manifest_id
    return msgspec.json.encode(body)


def _items(request: JobRequest) -> list[JsonObject]:
    """Recordings share a job only where their options are equal, speakers included, so that no
    item has to override the batch."""
    count = len(request.content_urls)
    labels = [Label(request.mark, index, count) for index in range(count)]
    titles = request.titles or ("",) * count
    return [
        {"audio_url": url, "title": title_of(url, label, own), "client_item_id": str(label)}
        for url, label, own in zip(request.content_urls, labels, titles, strict=True)
    ]


def _info(options: Options) -> JsonObject:
    """Hebrew words in one script; the choice exists for English alone."""
    language = options.locale.split("-")[0]
    info: JsonObject = {
        "model": options.models[0] if options.models else "v1",
        "primary_language": language,
        **_speakers(options),
    }
    if language == "en":
        info["hebrew_word_format"] = [_SCRIPTS[options.hebrew_words]]
    return info


def _speakers(options: Options) -> JsonObject:
    """A number and automatic detection exclude each other; neither means one speaker."""
    if options.expected_speakers is not None:
        return {"num_speakers": options.expected_speakers}
    return {"auto_detect_speakers": True} if options.tells_speakers else {}
