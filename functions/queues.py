"""The steps of the work: a function for each queue, for the platform starts each by itself."""

from collections.abc import Callable

import azure.functions as func

from shared import messages
from shared.bootstrap import application

bp = func.Blueprint()


def _register(queue: str) -> None:
    trigger = bp.queue_trigger("message", queue, "DATA_STORAGE")
    bp.function_name(queue.removeprefix("dropscribe-"))(trigger(_step(queue)))


def _step(queue: str) -> Callable[[func.QueueMessage], None]:
    def run(message: func.QueueMessage) -> None:
        application().run(messages.read(queue, message.get_body()))

    return run


for each in messages.QUEUES:
    _register(each)
