"""What to send: paths, queries and the create call's body of the batch transcription API. No I/O.

Names and values are those of the API description 2025-10-15; the differences of other versions
are in `versions.py`.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from shared.model.profile.options import Options
from shared.ports.provider import JobRequest
from shared.providers.azure_speech.versions import JsonObject, Version
from shared.providers.titles import plain_title

MOST_SPEAKERS = 35
"""What is written where nobody knows how many there are: it has to be told a number."""

MARK = "dropscribe"  # the custom property that holds our mark
KEEP = "dropscribeKeep"  # and the one on a transcription that is not ours to delete
OF = "dropscribeOf"  # and the name for people, where the title has taken its place
LONGEST_TITLE = 200
"""Characters of a `displayName`. A limit of our own: none is documented."""
LONGEST_PROPERTY = 256
_TRANSCRIPTIONS = "/transcriptions"


def create_path(version: Version) -> str:
    return version.url(version.create)


def create_body(request: JobRequest, version: Version) -> bytes:
    """The create call's JSON.

    What its makers call it is its `displayName`; without a title the mark is. The mark stands in
    one of `displayName` and `description`, which the list can be filtered by, and in a custom
    property, by which the answer is verified. The name for people takes what is left.
    """
    if bool(request.content_urls) == bool(request.container_url):
        raise ValueError("a job needs either content URLs or a container URL")
    options = request.options
    body: JsonObject = {
        **_names(request),
        "locale": options.locale,
        "properties": _properties(options, version),
    }
    if request.container_url:
        body["contentContainerUrl"] = request.container_url
    else:
        body["contentUrls"] = request.content_urls
    if options.model:
        body["model"] = {"self": options.model}
    return msgspec.json.encode(body)


def _names(request: JobRequest) -> JsonObject:
    own = {MARK: request.mark, **({KEEP: "true"} if request.keep else {})}
    title = plain_title(request.title, LONGEST_TITLE)
    if not title:
        return {
            "displayName": request.mark,
            "description": request.display_name,
            "customProperties": own,
        }
    return {
        "displayName": title,
        "description": request.mark,
        "customProperties": {**own, OF: request.display_name[:LONGEST_PROPERTY]},
    }


def _properties(options: Options, version: Version) -> JsonObject:
    properties: JsonObject = {
        "wordLevelTimestampsEnabled": options.word_times,
        "displayFormWordLevelTimestampsEnabled": options.display_word_times,
        "punctuationMode": _pascal(options.punctuation),
        "profanityFilterMode": _pascal(options.profanity),
        **version.time_to_live(options.time_to_live_hours),
    }
    if options.channels:
        properties["channels"] = options.channels
    if options.tells_speakers:
        properties.update(version.diarization(options.max_speakers or MOST_SPEAKERS))
    if options.candidate_locales:
        properties["languageIdentification"] = _language_identification(options)
    return properties


def _language_identification(options: Options) -> JsonObject:
    """The candidates have to include the job's own locale."""
    candidates = options.candidate_locales
    if options.locale not in candidates:
        candidates = (options.locale, *candidates)
    models = {locale: {"self": model} for locale, model in options.model_by_locale.items()}
    asked: JsonObject = {
        "candidateLocales": candidates,
        "mode": _pascal(options.language_mode),
    }
    return {**asked, "speechModelMapping": models} if models else asked


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def transcription_path(transcription_id: str, version: Version) -> str:
    return version.url(f"{_TRANSCRIPTIONS}/{quote(transcription_id, safe='')}")


def files_path(transcription_id: str, version: Version) -> str:
    """Of result links that live as long as the service makes them: 12 hours. Asking for another
    life is refused by resources that keep results in storage of their own."""
    return version.url(f"{_TRANSCRIPTIONS}/{quote(transcription_id, safe='')}/files")


def find_path(mark: str, version: Version) -> str:
    """Filters are OData: a quote inside a string is doubled."""
    quoted = mark.replace("'", "''")
    where = f"displayName eq '{quoted}' or description eq '{quoted}'"
    return version.url(_TRANSCRIPTIONS, filter=where)


def list_path(version: Version) -> str:
    return version.url(_TRANSCRIPTIONS)
