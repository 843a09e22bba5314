"""What every error is, and those that concern the deployment or one recording."""

from __future__ import annotations

from collections.abc import Sequence


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
    """

    status = 422

    def __init__(self, code: str, reason: str, advice: str) -> None:
        self.code, self.reason, self.advice = code, reason, advice
        super().__init__(f"{code}: {reason} {advice}")


class RedactionFailed(DropscribeError):
    """What is to be hidden cannot be, or was not. `is_leak` tells which; `where` names a kind or an
    output, never a value."""

    def __init__(self, where: str, *, is_leak: bool) -> None:
        self.where, self.is_leak = where, is_leak
        super().__init__(f"redaction: {where}")
