"""All settings that there are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shared.configuration.addresses import STORAGE_FORMS
from shared.finders.registry import FINDER
from shared.model import setting as values
from shared.model.access.roles import TRANSCRIBE
from shared.model.policy import Policy
from shared.model.setting import Setting
from shared.prompters.registry import PROMPTER
from shared.providers.registry import OFFERS
from shared.searchers.registry import SEARCHER

_MINUTE, _FIVE_MINUTES = "0 * * * * *", "0 */5 * * * *"


def _of_policy(name: str, field: str, least: int, most: int) -> Setting:
    """A number of the policy, which alone knows its default."""
    return Setting(name, values.number(least, most), getattr(Policy(), field), field)


SETTINGS: tuple[Setting, ...] = (
    Setting("AZURE_CLIENT_ID", str, None),
    Setting("AUDIO_CONTAINER", values.container, "audio"),
    Setting("TRANSCRIPTS_CONTAINER", values.container, "transcripts"),
    Setting("REPORTS_CONTAINER", values.container, "reports"),
    Setting("ERRORS_CONTAINER", values.container, "errors"),
    Setting("CORRECTED_CONTAINER", values.container, "corrected"),
    Setting("REVISIONS_CONTAINER", values.container, "revisions"),
    Setting("PREPARED_CONTAINER", values.container, "prepared"),
    Setting("LISTENING_CONTAINER", values.container, "listening"),
    Setting("REDACTED_AUDIO_CONTAINER", values.container, "redacted-audio"),
    Setting("UNREDACTED_CONTAINER", values.container, "unredacted"),
    Setting("MANIFESTS_CONTAINER", values.container, "manifests"),
    Setting("BATCHES_CONTAINER", values.container, "batches"),
    Setting("UPLOADS_CONTAINER", values.container, "uploads"),
    Setting("SUBSCRIPTIONS_CONTAINER", values.container, "subscriptions"),
    Setting("DEAD_LETTERS_CONTAINER", values.container, "dead-letters"),
    Setting("AUDIT_CONTAINER", values.container, "audit"),
    Setting("SEARCH_CONTAINER", values.container, "search"),
    Setting("EXPORTS_CONTAINER", values.container, "exports"),
    Setting("SEARCH", values.switch, True),
    Setting("ANSWERS_CONTAINER", values.container, "answers"),
    Setting("MANIFEST_SOURCES", values.containers, ()),
    Setting("STATE_TABLE", values.table, "dropscribe"),
    Setting("SAS_HOURS", values.number(6, 168), 48),
    Setting("WEBHOOK_BASE_URL", values.base_url, None),
    Setting("WEBHOOK_SECRET", values.webhook_secret, None),
    Setting("EVENTS_SECRET", values.signing_secrets, ()),
    Setting("OUTBOUND_NETWORKS", values.networks, ()),
    _of_policy("DELIVERIES_DAYS", "deliveries_days", 1, 365),
    _of_policy("REUSE_DAYS", "reuse_days", 1, 3650),
    _of_policy("PREPARED_DAYS", "prepared_days", 1, 7),
    _of_policy("LISTENING_DAYS", "listening_days", 1, 90),
    _of_policy("REDACTED_AUDIO_DAYS", "redacted_audio_days", 0, 90),
    _of_policy("UNREDACTED_DAYS", "unredacted_days", 1, 90),
    _of_policy("COALESCE_SECONDS", "coalesce_seconds", 1, 3600),
    Setting("POLL_SCHEDULE", values.schedule, _MINUTE),
    Setting("SWEEP_SCHEDULE", values.schedule, _FIVE_MINUTES),
    _of_policy("POLL_MIN_SECONDS", "poll_min_seconds", 1, 3600),
    _of_policy("POLL_MAX_SECONDS", "poll_max_seconds", 1, 86_400),
    _of_policy("RESOLVE_AFTER_SECONDS", "resolve_after_seconds", 5, 3600),
    _of_policy("STUCK_AFTER_SECONDS", "stuck_after_seconds", 5, 86_400),
    _of_policy("RELIST_SECONDS", "relist_seconds", 5, 86_400),
    _of_policy("EVENT_PATIENCE_SECONDS", "event_patience_seconds", 1, 86_400),
    _of_policy("RELIST_ALL_SECONDS", "relist_all_seconds", 5, 86_400),
    _of_policy("STILL_SECONDS", "still_seconds", 1, 86_400),
    _of_policy("BLOB_PATIENCE_SECONDS", "blob_patience_seconds", 5, 72_000),
    _of_policy("STORAGE_PAUSE_SECONDS", "storage_pause_seconds", 1, 600),
    _of_policy("ORPHANS_SECONDS", "orphans_seconds", 5, 604_800),
    _of_policy("ORPHAN_AGE_SECONDS", "orphan_age_seconds", 5, 604_800),
    _of_policy("ENDPOINT_PAUSE_SECONDS", "endpoint_pause_seconds", 1, 600),
    _of_policy("SUBMITTED_SECONDS", "submitted_seconds", 3600, 2_592_000),
    _of_policy("GIVE_UP_SECONDS", "give_up_seconds", 60, 2_592_000),
    _of_policy("FALL_OVER_SECONDS", "fall_over_seconds", 60, 604_800),
    _of_policy("REFETCH_SECONDS", "refetch_seconds", 1, 3600),
    _of_policy("MAX_ATTEMPTS", "max_attempts", 1, 10),
    _of_policy("SLICE_SIZE", "slice_size", 1, 90),
    _of_policy("WRITE_CONCURRENCY", "write_threads", 1, 32),
    Setting("PROFILES_FILE", Path, Path("profiles.toml")),
    Setting("PRICES", values.prices, {}),
    Setting("PRICE_CURRENCY", values.currency, "USD"),
    Setting("MOST_COST_PER_DAY", values.amount, None),
    Setting("MOST_AUDIO_HOURS_PER_DAY", values.amount, None),
    Setting("STOPPED", values.scopes, ()),
    Setting("ALLOW_HTTP", values.switch, False),
    Setting("API_AUTH", values.one_of("keys", "entra", "own"), "keys"),
    Setting("API_ROLE", str, TRANSCRIBE),
    Setting("OWNER_KEY", values.api_key, None),
    Setting("SEALING_KEY", values.sealing_key, None),
)
"""The settings of one value each. Storage and endpoints have forms of their own."""
FORMS = (*STORAGE_FORMS, *(name for offer in OFFERS.values() for name in offer.form.settings))
"""The names of the settings with forms of their own, beside those of `NAMED_KEYS`."""
NAMED_KEYS = tuple(offer.form.named_key for offer in OFFERS.values())
FINDER_SETTINGS: tuple[Setting, ...] = FINDER.settings
"""The settings of one value that are the finder's."""
PROMPTER_SETTINGS: tuple[Setting, ...] = PROMPTER.settings
"""Those that are the prompter's."""
SEARCHER_SETTINGS: tuple[Setting, ...] = SEARCHER.settings
"""Those that are the searcher's."""
PROVIDER_SETTINGS: Mapping[str, tuple[Setting, ...]] = {
    name: offer.settings for name, offer in OFFERS.items()
}
"""The settings of one value that are of one provider each."""


def all_settings() -> tuple[Setting, ...]:
    """Every setting of one value."""
    of_providers = (setting for own in PROVIDER_SETTINGS.values() for setting in own)
    return (*SETTINGS, *FINDER_SETTINGS, *PROMPTER_SETTINGS, *SEARCHER_SETTINGS, *of_providers)
