"""What is looked at before recordings are planned, wired."""

from __future__ import annotations

from shared.pipeline.fail.wiring import Failing
from shared.pipeline.plan.budget import SpendBudget
from shared.pipeline.plan.companions import ReadCompanions
from shared.pipeline.plan.reuse import ReuseTranscripts
from shared.pipeline.plan.sift import SiftWaiting
from shared.pipeline.plan.unchanged import FindUnchanged
from shared.pipeline.plan.written import FindWritten
from shared.pipeline.prepare.ask import AskToPrepare
from shared.ports.ground import Ground
from shared.said.wiring import keep_said


def sift(ground: Ground, failing: Failing, companions: ReadCompanions) -> SiftWaiting:
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
        written=FindWritten(
            outputs=ports.outputs,
            save_settled=failing.save_settled,
            transcripts_container=ports.transcripts,
            keep_said=keep_said(ground),
            clock=ports.clock,
            pool=ports.pool,
        ),
        reuse=ReuseTranscripts(
            **ground.common,
            contents=ports.contents,
            outputs=ports.outputs,
            audio=ports.audio,
            save_settled=failing.save_settled,
            transcripts_container=ports.transcripts,
            keep_said=keep_said(ground),
            pool=ports.pool,
        ),
        prepare=AskToPrepare(**ground.common),
        spend=SpendBudget(
            store=store,
            fail=failing.fail,
            save_settled=failing.save_settled,
            capabilities=ports.capabilities,
            prices=ports.prices,
            clock=ports.clock,
        ),
    )
