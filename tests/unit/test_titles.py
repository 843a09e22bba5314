"""What users call a batch or a recording stands in the list of every provider that shows titles,
unless personal data is to be hidden; our own mark is found all the same."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import OutcomeUnknown
from shared.messages import Submit
from shared.model.job.job import Job
from shared.model.job.title import title_of_parts
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.ports.provider import JobRequest
from shared.providers.azure_speech import calls, wire
from shared.providers.azure_speech.versions import version
from shared.providers.soferai import calls as soferai
from shared.providers.soferai.capabilities import LIMITS as SOFERAI
from shared.providers.soferai.labels import Label, read_label, title_of
from shared.providers.titles import plain_title
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World, a_second_of_silence
from tests.unit.test_batches import ask
from tests.unit.test_carriers import parts, waiting


def there(world: World, *names: str) -> list[dict[str, str]]:
    for name in names:
        world.audio.drop(name, a_second_of_silence(), world.clock.now(), container="uploads")
    return [{"container": "uploads", "blob": name} for name in names]


def titles(world: World) -> list[str]:
    world.run()
    assert_all_is_well(world)
    return [request.title for request in world.provider.created]


# --- whose title ------------------------------------------------------------------------------


def test_a_job_is_called_what_its_batch_is_called() -> None:
    world = World(files_per_job=2)
    ask(world, *there(world, "a.wav", "b.wav", "c.wav"), title="Calls of March")
    assert titles(world) == ["Calls of March", "Calls of March"]


def test_one_recording_that_was_dropped_alone_is_called_what_it_is_called() -> None:
    world = World()
    world.drop("a.wav", metadata={"dropscribe_title": "The first call"})
    assert titles(world) == ["The first call"]


def test_what_nobody_called_anything_has_no_title() -> None:
    world = World()
    world.drop("a.wav")
    world.drop("b.wav", metadata={"dropscribe_title": "One of two"})
    assert titles(world) == [""]


def test_a_job_of_several_batches_says_that_there_are_others() -> None:
    world = World()
    for number, title in enumerate(("March", "April", "March")):
        ask(world, *there(world, f"{number}.wav"), title=title)
    kept = []
    while (message := world.queue.take()) is not None:
        if isinstance(message, Submit):
            kept.append(message)
        else:
            world.step(message)
    for message in kept:
        world.queue.send(message)
    assert titles(world) in (["March and others"], ["April and others"])


@pytest.mark.parametrize(
    ("own", "shared"),
    [
        ([], ""),
        (["", ""], ""),
        (["March", "March"], "March"),
        (["", "March"], "March and others"),
        (["March", "April", "March"], "March and others"),
    ],
)
def test_the_title_of_a_carrier(own: list[str], shared: str) -> None:
    part = a_job()
    assert title_of_parts(msgspec.structs.replace(part, title=one) for one in own) == shared


def a_job() -> Job:
    [job] = parts(waiting(windows=1))
    return job


def test_where_personal_data_is_to_be_hidden_no_title_leaves() -> None:
    profile = Profile(options=Options(redact=("phone_number",)))
    world = World(profiles=(profile,))
    show_titles(world)
    ask(world, *there(world, "a.wav", "b.wav"), title="Call with Jane Doe")
    assert titles(world) == [""]
    assert world.provider.created[0].titles == ()


def show_titles(world: World) -> None:
    """Its provider shows what each recording is called."""
    limits = {
        name: msgspec.structs.replace(one, shows_titles=True)
        for name, one in world.capabilities.items()
    }
    world.capabilities = limits
    world.start()


def test_each_recording_has_its_own_title_where_these_are_shown() -> None:
    world = World()
    show_titles(world)
    first, second, third = there(world, "a.wav", "b.wav", "c.wav")
    ask(world, first, {**second, "title": "Mine"}, third, title="March")
    titles(world)
    [request] = world.provider.created
    told = dict(zip(request.content_urls, request.titles, strict=True))
    assert [title for url, title in told.items() if "b.wav" in url] == ["Mine"]
    assert all(title.startswith("March") for url, title in told.items() if "b.wav" not in url)


def test_the_providers_that_show_them_are_asked_for_them() -> None:
    assert SOFERAI.shows_titles


def test_a_title_stays_in_the_row_of_a_job_only_until_it_is_over() -> None:
    world = World()
    ask(world, *there(world, "a.wav"), title="March")
    assert titles(world) == ["March"]
    [job] = world.store.job_rows.values()
    assert (job.title, job.item) == ("", None)


def test_a_call_without_an_answer_is_found_by_its_mark_and_sent_again_with_its_title() -> None:
    world = World()
    provider: FakeProvider = world.provider
    provider.errors["submit"] = [OutcomeUnknown("time-out")]
    provider.carries_out_unknown = False
    ask(world, *there(world, "a.wav"), title="March")
    assert titles(world) == ["March"], "the second call, as the first was not carried out"


# --- as it is sent ----------------------------------------------------------------------------


def body(title: str, **more: object) -> dict[str, object]:
    request = JobRequest(
        mark="d1-0001",
        display_name="dropscribe calls-1",
        title=title,
        options=Options(),
        content_urls=("https://a.example/1.wav",),
        **more,  # type: ignore[arg-type]
    )
    found: dict[str, object] = json.loads(calls.create_body(request, version("2025-10-15")))
    return found


def test_azure_speech_shows_the_title_and_keeps_our_mark_beside_it() -> None:
    sent_ = body("Calls of March")
    assert (sent_["displayName"], sent_["description"]) == ("Calls of March", "d1-0001")
    assert sent_["customProperties"] == {
        "dropscribe": "d1-0001",
        "dropscribeOf": "dropscribe calls-1",
    }


@pytest.mark.parametrize("title", ["", " \n\t", "\x00\x07"])
def test_without_a_title_the_mark_is_the_name(title: str) -> None:
    sent_ = body(title)
    assert (sent_["displayName"], sent_["description"]) == ("d1-0001", "dropscribe calls-1")
    assert sent_["customProperties"] == {"dropscribe": "d1-0001"}


def test_sofer_ai_shows_the_title_of_the_batch_and_of_each_recording() -> None:
    request = JobRequest(
        mark="m",
        display_name="dropscribe b",
        title="Talks\nof March",
        titles=("On תורה", ""),
        options=Options(),
        mode="express",
        content_urls=("https://a.example/1.mp3?sig=x", "https://a.example/2.mp3?sig=x"),
    )
    sent_ = json.loads(soferai.create_body(request, None))
    assert sent_["batch_title"] == "Talks of March"
    told = [one["title"] for one in sent_["audio_sources"]]
    assert told == ["On תורה [m-0of2]", "2.mp3 [m-1of2]"]
    manifest = json.loads(soferai.manifest_body(request))
    assert manifest["metadata"]["description"] == "Talks of March"


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("  Calls\r\n of\tMarch ", "Calls of March"),
        ("Bell\x07 and\x1b[31m", "Bell and [31m"),
        ("https://s.example/a.wav?sv=1&sig=abc now", "https://s.example/a.wav now"),
        ("half a pair \ud83d", "half a pair"),
        ("x" * 300, "x" * 199 + "…"),
        ("\N{RIGHT-TO-LEFT MARK}תורה", "\N{RIGHT-TO-LEFT MARK}תורה"),
    ],
)
def test_a_title_is_one_line_without_secrets(title: str, plain: str) -> None:
    assert plain_title(title, 200) == plain


anything = st.text(st.characters(codec=None), max_size=600)


@given(anything)
def test_no_title_spoils_a_call_or_hides_what_is_ours(title: str) -> None:
    sent_ = body(title)
    name, description = str(sent_["displayName"]), str(sent_["description"])
    assert 1 <= len(name) <= 200 and "\n" not in name
    assert "d1-0001" in (name, description)
    label = Label("m", 0, 1)
    assert read_label(None, title_of("https://a.example/1.mp3", label, title)) == label


# --- found again ------------------------------------------------------------------------------

_SELF = "https://s.example/speechtotext/transcriptions/0a1b2c3d-0000-4000-8000-0123456789ab"


def listed(**entity: object) -> bytes:
    usual = {"self": _SELF, "createdDateTime": "2026-11-20T00:00:00Z"}
    return json.dumps({"values": [{**usual, **entity}]}).encode()


def test_the_mark_is_asked_for_wherever_it_may_stand() -> None:
    assert "displayName+eq+%27m%27+or+description+eq+%27m%27" in calls.find_path(
        "m", version("2025-10-15")
    )


@pytest.mark.parametrize(
    "names",
    [
        {"displayName": "March", "description": "d1-7", "customProperties": {"dropscribe": "d1-7"}},
        {"displayName": "March", "description": "d1-7"},
        {"displayName": "d1-7", "description": "dropscribe b"},
        {"displayName": "d1-8", "customProperties": {"dropscribe": "d1-7"}},
    ],
)
def test_a_titled_job_is_found_by_its_mark(names: dict[str, object]) -> None:
    assert wire.read_found_id(listed(**names), "d1-7")[0] == _SELF.rpartition("/")[2]
    [copy], _ = wire.read_copies(listed(**names), "d1")
    assert copy.mark == "d1-7"


def test_a_title_that_reads_like_a_mark_is_none() -> None:
    """Where the list leaves properties out, too."""
    names = {"displayName": "d1-9", "description": "d1-7"}
    [copy], _ = wire.read_copies(listed(**names), "d1")
    assert copy.mark == "d1-7"
    own = {**names, "customProperties": {"dropscribe": "d1-7"}}
    assert wire.read_found_id(listed(**own), "d1-9")[0] is None
    strange = {"displayName": "d1-9", "description": "x", "customProperties": {"dropscribe": "o"}}
    assert wire.read_copies(listed(**strange), "d1")[0] == ()
