"""What AssemblyAI is asked for: every option, and what is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.model.profile.options import Options
from shared.ports.provider import JobRequest
from shared.providers.assemblyai.calls import create_body, list_path, transcript_path
from shared.providers.assemblyai.capabilities import LIMITS, limits_of
from shared.providers.assemblyai.languages import LANGUAGES, code_of, locale_of
from shared.providers.assemblyai.marks import mark_in, may_be_added_to, with_mark
from shared.providers.assemblyai.webhook import Webhook

URL = "https://acct.blob.core.windows.net/audio/a.wav?sv=1&sig=s"
HOOK = Webhook("https://app.example/api/webhooks/assemblyai/us", "a secret of ours")
USUAL = {
    "audio_url": URL,
    "speech_models": ["assemblyai-stt-3-7", "universal-2"],
    "language_code": "en_us",
    "punctuate": True,
    "format_text": True,
    "filter_profanity": True,
    "multichannel": False,
}


def body(hook: Webhook | None = None, keep: bool = False, **options: Any) -> dict[str, Any]:
    request = JobRequest(
        mark="m-1", display_name="Calls", options=Options(**options), keep=keep, content_urls=(URL,)
    )
    found: dict[str, Any] = json.loads(create_body(URL, request, hook))
    return found


def test_nothing_is_asked_for_that_the_profile_does_not_want() -> None:
    assert body() == USUAL


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({"locale": "nb-NO"}, {"language_code": "no"}),
        ({"locale": "en-GB"}, {"language_code": "en_uk"}),
        ({"models": ("universal-2",)}, {"speech_models": ["universal-2"]}),
        ({"channels": (0, 1)}, {"multichannel": True}),
        ({"punctuation": "none"}, {"punctuate": False}),
        ({"formatting": False}, {"format_text": False}),
        ({"profanity": "none"}, {"filter_profanity": False}),
        ({"profanity": "tags"}, {"filter_profanity": False}),
        ({"expected_speakers": 3}, {"speaker_labels": True, "speakers_expected": 3}),
        (
            {"min_speakers": 2, "max_speakers": 5},
            {
                "speaker_labels": True,
                "speaker_options": {"min_speakers_expected": 2, "max_speakers_expected": 5},
            },
        ),
        (
            {"max_speakers": 4, "channels": (0, 1)},
            {
                "speaker_labels": True,
                "multichannel": True,
                "speaker_options": {"max_speakers_expected": 4},
            },
        ),
        ({"key_terms": ("Dropscribe",)}, {"keyterms_prompt": ["Dropscribe"]}),
        ({"prompt": "A claim."}, {"prompt": "A claim."}),
        (
            {
                "spelling": {
                    "drop scribe": "Dropscribe",
                    "azur": "Azure",
                    "dropscript": "Dropscribe",
                }
            },
            {
                "custom_spelling": [
                    {"from": ["drop scribe", "dropscript"], "to": "Dropscribe"},
                    {"from": ["azur"], "to": "Azure"},
                ]
            },
        ),
        (
            {"redact": ("person_name",)},
            {"redact_pii": True, "redact_pii_policies": ["person_name"], "redact_pii_sub": "hash"},
        ),
        (
            {"redact": ("date",), "redact_with": "kind"},
            {"redact_pii": True, "redact_pii_policies": ["date"], "redact_pii_sub": "entity_name"},
        ),
        (
            {"sentiments": True, "entities": True, "chapters": True, "highlights": True},
            {
                "sentiment_analysis": True,
                "entity_detection": True,
                "auto_chapters": True,
                "auto_highlights": True,
            },
        ),
    ],
)
def test_each_option_is_asked_for_in_the_providers_words(
    options: dict[str, Any], asked: dict[str, Any]
) -> None:
    assert body(**options) == USUAL | asked


def test_the_language_is_detected_among_those_expected() -> None:
    found = body(
        locale="de-DE", candidate_locales=("de-DE", "en-US", "en-GB"), min_language_confidence=0.6
    )
    expected = {"expected_languages": ["de", "en"], "fallback_language": "de"}
    assert found["language_detection"] is True
    assert found["language_detection_options"] == expected
    assert found["language_confidence_threshold"] == 0.6
    assert "language_code" not in found


def test_with_redaction_nothing_is_asked_for_that_could_tell_what_is_redacted() -> None:
    found = body(
        redact=("person_name",), sentiments=True, entities=True, chapters=True, highlights=True
    )
    assert found["sentiment_analysis"] is True
    assert not {"entity_detection", "auto_chapters", "auto_highlights"} & set(found)


def test_the_webhook_carries_the_mark_and_a_secret_made_for_it() -> None:
    found = body(HOOK, keep=True)
    mark = mark_in(found["webhook_url"])
    assert mark is not None and (mark.text, mark.keep) == ("m-1", True)
    assert found["webhook_auth_header_name"] == "X-Dropscribe-Webhook"
    assert HOOK.secret not in json.dumps(found)
    other = JobRequest(mark="m-2", display_name="", options=Options(), content_urls=(URL,))
    another = json.loads(create_body(URL, other, HOOK))
    assert another["webhook_auth_header_value"] != found["webhook_auth_header_value"]


# --- marks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("url", [URL, "https://audio.example/a%20b.wav"])
def test_a_mark_comes_back_out_of_the_link_that_it_was_put_into(url: str, keep: bool) -> None:
    marked = with_mark(url, "d1a2-b/c d", keep=keep)
    assert marked.startswith(url)
    assert mark_in(None, "http://deleted_by_user", marked) == ("d1a2-b/c d", keep)
    assert mark_in(url, "not a [url", None) is None


def test_a_link_that_others_signed_as_a_whole_is_left_alone() -> None:
    assert may_be_added_to(URL)
    assert may_be_added_to("https://audio.example/a.wav")
    assert not may_be_added_to("https://bucket.example/a.wav?X-Amz-Signature=1&X-Amz-Date=2")


# --- languages and limits ---------------------------------------------------------------------


def test_every_language_that_is_taken_has_a_code_and_comes_back() -> None:
    for language in LANGUAGES - {"no", "tl", "jw"}:  # which have a name of ours as well
        assert locale_of(code_of(language)) == language
    assert [locale_of(code) for code in ("en_us", "en_uk", "pt", "")] == [
        "en-US",
        "en-GB",
        "pt",
        None,
    ]


def test_norwegian_is_a_word_and_never_false() -> None:
    assert body(locale="nb-NO")["language_code"] == "no"
    assert "no" in LANGUAGES and False not in LANGUAGES


def test_the_limits_follow_the_account() -> None:
    limits = limits_of(200, uploads=False)
    assert limits.ramp is not None
    assert (limits.ramp.first, limits.ramp.most, limits.ramp.seconds) == (25, 50, 15)
    assert (limits.max_bytes, limits.calls_per_create) == (5_000_000_000, 1)
    small = limits_of(40, uploads=True)
    assert small.ramp is not None and (small.ramp.first, small.ramp.most) == (10, 10)
    assert (small.max_bytes, small.calls_per_create) == (2_200_000_000, 2)
    assert LIMITS.files_per_job == 1


def test_paths_hold_nothing_that_an_id_could_break_out_of() -> None:
    assert transcript_path("a/../b?c") == "/v2/transcript/a%2F..%2Fb%3Fc"
    assert list_path("x&y") == "/v2/transcript?limit=200&before_id=x%26y"
