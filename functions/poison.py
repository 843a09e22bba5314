"""Messages that failed five times: they are never left lying.

The host moves them to a queue of the same name with `-poison`. A function that fails there has
no further poison queue; its message stays hidden for a while and comes back.
"""

from collections.abc import Callable

import azure.functions as func

from shared import messages
from shared.bootstrap import application

bp = func.Blueprint()


@bp.function_name("audio_poison")
@bp.queue_trigger("message", "webjobs-blobtrigger-poison", "DATA_STORAGE")
def audio_poison(message: func.QueueMessage) -> None:
    application().drain_blob_event(message.get_body())


def _register(kind: type[messages.Message]) -> None:
    trigger = bp.queue_trigger("message", f"{kind.queue}-poison", "DATA_STORAGE")
    bp.function_name(f"{kind.__name__.lower()}_poison")(trigger(_drain(kind.queue)))


def _drain(queue: str) -> Callable[[func.QueueMessage], None]:
    def run(message: func.QueueMessage) -> None:
        application().drain(queue, message.get_body())

    return run


for each in messages.KINDS:
    _register(each)
