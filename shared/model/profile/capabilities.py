"""What a provider can take, so that what is asked for is fitted to it, or refused,
before money is spent."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.model.preparing.formats import CopyFormat
from shared.model.profile.options import Mode, Options
from shared.model.redaction.kinds import Finds


class Ramp(msgspec.Struct, frozen=True, kw_only=True):
    """Bulk work begins with `first` create calls in `seconds`, and `growth` times as many in each
    further window in which there was work, up to `most`; over all instances."""

    first: int
    most: int
    seconds: int = 10
    growth: float = 2.0


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How quick a provider is by its own documents. `start_seconds` is how long a job usually waits
    for its beginning, `share` how long hearing takes as a share of the audio's length, `at_once`
    how many jobs an endpoint hears at a time, where that is not how many it takes.
    `longest_seconds` is how long a job may take, None where it is not said."""

    start_seconds: int
    share: float
    at_once: int | None = None
    longest_seconds: int | None = None


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one provider. None means that the provider documents no limit.

    `containers` and `codecs` are the names that `AudioProperties` uses. `calls_per_window` calls
    may be made in `window_seconds`, by all instances of the application together;
    `more_call_limits` are further pairs of calls and seconds. `ramp` is how create calls begin
    where work comes in bulk, None: at once. `calls_per_create` is how many calls of its API one
    `submit` makes.
    `diarizes_channels` tells whether speakers can be told apart in audio of several channels.
    `recordings_per_container_job` is how many blobs a job over a whole container may hold.
    `modes` and `locales` are those that it has; a language alone stands for all its locales.
    `identified_locales` are those among which it finds out the one that is spoken, where these are
    others.
    `extras` are the options of `EXTRAS` that it knows. Where it does not pick channels, it is
    told of every channel that the audio has. `files_per_job_in` holds for modes that differ.
    `find_is_proof` tells that a job whose mark the provider does not list was never created.
    A transcription in the mode "standard" may take `standard_seconds`, where there is "express",
    too. `usual_window` is how long a window is in seconds where nobody set another: at the pace of
    the provider. `results_count` tells that fetching a result is a call like any other,
    `mixes_channels` that all channels are heard as one. `pace` is how quick it is in a mode, where
    it says so. `reads_best` are the formats that copies for it are made in, the best first; ()
    where it gets none. `asks_head` tells that it asks HEAD of an address before it reads what is
    there.
    `in_mode` are the limits of modes that have an API of their own (`model.batch.lane`). There it
    `answers_at_once`, so that nothing but the call itself is asked of the provider.
    `seals_answers`: those can be kept sealed, without which nothing is sent that is to be redacted.
    `merges_channels`: all are heard as one where none is named; at most `most_channels` can be.
    `finds` is what a finder finds in what the provider hears, where there is one.
    `takes_custom_models` tells of models that were made to order. `extras_by_model` are its
    extras where a model is named, a prompt given or a translation wanted, if those are others;
    `models` are the names that it knows. `shows_titles`: its list tells what each recording of a
    job is called.
    """

    files_per_job: int
    recordings_per_container_job: int | None = None
    max_bytes: int
    max_duration_ms: int | None = None
    max_diarized_ms: int | None = None
    diarizes_channels: bool
    containers: frozenset[str]
    codecs: frozenset[str]
    calls_per_window: int
    window_seconds: int
    supports_delete: bool
    supports_container: bool
    modes: frozenset[Mode] | None = None
    locales: frozenset[str] | None = None
    identified_locales: frozenset[str] | None = None
    extras: frozenset[str] = frozenset()
    picks_channels: bool = True
    files_per_job_in: Mapping[Mode, int] = {}
    find_is_proof: bool = True
    results_count: bool = False
    identifies_languages: bool = True
    mixes_channels: bool = False
    more_call_limits: tuple[tuple[int, int], ...] = ()
    calls_per_create: int = 1
    ramp: Ramp | None = None
    standard_seconds: int = 86_400
    pace: Mapping[Mode, Pace] = {}
    asks_head: bool = False
    usual_window: Mapping[Mode, int] = {}
    reads_best: tuple[CopyFormat, ...] = ()
    in_mode: Mapping[Mode, Capabilities] = {}
    answers_at_once: bool = False
    seals_answers: bool = True
    merges_channels: bool = False
    most_channels: int | None = None
    finds: Finds | None = None
    takes_custom_models: bool = True
    extras_by_model: frozenset[str] | None = None
    models: frozenset[str] | None = None
    shows_titles: bool = False

    def of(self, mode: Mode) -> Capabilities:
        """What holds in that mode."""
        return self.in_mode.get(mode, self)

    def asked_for(self, options: Options) -> Capabilities:
        """What holds for these options."""
        is_asked = bool(options.models or options.prompt or options.translate_to)
        if self.extras_by_model is None or not is_asked:
            return self
        return msgspec.structs.replace(self, extras=self.extras_by_model)

    @property
    def can_hurry(self) -> bool:
        """Whether there is a cheap mode and a quick one."""
        return self.modes is not None and {"standard", "express"} <= self.modes

    def most_files(self, mode: Mode) -> int:
        """Recordings that may share a job."""
        return self.of(mode).files_per_job_in.get(mode, self.of(mode).files_per_job)
