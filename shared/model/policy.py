"""How patient, how large, how often: the numbers by which the use-cases decide."""

from __future__ import annotations

import msgspec

from shared.model.profile.profile import Profile


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Durations are seconds.

    coalesce_seconds  length of the window whose recordings share a batch; `coalesce_of` for certain
                      providers and modes, such as "azure-speech/standard"
    early_seconds     a recording that comes in while its provider has nothing to do is planned this
                      soon; 0: it waits for its window like any other
    settle_seconds    how long after the window's end its events may still arrive
    late_seconds      how long a late arrival waits for company
    slice_size        results in one write message
    write_threads     results fetched and written side by side
    max_attempts      transcriptions of one recording that may be paid for
    max_fetches       tries to read a result before the attempt counts as failed
    refetch_seconds   pause before a result that could not be read is asked for again
    poll_min_seconds  least time between two questions about one job; doubles up to
    poll_max_seconds  this
    submit_within_seconds  a create call starts this soon after its intent, or not at all
    resolve_after_seconds  an intent this old without an answer is looked up at the provider
    stuck_after_seconds    a step that was handed over this long ago is handed over again
    relist_seconds         the intake is compared with the tables at most this often
    event_patience_seconds audio this young may still be announced by its event
    orphans_seconds        providers are searched for forgotten transcriptions this often
    orphan_age_seconds     a transcription this old that no table knows is an orphan
    max_active_jobs   jobs at one endpoint at a time; `max_active_of` for certain providers
    submitted_seconds      a transcription that is still running after this long is given up
    give_up_seconds        results that cannot be had, and what an endpoint out of reach alone
                           could tell, are waited for this long
    fall_over_seconds      a provider that is out for this long loses what waits for it to the next
                           one that the profile names
    waiting_long_seconds   a job that could not be sent for this long is told of in the log
    tell_again_seconds     and again after this long
    storage_pause_seconds  a step that storage keeps from being done waits this long
    blob_patience_seconds  what storage refuses of one blob alone, and a blob that is not whole, is
                           waited for this long
    still_seconds          a blob that is being written to is whole when nothing changed for so long
    relist_all_seconds     names that are new in a container are looked for this often, whatever
                           their times say
    deliveries_days        deliveries of events this old are forgotten
    reuse_days             the same audio is paid for again after this long
    prepared_days          copies for providers are removed after this long
    listening_days         listening copies are removed, and made again, after this long
    redacted_audio_days    the same of those in which something is hidden; 0: they are kept as
                           outputs are
    unredacted_days        what is kept unredacted is removed after this long
    max_faults             steps of a job that may be refused or fail in the end before it does
    endpoint_pause_seconds a step that an endpoint failed waits this long, and an endpoint that
                           fails repeatedly is taken out for this long at first
    """

    coalesce_seconds: int = 60
    early_seconds: int = 0
    settle_seconds: int = 5
    late_seconds: int = 2
    slice_size: int = 50
    write_threads: int = 8
    max_attempts: int = 3
    max_fetches: int = 3
    refetch_seconds: int = 20
    max_active_jobs: int = 40
    poll_min_seconds: int = 60
    poll_max_seconds: int = 600
    submit_within_seconds: int = 20
    resolve_after_seconds: int = 180
    stuck_after_seconds: int = 600
    relist_seconds: int = 600
    event_patience_seconds: int = 120
    orphans_seconds: int = 3600
    orphan_age_seconds: int = 3600
    endpoint_pause_seconds: int = 30
    submitted_seconds: int = 259_200
    give_up_seconds: int = 86_400
    fall_over_seconds: int = 900
    waiting_long_seconds: int = 86_400
    tell_again_seconds: int = 3_600
    max_faults: int = 5
    storage_pause_seconds: int = 60
    blob_patience_seconds: int = 43_200
    still_seconds: int = 900
    relist_all_seconds: int = 72_000
    deliveries_days: int = 30
    reuse_days: int = 365
    prepared_days: int = 3
    listening_days: int = 30
    redacted_audio_days: int = 30
    unredacted_days: int = 30
    max_active_of: dict[str, int] = {}
    coalesce_of: dict[str, int] = {}

    def window_of(self, profile: Profile) -> int:
        """Seconds. The profile's own, or what its provider is at its best with, or the usual."""
        usual = self.coalesce_of.get(f"{profile.provider}/{profile.mode}", self.coalesce_seconds)
        return profile.coalesce_seconds or usual

    def most_active_jobs(self, provider: str) -> int:
        return self.max_active_of.get(provider, self.max_active_jobs)

    def room_for(self, provider: str, *, is_bulk: bool) -> int:
        """Jobs at one endpoint at a time. Bulk leaves a quarter of the places to others."""
        most = self.most_active_jobs(provider)
        return most - most // 4 if is_bulk else most
