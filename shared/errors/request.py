"""What is wrong with what a caller asks for."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from shared.errors.base import DropscribeError


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong with a manifest. `at` points to it, as in
    `recordings[17].speakers`, counted from 0; `line` is that of the file, from 1, where a file
    has one item a line. `message` says what to do."""

    code: str
    message: str
    at: str = ""
    line: int | None = None


class ManifestRefused(DropscribeError):
    """A manifest is taken whole or not at all. `faults` are the first of what is wrong with it,
    `more` is how many are not among them."""

    status = 422

    def __init__(self, faults: Sequence[Fault], more: int = 0) -> None:
        self.faults, self.more = tuple(faults), more
        super().__init__(f"{len(self.faults) + more} faults in the manifest")


class KeyReused(DropscribeError):
    """The idempotency key belongs to a request with another content."""

    status = 422


class ProfilesRefused(DropscribeError):
    """A file of profiles is taken whole or not at all; `problems` holds all that is wrong with
    it, one line each."""

    status = 422

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("the profiles have mistakes, and those of before stay in force")


class ProfilesChanged(DropscribeError):
    """The version that was to be replaced is not the one that there is."""

    status = 409


class ProfilesMissing(DropscribeError):
    """Nobody ever gave profiles of that version."""

    status = 404


class BatchMissing(DropscribeError):
    """There is no batch of that id, or it was deleted."""

    status = 404


class RecordingMissing(DropscribeError):
    """The batch has no recording of that id."""

    status = 404


class OutputMissing(DropscribeError):
    """There is no transcript or report: it is not written yet, never will be, or was removed. The
    message says which."""

    status = 404


class AudioMissing(DropscribeError):
    """There is no audio to be heard: it was removed, or it lies where we cannot lead."""

    status = 404


class AudioChanged(DropscribeError):
    """Another version lies under the name of the audio than the one that was transcribed."""

    status = 409


class AudioRedacted(DropscribeError):
    """Personal data is hidden in the sound of the recording, and whoever asks for its audio may not
    hear what is. There is a listening copy for them."""

    status = 403


class NoListeningCopy(DropscribeError):
    """There is no listening copy of the recording, and there will be none, or none before it is
    transcribed. The message says why; its audio may be heard as it is."""

    status = 404


class RevisionUnfit(DropscribeError):
    """A change of a transcript names what is not there, or not there any more; nothing of it is
    taken. The message says which, and holds nothing of what was said."""

    status = 422


class RevisionConflict(DropscribeError):
    """Somebody else changed the transcript first. What they changed has to be looked at, and the
    changes sent once more on the basis of it."""

    status = 409


class BatchBusy(DropscribeError):
    """The batch is still being worked on; to delete it, cancel it first or wait."""

    status = 409


class OnHold(DropscribeError):
    """A batch or a recording is held, and does not go before somebody releases it. The message says
    since when, and by whom."""

    status = 409


class SubscriptionMissing(DropscribeError):
    """There is no subscription of that id, or it was deleted; or no such delivery of it."""

    status = 404


class FieldRefused(DropscribeError):
    """`field` names what is wrong, `said` what to write there, without repeating it."""

    status = 422

    def __init__(self, field: str, message: str) -> None:
        self.field, self.said = field, message
        super().__init__(f"{field} {message}")


class SubscriptionRefused(FieldRefused):
    """A subscription asks for what cannot be."""


class KeyRefused(FieldRefused):
    """A key is asked for that cannot be."""


class SearchRefused(FieldRefused):
    """It cannot be looked for in this way."""


class SearchOff(DropscribeError):
    """This deployment keeps no index of what was said."""

    status = 409


class KeyMissing(DropscribeError):
    """There is no key of that id."""

    status = 404


class UnknownScope(DropscribeError):
    """Nothing of that name can be stopped; the message says what can."""

    status = 422


class UnknownEndpoint(DropscribeError):
    """A webhook call for an endpoint that this deployment does not have."""

    status = 404
