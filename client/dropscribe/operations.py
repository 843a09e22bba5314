"""Every operation of the API of this release. Made from the table of the app by
`python -m tests.client.made`: not to be changed by hand."""

from __future__ import annotations

from typing import NamedTuple

VERSION = "0.1.0"


class Operation(NamedTuple):
    """`path` is below `/api`; `query` are the parameters that it takes."""

    method: str
    path: str
    summary: str
    query: tuple[str, ...]
    takes_body: bool


OPERATIONS = {
    "create_batch": Operation("POST", "batches", "Create a batch", ("wait", "again"), True),
    "list_batches": Operation(
        "GET",
        "batches",
        "List batches",
        ("status", "profile", "origin", "created_from", "created_to", "limit", "after"),
        False,
    ),
    "get_batch": Operation("GET", "batches/{batch_id}", "Get a batch", (), False),
    "get_batch_result": Operation(
        "GET", "batches/{batch_id}/result", "Wait for a batch", (), False
    ),
    "cancel_batch": Operation("POST", "batches/{batch_id}/cancel", "Cancel a batch", (), False),
    "retry_batch": Operation(
        "POST", "batches/{batch_id}/retry", "Retry failed recordings", (), False
    ),
    "delete_batch": Operation(
        "DELETE", "batches/{batch_id}", "Delete a batch", ("outputs",), False
    ),
    "list_items": Operation(
        "GET",
        "batches/{batch_id}/items",
        "List recordings",
        ("state", "client_item_id", "metadata", "name", "needs_review", "limit", "after"),
        False,
    ),
    "get_item": Operation(
        "GET", "batches/{batch_id}/items/{recording_id}", "Get a recording", (), False
    ),
    "get_transcript": Operation(
        "GET",
        "batches/{batch_id}/items/{recording_id}/transcript",
        "Get a transcript",
        ("format", "revision", "language"),
        False,
    ),
    "get_transcript_file": Operation(
        "GET",
        "batches/{batch_id}/items/{recording_id}/transcript/{transcript_format}",
        "Get a transcript as text",
        (),
        False,
    ),
    "get_insights": Operation(
        "GET", "batches/{batch_id}/items/{recording_id}/insights", "Get insights", (), False
    ),
    "get_unredacted": Operation(
        "GET",
        "batches/{batch_id}/items/{recording_id}/unredacted",
        "Get an unredacted transcript",
        (),
        False,
    ),
    "get_report": Operation("GET", "batches/{batch_id}/report", "Get a report", ("format",), False),
    "get_report_file": Operation(
        "GET", "batches/{batch_id}/report/{report_format}", "Get a report as text", (), False
    ),
    "delete_item": Operation(
        "DELETE", "batches/{batch_id}/items/{recording_id}", "Delete a recording", ("audio",), False
    ),
    "hold_batch": Operation("POST", "batches/{batch_id}/hold", "Hold a batch", (), True),
    "release_batch": Operation("DELETE", "batches/{batch_id}/hold", "Release a batch", (), False),
    "hold_item": Operation(
        "POST", "batches/{batch_id}/items/{recording_id}/hold", "Hold a recording", (), True
    ),
    "release_item": Operation(
        "DELETE", "batches/{batch_id}/items/{recording_id}/hold", "Release a recording", (), False
    ),
    "get_overview": Operation("GET", "overview", "See what is going on", (), False),
    "list_doubts": Operation("GET", "review", "See what is left to review", (), False),
    "get_audio": Operation(
        "GET", "batches/{batch_id}/items/{recording_id}/audio", "Listen to a recording", (), False
    ),
    "get_listening_copy": Operation(
        "GET", "batches/{batch_id}/items/{recording_id}/listening", "Listen in a browser", (), False
    ),
    "get_trace": Operation(
        "GET", "batches/{batch_id}/items/{recording_id}/trace", "Follow a recording", (), False
    ),
    "create_revision": Operation(
        "POST",
        "batches/{batch_id}/items/{recording_id}/revisions",
        "Correct a transcript",
        (),
        True,
    ),
    "list_revisions": Operation(
        "GET",
        "batches/{batch_id}/items/{recording_id}/revisions",
        "Look back at corrections",
        (),
        False,
    ),
    "search_words": Operation("POST", "search", "Find what was said", (), True),
    "list_terms": Operation(
        "GET", "glossary", "See what was learnt from corrections", ("profile",), False
    ),
    "remove_term": Operation(
        "DELETE", "glossary", "Take a term out of the glossary", ("meant", "profile"), False
    ),
    "get_conversation": Operation(
        "GET",
        "batches/{batch_id}/items/{recording_id}/conversation",
        "See how a conversation went",
        (),
        False,
    ),
    "list_conversations": Operation(
        "GET",
        "conversations",
        "See how conversations went",
        ("by", "first_day", "last_day", "batch_id", "profile", "metadata"),
        False,
    ),
    "estimate_lengths": Operation(
        "GET",
        "estimate",
        "Estimate a cost",
        ("recordings", "duration_ms", "bytes", "media_type", "channels", "profile"),
        False,
    ),
    "estimate_manifest": Operation("POST", "estimate", "Estimate the cost of a manifest", (), True),
    "create_upload": Operation("POST", "uploads", "Get an upload link", (), True),
    "create_subscription": Operation("POST", "subscriptions", "Subscribe to events", (), True),
    "list_subscriptions": Operation("GET", "subscriptions", "List subscriptions", (), False),
    "get_subscription": Operation(
        "GET", "subscriptions/{subscription_id}", "Get a subscription", (), False
    ),
    "change_subscription": Operation(
        "PATCH", "subscriptions/{subscription_id}", "Change a subscription", (), True
    ),
    "delete_subscription": Operation(
        "DELETE", "subscriptions/{subscription_id}", "Delete a subscription", (), False
    ),
    "rotate_secret": Operation(
        "POST", "subscriptions/{subscription_id}/rotate-secret", "Rotate a secret", (), True
    ),
    "test_subscription": Operation(
        "POST", "subscriptions/{subscription_id}/test", "Send a test event", (), False
    ),
    "list_deliveries": Operation(
        "GET",
        "subscriptions/{subscription_id}/deliveries",
        "List deliveries",
        ("state", "event_type", "batch_id", "from_at", "to_at", "limit", "after"),
        False,
    ),
    "get_delivery": Operation(
        "GET", "subscriptions/{subscription_id}/deliveries/{event_id}", "Get a delivery", (), False
    ),
    "replay_events": Operation(
        "POST", "subscriptions/{subscription_id}/replay", "Send events again", (), True
    ),
    "create_trigger": Operation("POST", "triggers/{trigger}", "Start a flow", (), True),
    "get_health": Operation("GET", "health", "Check the health", (), False),
    "list_profiles": Operation("GET", "profiles", "List profiles", (), False),
    "list_formats": Operation("GET", "formats", "List formats", (), False),
    "list_locales": Operation("GET", "locales", "List locales", (), False),
    "get_transcript_schema": Operation(
        "GET", "transcript-schema", "Describe a transcript", ("format",), False
    ),
    "get_openapi": Operation("GET", "openapi.json", "Describe the API", (), False),
    "get_openapi_3_0": Operation(
        "GET", "openapi-3.0.json", "Describe the API to generators", (), False
    ),
    "list_brakes": Operation("GET", "brakes", "List what holds back", (), False),
    "change_brake": Operation("POST", "brakes", "Stop, or go on", (), True),
    "run_sweep": Operation("POST", "sweep", "Look after everything now", (), True),
    "get_caller": Operation("GET", "me", "Ask who one is", (), False),
    "create_key": Operation("POST", "keys", "Make a key", (), True),
    "list_keys": Operation("GET", "keys", "List keys", (), False),
    "revoke_key": Operation("DELETE", "keys/{key_id}", "Revoke a key", (), False),
    "list_trail": Operation(
        "GET", "trail", "List what was called", ("from_at", "to_at", "limit", "after"), False
    ),
    "get_profiles_file": Operation(
        "GET", "profiles/file", "Get the profiles as a file", ("file_version",), False
    ),
    "give_profiles_file": Operation("PUT", "profiles/file", "Change the profiles", (), True),
    "take_profiles_file_back": Operation(
        "DELETE", "profiles/file", "Go back to the profiles of the release", (), False
    ),
}
