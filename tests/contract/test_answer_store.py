"""What express rests on: an answer that was stored is there until it is removed, and says nothing
to who may read blobs where it is sealed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobServiceClient

from local.stack.azurite import Azurite
from shared.errors import SealBroken, StoreUnavailable
from shared.ports.answers import Answers
from shared.stores.blob.answers import BlobAnswers
from shared.stores.sealing.keys import LocalKey
from shared.stores.sealing.seal import EnvelopeSealer, NoSealer
from tests.contract.stores import fresh
from tests.fakes.answers import FakeAnswers

SEALER = EnvelopeSealer(LocalKey(b"k" * 32))


@pytest.fixture
def service(azurite: Azurite) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        yield service


@pytest.fixture(params=["stand-in", "blobs"])
def answers(request: pytest.FixtureRequest) -> Answers:
    if request.param == "stand-in":
        return FakeAnswers()
    return BlobAnswers(request.getfixturevalue("service"), fresh("answers"), SEALER)


def keep(answers: Answers, mark: str, answer: bytes, *, is_sealed: bool = False) -> None:
    answers.slot(mark, is_sealed=is_sealed).put(answer)


def test_an_answer_is_there_until_it_is_removed(answers: Answers) -> None:
    slot = answers.slot("d1a", is_sealed=False)
    assert not answers.has("d1a") and answers.read("d1a") is None
    slot.put(b"{}")
    assert answers.has("d1a") and answers.read("d1a") == b"{}"
    answers.remove("d1a")
    answers.remove("d1a")
    assert not answers.has("d1a")


def test_of_two_answers_the_first_stays(answers: Answers) -> None:
    keep(answers, "d1a", b"first")
    keep(answers, "d1a", b"second")
    assert answers.read("d1a") == b"first"


def test_those_of_one_deployment_are_listed(answers: Answers) -> None:
    for mark in ("d1a", "d1b", "d2a"):
        keep(answers, mark, b"{}")
    assert {one.mark for page in answers.kept("d1") for one in page} == {"d1a", "d1b"}


def test_what_is_sealed_shows_nothing_and_opens_for_its_own_job_alone(
    service: BlobServiceClient,
) -> None:
    container = fresh("answers")
    answers = BlobAnswers(service, container, SEALER)
    keep(answers, "d1a", b"said in confidence", is_sealed=True)
    stored = service.get_blob_client(container, "d1a").download_blob().readall()
    assert b"confidence" not in stored
    assert answers.read("d1a") == b"said in confidence"
    service.get_blob_client(container, "d1b").upload_blob(stored)
    with pytest.raises(SealBroken):
        answers.read("d1b")


def test_without_a_key_no_place_is_given_to_what_is_to_be_sealed(
    service: BlobServiceClient,
) -> None:
    answers = BlobAnswers(service, fresh("answers"), NoSealer())
    with pytest.raises(StoreUnavailable):
        answers.slot("d1a", is_sealed=True)
    assert not answers.has("d1a")


def test_a_container_that_is_not_there_is_made_before_anything_is_paid(
    service: BlobServiceClient,
) -> None:
    container = fresh("answers")
    BlobAnswers(service, container, NoSealer()).slot("d1a", is_sealed=False)
    assert service.get_container_client(container).exists()
