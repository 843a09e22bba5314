"""The steps between the audio and its transcript, each driven by a queue of its own."""

import azure.functions as func

from shared import messages
from shared.bootstrap import application

bp = func.Blueprint()


@bp.function_name("register")
@bp.queue_trigger("message", messages.Register.queue, "DATA_STORAGE")
def register(message: func.QueueMessage) -> None:
    application().run(messages.decode(messages.Register, message.get_body()))


@bp.function_name("expand")
@bp.queue_trigger("message", messages.Expand.queue, "DATA_STORAGE")
def expand(message: func.QueueMessage) -> None:
    application().run(messages.decode(messages.Expand, message.get_body()))


@bp.function_name("change")
@bp.queue_trigger("message", messages.Change.queue, "DATA_STORAGE")
def change(message: func.QueueMessage) -> None:
    application().run(messages.decode(messages.Change, message.get_body()))


@bp.function_name("plan")
@bp.queue_trigger("message", messages.Plan.queue, "DATA_STORAGE")
def plan(message: func.QueueMessage) -> None:
    application().run(messages.decode(messages.Plan, message.get_body()))


@bp.function_name("submit")
@bp.queue_trigger("message", messages.Submit.queue, "DATA_STORAGE")
def submit(message: func.QueueMessage) -> None:
    application().run(messages.decode(messages.Submit, message.get_body()))


@bp.function_name("collect")
@bp.queue_trigger("message", messages.Collect.queue, "DATA_STORAGE")
def collect(message: func.QueueMessage) -> None:
    application().run(messages.decode(messages.Collect, message.get_body()))


@bp.function_name("write")
@bp.queue_trigger("message", messages.Write.queue, "DATA_STORAGE")
def write(message: func.QueueMessage) -> None:
    application().run(messages.decode(messages.Write, message.get_body()))


@bp.function_name("finish")
@bp.queue_trigger("message", messages.Finish.queue, "DATA_STORAGE")
def finish(message: func.QueueMessage) -> None:
    application().run(messages.decode(messages.Finish, message.get_body()))
