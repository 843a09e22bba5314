"""What a profile wants hidden is in nothing that the pipeline stores."""

from __future__ import annotations

import msgspec
import pytest

from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.redaction import redact as redact_module
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import heard
from tests.fakes.world import World

PHONE = "310 555 0122"  # the stand-in of a provider hears the name of the file
NAME = f"call {PHONE}.wav"


def profile(*kinds: str, formats: tuple[str, ...] = ("vtt", "txt"), **options: object) -> Profile:
    asked = msgspec.convert({"redact": kinds, **options}, Options)
    return Profile(options=asked, formats=formats)  # type: ignore[arg-type]


def done(world: World, *names: str) -> World:
    for name in names:
        world.drop(name)
    world.run()
    return world


def test_nothing_is_stored_of_what_is_to_be_hidden() -> None:
    world = done(World(profiles=(profile("phone_number", redact_with="kind"),)), NAME, "plain.wav")
    assert set(world.states().values()) == {"transcribed"}
    outputs = {path: file.content for path, file in world.outputs.files.items()}
    (captions,) = (c for path, c in outputs.items() if path.endswith(f"{NAME}.vtt"))
    assert b"[PHONE_NUMBER]" in captions and PHONE.encode() not in captions
    (stored,) = (c for path, c in outputs.items() if path.endswith(f"{NAME}.json"))
    said = msgspec.json.decode(stored)
    assert PHONE not in msgspec.json.encode([said["text"], said["utterances"]]).decode()
    assert said["redaction"] == {
        "kinds": ["phone_number"],
        "mask": "kind",
        "by": ["net"],
        "counts": {"phone_number": 1},
        "spans": None,
    }
    assert_all_is_well(world)


def test_what_nobody_can_hide_is_refused_before_it_is_paid() -> None:
    world = done(World(profiles=(profile("phone_number", "person_name"),)), NAME)
    (row,) = world.rows().values()
    assert row.failure is not None and row.failure.code == "no_redaction"
    assert "person_name" in row.failure.reason and "phone_number" not in row.failure.reason
    assert not world.provider.created
    assert_all_is_well(world)


def test_a_gate_that_finds_something_stores_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replacer that forgets a form is caught."""
    monkeypatch.setattr(redact_module, "_words_without", lambda words, edits: words)
    world = done(World(profiles=(profile("phone_number"),)), NAME, "plain.wav")
    assert world.states() == {NAME: "failed", "plain.wav": "transcribed"}
    failure = world.rows()[NAME].failure
    assert failure is not None and failure.code == "redaction_leak"
    assert not [p for p in world.outputs.files if NAME in p and p.startswith("transcripts/")]
    assert_all_is_well(world)


@pytest.mark.parametrize(
    ("metadata", "kind"),
    [
        ({}, "configuration"),
        ({"dropscribe_redact": "phone_number,email_address"}, "input"),
        ({"dropscribe_profanity": "tags"}, "configuration"),
    ],
)
def test_a_language_that_the_net_does_not_know_stores_nothing(
    monkeypatch: pytest.MonkeyPatch, metadata: dict[str, str], kind: str
) -> None:
    """The fault is of whoever asked for what is to be hidden: the profile, or the recording."""
    finnish = lambda source: msgspec.structs.replace(  # noqa: E731
        heard(source),
        utterances=tuple(
            msgspec.structs.replace(one, language="fi-FI") for one in heard(source).utterances
        ),
    )
    monkeypatch.setattr("tests.fakes.provider.heard", finnish)
    world = World(profiles=(profile("phone_number"),))
    world.drop(NAME, metadata=metadata)
    world.run()
    failure = world.rows()[NAME].failure
    assert failure is not None
    assert (failure.kind, failure.code) == (kind, "redaction_language")
    assert not [p for p in world.outputs.files if p.startswith("transcripts/")]
    assert_all_is_well(world)


def test_an_open_transcript_is_never_handed_to_a_closed_profile() -> None:
    """Reuse goes by the options, and redaction is one."""
    open_, closed = (
        msgspec.structs.replace(profile(*kinds), name=name, prefixes=(name,), reuse=True)
        for name, kinds in (("open", ()), ("closed", ("phone_number",)))
    )
    world = World(profiles=(Profile(), open_, closed))
    world.drop(f"open/{NAME}")
    world.run()
    world.drop(f"closed/{NAME}")
    world.run()
    (stored,) = (
        f.content for p, f in world.outputs.files.items() if p.endswith(f"closed/{NAME}.vtt")
    )
    assert PHONE.encode() not in stored
    assert len(world.provider.created) == 2
