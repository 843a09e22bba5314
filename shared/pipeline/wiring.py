"""The steps of a recording's life, each on its ports."""

from __future__ import annotations

from shared.messages import Finish, Write
from shared.pipeline.collect.ask import AskInTurn
from shared.pipeline.collect.collect import CollectResults
from shared.pipeline.collect.hand_over import HandOver
from shared.pipeline.collect.poll import Poll
from shared.pipeline.collect.slices import CutSlices
from shared.pipeline.collect.webhook import EnsureWebhooks, Hear, Heard
from shared.pipeline.fail.wiring import Failing
from shared.pipeline.finish.batch import FinishBatch
from shared.pipeline.finish.job import FinishJob
from shared.pipeline.finish.report import ReportBatch
from shared.pipeline.plan.budget import SpendBudget
from shared.pipeline.plan.companions import ReadCompanions
from shared.pipeline.plan.fill import FillJobs
from shared.pipeline.plan.pending import PendingPlans
from shared.pipeline.plan.plan import PlanBatch, UnderWay
from shared.pipeline.plan.reuse import ReuseTranscripts
from shared.pipeline.plan.sift import SiftWaiting
from shared.pipeline.plan.unchanged import FindUnchanged
from shared.pipeline.register.admit import EnterRecording
from shared.pipeline.register.dropped import EnsurePlan, ExamineAgain, ExamineBlob, RegisterDropped
from shared.pipeline.register.take import TakeCompanion, TakeDropped
from shared.pipeline.register.wiring import patience
from shared.pipeline.step import AtOnce
from shared.pipeline.submit.answer import NoteAnswers, NoteSubmitted
from shared.pipeline.submit.brakes import HoldBack
from shared.pipeline.submit.create_call import PrepareCalls
from shared.pipeline.submit.fall_over import FallOver
from shared.pipeline.submit.line import SubmitLine
from shared.pipeline.submit.make_calls import MakeCalls
from shared.pipeline.submit.resolve import Resolve
from shared.pipeline.submit.step import SendJobs, WriteIntents
from shared.pipeline.write.publish import LabelTranscript, Publish
from shared.pipeline.write.recording import WriteRecording
from shared.pipeline.write.room import Room
from shared.pipeline.write.slice import WriteSlice
from shared.ports.ground import Ground


class Pipeline:
    """`register`, `plan`, `submit`, `collect`, `write` and `finish` are the steps; `hear` and
    `poll` lead to `collect`. `enter` and `examine_again` serve whoever registers otherwise."""

    def __init__(self, ground: Ground, failing: Failing) -> None:
        ports = ground.ports
        self.enter = EnterRecording(
            store=ground.store, fail=failing.fail, save_settled=failing.save_settled
        )
        examine_blob = ExamineBlob(
            audio=ports.audio, capabilities=ports.capabilities, clock=ports.clock
        )
        self.examine_again = ExamineAgain(
            audio=ports.audio, examine_blob=examine_blob, policy=ports.policy, clock=ports.clock
        )
        self.read_companions = ReadCompanions(
            **ground.common,
            audio=ports.audio,
            capabilities=ports.capabilities,
            fail=failing.fail,
            save_settled=failing.save_settled,
            pool=ports.pool,
        )
        self.register = _take(
            ground, _register(ground, examine_blob, self.enter), self.read_companions
        )
        self.plan = _plan(ground, failing, self.read_companions)
        note_submitted = NoteSubmitted(**ground.common)
        self.submit = _submit(ground, failing, note_submitted)
        self.finish = _finish(ground, failing)
        self.write = _write(ground, failing, AtOnce(self.finish, ports.queue))
        write_now: AtOnce[Write] = AtOnce(self.write, ports.queue)
        self.collect = _collect(ground, failing, note_submitted, write_now)
        self.poll = _poll(ground, failing, note_submitted)
        self.hear = Hear(
            endpoints=ground.endpoints,
            secret=ports.webhook_secret,
            queue=ports.queue,
            heard=Heard(),
        )
        self.ensure_webhooks = EnsureWebhooks(
            endpoints=ground.endpoints,
            base_url=ports.webhook_url,
            secret=ports.webhook_secret,
        )


def _register(ground: Ground, examine_blob: ExamineBlob, enter: EnterRecording) -> RegisterDropped:
    ports = ground.ports
    return RegisterDropped(
        **ground.common,
        audio=ports.audio,
        examine_blob=examine_blob,
        ensure_plan=EnsurePlan(**ground.common, pending=PendingPlans()),
        enter=enter,
        patience=patience(ground),
        profiles=ports.profiles,
    )


def _take(ground: Ground, register: RegisterDropped, read: ReadCompanions) -> TakeDropped:
    ports = ground.ports
    return TakeDropped(
        register=register,
        take_companion=TakeCompanion(
            **ground.common,
            audio=ports.audio,
            read=read,
            label_transcript=LabelTranscript(outputs=ports.outputs),
            profiles=ports.profiles,
            capabilities=ports.capabilities,
        ),
        profiles=ports.profiles,
    )


def _plan(ground: Ground, failing: Failing, companions: ReadCompanions) -> PlanBatch:
    ports = ground.ports
    return PlanBatch(
        **ground.common,
        capabilities=ports.capabilities,
        sift=_sift(ground, failing, companions),
        fill=FillJobs(
            **ground.common,
            audio=ports.audio,
            capabilities=ports.capabilities,
            prices=ports.prices,
            new_id=lambda: ports.deployment + ports.new_id(),
        ),
        under_way=UnderWay(),
    )


def _sift(ground: Ground, failing: Failing, companions: ReadCompanions) -> SiftWaiting:
    ports, store = ground.ports, ground.store
    return SiftWaiting(
        companions=companions,
        unchanged=FindUnchanged(
            **ground.common,
            names=ports.names,
            audio=ports.audio,
            outputs=ports.outputs,
            pool=ports.pool,
        ),
        reuse=ReuseTranscripts(
            **ground.common,
            contents=ports.contents,
            outputs=ports.outputs,
            audio=ports.audio,
            save_settled=failing.save_settled,
            transcripts_container=ports.transcripts,
            pool=ports.pool,
        ),
        spend=SpendBudget(
            store=store,
            fail=failing.fail,
            save_settled=failing.save_settled,
            capabilities=ports.capabilities,
            prices=ports.prices,
            clock=ports.clock,
        ),
    )


def _submit(ground: Ground, failing: Failing, note_submitted: NoteSubmitted) -> SubmitLine:
    ports = ground.ports
    return SubmitLine(
        **ground.common,
        book=ground.book,
        fall_over=FallOver(
            **ground.common,
            endpoints=ground.endpoints,
            capabilities=ports.capabilities,
            pending=PendingPlans(),
        ),
        send=_send(ground, failing, note_submitted),
    )


def _send(ground: Ground, failing: Failing, note_submitted: NoteSubmitted) -> SendJobs:
    ports, store = ground.ports, ground.store
    return SendJobs(
        **ground.common,
        endpoints=ground.endpoints,
        hold_back=HoldBack(
            brakes=ground.brakes,
            ceilings=ports.ceilings,
            stopped=ports.stopped,
            clock=ports.clock,
        ),
        prepare_calls=PrepareCalls(store=store, audio=ports.audio, requests=ports.requests),
        write_intents=WriteIntents(**ground.common),
        make_calls=MakeCalls(endpoints=ground.endpoints, policy=ports.policy, pool=ports.pool),
        note_answers=NoteAnswers(
            **ground.common, note_submitted=note_submitted, fail_job=failing.fail_job
        ),
    )


def _collect(
    ground: Ground, failing: Failing, note_submitted: NoteSubmitted, write_now: AtOnce[Write]
) -> CollectResults:
    ports, store = ground.ports, ground.store
    return CollectResults(
        **ground.common,
        endpoints=ground.endpoints,
        note_submitted=note_submitted,
        begin_anew=failing.begin_anew,
        hand_over=HandOver(
            **ground.common,
            cut_slices=CutSlices(store=store, policy=ports.policy),
            fail_job=failing.fail_job,
            write_now=write_now,
        ),
        count_fault=failing.count_fault,
    )


def _poll(ground: Ground, failing: Failing, note_submitted: NoteSubmitted) -> Poll:
    ports = ground.ports
    return Poll(
        **ground.common,
        endpoints=ground.endpoints,
        ask_in_turn=AskInTurn(**ground.common),
        resolve=Resolve(
            **ground.common,
            capabilities=ports.capabilities,
            note_submitted=note_submitted,
            leave_unresolved=failing.leave_unresolved,
            is_out_of_reach=failing.is_out_of_reach,
        ),
        give_up_if_gone=failing.give_up_if_gone,
    )


def _write(ground: Ground, failing: Failing, finish_now: AtOnce[Finish]) -> WriteSlice:
    ports = ground.ports
    publish = Publish(
        audio=ports.audio,
        outputs=ports.outputs,
        transcripts_container=ports.transcripts,
        prices=ports.prices,
        clock=ports.clock,
    )
    return WriteSlice(
        **ground.common,
        endpoints=ground.endpoints,
        write_recording=WriteRecording(
            publish=publish, settle=failing.settle, policy=ports.policy, clock=ports.clock
        ),
        save_settled=failing.save_settled,
        finish_now=finish_now,
        room=Room(),
        pool=ports.pool,
    )


def _finish(ground: Ground, failing: Failing) -> FinishBatch:
    ports, store = ground.ports, ground.store
    return FinishBatch(
        **ground.common,
        finish_job=FinishJob(
            **ground.common, begin_anew=failing.begin_anew, endpoints=ground.endpoints
        ),
        report=ReportBatch(
            store=store, outputs=ports.outputs, reports_container=ports.reports, clock=ports.clock
        ),
    )
