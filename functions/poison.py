"""Messages that failed five times: they are never left lying.

The host moves them to a queue of the same name with `-poison`. A function that fails there has
no further poison queue; its message stays hidden for a while and comes back.
"""

import azure.functions as func

from shared import messages
from shared.bootstrap import application

bp = func.Blueprint()


@bp.function_name("audio_poison")
@bp.queue_trigger("message", "webjobs-blobtrigger-poison", "DATA_STORAGE")
def audio_poison(message: func.QueueMessage) -> None:
    application().drain_blob_event(message.get_body())


@bp.function_name("register_poison")
@bp.queue_trigger("message", f"{messages.Register.queue}-poison", "DATA_STORAGE")
def register_poison(message: func.QueueMessage) -> None:
    application().drain(messages.Register.queue, message.get_body())


@bp.function_name("expand_poison")
@bp.queue_trigger("message", f"{messages.Expand.queue}-poison", "DATA_STORAGE")
def expand_poison(message: func.QueueMessage) -> None:
    application().drain(messages.Expand.queue, message.get_body())


@bp.function_name("change_poison")
@bp.queue_trigger("message", f"{messages.Change.queue}-poison", "DATA_STORAGE")
def change_poison(message: func.QueueMessage) -> None:
    application().drain(messages.Change.queue, message.get_body())


@bp.function_name("plan_poison")
@bp.queue_trigger("message", f"{messages.Plan.queue}-poison", "DATA_STORAGE")
def plan_poison(message: func.QueueMessage) -> None:
    application().drain(messages.Plan.queue, message.get_body())


@bp.function_name("submit_poison")
@bp.queue_trigger("message", f"{messages.Submit.queue}-poison", "DATA_STORAGE")
def submit_poison(message: func.QueueMessage) -> None:
    application().drain(messages.Submit.queue, message.get_body())


@bp.function_name("collect_poison")
@bp.queue_trigger("message", f"{messages.Collect.queue}-poison", "DATA_STORAGE")
def collect_poison(message: func.QueueMessage) -> None:
    application().drain(messages.Collect.queue, message.get_body())


@bp.function_name("write_poison")
@bp.queue_trigger("message", f"{messages.Write.queue}-poison", "DATA_STORAGE")
def write_poison(message: func.QueueMessage) -> None:
    application().drain(messages.Write.queue, message.get_body())


@bp.function_name("finish_poison")
@bp.queue_trigger("message", f"{messages.Finish.queue}-poison", "DATA_STORAGE")
def finish_poison(message: func.QueueMessage) -> None:
    application().drain(messages.Finish.queue, message.get_body())


@bp.function_name("announce_poison")
@bp.queue_trigger("message", f"{messages.Announce.queue}-poison", "DATA_STORAGE")
def announce_poison(message: func.QueueMessage) -> None:
    application().drain(messages.Announce.queue, message.get_body())


@bp.function_name("deliver_poison")
@bp.queue_trigger("message", f"{messages.Deliver.queue}-poison", "DATA_STORAGE")
def deliver_poison(message: func.QueueMessage) -> None:
    application().drain(messages.Deliver.queue, message.get_body())
