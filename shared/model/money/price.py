"""What a transcription will cost, from a table of prices that the deployment can replace.

    {"currency": "USD",
     "rates": {"azure-speech": {"standard": {"per_hour": 0.18, "per_channel": true}}}}

An estimate, never a bill: providers round, grant volume discounts and change their prices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal, cast

import msgspec

from shared.model.profile.options import Mode, Options
from shared.model.transcript.transcript import Cost

_MS_PER_HOUR = 3_600_000
RECORDS_PER_HOUR = 55
"""Of a finder, for 150 words a minute of five and a half characters; the last record of a text may
be a short one, and a little is read twice."""

TOKENS_IN_PER_HOUR, TOKENS_OUT_PER_HOUR = 18_000, 3_000
"""Of a language model that makes the insights of conversations of six minutes: at 150 words a
minute and four characters a token some 14,000, with line numbers, names and the questions
themselves; and 300 written for each."""

TRANSLATED_IN_PER_HOUR, TRANSLATED_OUT_PER_HOUR = 18_000, 20_000
"""The same of a translation into one language: what is read, and about as much written, with the
number of each line."""

Feature = Literal[
    "diarization",
    "language_identification",
    "custom_model",
    "word_times",
    "redaction",
    "sentiments",
    "entities",
    "chapters",
    "highlights",
    "key_terms",
    "prompt",
]
Amount = Annotated[float, msgspec.Meta(ge=0)]


class Surcharge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`per_hour` more, once, if any feature of `when` is asked for; `for_all_channels` it is the
    same however many there are."""

    when: Annotated[tuple[Feature, ...], msgspec.Meta(min_length=1)]
    per_hour: Amount
    for_all_channels: bool = False


class Rate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`per_hour` is the price of an hour of audio, in `models` that of models by name, where it is
    another one; `per_channel` that each channel costs it. `source` is where that was read,
    `read_on` when, as a date or month."""

    per_hour: Amount
    models: dict[str, Amount] = {}
    per_channel: bool = False
    surcharges: tuple[Surcharge, ...] = ()
    source: str = ""
    read_on: str = ""

    def amount_of(self, models: Sequence[str]) -> float:
        """Of an hour by these models, in order of preference: the dearest of them may be used."""
        return max((self.models.get(name, self.per_hour) for name in models), default=self.per_hour)


class TokenRate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a language model costs: a million tokens that it reads, and a million that it writes."""

    per_million_in: Amount
    per_million_out: Amount


class RecordRate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a service for language costs that finds these insights: a thousand text records, of each
    of them."""

    per_thousand: Amount
    insights: tuple[str, ...]


class PriceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rates` by provider and mode; `tokens` None: nobody said what a language model costs;
    `records` None: nobody finds insights. One currency for all, so that a batch has one total."""

    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "USD"
    rates: dict[str, dict[Mode, Rate]] = {}
    tokens: TokenRate | None = None
    records: RecordRate | None = None


def with_amounts(table: PriceTable, amounts: Mapping[str, float], currency: str) -> PriceTable:
    """The table with other amounts for an hour, by "provider/mode", in `currency`. What a price
    depends on stays as it was."""
    rates = {name: dict(modes) for name, modes in table.rates.items()}
    for key, amount in amounts.items():
        provider, _, mode = key.partition("/")
        modes = rates.setdefault(provider, {})
        known = modes.get(cast(Mode, mode), Rate(per_hour=0))
        modes[cast(Mode, mode)] = msgspec.structs.replace(known, per_hour=amount, models={})
    return PriceTable(currency=currency, rates=rates)


def with_finder(table: PriceTable, providers: Iterable[str], amount: float) -> PriceTable:
    """The table with what a finder costs that reads what these providers heard, where something is
    to be hidden. `amount` is that of a thousand text records, of a thousand characters each."""
    more = Surcharge(
        when=("redaction",), per_hour=RECORDS_PER_HOUR * amount / 1_000, for_all_channels=True
    )
    rates = dict(table.rates)
    for name in providers:
        rates[name] = {
            mode: msgspec.structs.replace(rate, surcharges=(*rate.surcharges, more))
            for mode, rate in rates.get(name, {}).items()
        }
    return msgspec.structs.replace(table, rates=rates)


def estimate(
    table: PriceTable,
    provider: str,
    mode: Mode,
    options: Options,
    duration_ms: int | None,
    channels: int | None,
    *,
    insights: Sequence[str] = (),
) -> Cost | None:
    """What `duration_ms` of audio will cost, to a millionth of the currency's unit, with its
    `insights`, by name.

    `channels` is how many the audio has; of these the options may ask for fewer. None where
    the table has no such rate or the duration is unknown.
    """
    rate = table.rates.get(provider, {}).get(mode)
    if rate is None or duration_ms is None:
        return None
    asked = features(options)
    more = [each for each in rate.surcharges if asked & set(each.when)]
    per_hour = rate.amount_of(options.models)
    per_hour += sum(each.per_hour for each in more if not each.for_all_channels)
    per_hour *= (len(options.channels) or channels or 1) if rate.per_channel else 1
    per_hour += sum(each.per_hour for each in more if each.for_all_channels)
    per_hour += _of_insights(table, insights)
    amount = round(per_hour * duration_ms / _MS_PER_HOUR, 6)
    return Cost(amount=amount, currency=table.currency)


def with_translations(
    cost: Cost | None, table: PriceTable, languages: int, duration_ms: int | None
) -> Cost | None:
    """What so much audio costs, and its translations into so many languages."""
    if cost is None or table.tokens is None or duration_ms is None:
        return cost
    per_hour = languages * _amount(table.tokens, TRANSLATED_IN_PER_HOUR, TRANSLATED_OUT_PER_HOUR)
    amount = round(cost.amount + per_hour * duration_ms / _MS_PER_HOUR, 6)
    return msgspec.structs.replace(cost, amount=amount)


def _of_insights(table: PriceTable, insights: Sequence[str]) -> float:
    """Of an hour. Whatever a service finds is not asked of the model."""
    found = [name for name in insights if table.records and name in table.records.insights]
    amount = _read(table.records, len(found) * RECORDS_PER_HOUR)
    if table.tokens is not None and len(found) < len(insights):
        amount += _amount(table.tokens, TOKENS_IN_PER_HOUR, TOKENS_OUT_PER_HOUR)
    return amount


def cost_of_insights(
    table: PriceTable, read: int | None, written: int | None, records: int | None = None
) -> Cost | None:
    """Of tokens read and written, and of text records. None where the table has no price of what
    was needed, or nobody counted."""
    has_tokens, has_records = read is not None and written is not None, records is not None
    lacks_price = (has_tokens and table.tokens is None) or (has_records and table.records is None)
    if lacks_price or not (has_tokens or has_records):
        return None
    amount = _read(table.records, records or 0)
    if table.tokens is not None and read is not None and written is not None:
        amount += _amount(table.tokens, read, written)
    return Cost(amount=round(amount, 6), currency=table.currency)


def _read(rate: RecordRate | None, records: int) -> float:
    return rate.per_thousand * records / 1_000 if rate is not None else 0.0


def _amount(rate: TokenRate, read: int, written: int) -> float:
    return (rate.per_million_in * read + rate.per_million_out * written) / 1_000_000


def features(options: Options) -> set[Feature]:
    """What of the options a provider may charge for."""
    asked: dict[Feature, bool] = {
        "diarization": options.tells_speakers,
        "language_identification": bool(options.candidate_locales),
        "custom_model": bool(options.model or options.model_by_locale),
        "word_times": options.word_times or options.display_word_times,
        "redaction": bool(options.redact),
        "sentiments": options.sentiments,
        "entities": options.entities,
        "chapters": options.chapters,
        "highlights": options.highlights,
        "key_terms": bool(options.key_terms),
        "prompt": options.prompt is not None,
    }
    return {feature for feature, is_asked in asked.items() if is_asked}
