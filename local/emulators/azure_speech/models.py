"""The locales that the emulator takes and the base models that it lists.

Two models are there for their traps: an expired one, refused at submit, and Whisper, whose
results have the display form only.
"""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

import msgspec

from local.emulators.azure_speech.database import page
from local.emulators.azure_speech.filters import Condition
from local.emulators.azure_speech.time_forms import utc
from local.emulators.azure_speech.versions import Version

_LOCALES = """
    af-ZA am-ET ar-AE ar-BH ar-DZ ar-EG ar-IL ar-IQ ar-JO ar-KW ar-LB ar-LY ar-MA ar-OM
    ar-PS ar-QA ar-SA ar-SY ar-TN ar-YE as-IN az-AZ bg-BG bn-IN bs-BA ca-ES cs-CZ cy-GB
    da-DK de-AT de-CH de-DE el-GR en-AU en-CA en-GB en-GH en-HK en-IE en-IN en-KE en-NG
    en-NZ en-PH en-SG en-TZ en-US en-ZA es-AR es-BO es-CL es-CO es-CR es-CU es-DO es-EC
    es-ES es-GQ es-GT es-HN es-MX es-NI es-PA es-PE es-PR es-PY es-SV es-US es-UY es-VE
    et-EE eu-ES fa-IR fi-FI fil-PH fr-BE fr-CA fr-CH fr-FR ga-IE gl-ES gu-IN he-IL hi-IN
    hr-HR hu-HU hy-AM id-ID is-IS it-CH it-IT ja-JP jv-ID ka-GE kk-KZ km-KH kn-IN ko-KR
    lo-LA lt-LT lv-LV mk-MK ml-IN mn-MN mr-IN ms-MY mt-MT my-MM nb-NO ne-NP nl-BE nl-NL
    or-IN pa-IN pl-PL ps-AF pt-BR pt-PT ro-RO ru-RU si-LK sk-SK sl-SI so-SO sq-AL sr-ME
    sr-RS sr-XK
    sv-SE sw-KE sw-TZ ta-IN te-IN th-TH tr-TR uk-UA ur-IN uz-UZ vi-VN wuu-CN yue-CN
    zh-CN zh-CN-shandong zh-CN-sichuan zh-HK zh-TW zu-ZA
"""
LOCALES = tuple(_LOCALES.split())

_NAMESPACE = uuid.UUID("6f1a4d0e-5f0b-4ad6-9a35-2f3f3f7c9d11")
_CREATED_AT = 1_709_221_591  # 2024-02-29
_EXPIRES_AT = 4_070_908_800  # 2099-01-01
_EXPIRED_AT = 1_704_067_200  # 2024-01-01


NO_MODEL = str(uuid.UUID(int=0))
"""Of this id there is none, custom or not."""


class BaseModel(msgspec.Struct, frozen=True):
    id: str
    locale: str
    display_name: str
    description: str
    expires_at: int = _EXPIRES_AT
    display_only: bool = False

    @property
    def is_expired(self) -> bool:
        return self.expires_at == _EXPIRED_AT


def _id(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


def _catalogue() -> dict[str, BaseModel]:
    usual = [
        BaseModel(_id(locale), locale, f"20240228 Base {locale}", f"{locale} base model")
        for locale in LOCALES
    ]
    special = [
        BaseModel(
            _id("whisper"),
            "en-US",
            "20240228 Whisper Large V2",
            "Whisper, display form only",
            display_only=True,
        ),
        BaseModel(_id("expired"), "en-US", "20200101 Base en-US", "An expired model", _EXPIRED_AT),
    ]
    return {model.id: model for model in usual + special}


BASE_MODELS = _catalogue()


def default_model(locale: str) -> BaseModel:
    return BASE_MODELS[_id(locale)]


class Models:
    """The catalogue as a table, so that it is filtered and paged like everything else."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(
            "CREATE TEMP TABLE models (id TEXT, locale TEXT, display_name TEXT,"
            " description TEXT, created_at INTEGER, last_action_at INTEGER, status TEXT)"
        )
        database.executemany(
            f"INSERT INTO models VALUES (?, ?, ?, ?, {_CREATED_AT}, {_CREATED_AT}, 'Succeeded')",
            [(m.id, m.locale, m.display_name, m.description) for m in BASE_MODELS.values()],
        )

    def page(self, condition: Condition, skip: int, top: int) -> tuple[list[BaseModel], bool]:
        rows, more = page(self._database, "models", "id", (condition,), "rowid", skip, top)
        return [BASE_MODELS[row["id"]] for row in rows], more


def model_body(model: BaseModel, version: Version, public_url: str) -> dict[str, Any]:
    outputs = ["Display"] if model.display_only else ["Display", "Lexical"]
    submit = (
        {"supportsTranscriptionsSubmit": True, "supportsTranscriptionsTranscribe": False}
        if version.dated
        else {"supportsTranscriptions": True}
    )
    return {
        "self": version.link(public_url, f"models/base/{model.id}"),
        "displayName": model.display_name,
        "description": model.description,
        "locale": model.locale,
        "createdDateTime": utc(_CREATED_AT),
        "lastActionDateTime": utc(_CREATED_AT),
        "status": "Succeeded",
        "properties": {
            "deprecationDates": {
                "adaptationDateTime": utc(model.expires_at),
                "transcriptionDateTime": utc(model.expires_at),
            },
            "features": {
                **submit,
                "supportsAdaptationsWith": [],
                "supportsEndpoints": False,
                "supportsTranscriptionsOnSpeechContainers": False,
                "supportedOutputFormats": outputs,
            },
            "chargeForAdaptation": True,
        },
    }


def model_path(model_id: str) -> str:
    """Where a model is: base models apart from those of customers."""
    return f"models/base/{model_id}" if model_id in BASE_MODELS else f"models/{model_id}"


def custom_model_body(model_id: str, version: Version, public_url: str) -> dict[str, Any]:
    """As little as a reader needs: who trained it, and on what, is not known here."""
    return {
        "self": version.link(public_url, model_path(model_id)),
        "displayName": f"Custom model {model_id[:8]}",
        "locale": LOCALES[0],
        "createdDateTime": utc(_CREATED_AT),
        "lastActionDateTime": utc(_CREATED_AT),
        "status": "Succeeded",
    }


def locales_body(version: Version) -> Any:
    """An array up to v3.2, an object by kind of transcription since."""
    if version.dated:
        return {"Transcribe": list(LOCALES), "Submit": list(LOCALES)}
    return list(LOCALES)
