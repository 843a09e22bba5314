"""Why a recording failed, in a form that a person can act on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import msgspec

from shared.errors import InputError

FailureKind = Literal["input", "configuration", "throttling", "provider", "ours"]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` is whose fault it is, `code` a stable snake_case name, `reason` what happened,
    `advice` what to do. `retryable` tells that another attempt may succeed unchanged."""

    kind: FailureKind
    code: str
    reason: str
    advice: str
    retryable: bool = False

    def error(self) -> InputError:
        """To be raised while a recording is looked into; `failure_of` reads it."""
        return InputError(self.code, self.reason, self.advice)


class Template(msgspec.Struct, frozen=True):
    """A failure that is told with the facts of the case: `reason` and `advice` name them in braces,
    as `str.format` reads them."""

    kind: FailureKind
    code: str
    reason: str
    advice: str
    retryable: bool = False

    def failure(self, **facts: object) -> Failure:
        """The failure, with every fact that the texts name. More do no harm."""
        return Failure(
            kind=self.kind,
            code=self.code,
            reason=self.reason.format(**facts),
            advice=self.advice.format(**facts),
            retryable=self.retryable,
        )

    def error(self, **facts: object) -> InputError:
        """To be raised while a recording of kind `input` is looked into; `failure_of` reads it."""
        return InputError(self.code, self.reason.format(**facts), self.advice.format(**facts))


def failure_of(error: InputError, said: Collection[str] | None = None) -> Failure:
    """What was raised, as it is stored. `said` are the options that were set beside the profile,
    None: unknown. What comes of options of which none was is the fault of the profile."""
    found = Failure(kind="input", code=error.code, reason=error.reason, advice=error.advice)
    return found if said is None else blamed(found, error.keys, said)


def blamed(failure: Failure, keys: Collection[str], said: Collection[str]) -> Failure:
    """A failure that comes of the options `keys`, of whose value it is: the profile's, unless one
    of them was `said` for the recording. Of no options it stays as it is."""
    if not keys:
        return failure
    is_of_profile = not {*keys} & {*said}
    return msgspec.structs.replace(failure, kind="configuration" if is_of_profile else "input")


# How the table of texts writes them down.


def ready(
    kind: FailureKind, code: str, reason: str, advice: str, retryable: bool = False
) -> Failure:
    """A failure that needs no facts."""
    return Failure(kind=kind, code=code, reason=reason, advice=advice, retryable=retryable)


def passing(code: str, reason: str, advice: str) -> Failure:
    """Of a provider, that another attempt may not meet."""
    return ready("provider", code, reason, advice, retryable=True)


def of_input(code: str, reason: str, advice: str) -> Template:
    """What is wrong with what was dropped or asked for."""
    return Template("input", code, reason, advice)


def said(kind: FailureKind, code: str, advice: str, retryable: bool = False) -> Template:
    """By a provider, in its own words."""
    return Template(kind, code, "{provider}: {said}", advice, retryable)


def framed(error: InputError, frame: str) -> InputError:
    """The same in other words: `frame` has its `reason` in braces."""
    told = InputError(error.code, frame.format(reason=error.reason), error.advice)
    return told.of(*error.keys)
