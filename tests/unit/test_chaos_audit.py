"""The audit: each law that it keeps is broken once, and it says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
import pytest

from local.chaos.audit import CHECKS, audit
from local.chaos.evidence import Dropped, Evidence, Output, plain
from local.chaos.plan import Drop, Trouble, sound
from local.chaos.provider import ORDERED, PASSING, Books, Create, Ill, Order, Provider
from local.recogniser.scripted import script_for
from shared.model.failure import Failure
from shared.model.failure_texts import AUDIO_REPLACED
from shared.model.job.carrier import carrier
from shared.model.job.job import Job
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.recording.outcome import Outcome
from shared.model.recording.recording import Recording, recording_id

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH, JOB = "default-1", "j1"
GOOD, BROKEN = "r00000.wav", "r00001.wav"
CONTENT = sound(Random(1))
OTHER = sound(Random(2))


def recording(name: str, **changes: Any) -> Recording:
    base = Recording(
        batch_id=BATCH,
        id=recording_id("audio", name, "1"),
        container="audio",
        name=name,
        etag="1",
        last_modified_at=NOW,
        registered_at=NOW,
        changed_at=NOW,
        profile=Profile(),
        job_id=JOB,
    )
    return msgspec.structs.replace(base, **changes)


TRANSCRIBED = recording(
    GOOD,
    state="transcribed",
    outcome=Outcome(
        outputs={"json": f"transcripts/audio/{GOOD}.json", "vtt": f"transcripts/audio/{GOOD}.vtt"}
    ),
)
REFUSED = recording(
    BROKEN,
    state="failed",
    job_id=None,
    error_report=f"errors/audio/{BROKEN}.json",
    failure=Failure(kind="input", code="not_audio", reason="No audio.", advice="Send audio."),
)
FINISHED = Job(
    batch_id=BATCH,
    id=JOB,
    provider="azure-speech",
    options=Options(),
    state="finished",
    changed_at=NOW,
    first=TRANSCRIBED.id,
    last=TRANSCRIBED.id,
    recordings=1,
    audio_ms=325,
    transcription_id="t1",
)
FINAL = Ill("fail_recording", final=True)
NO_RESULT = Ill("drop_result", strikes=1)
UNREADABLE = Ill("malformed_result", times=3, strikes=3)


def no_storms(random: Random) -> tuple[Order, ...]:
    return ()


def no_books(ledger: Any) -> Books:
    return Books((), {}, ())


PROVIDER = Provider(
    settings={},
    options=(),
    profiles="",
    create="create",
    reads="get",
    ills=(FINAL, NO_RESULT, UNREADABLE),
    storms=no_storms,
    failing=frozenset(),
    read=no_books,
)
SOURCE = f"http://127.0.0.1:1/devstoreaccount1/audio/{GOOD}"
BOOKS = Books(creates=(Create(JOB, ("t1",)),), paid={SOURCE: 1}, there=())
REPORT: dict[str, Any] = {
    "recordings": [
        {"recording_id": TRANSCRIBED.id, "state": "transcribed"},
        {"recording_id": REFUSED.id, "state": "failed"},
    ],
    "counts": {"accepted": 2, "transcribed": 1, "failed": 1},
}


def said(content: bytes) -> str:
    return plain(" ".join(phrase.text for phrase in script_for(content).phrases))


def all_is_well() -> Evidence:
    """One good recording that was transcribed, and a broken one that was refused."""
    return Evidence(
        dropped=(
            Dropped(GOOD, "1", 0, Drop(1.0, GOOD, "good", CONTENT)),
            Dropped(BROKEN, "1", 0, Drop(1.0, BROKEN, "text", b"A letter.")),
        ),
        troubles=(),
        strikes={},
        current=frozenset({(GOOD, "1"), (BROKEN, "1")}),
        rows=(TRANSCRIBED, REFUSED),
        jobs=(FINISHED,),
        batches=(BATCH,),
        outputs=(
            Output(f"transcripts/audio/{GOOD}.json", TRANSCRIBED.id),
            Output(f"transcripts/audio/{GOOD}.vtt", TRANSCRIBED.id),
            Output(f"errors/audio/{BROKEN}.json", REFUSED.id),
        ),
        words={f"transcripts/audio/{GOOD}.json": said(CONTENT)},
        reports={BATCH: REPORT},
        report_names=frozenset(f"{BATCH}.{ending}" for ending in ("json", "csv", "html")),
        queues={"dropscribe-plan": 0},
        books=BOOKS,
    )


def books(**changes: Any) -> dict[str, Any]:
    return {"books": BOOKS._replace(**changes)}


def rows(good: Recording = TRANSCRIBED, refused: Recording = REFUSED) -> dict[str, Any]:
    return {"rows": (good, refused)}


def failed(reason: str) -> Recording:
    failure = Failure(kind="input", code="x", reason=reason, advice="x")
    return recording(
        GOOD, state="failed", failure=failure, error_report=f"errors/audio/{GOOD}.json"
    )


def with_outputs(*more: Output) -> dict[str, Any]:
    return {"outputs": (*all_is_well().outputs, *more)}


def report(**counts: int) -> dict[str, Any]:
    return {"reports": {BATCH: {**REPORT, "counts": {**REPORT["counts"], **counts}}}}


BREACHES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("lost", {"current": frozenset({(GOOD, "2")})}),
    ("lost", rows(msgspec.structs.replace(TRANSCRIBED, state="planned"))),
    ("registered twice", {"rows": (TRANSCRIBED, TRANSCRIBED, REFUSED)}),
    (
        "outputs beyond the row's",
        with_outputs(Output(f"transcripts/audio/{GOOD}.1.vtt", TRANSCRIBED.id)),
    ),
    (
        "outputs beyond the row's",
        with_outputs(Output(f"transcripts/audio/{BROKEN}.vtt", REFUSED.id)),
    ),
    ("outputs beyond the row's", with_outputs(Output("errors/audio/x.json", "nobody"))),
    ("outputs missing", {"outputs": all_is_well().outputs[1:]}),
    ("outputs missing", rows(msgspec.structs.replace(TRANSCRIBED, outcome=None))),
    ("words of another recording", {"words": {f"transcripts/audio/{GOOD}.json": said(OTHER)}}),
    (
        "create calls beyond the necessary",
        books(creates=(Create(JOB, ("t1",)), Create(JOB, ("t2",)))),
    ),
    (
        "create calls beyond the necessary",
        books(creates=(Create("j2", ("t1",)),)),
    ),
    ("transcribed beyond the attempts", books(paid={SOURCE: 2})),
    ("attempts without cause", rows(msgspec.structs.replace(TRANSCRIBED, attempt=2))),
    ("failed without cause", rows(failed("We do not know."))),
    ("broken, yet transcribed", rows(refused=recording(BROKEN, state="transcribed"))),
    ("unchanged, yet different", rows(refused=recording(BROKEN, state="unchanged"))),
    ("orphans at the provider", books(there=(("t1",),))),
    ("orphans at the provider", books(running=1)),
    ("unreported", {"report_names": frozenset({f"{BATCH}.json", f"{BATCH}.csv"})}),
    ("unreported", report(transcribed=2)),
    ("unreported", {"reports": {BATCH: {**REPORT, "recordings": REPORT["recordings"][:1]}}}),
    ("unreported", {"reports": {BATCH: REPORT, "gone": REPORT}}),
    ("still open", {"open_batches": (BATCH,)}),
    ("still open", {"active": (JOB,)}),
    ("still open", {"jobs": (msgspec.structs.replace(FINISHED, state="collecting"),)}),
    ("messages left, poison included", {"queues": {"dropscribe-write-poison": 1}}),
    ("secrets in logs or tables", {"leaks": ("host-0.log:1",)}),
)


def test_a_run_without_a_blemish_has_a_clean_ledger() -> None:
    found = audit(all_is_well(), PROVIDER)
    assert found.is_clean
    assert (found.dropped, found.replaced, found.accepted) == (2, 0, 2)
    assert (found.transcribed, found.failed, found.creates) == (1, 1, 1)


@pytest.mark.parametrize(("law", "changes"), BREACHES)
def test_what_breaks_a_law_is_found(law: str, changes: dict[str, Any]) -> None:
    found = audit(replace(all_is_well(), **changes), PROVIDER)
    assert not found.is_clean
    assert law in {finding.name for finding in found.findings if finding.culprits}


def test_every_law_is_broken_by_one_of_these() -> None:
    assert set(CHECKS) == {law for law, _ in BREACHES}


def evidence_of_a_failure(trouble: Trouble | None, carried: int) -> Evidence:
    return replace(
        all_is_well(),
        rows=(failed(f"Azure Speech: {ORDERED}"), REFUSED),
        troubles=(trouble,) if trouble else (),
        jobs=(msgspec.structs.replace(FINISHED, recordings=carried),),
    )


def culprits(law: str, evidence: Evidence, provider: Provider = PROVIDER) -> tuple[str, ...]:
    findings = audit(evidence, provider).findings
    return next(finding.culprits for finding in findings if finding.name == law)


@pytest.mark.parametrize(
    ("trouble", "carried", "is_excused"),
    [
        (Trouble("r00000", FINAL), 5, True),
        (Trouble("r00000", NO_RESULT), 5, False),
        (Trouble("r00009", FINAL), 5, False),
        (None, 1, True),
        (None, 5, False),
    ],
    ids=[
        "it was to fail",
        "it was to be ill",
        "another was to fail",
        "its job failed, alone",
        "its job failed",
    ],
)
def test_a_recording_may_fail_where_that_was_ordered(
    trouble: Trouble | None, carried: int, is_excused: bool
) -> None:
    evidence = evidence_of_a_failure(trouble, carried)
    assert bool(culprits("failed without cause", evidence)) is not is_excused


def test_a_version_that_was_overwritten_before_anybody_saw_it_is_not_lost() -> None:
    first = Dropped(GOOD, "0", 0, Drop(0.5, GOOD, "good", OTHER))
    evidence = all_is_well()
    found = audit(replace(evidence, dropped=(first, *evidence.dropped)), PROVIDER)
    assert found.is_clean and found.replaced == 1


def test_words_of_a_later_version_are_excused_and_of_an_earlier_one_are_not() -> None:
    def case(order: int, other: int) -> Evidence:
        well = all_is_well()
        own = replace(well.dropped[0], order=order)
        second = Dropped(GOOD, "2", other, Drop(0.5, GOOD, "good", OTHER))
        words = {f"transcripts/audio/{GOOD}.json": said(OTHER)}
        return replace(well, dropped=(own, second, well.dropped[1]), words=words)

    law = "words of another recording"
    assert not culprits(law, case(order=0, other=1))
    assert culprits(law, case(order=1, other=0))


@pytest.mark.parametrize(
    ("order", "content", "code", "is_excused"),
    [
        (1, OTHER, AUDIO_REPLACED.code, True),
        (1, None, AUDIO_REPLACED.code, False),
        (-1, OTHER, AUDIO_REPLACED.code, False),
        (1, OTHER, "unknown", False),
    ],
    ids=["another sound came later", "the same sound", "it came before", "another failure"],
)
def test_a_recording_may_fail_where_another_sound_took_its_place(
    order: int, content: bytes | None, code: str, is_excused: bool
) -> None:
    well = all_is_well()
    own = replace(well.dropped[0], order=0)
    drop = Drop(0.5, GOOD, "good", own.drop.content if content is None else content)
    row = failed("It was replaced.")
    assert row.failure is not None
    row = msgspec.structs.replace(row, failure=msgspec.structs.replace(row.failure, code=code))
    evidence = replace(
        well, dropped=(own, Dropped(GOOD, "2", order, drop), well.dropped[1]), rows=(row, REFUSED)
    )
    assert bool(culprits("failed without cause", evidence)) is not is_excused


def test_an_attempt_is_excused_by_a_trouble_or_by_a_failed_job() -> None:
    again = replace(all_is_well(), rows=(msgspec.structs.replace(TRANSCRIBED, attempt=2), REFUSED))
    law, silent = "attempts without cause", BOOKS._replace(silent=frozenset({"t1"}))
    causes: tuple[Callable[[Evidence], Evidence], ...] = (
        lambda e: replace(e, troubles=(Trouble("r00000", NO_RESULT),), strikes={"r00000": 1}),
        lambda e: replace(e, troubles=(Trouble("r00000", UNREADABLE),), strikes={"r00000": 3}),
        lambda e: replace(e, jobs=(FINISHED, failed_job(ORDERED))),
        lambda e: replace(e, jobs=(FINISHED, failed_job(PASSING))),
        lambda e: replace(e, troubles=(Trouble("r00000", FINAL),), books=silent),
    )
    no_causes: tuple[Callable[[Evidence], Evidence], ...] = (
        lambda e: e,
        lambda e: replace(e, troubles=(Trouble("r00000", UNREADABLE),), strikes={"r00000": 2}),
        lambda e: replace(e, troubles=(Trouble("r00000", FINAL),), strikes={"r00000": 1}),
        lambda e: replace(e, books=silent),
        lambda e: replace(e, jobs=(FINISHED, failed_job("Nobody knows why."))),
        lambda e: replace(e, jobs=(FINISHED, failed_job(ORDERED, first="", last=""))),
    )
    for cause in causes:
        assert not culprits(law, cause(again))
    for cause in no_causes:
        assert culprits(law, cause(again))


def failed_job(reason: str, **changes: Any) -> Job:
    failure = Failure(kind="provider", code="x", reason=reason, advice="x")
    return msgspec.structs.replace(FINISHED, id="j0", failure=failure, **changes)


def test_broken_audio_is_tried_again_where_the_provider_does_not_say_what_is_wrong() -> None:
    again = msgspec.structs.replace(TRANSCRIBED, attempt=3)
    second = Dropped(GOOD, "2", 1, Drop(1.5, GOOD, "text", b"A letter."))
    evidence = replace(
        all_is_well(), rows=(again, REFUSED), dropped=(*all_is_well().dropped, second)
    )
    law = "attempts without cause"
    assert culprits(law, evidence)
    assert not culprits(law, evidence, PROVIDER._replace(explains=False))


def test_a_trouble_that_passes_is_no_reason_to_fail() -> None:
    evidence = evidence_of_a_failure(Trouble("r00000", NO_RESULT), 1)
    passing = replace(evidence, rows=(failed(f"Azure Speech: {PASSING}"), REFUSED))
    assert not culprits("failed without cause", evidence)
    assert culprits("failed without cause", passing)


def test_a_code_excuses_a_failure_that_the_provider_gives_no_reason_for() -> None:
    evidence = evidence_of_a_failure(Trouble("r00000", FINAL), 5)
    silent = failed("No reason.")
    law = "failed without cause"
    assert culprits(law, replace(evidence, rows=(silent, REFUSED)))
    coded = replace(
        evidence, rows=(silent, REFUSED), troubles=(Trouble("r00000", FINAL._replace(code="x")),)
    )
    assert not culprits(law, coded)


@pytest.mark.parametrize(
    ("proves", "state", "creates", "is_excused"),
    [
        (False, "unresolved", (), True),
        (True, "unresolved", (), False),
        (False, "unresolved", BOOKS.creates, False),
        (False, "failed", (), False),
    ],
    ids=["nobody could know", "the list is proof", "it was carried out", "the job failed"],
)
def test_a_recording_may_fail_where_nobody_can_know_whether_it_was_sent(
    proves: bool, state: Any, creates: tuple[Create, ...], is_excused: bool
) -> None:
    evidence = replace(
        evidence_of_a_failure(None, 5),
        rows=(failed("Nobody can tell."), REFUSED),
        jobs=(msgspec.structs.replace(FINISHED, state=state, transcription_id=None),),
        books=BOOKS._replace(creates=creates),
    )
    provider = PROVIDER._replace(proves=proves)
    assert bool(culprits("failed without cause", evidence, provider)) is not is_excused


def test_what_cannot_be_deleted_may_stay_where_a_job_knows_it() -> None:
    keeping = PROVIDER._replace(deletes=False)
    law = "orphans at the provider"

    def case(**changes: Any) -> Evidence:
        return replace(all_is_well(), books=BOOKS._replace(**changes))

    assert culprits(law, case(there=(("t1", "marked:j1"),)))
    assert not culprits(law, case(there=(("t1", "marked:j1"),)), keeping)
    assert not culprits(law, case(there=(("b1", "t1"),)), keeping)
    assert culprits(law, case(there=(("t2", "marked:j2"),)), keeping)
    assert culprits(law, case(running=1), keeping)


def test_a_job_that_left_with_those_of_others_is_known_by_its_carrier() -> None:
    """The provider knows the carrier, the recordings name their part of it."""
    part = msgspec.structs.replace(FINISHED, transcription_id=None, carrier="c1")
    carried = carrier("c1", [part], "e", NOW)
    carried = msgspec.structs.replace(
        carried, state="finished", transcription_id=FINISHED.transcription_id
    )
    books = BOOKS._replace(creates=tuple(one._replace(mark="c1") for one in BOOKS.creates))
    evidence = replace(all_is_well(), jobs=(part, carried), books=books)
    law = "create calls beyond the necessary"
    assert not culprits(law, evidence)
    assert culprits(law, replace(evidence, jobs=(part,)))
