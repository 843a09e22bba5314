"""What callers can ask of batches, wired."""

from __future__ import annotations

from shared.batches.accept import AcceptBatch
from shared.batches.age_out import AgeOutBatches
from shared.batches.cancel import CancelBatch, CarryOutCancel
from shared.batches.change import ChangeBatch
from shared.batches.delete import CarryOutDelete, DeleteBatch
from shared.batches.entries import ExamineEntry, RegisterEntries
from shared.batches.estimate import EstimateCost
from shared.batches.expand import ExpandBatch
from shared.batches.listing import ListBatches, ReadItems
from shared.batches.manifest import FindNotTaken, TakeManifest
from shared.batches.once import AcceptOnce
from shared.batches.outputs import (
    FetchInsights,
    FetchReport,
    FetchTranscript,
    FetchUnredacted,
)
from shared.batches.retry import CarryOutRetry, RetryBatch
from shared.batches.status import TellStatus
from shared.batches.translations import FetchTranslation
from shared.batches.upload import OfferUpload
from shared.keeping.hold import HoldDesk
from shared.keeping.outputs import RemoveOutputs
from shared.keeping.remove import AskForRemoval, CarryOutRemovals, DeleteRecording
from shared.pipeline.fail.try_again_or_fail import FailRecording
from shared.pipeline.fail.wiring import Failing
from shared.pipeline.register.admit import EnterRecording
from shared.pipeline.register.dropped import ExamineAgain
from shared.pipeline.register.wiring import give_up_on_blob
from shared.ports.ground import Ground
from shared.said.wiring import keep_said
from shared.searching.wiring import keep_words


class BatchDesk:
    """`expand` and `change` are steps; the others are asked for by people and programs."""

    def __init__(
        self,
        ground: Ground,
        failing: Failing,
        enter: EnterRecording,
        examine_again: ExamineAgain,
    ) -> None:
        ports, store = ground.ports, ground.store
        queue, clock = ports.queue, ports.clock
        examine_entry = _examine_entry(ground)
        self.accept = AcceptBatch(
            **ground.common, known=ground.known, requests=ports.requests, new_id=ports.new_id
        )
        self.accept_once = _accept_once(ground, self.accept)
        self.take_manifest = _take_manifest(ground, self.accept)
        self.find_not_taken = FindNotTaken(container=ports.manifests, store=store)
        self.expand = _expand(ground, examine_entry, enter)
        self.change = ChangeBatch(
            store=store,
            delete=_delete(ground),
            remove=_remove(ground),
            retry=_retry(ground, failing.fail, examine_entry, examine_again),
            cancel=_cancel(ground, failing),
        )
        self.cancel = CancelBatch(**ground.common)
        self.retry = RetryBatch(**ground.common)
        self.delete = DeleteBatch(store=store, queue=queue)
        self.holds = HoldDesk(store=store, clock=clock)
        ask = AskForRemoval(store=store, queue=queue)
        self.delete_recording = DeleteRecording(store=store, ask=ask, clock=clock)
        self.age_out = _age_out(ground, self.delete, ask)
        self.status = TellStatus(store=store, clock=clock)
        self.list = ListBatches(store=store)
        self.items = ReadItems(store=store)
        self.transcript = FetchTranscript(store=store, outputs=ports.outputs)
        self.insights = FetchInsights(store=store, outputs=ports.outputs)
        self.translation = FetchTranslation(store=store, outputs=ports.outputs)
        self.unredacted = FetchUnredacted(store=store, unredacted=ports.unredacted)
        self.report = FetchReport(
            store=store,
            outputs=ports.outputs,
            output_links=ports.output_links,
            reports_container=ports.reports,
        )
        self.estimate = _estimate(ground)
        self.upload = OfferUpload(
            uploads=ports.uploads,
            uploads_container=ports.uploads_container,
            new_id=ports.new_id,
        )


def _examine_entry(ground: Ground) -> ExamineEntry:
    ports = ground.ports
    return ExamineEntry(
        audio=ports.audio,
        web=ports.web,
        profiles=ports.profiles,
        capabilities=ports.capabilities,
        policy=ports.policy,
        clock=ports.clock,
    )


def _accept_once(ground: Ground, accept: AcceptBatch) -> AcceptOnce:
    ports = ground.ports
    return AcceptOnce(
        accept=accept,
        contents=ports.contents,
        known=ground.known,
        clock=ports.clock,
        new_id=ports.new_id,
    )


def _take_manifest(ground: Ground, accept: AcceptBatch) -> TakeManifest:
    ports = ground.ports
    return TakeManifest(
        **ground.common,
        accept=accept,
        audio=ports.audio,
        outputs=ports.outputs,
        errors_container=ports.errors,
    )


def _age_out(ground: Ground, delete: DeleteBatch, ask: AskForRemoval) -> AgeOutBatches:
    ports = ground.ports
    return AgeOutBatches(
        store=ground.store,
        delete=delete,
        ask=ask,
        profiles=ports.profiles,
        diaries=ports.diaries,
        clock=ports.clock,
        trail=ports.access.trail,
        new_call_id=ports.access.new_call_id,
    )


def _expand(ground: Ground, examine_entry: ExamineEntry, enter: EnterRecording) -> ExpandBatch:
    ports = ground.ports
    return ExpandBatch(
        **ground.common,
        requests=ports.requests,
        profiles=ports.profiles,
        register=RegisterEntries(
            requests=ports.requests,
            store=ground.store,
            examine_entry=examine_entry,
            enter=enter,
            give_up=give_up_on_blob(ground),
            pool=ports.pool,
        ),
        audio=ports.audio,
    )


def _estimate(ground: Ground) -> EstimateCost:
    ports = ground.ports
    return EstimateCost(
        audio=ports.audio,
        web=ports.web,
        profiles=ports.profiles,
        capabilities=ports.capabilities,
        endpoints=ground.endpoints,
        prices=ports.prices,
        policy=ports.policy,
        pool=ports.pool,
    )


def _cancel(ground: Ground, failing: Failing) -> CarryOutCancel:
    ports = ground.ports
    return CarryOutCancel(
        **ground.common,
        endpoints=ground.endpoints,
        line=ports.line,
        fail=failing.fail,
        save_settled=failing.save_settled,
        end_part=failing.end_part,
        note_settled=failing.note_settled,
        pool=ports.pool,
    )


def _retry(
    ground: Ground, fail: FailRecording, examine_entry: ExamineEntry, examine_again: ExamineAgain
) -> CarryOutRetry:
    ports = ground.ports
    return CarryOutRetry(
        **ground.common,
        requests=ports.requests,
        examine_entry=examine_entry,
        examine_again=examine_again,
        fail=fail,
        outputs=ports.outputs,
        pool=ports.pool,
    )


def _delete(ground: Ground) -> CarryOutDelete:
    ports = ground.ports
    return CarryOutDelete(
        store=ground.store,
        requests=ports.requests,
        outputs=ports.outputs,
        remove_outputs=_remove_outputs(ground),
        forget_words=keep_words(ground).forget,
        reports_container=ports.reports,
        queue=ports.queue,
        clock=ports.clock,
        pool=ports.pool,
    )


def _remove(ground: Ground) -> CarryOutRemovals:
    ports = ground.ports
    return CarryOutRemovals(
        store=ground.store,
        queue=ports.queue,
        clock=ports.clock,
        audio=ports.audio,
        remove_outputs=_remove_outputs(ground),
        endpoints=ground.endpoints,
        profiles=ports.profiles,
        pool=ports.pool,
    )


def _remove_outputs(ground: Ground) -> RemoveOutputs:
    ports = ground.ports
    return RemoveOutputs(
        copies=ports.copies,
        listening=ports.listening.copies,
        redacted_audio=ports.redacted_audio.copies,
        keeps_redacted_audio=not ports.policy.redacted_audio_days,
        unredacted=ports.unredacted,
        outputs=ports.outputs,
        revisions=ports.revisions,
        forget_said=keep_said(ground).forget,
    )
