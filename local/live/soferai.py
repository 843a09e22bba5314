"""What the emulator of Sofer.ai guesses."""

from __future__ import annotations

from local.live.looking import Guess, Service

_README = "local/emulators/soferai/README.md"
_NOBODY = "/v1/transcriptions/batch/0a1b2c3d-0000-4000-8000-0123456789ab/status"


def _errors_have_a_detail(service: Service) -> bool | None:
    answer = service.get(_NOBODY)
    return None if answer.status_code < 400 else "detail" in answer.json()


GUESSES = (
    Guess(
        "soferai-unknown-id",
        "a batch that there is not is answered 404",
        _README,
        lambda service: service.get(_NOBODY).status_code == 404,
    ),
    Guess("soferai-errors", 'errors are {"detail": ...}', _README, _errors_have_a_detail),
    Guess(
        "soferai-slash",
        "who leaves the slash at the end out is led to the right address by 307",
        _README,
        lambda service: service.get("/v1/balance").status_code == 307,
    ),
)
