"""Promises of README and docs that could be broken without any other test noticing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.storage.blob import BlobServiceClient

from shared.batches.outputs import LINKS_LIVE
from shared.errors import UnknownEndpoint
from shared.model.profile.profile import Profile
from shared.providers.assemblyai.capabilities import CREATES_PER_MINUTE, MOST_UPLOAD_BYTES
from shared.providers.azure_speech.fast.capabilities import beside
from shared.providers.registry import OFFERS
from shared.stores.blob.audio import BlobAudio
from shared.stores.blob.links import SignedOutputLinks
from shared.stores.blob.uploads import SignedUploads
from shared.stores.clients import SasSigner
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World

DOCS = Path(__file__).resolve().parents[2] / "docs"
SAS_HOURS = 48
KEY = AzureNamedKeyCredential("account", "a2V5a2V5a2V5")
SERVICE = BlobServiceClient("https://account.blob.core.windows.net", credential=KEY)


def test_the_json_is_stored_after_everything_else() -> None:
    world = World(profiles=(Profile(formats=("vtt", "srt", "txt")),))
    stored: list[str] = []
    put = world.outputs.put

    def put_noted(path: str, *args: object, **kwargs: object) -> str:
        stored.append(path.rpartition(".")[2])
        return put(path, *args, **kwargs)  # type: ignore[arg-type]

    world.outputs.put = put_noted  # type: ignore[method-assign]
    world.drop("a.wav")
    world.run()
    assert set(stored) == {"vtt", "srt", "txt", "json"} and stored[-1] == "json"


def test_a_job_is_deleted_at_its_provider_only_once_every_row_is_over() -> None:
    world = World()
    for name in ("a.wav", "b.wav"):
        world.drop(name)
    world.provider.missing_results[world.audio.url("audio", "b.wav")] = 1
    open_then: list[list[str]] = []
    delete = world.provider.delete

    def delete_noted(transcription_id: str) -> None:
        open_then.append([row.name for row in world.store.rows.values() if not row.is_terminal])
        delete(transcription_id)

    world.provider.delete = delete_noted  # type: ignore[method-assign]
    world.run()
    assert open_then == [[]]
    assert_all_is_well(world)


def signed(url: str) -> Mapping[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def lives_for(url: str) -> timedelta:
    ends_at = datetime.strptime(signed(url)["se"][0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return ends_at - datetime.now(UTC)


def audio_link(name: str | None) -> str:
    return BlobAudio(SERVICE, SasSigner(SERVICE, SAS_HOURS)).readable_url("audio", name)


def output_link() -> str:
    links = SignedOutputLinks(SERVICE, SasSigner(SERVICE, SAS_HOURS))
    return links.link("transcripts/audio/a.wav.json", LINKS_LIVE)


def upload_link(hours: int = 2) -> str:
    uploads = SignedUploads(SERVICE, SasSigner(SERVICE, SAS_HOURS))
    return uploads.link("uploads", "x/a.wav", timedelta(hours=hours)).url


@pytest.mark.parametrize(
    ("make", "of", "may", "hours"),
    [
        (partial(audio_link, "a.wav"), "b", "r", SAS_HOURS),
        (partial(audio_link, None), "c", "rl", SAS_HOURS),
        (upload_link, "b", "cw", 2),
        (output_link, "b", "r", 12),
    ],
    ids=["a recording", "a container", "an upload", "an output"],
)
def test_a_link_may_what_it_is_for_and_no_more_and_ends_in_time(
    make: Callable[[], str], of: str, may: str, hours: int
) -> None:
    link = make()
    assert signed(link)["sr"] == [of]
    assert sorted(signed(link)["sp"][0]) == sorted(may)
    assert abs(lives_for(link) - timedelta(hours=hours)) < timedelta(minutes=5)


def test_a_webhook_is_heard_under_its_own_providers_name_only() -> None:
    world = World(providers=(FakeProvider("east"),))
    with pytest.raises(UnknownEndpoint):
        world.app.hear("assemblyai", "east", {}, {}, b"east-0001")
    assert not world.queue.waiting
    assert world.app.hear("azure-speech", "east", {}, {}, b"east-0001") == ""
    assert world.queue.waiting


def rows(page: str, below: str = "") -> dict[str, str]:
    """The rows of all tables of a provider's page, by their first cell: those above its chapter on
    express, or `below` that heading."""
    text = (DOCS / "providers" / f"{page}.md").read_text(encoding="utf-8")
    above, _, rest = text.partition("\n## Express")
    text = rest if below else above
    found = re.findall(r"^\| ([^|]+?) \| (.+?) \|$", text, re.MULTILINE)
    return {name.strip("`"): rest for name, rest in found}


def numbers(text: str) -> list[float]:
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def test_the_limits_of_azure_speech_are_those_of_its_page() -> None:
    page, limits = rows("azure-speech"), OFFERS["azure-speech"].limits
    assert numbers(page["files in a job"]) == [limits.files_per_job]
    assert numbers(page["blobs in a container job"]) == [limits.recordings_per_container_job]
    assert page["one file"] == f"{limits.max_bytes / 1e9:g} GB"
    assert limits.max_diarized_ms is not None
    assert numbers(page["with speakers told apart"]) == [limits.max_diarized_ms / 60_000]
    assert numbers(page["calls"]) == [limits.calls_per_window, limits.window_seconds]


def test_the_price_of_azure_speech_is_that_of_its_page() -> None:
    page, rate = rows("azure-speech"), OFFERS["azure-speech"].rates["standard"]
    assert numbers(page["list price an hour"])[0] == rate.per_hour
    assert rate.per_channel == ("of each channel" in page["list price an hour"])
    assert rate.read_on in page["list price an hour"]


def test_limits_and_price_of_express_at_azure_speech_are_those_of_its_page() -> None:
    page, offer = rows("azure-speech", "express"), OFFERS["azure-speech"]
    limits, rate = beside(offer.limits), offer.rates["express"]
    assert limits.max_duration_ms is not None
    assert numbers(page["one file"])[:3] == [
        limits.max_bytes / 1e6,
        limits.max_duration_ms / 3_600_000,
        limits.most_channels,
    ]
    assert numbers(page["calls"])[0] == limits.calls_per_window and limits.window_seconds == 60
    assert numbers(page["list price an hour"])[0] == rate.per_hour
    assert rate.read_on in page["list price an hour"]


def test_the_limits_of_assemblyai_are_those_of_its_page() -> None:
    page, limits = rows("assemblyai"), OFFERS["assemblyai"].limits
    assert limits.max_duration_ms is not None
    assert numbers(page["one file"])[:3] == [
        limits.max_bytes / 1e9,
        MOST_UPLOAD_BYTES / 1e9,
        limits.max_duration_ms / 3_600_000,
    ]
    assert numbers(page["calls"]) == [limits.calls_per_window, limits.window_seconds / 60]
    text = " ".join((DOCS / "providers" / "assemblyai.md").read_text(encoding="utf-8").split())
    assert f"before more than {CREATES_PER_MINUTE} a minute" in text


def test_the_prices_of_assemblyai_are_those_of_its_page() -> None:
    page, rate = rows("assemblyai"), OFFERS["assemblyai"].rates["standard"]
    assert rate.models
    for model, amount in rate.models.items():
        assert numbers(page[model]) == [amount]
    assert rate.per_hour == max(rate.models.values())
    text = (DOCS / "providers" / "assemblyai.md").read_text(encoding="utf-8")
    assert f"{rate.per_hour:g} USD" in text and rate.read_on in text


def test_the_limits_and_prices_of_soferai_are_those_of_its_page() -> None:
    page, offer = rows("soferai"), OFFERS["soferai"]
    most = [offer.limits.most_files("standard"), offer.limits.most_files("express")]
    assert numbers(page["recordings in a batch"]) == most
    assert numbers(page["done"]) == [offer.limits.standard_seconds / 3600]
    rates = [offer.rates["standard"], offer.rates["express"]]
    assert numbers(page["list price an hour"]) == [rate.per_hour for rate in rates]
    told = [surcharge.per_hour for rate in rates for surcharge in rate.surcharges]
    assert numbers(page["telling speakers apart"]) == told
    calls = {setting.name: setting.default for setting in offer.settings}
    assert calls["SOFERAI_CALLS_PER_MINUTE"] == offer.limits.calls_per_window


def test_every_price_says_where_it_was_read_and_when() -> None:
    for name, offer in OFFERS.items():
        for mode, rate in offer.rates.items():
            assert rate.source, f"{name} {mode}"
            assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", rate.read_on), f"{name} {mode}"
