"""What a provider can take, so that a recording is refused or settled before money is spent."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.model.options import Mode


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one provider. None means that the provider documents no limit.

    `containers` and `codecs` are the names that `AudioProperties` uses. `calls_per_window` calls
    may be made in `window_seconds`, by all instances of the application together.
    `diarizes_channels` tells whether speakers can be told apart in audio of several channels.
    `recordings_per_container_job` is how many blobs a job over a whole container may hold.
    `modes` and `locales` are those that it has; a language alone stands for all its locales.
    `extras` are the options of `EXTRAS` that it knows. Where it does not pick channels, it is
    told of every channel that the audio has. `files_per_job_in` holds for modes that differ.
    `find_is_proof` tells that a job whose mark the provider does not list was never created.
    `results_count` tells that fetching a result is a call like any other.
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
    supports_webhook: bool
    supports_delete: bool
    supports_container: bool
    modes: frozenset[Mode] | None = None
    locales: frozenset[str] | None = None
    extras: frozenset[str] = frozenset()
    picks_channels: bool = True
    files_per_job_in: Mapping[Mode, int] = {}
    find_is_proof: bool = True
    results_count: bool = False

    def most_files(self, mode: Mode) -> int:
        """Recordings that may share a job."""
        return self.files_per_job_in.get(mode, self.files_per_job)
