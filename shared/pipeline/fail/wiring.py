"""What every step may have to do when something fails, wired."""

from __future__ import annotations

from shared.pipeline.fail.begin_anew import BeginAnew
from shared.pipeline.fail.job import CountFault, FailJob
from shared.pipeline.fail.out_of_reach import GiveUpIfGone, OutOfReach
from shared.pipeline.fail.parts import EndPart, NoteSettled
from shared.pipeline.fail.try_again_or_fail import FailRecording, SaveSettled, SettleFailure
from shared.pipeline.fail.understand import AskForInsights
from shared.pipeline.fail.unresolved import LeaveUnresolved
from shared.pipeline.fail.wake import BringForward, LookedAt, WakeLine
from shared.ports.ground import Ground


class Failing:
    def __init__(self, ground: Ground) -> None:
        ports, store = ground.ports, ground.store
        policy, clock = ports.policy, ports.clock
        self.fail = FailRecording(outputs=ports.outputs, container=ports.errors, clock=clock)
        self.save_settled = SaveSettled(
            store=store,
            fail=self.fail,
            ask_for_insights=AskForInsights(
                queue=ports.queue, is_answered=bool(ground.prompter or ground.analysts)
            ),
        )
        self.settle = SettleFailure(fail=self.fail, policy=policy, clock=clock)
        self.fail_job = FailJob(**ground.common, settle=self.settle, save_settled=self.save_settled)
        self.count_fault = CountFault(store=store, fail_job=self.fail_job, policy=policy)
        self.leave_unresolved = LeaveUnresolved(
            **ground.common, fail=self.fail, save_settled=self.save_settled
        )
        self.is_out_of_reach = OutOfReach(**ground.common)
        self.give_up_if_gone = GiveUpIfGone(
            store=store,
            active=ports.active,
            is_out_of_reach=self.is_out_of_reach,
            fail_job=self.fail_job,
            leave_unresolved=self.leave_unresolved,
        )
        self.begin_anew = BeginAnew(**ground.common)
        self.end_part = EndPart(store=store, queue=ports.queue, clock=clock)
        self.note_settled = NoteSettled(store=store, queue=ports.queue)
        self.bring_forward = BringForward(store=store, line=ports.line, clock=clock)
        self.wake_line = WakeLine(
            line=ports.line, queue=ports.queue, clock=clock, looked=LookedAt()
        )
