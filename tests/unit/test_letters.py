"""Letters beyond ASCII in blob metadata arrive as they were meant."""

from __future__ import annotations

import json
from email.header import Header
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.profile.letters import as_meant
from tests.fakes.world import World

TEXTS = ["Müller GmbH", "日本語 通話", "שיחה 12", "Zoë & Łukasz", "🎙 call"]


@pytest.mark.parametrize("text", TEXTS)
def test_each_way_of_writing_them_is_read(text: str) -> None:
    ways = [
        text,
        quote(text, safe=""),
        quote(text, safe=" &"),
        Header(text, "utf-8").encode(),
        f"=?UTF-8?Q?{''.join(f'={byte:02X}' for byte in text.encode())}?=",
        text.encode().decode("latin-1"),
    ]
    assert [as_meant(way) for way in ways] == [text] * len(ways)


@pytest.mark.parametrize(
    "text",
    [
        "100%25 off",
        "50% of 20%",
        "https://crm.example/x?name=M%C3%BCller&id=%20",
        "%C3%28",
        "=?no-such-charset?B?TcO8?=",
        "=? what",
        "plain",
        "",
        "Müller",
        "+15551234",
    ],
)
def test_what_is_none_of_them_stays(text: str) -> None:
    assert as_meant(text) == text


def test_what_was_escaped_as_a_whole_is_read_without_letters_beyond_ascii_too() -> None:
    assert as_meant("Call%20with%20Jim") == "Call with Jim"


@given(st.text())
def test_escaped_text_comes_back(text: str) -> None:
    written = text.encode("utf-8", "replace").decode()
    assert as_meant(quote(written, safe="")) in (written, as_meant(written))


@given(st.text())
def test_nothing_stops_it(text: str) -> None:
    as_meant(text)


def test_titles_and_metadata_show_as_they_were_meant() -> None:
    world = World()
    metadata = {
        "dropscribe_title": "=?utf-8?B?TcO8bGxlcg==?=",
        "dropscribe_client_item_id": "f%C3%A4ll-7",
        "Kunde": "M%C3%BCller%20GmbH",
    }
    world.drop("a.wav", metadata=metadata)
    world.run()
    [row] = world.store.rows.values()
    assert (row.labels.title, row.labels.client_item_id) == ("Müller", "fäll-7")
    job = json.loads(world.outputs.files["transcripts/audio/a.wav.json"].content)["job"]
    assert job["metadata"] == {"Kunde": "Müller GmbH"} and job["title"] == "Müller"
