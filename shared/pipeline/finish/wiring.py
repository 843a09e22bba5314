"""The step that ends jobs and batches, on its ports."""

from __future__ import annotations

from shared.pipeline.fail.wiring import Failing
from shared.pipeline.finish.batch import BusyBatches, FinishBatch
from shared.pipeline.finish.job import FinishJob
from shared.pipeline.finish.report import ReportBatch
from shared.ports.ground import Ground


def wired_finish(ground: Ground, failing: Failing) -> FinishBatch:
    """The step that ends jobs and batches."""
    ports, store = ground.ports, ground.store
    return FinishBatch(
        **ground.common,
        finish_job=FinishJob(
            **ground.common,
            begin_anew=failing.begin_anew,
            endpoints=ground.endpoints,
            end_part=failing.end_part,
            wake_line=failing.wake_line,
        ),
        report=ReportBatch(
            store=store, outputs=ports.outputs, reports_container=ports.reports, clock=ports.clock
        ),
        fail=failing.fail,
        busy=BusyBatches(),
    )
