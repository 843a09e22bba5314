"""What every error is, and those that concern the deployment or one recording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self


class DropscribeError(Exception):
    """Base of all errors that the application raises on purpose."""

    status: int = 500
    transient: bool = False


class ConfigurationError(DropscribeError):
    """The settings or the profiles are wrong; `problems` holds all of them, one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(["The configuration is not usable:", *self.problems]))


class InputError(DropscribeError):
    """The recording cannot be transcribed as it is.

    `code` is stable and snake_case, `reason` says what is wrong, `advice` what to do about it.
    `keys` are the options that it comes of, () where it comes of none.
    """

    status = 422

    def __init__(self, code: str, reason: str, advice: str) -> None:
        self.code, self.reason, self.advice = code, reason, advice
        self.keys: tuple[str, ...] = ()
        super().__init__(f"{code}: {reason} {advice}")

    def of(self, *keys: str) -> Self:
        """The same, as it comes of these options."""
        self.keys = keys
        return self


class RedactionFailed(DropscribeError):
    """What is to be hidden cannot be, or was not. `why`: something of it would be stored ("leak"),
    a language was spoken in which nobody finds it ("language"), or a finder answered what cannot be
    believed ("finder"). `where` names a kind, a language or an output, never a value."""

    def __init__(self, where: str, *, why: Literal["leak", "language", "finder"]) -> None:
        self.where, self.why = where, why
        super().__init__(f"redaction: {where}")


class FinderUnavailable(DropscribeError):
    """Nobody looks for personal data now that has to be looked for; later somebody will.
    `wait_seconds` is how long that takes as far as it is known."""

    status = 503
    transient = True

    def __init__(self, message: str, *, wait_seconds: float | None = None) -> None:
        self.wait_seconds = wait_seconds
        super().__init__(message)
