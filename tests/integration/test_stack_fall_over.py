"""The whole stack with two providers: the first one's account is empty, and the second takes over;
nobody is paid twice, and every transcript tells who did it. And what else saves money: a budget,
and the same audio that comes again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from local.emulators.azure_speech.server import running
from local.stack.stack import Stack
from shared.model.batch.batch import manifest_batch_id
from tests.speech_emulator import KEY, settings
from tests.stack import Site, WavePool, quick_stack, site_on, sound, states, until

FIRST, SECOND = "assemblyai", "azure-speech"
NAMES = ["a.wav", "b.wav", "c.wav"]
CREATE = {"call": r"transcripts\.create"}
EMPTY = "Your current account balance is negative. Please top up to continue using the API."
DONE = dict.fromkeys(NAMES, "transcribed")


@pytest.fixture(scope="module")
def second() -> Iterator[str]:
    with running(WavePool(), settings()) as url:
        yield url


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, second: str) -> Iterator[Stack]:
    logs = tmp_path_factory.mktemp("logs")
    profiles = logs / "two-providers.toml"
    profiles.write_text(f'[default]\nproviders = ["{FIRST}", "{SECOND}"]\n', encoding="utf-8")
    with quick_stack(
        logs,
        provider=FIRST,
        PROFILES_FILE=str(profiles),
        ASSEMBLYAI_CREATES_PER_MINUTE="10000",
        SPEECH_ENDPOINTS=f"second={second}",
        SPEECH_KEY=KEY,
    ) as stack:
        yield stack


@pytest.fixture
def site(stack: Stack, second: str) -> Iterator[Site]:
    with site_on(stack, stack.speech_url, second) as site:
        yield site


def test_while_the_first_can_it_does_it_all(site: Site) -> None:
    rows = site.transcribe(*NAMES)
    assert states(rows) == DONE
    assert {site.transcript(name)["provider"]["name"] for name in NAMES} == {FIRST}
    assert not site.ledger(1)["creates"]


def test_without_money_at_the_first_the_second_does_it_and_is_paid_once(
    site: Site, stack: Stack
) -> None:
    site.order("refuse", status=400, error=EMPTY, times=None, match=CREATE)
    rows = site.transcribe(*NAMES)
    assert states(rows) == DONE
    assert {row.attempt for row in rows.values()} == {1}
    assert not site.ledger(0)["creates"]
    assert site.paid == dict.fromkeys(NAMES, 1)
    for name in NAMES:
        told = site.transcript(name)["provider"]
        assert told["name"] == SECOND
        assert told["warnings"][0] == (
            f"The account at {FIRST} holds too little money. {SECOND} did it in place of {FIRST}."
        )
    batches = {row.batch_id for row in rows.values()}
    decided = 0
    for batch in batches:
        blob = stack.blobs.get_blob_client("reports", f"{batch}.json")
        report = json.loads(blob.download_blob().readall())
        assert {item["provider"] for item in report["recordings"]} == {SECOND}
        decided += sum(made["recordings"] for made in report["decisions"])
    assert decided == len(NAMES)


def test_the_same_audio_under_another_name_is_not_paid_for_again(site: Site) -> None:
    content = sound()
    wish = {"dropscribe_reuse": "true"}
    site.end(site.put({"a.wav": content}, wish))
    rows = site.end(site.put({"b.wav": content}, wish))
    assert states(rows) == {"b.wav": "transcribed"}
    assert site.paid == {"a.wav": 1}
    first, second = site.transcript("a.wav"), site.transcript("b.wav")
    assert second["utterances"] == first["utterances"]
    assert second["source"]["name"].endswith("/b.wav")
    assert second["provider"]["cost"]["amount"] == 0


def test_a_budget_is_kept(site: Site, stack: Stack) -> None:
    """A second costs 0.00005 USD there; there is money for one, not for two."""
    names = [f"{site.folder}/{name}" for name in ("a.wav", "b.wav")]
    for name in names:
        stack.blobs.get_blob_client("uploads", name).upload_blob(sound())
    recordings = [{"blob": name} for name in names]
    manifest = {"provider": SECOND, "budget": 0.00008, "recordings": recordings}
    blob = stack.blobs.get_blob_client("manifests", f"{site.folder}.json")
    blob.upload_blob(json.dumps(manifest))
    etag = str(blob.get_blob_properties().etag).strip('"')
    batch = manifest_batch_id("manifests", f"{site.folder}.json", etag)
    written = stack.blobs.get_blob_client("reports", f"{batch}.json")
    until(written.exists)
    report = json.loads(written.download_blob().readall())
    assert (report["counts"]["transcribed"], report["counts"]["failed"]) == (1, 1)
    failures = [row["failure"]["code"] for row in report["recordings"] if row["failure"]]
    assert failures == ["over_budget"]
    assert [made["what"] for made in report["decisions"]] == ["over_budget"]
    assert list(site.ledger(1)["transcribed"].values()) == [1]
