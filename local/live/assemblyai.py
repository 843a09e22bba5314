"""What the emulator of AssemblyAI guesses."""

from __future__ import annotations

from typing import Any

from local.live.looking import Guess, Service

_README = "local/emulators/assemblyai/README.md"
_ONE = "/v2/transcript"


def _made(service: Service, **more: Any) -> str | None:
    """The id of a new transcript, None where it was refused."""
    body = {"audio_url": service.audio, "speech_models": ["universal-2"], **more}
    answer = service.post(_ONE, body)
    if answer.status_code != 200:
        return None
    path = f"{_ONE}/{answer.json()['id']}"
    service.removals.append(path)
    return path


def _other_forms_are_refused(service: Service) -> bool:
    return _made(service, language_code="EN-us") is None


def _delete_ends_it(service: Service) -> bool | None:
    path = _made(service)
    if path is None:
        return None
    return service.delete(path).status_code == 200


def _times_of_the_list(service: Service) -> bool | None:
    found = service.get(_ONE, limit="1").json()["transcripts"]
    return None if not found else not str(found[0]["created"]).endswith("Z")


GUESSES = (
    Guess(
        "assemblyai-unknown-id",
        "a transcript that there is not is answered 404 or 400",
        _README,
        lambda service: service.get(f"{_ONE}/nothing-of-that-name").status_code in (400, 404),
    ),
    Guess(
        "assemblyai-unknown-fields",
        "unknown fields are ignored",
        _README,
        lambda service: _made(service, something_else=1) is not None,
        1,
    ),
    Guess(
        "assemblyai-forms-of-languages",
        "a language code in another form than the list's is refused",
        _README,
        _other_forms_are_refused,
        1,
    ),
    Guess(
        "assemblyai-delete-ends",
        "a delete ends a transcript that still runs",
        _README,
        _delete_ends_it,
        1,
    ),
    Guess(
        "assemblyai-times-of-the-list",
        "times in the list are UTC without saying so",
        _README,
        _times_of_the_list,
    ),
)
