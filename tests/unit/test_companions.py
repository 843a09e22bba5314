"""A file beside a recording is read as a description of it, whichever comes first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.profile.companion_content import CompanionUnreadable, values_of
from shared.model.profile.companions import companion_name, described_by, is_of
from shared.model.profile.profile import Profile
from tests.fakes.api import Api
from tests.fakes.crashes import PORTS, Crash, Trap
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.world import World, a_second_of_silence

XML = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<x:recording xmlns:x="urn:x" agent="M\xfcller"><call><customer>+1555</customer></call>
<locale>de-DE</locale></x:recording>"""


@pytest.mark.parametrize(
    ("content", "values"),
    [
        (b'{"agent": 7, "call": {"id": "A1"}}', {"agent": 7, "call.id": "A1"}),
        (b'{"metadata": {"agent": "7"}, "locale": "de-DE"}', {"agent": "7", "locale": "de-DE"}),
        ('{"agent": "Müller"}'.encode("utf-16"), {"agent": "Müller"}),
        ('\ufeff{"agent": "Müller"}'.encode(), {"agent": "Müller"}),
        (b'[{"agent": "7"}]', {"agent": "7"}),
        (b'{"roles": {"0": "Agent"}}', {"roles": {"0": "Agent"}}),
        (XML, {"agent": "Müller", "customer": "+1555", "locale": "de-DE"}),
        (b'agent,customer\r\n7,"A, B"\r\n', {"agent": "7", "customer": "A, B"}),
        ("agent;customer\n7;Müller\n".encode("cp1252"), {"agent": "7", "customer": "Müller"}),
        (b"agent\tcustomer\n7\t8\n", {"agent": "7", "customer": "8"}),
    ],
)
def test_json_xml_and_csv_are_read(content: bytes, values: dict[str, Any]) -> None:
    assert values_of(content, {}) == values


@pytest.mark.parametrize(
    ("content", "fields", "values"),
    [
        (XML, {"who": "recording/@agent", "whom": "customer"}, {"who": "Müller", "whom": "+1555"}),
        (b'{"call": {"id": "A1", "x": 1}}', {"id": "call.id"}, {"id": "A1"}),
        (b'{"a.b": "A1"}', {"id": "a.b"}, {"id": "A1"}),
        (b"Agent Name,x\n7,8\n", {"agent": "agent name"}, {"agent": "7"}),
        (b'{"agent": "7"}', {"customer": "customer"}, {}),
    ],
)
def test_a_small_mapping_says_where_what_lies(
    content: bytes, fields: dict[str, str], values: dict[str, Any]
) -> None:
    assert values_of(content, fields) == values


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1, 2]", b"<x>", b"just a line", BOMB, b"\xff\xfe{", b"[" * 100_000]
)
def test_what_cannot_be_read_says_so(content: bytes) -> None:
    with pytest.raises(CompanionUnreadable) as raised:
        values_of(content, {})
    assert str(raised.value).startswith("it")


@given(st.binary(max_size=200), st.sampled_from([b"", b"{", b"<a>", b"a,b\n"]))
def test_nothing_else_is_raised(content: bytes, begin: bytes) -> None:
    try:
        values_of(begin + content, {})
    except CompanionUnreadable:
        return


@pytest.mark.parametrize(
    ("pattern", "name", "companion"),
    [
        ("{name}.json", "a/call.wav", "a/call.wav.json"),
        ("{stem}.xml", "a/call.1.wav", "a/call.1.xml"),
        ("meta/{stem}.csv", "a/call.wav", "a/meta/call.csv"),
        ("{stem}.xml", "call", "call.xml"),
        ("x-{stem}_y.json", "a+b (1).wav", "x-a+b (1)_y.json"),
    ],
)
def test_names_lead_from_one_to_the_other(pattern: str, name: str, companion: str) -> None:
    assert companion_name(name, pattern) == companion
    found = described_by(companion, pattern)
    assert found is not None and is_of(found, name)
    assert described_by(name, pattern) is None


PROFILE = Profile(companions=("{name}.json",), companion_wait_seconds=120)
SAID = b'{"agent": "7", "locale": "de-DE", "title": "Call 7"}'


def world(profile: Profile = PROFILE) -> World:
    return World(profiles=(profile,))


def transcript(there: World, name: str = "a.wav") -> Any:
    return json.loads(there.outputs.files[f"transcripts/audio/{name}.json"].content)


def report(there: World) -> Any:
    [found] = [text for path, text in there.outputs.reports.items() if path.endswith(".json")]
    return json.loads(found)["recordings"][0]


def test_the_companion_may_come_first() -> None:
    there = world()
    assert there.drop("a.wav.json", SAID) is None
    there.drop("a.wav")
    there.run()
    job = transcript(there)["job"]
    assert job["metadata"] == {"agent": "7"} and job["title"] == "Call 7"
    assert transcript(there)["provider"]["options"]["locale"] == "de-DE"
    assert report(there)["metadata"] == {"agent": "7"}
    assert len(there.store.rows) == 1


def test_a_recording_waits_for_its_companion_and_no_longer() -> None:
    there = world()
    row = there.drop("a.wav")
    assert row is not None
    there.clock.advance(70)
    there.drain()
    assert there.states() == {"a.wav": "waiting"}
    there.drop("a.wav.json", SAID)
    there.clock.advance(5)
    there.drain()
    assert there.states() == {"a.wav": "planned"}
    there.run()
    assert transcript(there)["provider"]["options"]["locale"] == "de-DE"
    assert transcript(there)["provider"]["warnings"] == []


def test_without_one_it_goes_on_with_a_note() -> None:
    there = world()
    there.drop("a.wav")
    there.run()
    assert transcript(there)["provider"]["warnings"] == ["No companion came within 120 s."]


@pytest.mark.parametrize("is_over", [True, False])
def test_one_that_comes_late_gives_its_metadata_and_its_options_are_noted(is_over: bool) -> None:
    there = world()
    there.drop("a.wav")
    there.clock.advance(150)
    there.drain()
    if is_over:
        there.run()
    there.drop("a.wav.json", SAID)
    there.run()
    found = transcript(there)
    assert found["job"]["metadata"] == {"agent": "7"} and found["job"]["title"] == "Call 7"
    assert found["provider"]["options"]["locale"] == "en-US"
    assert found["provider"]["warnings"][-1] == (
        "The companion a.wav.json came too late for what it asks: locale."
    )
    assert report(there)["metadata"] == {"agent": "7"}
    assert sum(there.provider.transcribed.values()) == 1
    assert not there.store.notes and not there.last_errors


def test_a_newer_version_of_it_counts() -> None:
    there = world()
    there.drop("a.wav.json", SAID)
    there.drop("a.wav")
    there.run()
    there.clock.advance(60)
    there.drop("a.wav.json", b'{"agent": "8"}')
    there.register("audio", "a.wav.json")  # its event comes twice
    there.run()
    assert transcript(there)["job"]["metadata"] == {"agent": "8"}
    assert report(there)["metadata"] == {"agent": "8"}


def test_what_is_said_of_the_recording_itself_goes_before() -> None:
    there = world()
    there.drop("a.wav.json", b'{"agent": "7", "customer": "x", "locale": "de-DE"}')
    there.drop("a.wav", metadata={"agent": "own", "dropscribe_locale": "it-IT"})
    there.run()
    assert transcript(there)["job"]["metadata"] == {"agent": "own", "customer": "x"}
    assert transcript(there)["provider"]["options"]["locale"] == "it-IT"


def test_a_companion_goes_before_a_name() -> None:
    there = world(Profile(companions=("{name}.json",), name_pattern="{agent}_{locale}"))
    there.drop("7_fr-FR.wav.json", SAID.replace(b'"7"', b'"seven"'))
    there.drop("7_fr-FR.wav")
    there.run()
    assert transcript(there, "7_fr-FR.wav")["job"]["metadata"] == {"agent": "seven"}
    assert transcript(there, "7_fr-FR.wav")["provider"]["options"]["locale"] == "de-DE"


def test_a_manifest_goes_before_it() -> None:
    there = world()
    now = there.clock.now()
    there.audio.drop("a.wav", a_second_of_silence(), now, container="uploads")
    there.audio.drop("a.wav.json", SAID, now, container="uploads")
    item = {"blob": "a.wav", "locale": "es-ES", "metadata": {"ticket": "1"}}
    there.app.accept(json.dumps({"recordings": [item]}).encode())
    there.run()
    [row] = there.store.rows.values()
    assert row.profile.options.locale == "es-ES"
    assert row.labels.metadata == {"ticket": "1", "agent": "7"}


@pytest.mark.parametrize(
    "content", [b'{"dropscribe_locale": "English"}', b'{"dropscribe_colour": "red"}']
)
def test_what_it_asks_for_and_cannot_be_done_fails_before_anything_is_paid(content: bytes) -> None:
    there = world()
    there.drop("a.wav.json", content)
    there.drop("a.wav")
    there.run()
    [row] = there.store.rows.values()
    assert row.failure is not None and row.failure.code == "bad_companion"
    assert not there.provider.created
    assert_all_is_well_but_for_companions(there)


def assert_all_is_well_but_for_companions(there: World) -> None:
    there.audio.versions = {v for v in there.audio.versions if not v[1].endswith(".json")}
    assert_all_is_well(there)


def test_one_that_cannot_be_read_is_noted() -> None:
    there = world()
    there.drop("a.wav.json", b"{")
    there.drop("a.wav")
    there.drop("b.wav.json", b'{"x": "' + b"y" * 70_000 + b'"}')
    there.drop("b.wav")
    there.run()
    [note] = transcript(there)["provider"]["warnings"]
    assert note == "The companion a.wav.json was not read: it is not JSON, or it was cut off."
    [note] = transcript(there, "b.wav")["provider"]["warnings"]
    assert "64 KiB" in note


def test_without_companions_in_the_profile_no_call_is_made_for_them() -> None:
    there = World()
    for i in range(10):
        there.drop(f"{i}.wav")
    there.run()
    assert there.audio.heads == 10


@pytest.mark.parametrize("comes", [True, False])
def test_a_recording_alone_costs_one_look(comes: bool) -> None:
    there = world(Profile(companions=("{name}.json",)))
    if comes:
        there.audio.drop("a.wav.json", SAID, there.clock.now())
    there.drop("a.wav")
    there.run()
    assert there.audio.heads == 2


def test_those_of_one_folder_are_looked_for_by_one_listing() -> None:
    there = world(Profile(companions=("{name}.json",)))
    pages: list[str] = []
    page = there.audio.page
    there.audio.page = lambda c, p, m, n: pages.append(p) or page(c, p, m, n)  # type: ignore
    for i in range(50):
        there.drop(f"calls/{i}.wav")
    there.run()
    of_companions = [prefix for prefix in pages if prefix]  # the sweep pages through all there is
    assert there.audio.heads == 50 and of_companions == ["calls/"]


def test_metadata_is_a_filter_of_the_api() -> None:
    there = world()
    for i in range(3):
        there.drop(f"{i}.wav.json", b'{"agent": "%d"}' % (i % 2))
        there.drop(f"{i}.wav")
    there.run()
    api = Api(lambda: there.app)
    [batch_id] = there.store.headers
    for wanted, names in (("agent=0", {"0.wav", "2.wav"}), ("agent=1", {"1.wav"}), ("x=0", set())):
        found = api("list_items", {"batch_id": batch_id}, query={"metadata": wanted}).json["value"]
        assert {item["name"] for item in found} == names
    page = api("list_items", {"batch_id": batch_id}, query={"metadata": "agent=0", "limit": "1"})
    rest = api.follow(page.json["nextLink"]).json["value"]
    assert {page.json["value"][0]["name"], rest[0]["name"]} == {"0.wav", "2.wav"}
    assert api("list_items", {"batch_id": batch_id}, query={"metadata": "agent"}).status == 400


@pytest.mark.long
@pytest.mark.parametrize("late", [True, False])
def test_whoever_dies_on_the_way_is_followed(late: bool) -> None:
    ports = {key: value for key, value in PORTS.items() if key != "provider"}
    for point in range(1, _trapped(None, ports, late).calls + 1):
        _trapped(point, ports, late)


def _trapped(point: int | None, ports: Any, late: bool) -> Trap:
    there = world()
    there.drop("a.wav")
    if late:
        there.run()
    there.clock.advance(30)
    there.audio.drop("a.wav.json", SAID, there.clock.now())
    trap = Trap(there, point, ports)
    while True:
        try:
            there.register("audio", "a.wav.json")
            there.run()
            there.sweep()
            there.run()
            break
        except Crash:
            there.start()
    assert transcript(there)["job"]["metadata"] == {"agent": "7"}
    assert report(there)["metadata"] == {"agent": "7"}
    assert_all_is_well_but_for_companions(there)
    return trap
