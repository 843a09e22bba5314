"""Recordings that join a group while it is planned: a job is told its recordings by their range."""

from __future__ import annotations

import msgspec

from shared.messages import Plan
from shared.model.recording.decision import Decision
from tests.fakes.invariants import assert_all_is_well
from tests.unit.test_spending import BOTH_MODES, ask, world


def test_no_recording_is_lost_where_one_goes_express_beside_one_that_did_before() -> None:
    """One of them was planned express before and has another attempt; its neighbours, on both
    sides of it, are decided now."""
    there = world(limits=msgspec.structs.replace(BOTH_MODES, files_per_job_in={"express": 2}))
    ask(there, 4, hours=20)
    while not there.store.rows or not isinstance(there.queue.waiting[0][1], Plan):
        message = there.queue.take()
        assert message is not None
        there.step(message)
    rows = [there.store.rows[key] for key in sorted(there.store.rows)]
    express = msgspec.structs.replace(rows[1].profile, mode="express")
    decision = Decision(at=there.clock.now(), what="express", why="It was near.")
    there.store.save(
        recordings=[msgspec.structs.replace(rows[1], profile=express, decisions=(decision,))]
    )
    there.run()
    assert set(there.states().values()) == {"transcribed"}
    assert_all_is_well(there)
