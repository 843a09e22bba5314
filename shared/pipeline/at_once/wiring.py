"""Calls to providers that answer at once, on the ports of those that do not."""

from __future__ import annotations

from shared.pipeline.at_once.hear import AT_ONCE, HearAtOnce
from shared.pipeline.collect.hand_over import HandOver
from shared.pipeline.fail.wiring import Failing
from shared.pipeline.permits import Permits
from shared.pipeline.submit.line import SubmitLine
from shared.ports.ground import Ground


def hear_at_once(
    ground: Ground, failing: Failing, submit: SubmitLine, hand_over: HandOver
) -> HearAtOnce:
    """What the line needs to send a job is what it takes to make one call."""
    sending = submit.send.sending
    return HearAtOnce(
        **ground.common,
        endpoints=ground.endpoints,
        prepare_calls=sending.prepare_calls,
        find_held=sending.find_held,
        leave_behind=sending.leave_behind,
        note_answers=sending.note_answers,
        fail_job=failing.fail_job,
        hand_over=hand_over,
        permits=Permits(AT_ONCE),
    )
