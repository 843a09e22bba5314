"""Azure Speech as the application sees it."""

from __future__ import annotations

from shared.model.money.price import Rate
from shared.model.setting import Setting, number, one_of
from shared.providers.azure_speech.auth import by_key, by_token, entra_token
from shared.providers.azure_speech.capabilities import LIMITS
from shared.providers.azure_speech.client import AzureSpeech
from shared.providers.offer import Connection, EndpointForm, Offer

# The list price of batch transcription. Whether a stereo file is billed once or twice Microsoft
# answers differently (its ingestion client multiplies); the dearer answer is taken.
_STANDARD = Rate(per_hour=0.18, per_channel=True)


def _connect(to: Connection) -> AzureSpeech:
    return AzureSpeech(
        http=to.http,
        endpoint=to.url,
        auth=by_key(to.key) if to.key else by_token(entra_token(to.credential())),
        api_version=to.settings["api_version"],
        create_seconds=to.create_seconds,
    )


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
        Setting("SPEECH_API_VERSION", one_of("2025-10-15", "2024-11-15", "v3.2"), "2025-10-15"),
        Setting("SPEECH_READS_AUDIO", one_of("sas", "identity"), "sas"),
        Setting("SPEECH_MAX_ACTIVE_JOBS", number(1, 1000), 40),
    ),
    rates={"standard": _STANDARD},
)
