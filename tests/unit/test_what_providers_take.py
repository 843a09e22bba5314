"""What a provider takes is refused, mended or priced before money is spent."""

from __future__ import annotations

import json

import msgspec
import pytest

from shared.configuration.settings import read_settings
from shared.errors import ConfigurationError
from shared.model.manifest.entry import speaker_options
from shared.model.money.price import PriceTable, Rate, Surcharge, estimate
from shared.model.profile import keys
from shared.model.profile.asked import with_metadata
from shared.model.profile.audio import AudioProperties
from shared.model.profile.fit import check_request, fit
from shared.model.profile.locale import canonical
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.ports.provider import JobRequest
from shared.providers.assemblyai import calls as assemblyai
from shared.providers.azure_speech import calls as azure
from shared.providers.azure_speech.capabilities import LIMITS
from shared.providers.azure_speech.versions import VERSIONS
from shared.providers.registry import DEFAULT_PRICES, OFFERS
from tests.unit.test_settings import LEAST

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("en-us", "en-US"),
        ("EN_us", "en-US"),
        (" de-DE ", "de-DE"),
        ("ZH-cn-SICHUAN", "zh-CN-sichuan"),
        ("sr-latn-rs", "sr-Latn-RS"),
        ("es-419", "es-419"),
        ("HE", "he"),
    ],
)
def test_a_locale_is_one_however_it_is_written(written: str, expected: str) -> None:
    assert canonical(written) == expected
    assert canonical(expected) == expected


def test_locales_are_canonical_wherever_they_come_from() -> None:
    assert keys.value_of("locale", "en-us", dict(keys.DEFAULT_KEYS)) == "en-US"
    asked = keys.value_of("candidate_locales", ["EN-us", "de_de"], dict(keys.DEFAULT_KEYS))
    assert asked == ("en-US", "de-DE")
    assert keys.value_of_text("candidate_locales", "en-us,DE-de") == ("en-US", "de-DE")
    assert with_metadata(Profile(), {"dropscribe_locale": "fr_fr"}, {}).options.locale == "fr-FR"


@pytest.mark.parametrize("locale", ["zz-ZZ", "en-XX", "de"])
def test_azure_refuses_a_locale_that_it_does_not_know(locale: str) -> None:
    found = check_request(Profile(options=Options(locale=locale)), LIMITS)
    assert [key for key, _ in found] == ["locale"]


def test_what_azure_has_added_since_can_be_allowed() -> None:
    limits = OFFERS["azure-speech"].limits_with(
        read_settings(LEAST | {"SPEECH_MORE_LOCALES": "en-jm, PAP-cw"}).of_provider["azure-speech"]
    )
    for locale in ("en-JM", "pap-CW", "en-US"):
        assert not check_request(Profile(options=Options(locale=locale)), limits)


def test_language_identification_has_a_list_of_its_own() -> None:
    limits = msgspec.structs.replace(LIMITS, identified_locales=frozenset({"en-US", "fr-FR"}))
    options = Options(locale="de-DE", candidate_locales=("de-DE", "en-US"))
    found = check_request(Profile(options=options), limits)
    assert [key for key, _ in found] == ["candidate_locales"]
    assert "tell apart de-DE" in found[0][1]


def fitted_at_azure(profile: Profile, **audio: object) -> tuple[Profile, tuple[str, ...]]:
    properties = msgspec.structs.replace(MINUTE, **audio)
    return fit(properties, profile, {"azure-speech": LIMITS})[:2]


EXPRESS = Profile(mode="express")
MINUTE = AudioProperties(
    codec="pcm_s16le",
    container="wav",
    channels=1,
    sample_rate_hz=8_000,
    duration_ms=60_000,
    bytes=960_044,
)


def test_what_fits_goes_express_with_its_key_terms() -> None:
    profile = Profile(mode="express", options=Options(key_terms=("Dropscribe",)))
    fitted, notes = fitted_at_azure(profile)
    assert fitted == profile and notes == ()


@pytest.mark.parametrize(
    ("audio", "options", "why"),
    [
        ({"duration_ms": 121 * 60_000}, Options(), "121"),
        ({"bytes": 250_000_001}, Options(), "250"),
        ({"channels": 3}, Options(), "at most 2 channels"),
        ({}, Options(model="https://models/mine"), "Custom models"),
    ],
)
def test_what_does_not_fit_express_is_done_as_standard_and_that_is_said(
    audio: dict[str, object], options: Options, why: str
) -> None:
    fitted, notes = fitted_at_azure(msgspec.structs.replace(EXPRESS, options=options), **audio)
    assert fitted.mode == "standard"
    assert notes[0].startswith("It was done as standard, not as express. ") and why in notes[0]


def test_a_prompt_takes_the_place_of_key_terms_and_that_is_said() -> None:
    options = Options(prompt="A call about a claim", key_terms=("Dropscribe",))
    fitted, notes = fitted_at_azure(msgspec.structs.replace(EXPRESS, options=options))
    assert fitted.mode == "express" and fitted.options.prompt and not fitted.options.key_terms
    assert "key_terms was left out" in notes[0]


def test_a_model_that_express_has_not_is_no_reason_to_fail() -> None:
    asked = msgspec.structs.replace(EXPRESS, options=Options(models=("llm-speech",)))
    assert fitted_at_azure(asked)[0] == asked
    strange = msgspec.structs.replace(EXPRESS, options=Options(models=("best",)))
    fitted, notes = fitted_at_azure(strange)
    assert fitted.mode == "standard" and "llm-speech" in notes[0]


def test_both_channels_are_named_where_express_would_hear_them_as_one() -> None:
    fitted, _ = fitted_at_azure(EXPRESS, channels=2)
    assert (fitted.mode, fitted.options.channels) == ("express", (0, 1))


def test_one_of_two_channels_is_enough_where_one_is_asked_for() -> None:
    asked = msgspec.structs.replace(EXPRESS, options=Options(channels=(1,)))
    assert fitted_at_azure(asked, channels=2)[0].options.channels == (1,)


def test_without_a_key_to_seal_by_nothing_that_is_to_be_redacted_goes_express() -> None:
    lane = msgspec.structs.replace(LIMITS.in_mode["express"], seals_answers=False)
    limits = msgspec.structs.replace(LIMITS, in_mode={"express": lane})
    asked = msgspec.structs.replace(EXPRESS, options=Options(redact=("number_sequence",)))
    fitted, notes, _ = fit(MINUTE, asked, {"azure-speech": limits})
    assert fitted.mode == "standard" and "sealed" in notes[0]
    assert fit(MINUTE, asked, {"azure-speech": LIMITS})[0].mode == "express"


def body_at_azure(options: Options) -> dict[str, object]:
    request = JobRequest(mark="m", display_name="d", options=options, content_urls=("https://a/b",))
    made: dict[str, object] = json.loads(azure.create_body(request, VERSIONS["2025-10-15"]))
    properties = made["properties"]
    assert isinstance(properties, dict)
    return properties


def test_nobody_is_told_a_number_of_speakers_that_nobody_knows() -> None:
    asked = {key: value for key, value in speaker_options("auto").items() if value}
    assert asked == {"finds_speakers": True}
    options = Options(finds_speakers=True)
    assert assemblyai._speakers(options) == {"speaker_labels": True}
    assert body_at_azure(options)["diarization"] == {"enabled": True, "maxSpeakers": 35}
    assert "diarization" not in body_at_azure(Options())


@pytest.mark.parametrize("version", ["v3.0", "v3.1", "v3.2", "v3.2-preview.2"])
def test_a_retired_version_is_told_at_start(version: str) -> None:
    with pytest.raises(ConfigurationError, match="retired on 2026-03-31"):
        read_settings(LEAST | {"SPEECH_API_VERSION": version})


@pytest.mark.parametrize(
    ("models", "amount"),
    [
        ((), 0.21),
        (("universal-2",), 0.15),
        (("universal-2", "universal-3.5-pro"), 0.21),
        (("universal-9",), 0.21),
    ],
)
def test_the_price_depends_on_the_model_and_the_dearest_of_several_counts(
    models: tuple[str, ...], amount: float
) -> None:
    options = Options(models=models)
    cost = estimate(DEFAULT_PRICES, "assemblyai", "standard", options, HOUR_MS, 1)
    assert cost is not None and cost.amount == amount


@pytest.mark.parametrize(
    "options",
    [
        Options(redact=("person_name",)),
        Options(sentiments=True),
        Options(key_terms=("Dropscribe",)),
        Options(prompt="A call"),
        Options(finds_speakers=True),
    ],
)
def test_the_price_depends_on_what_else_is_asked_for(options: Options) -> None:
    extra = Surcharge(
        when=("redaction", "sentiments", "key_terms", "prompt", "diarization"), per_hour=0.5
    )
    prices = PriceTable(rates={"p": {"standard": Rate(per_hour=1, surcharges=(extra,))}})
    plain = estimate(prices, "p", "standard", Options(), HOUR_MS, 1)
    more = estimate(prices, "p", "standard", options, HOUR_MS, 1)
    assert plain is not None and more is not None
    assert (plain.amount, more.amount) == (1, 1.5)
