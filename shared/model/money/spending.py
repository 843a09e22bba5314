"""What a batch with a deadline or a budget may do with a recording that waits to be planned.

standard --deadline nears--> express, where the provider has both and the budget allows it
anything that the budget does not allow --> refused, with a reason
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from shared.errors import InputError
from shared.model.batch.batch import Batch
from shared.model.failure import Failure
from shared.model.failure_texts import NO_PRICE, OVER_BUDGET
from shared.model.money.estimate import guessed_ms
from shared.model.money.price import PriceTable, estimate, with_translations
from shared.model.preparing.recipe import continued
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import fit_as_asked
from shared.model.profile.locks import locks
from shared.model.recording.decision import Choice, Decision
from shared.model.recording.recording import Recording, with_notes

_ROUNDING = 1e-9


class Verdict(NamedTuple):
    """The row as it may be planned, and what it adds to what the batch may cost; or why not."""

    row: Recording
    adds: float = 0.0
    failure: Failure | None = None


def is_near(batch: Batch, limits: Capabilities, now: datetime) -> bool:
    """Whether standard might not be in time any more, and something can be done about it."""
    if batch.deadline_at is None or not limits.can_hurry:
        return False
    return now >= batch.deadline_at - timedelta(seconds=limits.standard_seconds)


def is_decided(row: Recording) -> bool:
    """Whether the near deadline has changed what there was to change."""
    return any(decision.what in ("express", "kept_standard") for decision in row.decisions)


def price(row: Recording, prices: PriceTable) -> float | None:
    """What an attempt will cost about, None where nobody knows. Where the length is not known, it
    is guessed from the size."""
    audio, profile = row.audio, row.profile
    length_ms = row.sent_ms or guessed_ms(row.bytes, audio.container if audio else None)
    cost = estimate(
        prices,
        profile.provider,
        profile.mode,
        profile.options,
        length_ms,
        row.channels_sent,
        insights=profile.insights,
    )
    cost = with_translations(cost, prices, len(profile.translations), length_ms)
    return None if cost is None else float(cost.amount)


def judge(
    row: Recording,
    batch: Batch,
    room: float | None,
    reserved: float,
    *,
    limits: Capabilities,
    prices: PriceTable,
    now: datetime,
) -> Verdict:
    """`room` is what the batch may still spend beyond what it has spent or committed; None: there
    is no budget. `reserved` is what the recordings that wait behind this one need of it: none of
    them is left out so that this one goes express."""
    if row.profile.mode == "standard" and is_near(batch, limits, now) and not is_decided(row):
        spare = None if room is None else room - reserved
        hurried = _hurried(row, limits)
        quick = (
            None if isinstance(hurried, str) else _fitting(hurried, price(hurried, prices), spare)
        )
        if quick is not None:
            why = "The deadline was nearer than the standard mode may take."
            return quick._replace(row=_decided(quick.row, "express", why, now))
        what = hurried if isinstance(hurried, str) else "the budget did not allow express"
        row = _decided(row, "kept_standard", f"The deadline was near, but {what}.", now)
    cost = price(row, prices)
    usual = _fitting(row, cost, room)
    if usual is not None:
        return usual
    failure = _over_budget(batch, row, cost, prices.currency)
    return Verdict(_decided(row, "over_budget", failure.reason, now), failure=failure)


def _hurried(row: Recording, limits: Capabilities) -> Recording | str:
    """As it would go express; or why it cannot."""
    if locks(row.profile, "mode"):
        return "the profile locks the mode"
    profile = msgspec.structs.replace(row.profile, mode="express")
    if "express" not in limits.in_mode:
        return msgspec.structs.replace(row, profile=profile)
    if row.audio is None:
        return "nobody knows whether it fits express"
    asked = msgspec.structs.replace(profile, options=row.asked or profile.options)
    try:
        fitted = fit_as_asked(row.audio, asked, limits, row.heard)
    except InputError as error:
        return f"it does not fit express ({error.reason.rstrip('.')})"
    preparation = continued(fitted.preparation, row.preparation)
    if preparation is not None and preparation.is_due:
        return "it does not fit express (another copy would have to be made of it)"
    return msgspec.structs.replace(
        row, profile=fitted.profile, notes=with_notes(row.notes, fitted.notes)
    )


def needs(row: Recording, prices: PriceTable) -> float:
    """What the row adds to what the batch may cost, in the mode that it has."""
    return max((price(row, prices) or 0.0) - (row.cleared or 0.0), 0.0)


def money_back(row: Recording) -> Recording:
    """The recording where this attempt was certainly not sent: nothing is committed for it."""
    left = round(max(row.committed - (row.cleared or 0.0), 0.0), 6)
    return msgspec.structs.replace(row, committed=left, cleared=None)


def _fitting(row: Recording, cost: float | None, room: float | None) -> Verdict | None:
    if room is None:
        return Verdict(row)
    if cost is None:
        return None
    adds = cost - (row.cleared or 0.0)
    if adds > max(room, 0.0) + _ROUNDING:
        return None
    committed = round(row.committed + adds, 6)
    return Verdict(msgspec.structs.replace(row, committed=committed, cleared=cost), adds)


def _decided(row: Recording, what: Choice, why: str, now: datetime) -> Recording:
    decision = Decision(at=now, what=what, why=why)
    return msgspec.structs.replace(row, decisions=(*row.decisions, decision))


def _over_budget(batch: Batch, row: Recording, cost: float | None, currency: str) -> Failure:
    provider, mode = row.profile.provider, row.profile.mode
    if cost is None:
        return NO_PRICE.failure(provider=provider, mode=mode)
    return OVER_BUDGET.failure(budget=batch.budget, currency=currency, provider=provider, mode=mode)
