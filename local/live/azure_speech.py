"""What the emulator of Azure Speech guesses."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from local.live.looking import Guess, Service

_README = "local/emulators/azure_speech/README.md"
_LIST = "/speechtotext/transcriptions"


def _body(service: Service, **more: Any) -> dict[str, Any]:
    properties = {"timeToLiveHours": 6, **more.pop("properties", {})}
    return {
        "displayName": "dropscribe live",
        "locale": "en-US",
        "contentUrls": [service.audio],
        "properties": properties,
        **more,
    }


def _made(service: Service, body: dict[str, Any]) -> dict[str, Any] | None:
    """The transcription, None where the service refused it."""
    answer = service.post(f"{_LIST}:submit", body)
    if answer.status_code not in (200, 201):
        return None
    made: dict[str, Any] = answer.json()
    service.removals.append(_path(made))
    return made


def _path(made: dict[str, Any]) -> str:
    return f"{_LIST}/{made['self'].partition('?')[0].rpartition('/')[2]}"


def _files_come_at_the_end(service: Service) -> bool | None:
    made = _made(service, _body(service))
    if made is None or made["status"] not in ("NotStarted", "Running"):
        return None
    files: list[Any] = service.get(f"{_path(made)}/files").json()["values"]
    is_over = service.get(_path(made)).json()["status"] in ("Succeeded", "Failed")
    return None if is_over else files == []


def _delete_ends_it(service: Service) -> bool | None:
    made = _made(service, _body(service))
    if made is None:
        return None
    is_gone = service.delete(_path(made)).status_code == 204
    return is_gone and service.get(_path(made)).status_code == 404


def _case_of_fields(service: Service) -> bool:
    body = {name[0].upper() + name[1:]: value for name, value in _body(service).items()}
    return _made(service, body) is not None


def _time_to_live_is_told(service: Service) -> bool | None:
    made = _made(service, _body(service))
    return (
        None if made is None else "timeToLiveHours" in service.get(_path(made)).json()["properties"]
    )


def _unknown_fields(service: Service) -> bool:
    return _made(service, _body(service, somethingElse=1, properties={"another": True})) is not None


def _found_by_description(service: Service) -> bool | None:
    """A job that has a title of its user has our mark there."""
    mark = f"live-{token_hex(8)}"
    if _made(service, _body(service, description=mark)) is None:
        return None
    where = f"displayName eq '{mark}' or description eq '{mark}'"
    answer = service.get(_LIST, filter=where)
    if answer.status_code != 200:
        return False
    return [one.get("description") for one in answer.json()["values"]] == [mark]


GUESSES = (
    Guess(
        "azure-paths-in-any-case",
        "paths may be written in any case",
        _README,
        lambda service: service.get("/SpeechToText/Transcriptions", top="1").status_code == 200,
    ),
    Guess(
        "azure-unknown-id",
        "a transcription that there is not is answered 404",
        _README,
        lambda service: (
            service.get(f"{_LIST}/0a1b2c3d-0000-4000-8000-0123456789ab").status_code == 404
        ),
    ),
    Guess("azure-fields-in-any-case", "names of fields in any case", _README, _case_of_fields, 1),
    Guess("azure-unknown-fields", "unknown fields are ignored", _README, _unknown_fields, 1),
    Guess(
        "azure-files-at-the-end",
        "files are listed only when a job is over",
        _README,
        _files_come_at_the_end,
        1,
    ),
    Guess(
        "azure-found-by-description",
        "jobs are found by their description, or the other name",
        _README,
        _found_by_description,
        1,
    ),
    Guess("azure-delete-ends", "DELETE ends a running job", _README, _delete_ends_it, 1),
    Guess(
        "azure-time-to-live-told",
        "a transcription always tells timeToLiveHours",
        _README,
        _time_to_live_is_told,
        1,
    ),
)
