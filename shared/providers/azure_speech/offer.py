"""Azure Speech as the application sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from shared.model.money.price import Rate
from shared.model.profile.capabilities import Capabilities
from shared.model.setting import Invalid, Setting, base_url, locales, number, one_of
from shared.ports.answers import Answers
from shared.providers.azure_speech.capabilities import LIMITS
from shared.providers.azure_speech.client import AzureSpeech
from shared.providers.azure_speech.fast.capabilities import LLM_SPEECH
from shared.providers.azure_speech.fast.client import FastTranscription
from shared.providers.azure_speech.locales import IDENTIFIED, KNOWN, TRANSCRIBED
from shared.providers.azure_speech.versions import NEWEST, OFFERED, RETIRED
from shared.providers.identity import by_key, by_token, entra_token
from shared.providers.known import Known, limits_of
from shared.providers.offer import Connection, EndpointForm, Offer

# The list price of batch transcription. Whether a stereo file is billed once or twice Microsoft
# answers differently (its ingestion client multiplies); the dearer answer is taken.
_STANDARD = Rate(
    per_hour=0.18,
    per_channel=True,
    source="Azure's price page of Speech, batch transcription",
    read_on="2026-10",
)

# What is told of it is 0.36 and 0.66; the dearer figure is taken, as whoever asked there read it.
_EXPRESS = Rate(
    per_hour=0.66,
    per_channel=True,
    source="a question at Microsoft Q&A (5574771) about the price of fast transcription; "
    "Azure's price page was not read",
    read_on="2025-10",
)

_QUOTAS = 'the page "Speech service quotas and limits"'


def _connect(to: Connection) -> AzureSpeech:
    return AzureSpeech(
        http=to.http,
        endpoint=to.url,
        auth=by_key(to.key) if to.key else by_token(_token(to)),
        api_version=to.settings["api_version"],
        create_seconds=to.create_seconds,
    )


def _connect_fast(to: Connection, answers: Answers) -> FastTranscription:
    return FastTranscription(
        http=to.http,
        endpoint=to.url,
        auth=by_key(to.key) if to.key else by_token(_token(to)),
        answers=answers,
    )


def _token(to: Connection) -> Callable[[], str]:
    return entra_token(to.credential(), to.settings["audience"], "Azure Speech")


def _api_version(value: str) -> str:
    if value in RETIRED:
        text = f"was retired on {RETIRED[value]}, and every call would be refused"
        raise Invalid(f"{value} {text}; expected one of {', '.join(OFFERED)}")
    return one_of(*OFFERED)(value)


def _limits(settings: Mapping[str, Any]) -> Capabilities:
    more = frozenset(settings["more_locales"])
    known = {"locales": TRANSCRIBED | more, "identified_locales": IDENTIFIED | more}
    lanes = {mode: msgspec.structs.replace(own, **known) for mode, own in LIMITS.in_mode.items()}
    return msgspec.structs.replace(LIMITS, in_mode=lanes, **known)


OFFER = Offer(
    name=AzureSpeech.name,
    limits=LIMITS,
    form=EndpointForm(
        prefix="SPEECH",
        address="the address of a Speech resource, https://<name>.cognitiveservices.azure.com",
        alone="speech",
        needs_key=False,
    ),
    connect=_connect,
    settings=(
        Setting("SPEECH_API_VERSION", _api_version, NEWEST),
        Setting("SPEECH_AUDIENCE", base_url, "https://cognitiveservices.azure.com"),
        Setting("SPEECH_MORE_LOCALES", locales, ()),
        Setting("SPEECH_READS_AUDIO", one_of("sas", "identity"), "sas"),
        Setting("SPEECH_MAX_ACTIVE_JOBS", number(1, 1000), 40),
        Setting("SPEECH_MAX_ACTIVE_EXPRESS", number(1, 200), 8),
    ),
    limits_by=_limits,
    rates={"standard": _STANDARD, "express": _EXPRESS},
    lanes={"express": _connect_fast},
    known=(
        *KNOWN,
        Known("models of express", (LLM_SPEECH,), "its API description", "2025-10-15"),
        Known("limits", limits_of(LIMITS), _QUOTAS, "2026-01-30"),
        Known(
            "limits of express",
            limits_of(LIMITS.of("express")),
            f"the smaller figures of {_QUOTAS} and of its API description",
            "2026-01-30",
        ),
    ),
)
