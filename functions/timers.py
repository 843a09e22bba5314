"""The safety nets beneath messages and webhooks."""

import azure.functions as func

from shared.bootstrap import application

bp = func.Blueprint()


@bp.function_name("poll")
@bp.timer_trigger("timer", "%POLL_SCHEDULE%")
def poll(timer: func.TimerRequest) -> None:
    application().poll()


@bp.function_name("sweep")
@bp.timer_trigger("timer", "%SWEEP_SCHEDULE%")
def sweep(timer: func.TimerRequest) -> None:
    application().sweep()
