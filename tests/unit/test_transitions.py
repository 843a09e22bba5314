"""The state machines, as tables: every step that a row may take, and that no other is possible."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from shared.model.batch import transitions as batches
from shared.model.batch.batch import Batch
from shared.model.events import delivery as deliveries
from shared.model.events.delivery import Attempt, Delivery, DeliveryState, Result
from shared.model.failure import Failure
from shared.model.job import transitions as jobs
from shared.model.job.job import Job, JobState
from shared.model.job.standing import Standing, is_being_collected, standing
from shared.model.keeping.hold import Hold
from shared.model.keeping.removal import Removing
from shared.model.policy import Policy
from shared.model.preparing.recipe import Preparation
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.recording import transitions as rows
from shared.model.recording.outcome import Outcome, Transcribed
from shared.model.recording.recording import Recording, State
from shared.model.state_machine import IllegalTransition

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WHY = Failure(kind="ours", code="internal_error", reason="It broke.", advice="Mend it.")
POLICY = Policy()


def a_job(state: JobState, **more: Any) -> Job:
    return Job(
        batch_id="b",
        id="j",
        provider="azure-speech",
        options=Options(),
        state=state,
        changed_at=NOW,
        first="a",
        last="z",
        recordings=2,
        audio_ms=2_000,
        **more,
    )


JOB_STEPS: Mapping[str, tuple[Callable[[Job], Job], dict[str, str]]] = {
    # name: (the step, and from which state it leads where)
    "filled": (
        lambda job: jobs.filled(job, "z", 1, 1_000, NOW),
        {"planning": "planning"},
    ),
    "planned": (
        lambda job: jobs.planned(job, NOW),
        {"planning": "planned"},
    ),
    "intended": (lambda job: jobs.intended(job, "east", NOW), {"planned": "submitting"}),
    "begun": (lambda job: jobs.begun(job, NOW, NOW), {"submitting": "submitting"}),
    "put_back": (
        lambda job: jobs.put_back(job, NOW, counts=True),
        {"submitting": "planned", "carried": "planned"},
    ),
    "carried": (lambda job: jobs.carried(job, "c", NOW), {"planned": "carried"}),
    "dissolved": (lambda job: jobs.dissolved(job, NOW), {"submitting": "failed"}),
    "taken_by_provider": (
        lambda job: jobs.taken_by_provider(job, "t1", NOW),
        {"submitting": "submitted"},
    ),
    "collecting": (
        lambda job: jobs.collecting(job, "base", None, POLICY, NOW),
        {"submitted": "collecting", "collecting": "collecting"},
    ),
    "over": (
        lambda job: jobs.over(job, NOW),
        dict.fromkeys(["carried", "submitting", "submitted", "collecting"], "finished"),
    ),
    "failed": (
        lambda job: jobs.failed(job, WHY, NOW),
        dict.fromkeys(
            ["planning", "planned", "carried", "submitting", "submitted", "collecting"], "failed"
        ),
    ),
    "unresolved": (lambda job: jobs.unresolved(job, WHY, NOW), {"submitting": "unresolved"}),
}


@pytest.mark.parametrize("name", JOB_STEPS)
@pytest.mark.parametrize("state", get_args(JobState))
def test_a_job_takes_the_steps_of_the_table_and_no_other(name: str, state: JobState) -> None:
    step, leads = JOB_STEPS[name]
    if state in leads:
        after = step(a_job(state))
        assert after.state == leads[state]
        assert after.changed_at == NOW
    else:
        with pytest.raises(IllegalTransition, match=r"job j cannot be"):
            step(a_job(state))


def test_every_step_of_a_job_is_in_its_table() -> None:
    assert {*JOB_STEPS, "finished"} - {"over"} == set(jobs.STEPS)


def test_a_job_with_a_failure_ends_as_failed() -> None:
    assert jobs.over(a_job("submitted", failure=WHY), NOW).state == "failed"


def test_only_a_call_that_was_asked_for_counts_as_a_try() -> None:
    assert jobs.put_back(a_job("submitting"), NOW).tries == 0
    assert jobs.put_back(a_job("submitting"), NOW, counts=True).tries == 1


@pytest.mark.parametrize(
    ("job", "after", "expected"),
    [
        (a_job("collecting", collecting_at=NOW), 0, "fresh"),
        (a_job("collecting", collecting_at=NOW), POLICY.stuck_after_seconds, "stuck"),
        (a_job("collecting", collecting_at=NOW), POLICY.give_up_seconds, "stuck"),
        (a_job("collecting", collecting_at=NOW), POLICY.give_up_seconds + 1, "last round"),
        (a_job("collecting", last_round_at=NOW), POLICY.stuck_after_seconds, "last round"),
        (a_job("collecting", last_round_at=NOW), POLICY.stuck_after_seconds + 1, "late"),
        (a_job("submitted", submitted_at=NOW), 0, "fresh"),
        (a_job("submitted", submitted_at=NOW), POLICY.stuck_after_seconds, "stuck"),
        (a_job("submitted", submitted_at=NOW), POLICY.submitted_seconds, "stuck"),
        (a_job("submitted", submitted_at=NOW), POLICY.submitted_seconds + 1, "late"),
        (a_job("planned"), POLICY.stuck_after_seconds - 1, "fresh"),
        (a_job("planned"), POLICY.stuck_after_seconds, "stuck"),
    ],
)
def test_how_long_a_job_has_stood_is_one_answer(job: Job, after: int, expected: Standing) -> None:
    assert standing(job, POLICY, NOW + timedelta(seconds=after)) == expected


def test_the_last_round_is_asked_for_once() -> None:
    due = NOW + timedelta(seconds=POLICY.give_up_seconds + 1)
    first = jobs.collecting(a_job("collecting", collecting_at=NOW), None, None, POLICY, due)
    assert first.last_round_at == due
    assert is_being_collected(first, POLICY, due)
    later = jobs.collecting(first, None, None, POLICY, due + timedelta(seconds=5))
    assert later.last_round_at == due


def a_recording(state: State) -> Recording:
    return Recording(
        batch_id="b",
        id="r",
        container="audio",
        name="a.wav",
        etag="1",
        last_modified_at=NOW,
        registered_at=NOW,
        changed_at=NOW,
        profile=Profile(),
        state=state,
    )


def to_prepare(row: Recording) -> Recording:
    return msgspec.structs.replace(row, preparation=Preparation(listens=True))


ROW_STEPS: Mapping[str, tuple[Callable[[Recording], Recording], dict[str, str]]] = {
    "planned": (
        lambda row: rows.planned(row, "j", 0, NOW),
        {"waiting": "planned"},
    ),
    "asked_again": (
        lambda row: rows.asked_again(row, NOW),
        {"planned": "planned"},
    ),
    "waiting_again": (
        lambda row: rows.waiting_again(row, NOW, attempt=2),
        {"planned": "waiting", "failed": "waiting"},
    ),
    "transcribed": (
        lambda row: rows.transcribed(row, Outcome(outputs={}), Transcribed("east", "t1", NOW), NOW),
        {"waiting": "transcribed", "planned": "transcribed"},
    ),
    "failed": (
        lambda row: rows.failed(row, WHY, "errors/a.json", NOW),
        {"waiting": "failed", "planned": "failed", "failed": "failed"},
    ),
    "asked_to_prepare": (
        lambda row: rows.asked_to_prepare(to_prepare(row), NOW),
        {"waiting": "waiting"},
    ),
    "preparing": (
        lambda row: rows.preparing(to_prepare(row)),
        {"waiting": "waiting"},
    ),
    "prepared": (
        lambda row: rows.prepared(to_prepare(row), "prepared/b/r.flac", NOW),
        {"waiting": "waiting"},
    ),
    "unchanged": (
        lambda row: rows.unchanged(row, a_recording("transcribed"), NOW),
        {"waiting": "unchanged"},
    ),
}


@pytest.mark.parametrize("name", ROW_STEPS)
@pytest.mark.parametrize("state", get_args(State))
def test_a_recording_takes_the_steps_of_the_table_and_no_other(name: str, state: State) -> None:
    step, leads = ROW_STEPS[name]
    if state in leads:
        assert step(a_recording(state)).state == leads[state]
    else:
        with pytest.raises(IllegalTransition, match=r"recording r cannot be"):
            step(a_recording(state))


def test_every_step_of_a_recording_is_in_its_table() -> None:
    assert set(ROW_STEPS) == set(rows.STEPS)


def a_batch(**more: Any) -> Batch:
    return Batch(id="b", profile="default", created_at=NOW, closes_at=NOW, **more)


PHASES: Mapping[batches.Phase, Batch] = {
    "expanding": a_batch(is_expanding=True),
    "open": a_batch(),
    "reported": a_batch(finished_at=NOW, reported=3),
    "retrying": a_batch(retry_at=NOW),
    "cancelled": a_batch(cancelled_at=NOW),
    "deleting": a_batch(deleting="rows"),
    "deleted": a_batch(deleted_at=NOW),
    "refused": a_batch(error_report="errors/m.json"),
}
BATCH_STEPS: Mapping[str, Callable[[Batch], Batch]] = {
    "expanded": batches.expanded,
    "cancelled": lambda batch: batches.cancelled(batch, NOW),
    "to_be_retried": lambda batch: batches.to_be_retried(batch, NOW),
    "retried": batches.retried,
    "reported": lambda batch: batches.reported(batch, 3, 1, NOW),
    "distrusted": batches.distrusted,
    "held": lambda batch: batches.held(batch, Hold(at=NOW, by="somebody")),
    "released": batches.released,
    "to_be_lightened": lambda batch: batches.to_be_lightened(batch, Removing(at=NOW)),
    "lightened": lambda batch: batches.lightened(batch, ("audio",)),
    "to_be_deleted": lambda batch: batches.to_be_deleted(batch, with_outputs=True),
    "deleted": lambda batch: batches.deleted(batch, NOW),
    "revived": batches.revived,
}


@pytest.mark.parametrize("phase", PHASES)
def test_the_phase_of_a_batch_is_read_from_its_header(phase: batches.Phase) -> None:
    assert batches.phase(PHASES[phase]) == phase
    assert set(PHASES) == set(get_args(batches.Phase))


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", BATCH_STEPS)
def test_a_batch_takes_the_steps_of_the_table_and_no_other(name: str, phase: batches.Phase) -> None:
    if phase in batches.STEPS[name]:
        BATCH_STEPS[name](PHASES[phase])
    else:
        with pytest.raises(IllegalTransition, match=r"batch b cannot be"):
            BATCH_STEPS[name](PHASES[phase])


def test_every_step_of_a_batch_is_in_its_table() -> None:
    assert set(BATCH_STEPS) == set(batches.STEPS)


def a_delivery(state: DeliveryState) -> Delivery:
    return Delivery(
        receiver="s1",
        event_id=f"evt_{1:013}{'a' * 24}",
        type="batch.completed",
        at=NOW,
        body="{}",
        parcel="p",
        state=state,
    )


def answered(status: int) -> Callable[[Delivery], Delivery]:
    result = Result(Attempt(at=NOW, ms=1, status=status))
    return lambda row: deliveries.after_attempt(row, result, timedelta(seconds=5), NOW)


def last_try(row: Delivery) -> Delivery:
    return answered(500)(msgspec.structs.replace(row, tries=9))


DELIVERY_STEPS: Mapping[str, tuple[Callable[[Delivery], Delivery], dict[str, str]]] = {
    "taken": (answered(204), {"pending": "delivered"}),
    "gone": (answered(410), {"pending": "stopped"}),
    "trouble": (answered(500), {"pending": "pending"}),
    "given up": (last_try, {"pending": "failed"}),
    "stopped": (deliveries.stopped, {"pending": "stopped"}),
    "put in line": (
        lambda row: deliveries.packed([row], NOW)[1][0],
        dict.fromkeys(get_args(DeliveryState), "pending"),
    ),
}


@pytest.mark.parametrize("name", DELIVERY_STEPS)
@pytest.mark.parametrize("state", get_args(DeliveryState))
def test_a_delivery_takes_the_steps_of_the_table_and_no_other(
    name: str, state: DeliveryState
) -> None:
    step, leads = DELIVERY_STEPS[name]
    if state in leads:
        assert step(a_delivery(state)).state == leads[state]
    else:
        with pytest.raises(IllegalTransition, match=r"delivery .* cannot be"):
            step(a_delivery(state))


def test_nobody_but_the_model_sets_a_state() -> None:
    """`state=` in a call that changes a row: only beside the table of its machine."""
    for path in sorted((ROOT / "shared").rglob("*.py")):
        if path.is_relative_to(ROOT / "shared" / "model"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("replace"):
                names = {keyword.arg for keyword in node.keywords}
                assert "state" not in names, f"{path.relative_to(ROOT)}:{node.lineno}"
