"""The steps of the work: a function for each kind of message, driven by a queue of its own."""

from collections.abc import Callable

import azure.functions as func

from shared import messages
from shared.bootstrap import application

bp = func.Blueprint()


def _register(kind: type[messages.Message]) -> None:
    trigger = bp.queue_trigger("message", kind.queue, "DATA_STORAGE")
    bp.function_name(kind.__name__.lower())(trigger(_step(kind)))


def _step(kind: type[messages.Message]) -> Callable[[func.QueueMessage], None]:
    def run(message: func.QueueMessage) -> None:
        application().run(messages.decode(kind, message.get_body()))

    return run


for each in messages.KINDS:
    _register(each)
