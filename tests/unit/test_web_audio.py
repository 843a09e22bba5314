"""Audio on the web is read as a blob is, from servers that do as they like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest

from shared.errors import InputError
from shared.model.address import BadAddress
from shared.model.recording.recording import Recording
from shared.outbound.http import FORBIDDEN, Answer
from shared.outbound.web_audio import HEAD_BYTES, HttpWebAudio
from shared.ports.events import NoAnswer
from shared.providers.azure_speech.capabilities import LIMITS
from shared.providers.azure_speech.failures import read_failure
from tests.fakes.world import World, a_second_of_silence

URL = "https://files.example/call.wav?sig=hush"
SOUND = bytes(range(256)) * 1_000


class Server:
    """Answers ranges of `SOUND` as a good server does, after what is in `first`."""

    def __init__(self, *first: Answer | Exception, takes_ranges: bool = True) -> None:
        self._first, self._takes_ranges = list(first), takes_ranges
        self.asked: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str], most: int) -> Answer:
        assert url == URL
        self.asked.append(headers["Range"])
        if self._first:
            answer = self._first.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        told = {"etag": '"v1"', "last-modified": "Mon, 02 Mar 2026 09:00:00 GMT"}
        if not self._takes_ranges:
            return Answer(200, {**told, "content-length": str(len(SOUND))}, SOUND[:most])
        first, last = headers["Range"].removeprefix("bytes=").split("-")
        part = SOUND[int(first) : int(last) + 1]
        where = f"bytes {first}-{int(first) + len(part) - 1}/{len(SOUND)}"
        return Answer(206, {**told, "content-range": where, "content-type": "audio/wav"}, part)


def refused(server: Server) -> InputError:
    with pytest.raises(InputError) as raised:
        HttpWebAudio(server.fetch).head(URL)
    assert "hush" not in str(raised.value) and raised.value.advice
    return raised.value


def test_the_first_bytes_and_what_is_told_come_in_one_call() -> None:
    server = Server()
    head = HttpWebAudio(server.fetch).head(URL)
    assert (head.data, head.bytes) == (SOUND[:HEAD_BYTES], len(SOUND))
    assert (head.etag, head.media_type) == ("v1", "audio/wav")
    assert head.last_modified_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert server.asked == [f"bytes=0-{HEAD_BYTES - 1}"]


def test_a_further_range_is_read() -> None:
    assert HttpWebAudio(Server().fetch).read(URL, 1_000, 500) == SOUND[1_000:1_500]


def test_a_server_that_sends_only_the_whole_can_be_looked_at_but_not_read_further() -> None:
    audio = HttpWebAudio(Server(takes_ranges=False).fetch)
    assert audio.head(URL).bytes == len(SOUND)
    with pytest.raises(InputError) as raised:
        audio.read(URL, 70_000, 10)
    assert raised.value.code == "url_without_ranges"


def test_a_server_that_says_little_is_taken_as_it_is() -> None:
    head = HttpWebAudio(Server(Answer(200, {"content-length": "3"}, b"abc")).fetch).head(URL)
    assert (head.etag, head.media_type, head.last_modified_at.year) == ("", None, 1970)


def test_an_empty_file_is_told_as_empty() -> None:
    head = HttpWebAudio(Server(Answer(416, {"content-range": "bytes */0"}, b"")).fetch).head(URL)
    assert (head.data, head.bytes) == (b"", 0)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {}, b"abc"),
        Answer(200, {"content-length": "many"}, b"abc"),
        Answer(206, {"content-range": "bytes 0-2/*", "content-length": "3"}, b"abc"),
    ],
)
def test_a_file_without_a_length_is_refused(answer: Answer) -> None:
    assert refused(Server(answer)).code == "url_without_length"


@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 410])
def test_what_is_not_handed_out_is_refused_at_once(status: int) -> None:
    server = Server(Answer(status, {"location": "https://else.where/"}, b""))
    assert refused(server).code == "url_unreachable"
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "trouble", [Answer(503, {}, b""), Answer(429, {}, b""), NoAnswer("no answer in time", 15_000)]
)
def test_trouble_is_overcome_or_told(trouble: Answer | Exception) -> None:
    assert HttpWebAudio(Server(trouble, trouble).fetch).head(URL).bytes == len(SOUND)
    server = Server(*[trouble] * 9)
    assert refused(server).code == "url_unreachable"
    assert len(server.asked) == 3


def test_addresses_that_may_not_be_called_are_refused() -> None:
    for trouble in (BadAddress("is private"), NoAnswer(FORBIDDEN, 1)):
        assert refused(Server(trouble)).code == "url_refused"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_share_link_is_told_of_in_words_that_fit(status: int) -> None:
    error = refused(Server(Answer(status, {"location": "https://elsewhere.example/x"}, b"")))
    assert error.code == "url_unreachable" and str(status) in error.reason
    assert "share link" in error.reason and "file itself" in error.advice
    assert "elsewhere" not in error.reason + error.advice


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [(200, None), (206, None), (403, 403), (404, 404), (405, 405), (302, 302), (500, None)],
)
def test_what_an_address_answers_to_head_is_known(answer: int, refusal: int | None) -> None:
    assert HttpWebAudio(Server().fetch, lambda url: answer).head_refusal(URL) == refusal


@pytest.mark.parametrize(
    "error", [BadAddress("is private"), NoAnswer(FORBIDDEN, 1), NoAnswer("no answer in time", 1)]
)
def test_where_nobody_can_tell_it_is_not_held_against_the_address(error: Exception) -> None:
    def ask(url: str) -> int:
        raise error

    assert HttpWebAudio(Server().fetch, ask).head_refusal(URL) is None


def asked_for(world: World, url: str) -> Recording:
    world.web.files[url] = a_second_of_silence()
    world.app.accept(json.dumps({"recordings": [{"url": url}]}).encode())
    world.run()
    [row] = world.store.rows.values()
    return row


SIGNED = "https://bucket.example/calls/a.wav?X-Signature=1"


def test_a_link_that_is_signed_for_get_alone_is_refused_before_anything_is_sent() -> None:
    world = World()
    world.web.without_head[SIGNED] = 403
    row = asked_for(world, SIGNED)
    assert row.failure is not None and row.failure.code == "url_without_head"
    assert "GET" in row.failure.reason and "403" in row.failure.reason
    assert "Signature" not in row.failure.reason
    assert not world.provider.created


def test_who_does_not_ask_head_takes_such_a_link() -> None:
    limits = msgspec.structs.replace(LIMITS, asks_head=False)
    world = World(capabilities={"azure-speech": limits})
    world.web.without_head[SIGNED] = 403
    assert asked_for(world, SIGNED).state == "transcribed"


def test_an_address_that_the_provider_cannot_read_costs_one_job_and_no_advice_on_storage() -> None:
    world = World()
    said = read_failure("InvalidUri", "Authentication failed for recordings URI.")
    world.provider.bad_sources[SIGNED.split("?")[0]] = said
    row = asked_for(world, SIGNED)
    assert row.failure is not None and row.failure.code == "recording_unreachable"
    assert "storage" not in row.failure.advice and "address" in row.failure.advice
    assert len(world.provider.created) == 1
