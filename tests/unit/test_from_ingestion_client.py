"""The page for those who come from the ingestion client names all that it has, and only what there
is here."""

from __future__ import annotations

import json
import re

from tests.unit.test_docs import DOCS, column, read

PAGE = DOCS / "from-ingestion-client.md"
CONTAINERS = set(
    "audio-input audio-processed audio-failed json-result-output html-result-output error-report "
    "consolidated-files".split()
)
SETTINGS = set(
    """
    Locale CustomModelId AzureSpeechServicesKey AzureSpeechServicesRegion CustomEndpoint
    StartTranscriptionFunctionTimeInterval ProfanityFilterMode PunctuationMode AddDiarization
    AddWordLevelTimestamps TextAnalyticsKey TextAnalyticsEndpoint SentimentAnalysis PiiRedaction
    SqlAdministratorLogin SqlAdministratorLoginPassword CompletedServiceBusConnectionString
    CreateHtmlResultFile CreateConsolidatedOutputFiles CreateAudioProcessedContainer
    TimerBasedExecution IsByosEnabledSubscription MessagesPerFunctionExecution
    FilesPerTranscriptionJob RetryLimit InitialPollingDelayInMinutes MaxPollingDelayInMinutes
    PiiCategories ConversationPiiCategories ConversationPiiRedaction
    ConversationSummarizationOptions
    """.split()
)
"""Of its template, v2.1.12; without names of containers, and what does nothing."""


def names(heading: str, number: int) -> set[str]:
    return set(re.findall(r"`([\w-]+)`", " ".join(column(PAGE, heading, number))))


def test_everything_that_it_has_is_told() -> None:
    assert names("## Containers", 0) == CONTAINERS
    assert names("## Settings", 0) == SETTINGS


def test_what_it_became_is_there() -> None:
    keys = set(re.findall(r"`([a-z_]+)`", " ".join(column(DOCS / "profiles.md", "## Keys"))))
    settings = set(re.findall(r"^\| `([A-Z_]+)` \|", read(DOCS / "settings.md"), re.MULTILINE))
    found = names("## Settings", 1)
    assert found and found <= keys | settings, found - keys - settings
    containers = names("## Containers", 1)
    defaults = set(re.findall(r"_CONTAINER` \| `([\w-]+)`", read(DOCS / "settings.md")))
    assert containers <= defaults


def test_the_fields_of_a_result_are_those_of_the_schema() -> None:
    schema = json.loads(read(DOCS / "transcript-1.schema.json"))
    fields = set(schema["properties"]) | set(schema["$defs"]["Utterance"]["properties"])
    assert names("## What is different in a result", 1) <= fields
