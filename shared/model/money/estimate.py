"""What a batch would cost before it is asked for: recordings looked at, or told of, added up for
every provider and mode that there is.

Most of a large batch is not looked at: what a few tell is taken to hold for all, and the estimate
says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, NamedTuple

import msgspec

from shared.errors import InputError
from shared.model.job.lane import lane_of
from shared.model.money.effort import Effort, Room, effort
from shared.model.money.price import PriceTable, with_translations
from shared.model.money.price import estimate as price_of
from shared.model.preparing.recipe import sent_ms
from shared.model.profile.audio import AudioProperties
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.fit import check_request, fit_dearest
from shared.model.profile.options import Mode, Options
from shared.model.profile.profile import Profile
from shared.model.transcript.transcript import Cost

Count = Annotated[int, msgspec.Meta(ge=0)]

_KILOBITS = {"wav": 256, "flac": 140, "mp3": 64, "mp4": 96, "aac": 64, "ogg": 32, "webm": 32}
_NAMES = {"mpeg": "mp3", "m4a": "mp4", "opus": "ogg", "wave": "wav", "vnd.wave": "wav"}
_USUAL_KILOBITS = 64


class Length(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One recording as its owner tells of it, or `count` of the same kind. Without `duration_ms`
    the length is guessed from `bytes` and `media_type`."""

    duration_ms: Count | None = None
    bytes: Count | None = None
    media_type: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    channels: Annotated[int, msgspec.Meta(ge=1, le=64)] | None = None
    count: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A recording, or `count` like it, with the profile that it would have. `audio` is set where
    somebody looked into it; `failure` is why it would be refused whatever the provider."""

    profile: Profile
    duration_ms: int | None = None
    channels: int | None = None
    is_guess: bool = False
    audio: AudioProperties | None = None
    failure: str | None = None
    count: int = 1


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What one provider would cost in one mode.

    `is_asked` tells that the profile, or the first of several, asks for it. `refused` counts
    recordings that it would not take, which are not in `cost`. `balance` is set where its account
    has to hold the money beforehand: the largest of its endpoints'. `is_enough` is None where
    nobody knows. `effort` is how many jobs and calls it takes, and about how long.
    """

    provider: str
    mode: Mode
    is_asked: bool
    refused: int = 0
    cost: Cost | None = None
    balance: Cost | None = None
    is_enough: bool | None = None
    effort: Effort | None = None


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """`recordings` is how many there are, of which `looked_at` were looked into, or told of with
    their lengths; `guessed` is for how many of these the size alone told the length, `refused`
    how many would be refused, being no audio or not there. All but `looked_at` and `guessed` are
    stretched to all. `cost` is that of what the profiles ask for. `notes` are sentences for the
    reader."""

    recordings: int
    looked_at: int
    guessed: int
    refused: int
    audio_ms: int
    cost: Cost | None
    prices: tuple[Price, ...]
    notes: tuple[str, ...] = ()


def guessed_ms(size: int, media_type: str | None) -> int:
    """How long so many bytes usually last: speech, at the bit rate that is usual for its kind.
    `media_type` is "audio/mpeg" or a file's ending."""
    kind = (media_type or "").partition(";")[0].strip().lower().rpartition("/")[2]
    kind = kind.removeprefix("x-")
    return size * 8 // _KILOBITS.get(_NAMES.get(kind, kind), _USUAL_KILOBITS)


def add_up(
    samples: Sequence[Sample],
    recordings: int,
    *,
    capabilities: Mapping[str, Capabilities],
    prices: PriceTable,
    balances: Mapping[str, Cost],
    rooms: Mapping[str, Room],
    notes: Sequence[str] = (),
) -> Estimate:
    """The estimate of `recordings` recordings of which `samples` are some, or all. `rooms` is what
    there is of each provider, and of each lane of one.
    `capabilities` are those of the providers that have an endpoint."""
    looked_at = sum(sample.count for sample in samples)
    factor = recordings / looked_at if looked_at else 0.0
    usable = [sample for sample in samples if sample.failure is None]
    sums = [
        _with_effort(
            _price(usable, provider, mode, limits, prices, factor),
            recordings,
            round(sum(s.count * (s.duration_ms or 0) for s in usable) * factor),
            limits,
            rooms[lane_of(provider, mode, limits) or provider],
        )
        for provider, limits in capabilities.items()
        for mode in sorted(limits.modes or prices.rates.get(provider, {}), reverse=True)
    ]
    unknown = sum(sample.count for sample in usable if sample.duration_ms is None)
    return Estimate(
        recordings=recordings,
        looked_at=looked_at,
        guessed=sum(sample.count for sample in usable if sample.is_guess),
        refused=round(factor * sum(s.count for s in samples if s.failure is not None)),
        audio_ms=round(factor * sum(s.count * (s.duration_ms or 0) for s in usable)),
        cost=_asked(usable, capabilities, prices, factor),
        prices=tuple(_with_balance(price, balances.get(price.provider)) for price in sums),
        notes=(*notes, *_doubts(looked_at, recordings, unknown), *_refusals(samples)),
    )


def _price(
    samples: Sequence[Sample],
    provider: str,
    mode: Mode,
    limits: Capabilities,
    prices: PriceTable,
    factor: float,
) -> Price:
    """As if all were sent there, each with its own options."""
    refused, amount, is_asked = 0, 0.0, False
    for sample in samples:
        is_asked = is_asked or (sample.profile.provider, sample.profile.mode) == (provider, mode)
        settled = _settled(sample, mode, limits)
        if settled is None:
            refused += sample.count
        else:
            amount += _amount(sample, provider, mode, settled, prices)
    has_rate = mode in prices.rates.get(provider, {})
    return Price(
        provider=provider,
        mode=mode,
        is_asked=is_asked,
        refused=round(refused * factor),
        cost=_cost(amount * factor, prices) if has_rate else None,
    )


def _asked(
    samples: Sequence[Sample],
    capabilities: Mapping[str, Capabilities],
    prices: PriceTable,
    factor: float,
) -> Cost | None:
    """What the recordings cost where their own profiles send them; None where a price is not
    known."""
    amount = 0.0
    for sample in samples:
        provider, mode = sample.profile.provider, sample.profile.mode
        if mode not in prices.rates.get(provider, {}):
            return None
        settled = _settled(sample, mode, capabilities[provider])
        if settled is not None:
            amount += _amount(sample, provider, mode, settled, prices)
    return _cost(amount * factor, prices)


class _Settled(NamedTuple):
    """The options as they would be carried out, and how long that is which is sent."""

    options: Options
    duration_ms: int | None


def _settled(sample: Sample, mode: Mode, limits: Capabilities) -> _Settled | None:
    """As it would be carried out there; None: it would be refused."""
    if check_request(msgspec.structs.replace(sample.profile, mode=mode), limits):
        return None
    if sample.audio is None:
        return _Settled(sample.profile.options, sample.duration_ms)
    try:
        mine = msgspec.structs.replace(sample.profile, mode=mode)
        options, preparation = fit_dearest(sample.audio, mine, limits.of(mode))
    except InputError:
        return None
    recipe = preparation.recipe if preparation is not None else None
    length_ms = sample.duration_ms
    return _Settled(options, None if length_ms is None else sent_ms(length_ms, recipe))


def _amount(
    sample: Sample, provider: str, mode: Mode, settled: _Settled, prices: PriceTable
) -> float:
    options, length_ms = settled
    profile = sample.profile
    cost = price_of(
        prices, provider, mode, options, length_ms, sample.channels, insights=profile.insights
    )
    cost = with_translations(cost, prices, len(profile.translations), length_ms)
    return cost.amount * sample.count if cost is not None else 0.0


def _cost(amount: float, prices: PriceTable) -> Cost:
    return Cost(amount=round(amount, 6), currency=prices.currency)


def _with_balance(price: Price, balance: Cost | None) -> Price:
    if balance is None:
        return price
    cost = price.cost
    is_enough = None
    if cost is not None and cost.currency == balance.currency:
        is_enough = balance.amount > 0 and balance.amount >= cost.amount
    return msgspec.structs.replace(price, balance=balance, is_enough=is_enough)


def _with_effort(
    price: Price, recordings: int, audio_ms: int, limits: Capabilities, room: Room
) -> Price:
    taken = max(recordings - price.refused, 0)
    share = taken / recordings if recordings else 0.0
    found = effort(taken, round(audio_ms * share), price.mode, limits, room)
    return msgspec.structs.replace(price, effort=found)


def _refusals(samples: Iterable[Sample]) -> list[str]:
    """Why some of those that were looked at would be refused, by their codes."""
    codes: Counter[str] = Counter()
    for sample in samples:
        if sample.failure is not None:
            codes[sample.failure] += sample.count
    told = ", ".join(f"{code} ({count})" for code, count in sorted(codes.items()))
    return [f"Of those looked at would be refused: {told}."] if told else []


def _doubts(looked_at: int, recordings: int, unknown: int) -> list[str]:
    found = []
    if looked_at < recordings:
        found.append(
            f"{looked_at} of {recordings} recordings were looked at; the others were taken to be "
            "like them."
        )
    if unknown:
        found.append(f"Of {unknown} recordings the length is not known; they count as nothing.")
    return found
