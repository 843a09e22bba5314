"""Telling others of what happened, each step driven by a queue of its own."""

import azure.functions as func

from shared import messages
from shared.bootstrap import application

bp = func.Blueprint()


@bp.function_name("announce")
@bp.queue_trigger("message", messages.Announce.queue, "DATA_STORAGE")
def announce(message: func.QueueMessage) -> None:
    application().run(messages.decode(messages.Announce, message.get_body()))


@bp.function_name("deliver")
@bp.queue_trigger("message", messages.Deliver.queue, "DATA_STORAGE")
def deliver(message: func.QueueMessage) -> None:
    application().run(messages.decode(messages.Deliver, message.get_body()))
