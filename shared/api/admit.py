"""Who may call what: the one place where that is decided, for every operation."""

from __future__ import annotations

from collections.abc import Callable

from shared.api.caller import Access, caller_of
from shared.api.http import Request, Response
from shared.api.operation import Admitted, Call, Operation
from shared.api.problems import Refused
from shared.errors import BatchMissing, SubscriptionMissing
from shared.log import event
from shared.model.access.caller import Caller
from shared.model.events.delivery import CALLBACKS


def admit(
    operation: Operation,
    request: Request,
    access: Access,
    find: Callable[[str], Caller | None],
) -> Admitted:
    """`find` knows keys of ours. Raises `Refused` for who is not known, or has none of the roles
    that the operation is for."""
    if operation.is_open:
        return Admitted()
    caller = caller_of(request, access, find)
    sight = caller.sight(operation.rights)
    if sight is None:
        event("api.refused", operation=operation.name, caller=caller.id, level=30)
        raise Refused(403, "role_missing", _needed(operation, caller))
    return Admitted(caller, sight)


def refuse_out_of_reach(call: Call) -> None:
    """Of what the caller does not reach nobody tells whether it is there. Raises `BatchMissing`,
    `SubscriptionMissing`."""
    batch_id, subscription_id = call.path.get("batch_id"), call.path.get("subscription_id")
    if call.sight.is_whole:
        return
    belongings = call.app.belongings
    if batch_id is not None and not call.sight.covers(belongings.of_batch(batch_id)):
        raise BatchMissing(f"there is no batch {batch_id}")
    if subscription_id is not None and (
        subscription_id == CALLBACKS
        or not call.sight.covers(belongings.of_subscription(subscription_id))
    ):
        raise SubscriptionMissing("there is no such subscription")


def write_down(operation: Operation, call: Call) -> Callable[[Response], None]:
    """Who asks for what, before it is read or changed; what is returned does so with what came of
    it. Raises `StoreUnavailable`: what cannot be written down does not happen."""
    if operation.trail is None:
        return lambda response: None
    trail, target = call.app.trail, "/".join(call.path.values())
    asked = trail.asked(call.caller, operation.trail, operation.name, target)
    if operation.trail == "read":
        return lambda response: None

    def answered(response: Response) -> None:
        made = response.headers.get("Location", "").removeprefix(f"{call.base}/")
        trail.answered(asked, response.status, target or made)

    return answered


def _needed(operation: Operation, caller: Caller) -> str:
    """Which roles there are for it, and whether one of them is there but bound."""
    roles = [role for role in operation.rights if role in {g.role for g in caller.grants}]
    if roles:
        return (
            f"This is of the whole deployment, and your role {roles[0]} is bound to a part of it."
        )
    listed = " or ".join(operation.rights)
    return f"This needs the role {listed}, which you have not. An owner can give it."
