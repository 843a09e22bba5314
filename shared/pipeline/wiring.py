"""The steps of a recording's life, each on its ports."""

from __future__ import annotations

from threading import Semaphore

from shared.messages import Write
from shared.model.profile.extras import redacting
from shared.pipeline.at_once.wiring import hear_at_once
from shared.pipeline.collect.ask import AskInTurn
from shared.pipeline.collect.collect import CollectResults
from shared.pipeline.collect.find import FindJob
from shared.pipeline.collect.hand_over import HandOver
from shared.pipeline.collect.poll import Poll
from shared.pipeline.collect.slices import CutSlices
from shared.pipeline.collect.webhook import EnsureWebhooks, Hear, Heard
from shared.pipeline.compare import CompareVersions
from shared.pipeline.fail.wiring import Failing
from shared.pipeline.finish.batch import FinishBatch
from shared.pipeline.finish.few import FinishFew
from shared.pipeline.finish.wiring import wired_finish
from shared.pipeline.now_or_later import AtOnce
from shared.pipeline.plan.companions import ReadCompanions
from shared.pipeline.plan.fill import FillJobs
from shared.pipeline.plan.pending import PendingPlans, UnderWay
from shared.pipeline.plan.plan import PlanBatch
from shared.pipeline.plan.stand import StandInLine, Told
from shared.pipeline.plan.wiring import sift
from shared.pipeline.prepare.wiring import prepare_recording
from shared.pipeline.register.admit import EnterRecording
from shared.pipeline.register.dropped import (
    EnsurePlan,
    ExamineAgain,
    ExamineBlob,
    Idle,
    RegisterDropped,
)
from shared.pipeline.register.take import TakeCompanion, TakeDropped
from shared.pipeline.register.wiring import patience
from shared.pipeline.seen import SeenJobs
from shared.pipeline.submit.answer import NoteAnswers, NoteSubmitted
from shared.pipeline.submit.brakes import HoldBack
from shared.pipeline.submit.claim import ClaimParts, FindHeld
from shared.pipeline.submit.dissolve import PutBack, SetAside
from shared.pipeline.submit.fall_over import FallOver
from shared.pipeline.submit.leave_behind import LeaveBehind
from shared.pipeline.submit.line import JoinLine, SubmitLine
from shared.pipeline.submit.make_create_calls import MakeCalls
from shared.pipeline.submit.prepare_calls import PrepareCalls
from shared.pipeline.submit.resolve import Resolve
from shared.pipeline.submit.send_jobs import Sending, SendJobs, WriteIntents
from shared.pipeline.together import AskTogether
from shared.pipeline.write.look import LookForPersonal
from shared.pipeline.write.publish import LabelTranscript, Publish
from shared.pipeline.write.room import Room
from shared.pipeline.write.single import WriteSingle
from shared.pipeline.write.slice import WriteSlice
from shared.pipeline.write.transcribed_or_failed import WriteRecording
from shared.ports.ground import Ground
from shared.said.wiring import keep_said

PLANS_AT_ONCE = 2
"""Batches of a process: 67 MB each at most."""


class Pipeline:
    """`register`, `plan`, `prepare`, `submit`, `collect`, `write` and `finish` are the steps;
    `hear` and `poll` lead to `collect`. `enter` and `examine_again` serve whoever registers
    otherwise."""

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
        self.prepare = prepare_recording(ground, failing, _compare(ground))
        note_submitted = NoteSubmitted(**ground.common, seen=SeenJobs())
        self.put_back = PutBack(**ground.common, line=ports.line)
        self.submit = _submit(ground, failing, note_submitted, self.put_back)
        self.finish = wired_finish(ground, failing)
        self.write = _write(ground, failing, self.finish)
        write_now: AtOnce[Write] = AtOnce(self.write, ports.queue)
        write_single = WriteSingle(
            **ground.common,
            endpoints=ground.endpoints,
            write_recording=self.write.write_recording,
            save_settled=failing.save_settled,
            room=self.write.room,
            keep_said=self.write.keep_said,
            end=self.finish.end_single,
        )
        self.collect = _collect(ground, failing, note_submitted, write_now, write_single)
        self.hear_at_once = hear_at_once(ground, failing, self.submit, self.collect.hand_over)
        self.poll = _poll(ground, failing, note_submitted, self.put_back)
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
        ensure_plan=EnsurePlan(
            **ground.common, pending=PendingPlans(), endpoints=ground.endpoints, idle=Idle()
        ),
        enter=enter,
        patience=patience(ground),
        profiles=ports.profiles,
        started_at=ports.clock.now(),
    )


def _take(ground: Ground, register: RegisterDropped, read: ReadCompanions) -> TakeDropped:
    ports = ground.ports
    return TakeDropped(
        register=register,
        take_companion=TakeCompanion(
            **ground.common,
            audio=ports.audio,
            read=read,
            label_transcript=LabelTranscript(outputs=ports.outputs, keep_said=keep_said(ground)),
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
        sift=sift(ground, failing, companions),
        fill=FillJobs(
            **ground.common,
            stand_in_line=StandInLine(
                line=ports.line, queue=ports.queue, clock=ports.clock, told=Told()
            ),
            audio=ports.audio,
            capabilities=ports.capabilities,
            prices=ports.prices,
            new_id=ground.new_mark,
        ),
        under_way=UnderWay(),
        turns=Semaphore(PLANS_AT_ONCE),
    )


def _submit(
    ground: Ground, failing: Failing, note_submitted: NoteSubmitted, put_back: PutBack
) -> SubmitLine:
    ports = ground.ports
    hold_back = HoldBack(
        brakes=ground.brakes,
        ceilings=ports.ceilings,
        stopped=ports.stopped,
        clock=ports.clock,
    )
    return SubmitLine(
        **ground.common,
        book=ground.book,
        line=ports.line,
        capabilities=ports.capabilities,
        join=JoinLine(**ground.common, line=ports.line),
        fall_over=FallOver(
            **ground.common,
            endpoints=ground.endpoints,
            capabilities=ports.capabilities,
            pending=PendingPlans(),
        ),
        send=SendJobs(
            **ground.common,
            endpoints=ground.endpoints,
            capabilities=ports.capabilities,
            hold_back=hold_back,
            sending=_sending(ground, failing, note_submitted, put_back, hold_back),
        ),
        under_way=UnderWay(),
    )


def _sending(
    ground: Ground,
    failing: Failing,
    note_submitted: NoteSubmitted,
    put_back: PutBack,
    hold_back: HoldBack,
) -> Sending:
    ports, store = ground.ports, ground.store
    return Sending(
        **ground.common,
        claim_parts=ClaimParts(
            store=store, new_id=ground.new_mark, clock=ports.clock, pool=ports.pool
        ),
        prepare_calls=PrepareCalls(
            store=store,
            audio=ports.audio,
            requests=ports.requests,
            compare=_compare(ground),
            shows_titles={name for name, it in ports.capabilities.items() if it.shows_titles},
        ),
        leave_behind=LeaveBehind(
            store=store,
            compare=_compare(ground),
            fail=failing.fail,
            save_settled=failing.save_settled,
        ),
        set_aside=SetAside(**ground.common, line=ports.line, count_fault=failing.count_fault),
        write_intents=WriteIntents(**ground.common),
        find_held=FindHeld(store=store, hold_back=hold_back, pool=ports.pool),
        make_calls=MakeCalls(
            endpoints=ground.endpoints, policy=ports.policy, queue=ports.queue, pool=ports.pool
        ),
        note_answers=NoteAnswers(
            **ground.common,
            note_submitted=note_submitted,
            fail_job=failing.fail_job,
            put_back=put_back,
        ),
    )


def _collect(
    ground: Ground,
    failing: Failing,
    note_submitted: NoteSubmitted,
    write_now: AtOnce[Write],
    write_single: WriteSingle,
) -> CollectResults:
    ports, store = ground.ports, ground.store
    return CollectResults(
        **ground.common,
        endpoints=ground.endpoints,
        find_job=FindJob(**ground.common, note_submitted=note_submitted, seen=note_submitted.seen),
        begin_anew=failing.begin_anew,
        hand_over=HandOver(
            **ground.common,
            cut_slices=CutSlices(store=store, policy=ports.policy, compare=_compare(ground)),
            fail_job=failing.fail_job,
            write_now=write_now,
            write_single=write_single,
        ),
        count_fault=failing.count_fault,
    )


def _poll(
    ground: Ground, failing: Failing, note_submitted: NoteSubmitted, put_back: PutBack
) -> Poll:
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
            put_back=put_back,
            is_out_of_reach=failing.is_out_of_reach,
        ),
        give_up_if_gone=failing.give_up_if_gone,
        wake_line=failing.wake_line,
        bring_forward=failing.bring_forward,
    )


def _write(ground: Ground, failing: Failing, finish: FinishBatch) -> WriteSlice:
    ports = ground.ports
    publish = Publish(
        audio=ports.audio,
        outputs=ports.outputs,
        transcripts_container=ports.transcripts,
        prices=ports.prices,
        look=LookForPersonal(
            redacting=redacting(ports.capabilities),
            finder=ground.finder,
            clock=ports.clock,
            wait_seconds=ports.gather_seconds,
        ),
        unredacted=ports.unredacted,
        keep_said=keep_said(ground),
        queue=ports.queue,
        clock=ports.clock,
    )
    return WriteSlice(
        **ground.common,
        endpoints=ground.endpoints,
        write_recording=WriteRecording(
            compare=_compare(ground),
            publish=publish,
            settle=failing.settle,
            policy=ports.policy,
            clock=ports.clock,
        ),
        save_settled=failing.save_settled,
        finish_now=AtOnce(finish, ports.queue),
        finish_few=FinishFew(**ground.common, report=finish.report, pool=ports.pool),
        room=Room(),
        end_part=failing.end_part,
        note_settled=failing.note_settled,
        keep_said=publish.keep_said,
        pool=ports.pool,
    )


def _compare(ground: Ground) -> CompareVersions:
    ports = ground.ports
    return CompareVersions(
        store=ground.store, audio=ports.audio, pool=ports.pool, together=AskTogether()
    )
