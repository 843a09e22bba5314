"""The providers that a chaos run can be made with."""

from __future__ import annotations

from collections.abc import Mapping

from local.chaos.provider import Provider
from local.chaos.providers import assemblyai, azure_speech, soferai

PROVIDERS: Mapping[str, Provider] = {
    "azure-speech": azure_speech.PROVIDER,
    "assemblyai": assemblyai.PROVIDER,
    "soferai": soferai.PROVIDER,
}
