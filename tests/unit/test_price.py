from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from shared.model.money.price import PriceTable, Rate, Surcharge, estimate, with_finder
from shared.model.profile.options import Mode, Options
from shared.model.transcript.transcript import Cost
from shared.providers.registry import DEFAULT_PRICES

HOUR_MS = 3_600_000
MONO = Options()


def price(
    rate: Rate, options: Options = MONO, duration_ms: int = HOUR_MS, channels: int | None = 1
) -> float:
    table = PriceTable(rates={"some": {"standard": rate}})
    cost = estimate(table, "some", "standard", options, duration_ms, channels)
    assert cost is not None
    return cost.amount


def test_an_hour_of_mono_at_azure_costs_the_list_price() -> None:
    cost = estimate(DEFAULT_PRICES, "azure-speech", "standard", MONO, HOUR_MS, 1)
    assert cost == Cost(amount=0.18, currency="USD", estimated=True)


@pytest.mark.parametrize(
    ("mode", "options", "amount"),
    [
        ("standard", Options(), 0.90),
        ("express", Options(), 1.20),
        ("standard", Options(expected_speakers=2), 1.20),
        ("express", Options(max_speakers=4), 1.50),
    ],
)
def test_an_hour_at_soferai_costs_by_mode_and_more_with_speakers(
    mode: Mode, options: Options, amount: float
) -> None:
    cost = estimate(DEFAULT_PRICES, "soferai", mode, options, HOUR_MS, 2)
    assert cost is not None and cost.amount == pytest.approx(amount)


@pytest.mark.parametrize(
    ("provider", "mode", "duration_ms"),
    [("nobody", "standard", 1), ("assemblyai", "express", 1), ("azure-speech", "standard", None)],
)
def test_what_is_not_known_has_no_price(provider: str, mode: Mode, duration_ms: int | None) -> None:
    assert estimate(DEFAULT_PRICES, provider, mode, MONO, duration_ms, 1) is None


def test_no_audio_costs_nothing() -> None:
    assert price(Rate(per_hour=0.18), duration_ms=0) == 0


def test_a_short_recording_costs_its_share_to_a_millionth() -> None:
    assert price(Rate(per_hour=0.18), duration_ms=12_345) == 0.000617


def test_where_channels_are_billed_each_counts() -> None:
    rate = Rate(per_hour=0.18, per_channel=True)
    assert price(rate, channels=2) == 0.36
    assert price(rate, channels=None) == 0.18
    assert price(rate, Options(channels=(1,)), channels=2) == 0.18


def test_where_channels_are_not_billed_a_stereo_hour_is_an_hour() -> None:
    assert price(Rate(per_hour=0.18), channels=2) == 0.18


def test_a_surcharge_is_added_once_for_any_of_its_features() -> None:
    rate = Rate(
        per_hour=1.0,
        surcharges=(
            Surcharge(when=("diarization", "language_identification"), per_hour=0.3),
            Surcharge(when=("custom_model",), per_hour=0.05),
        ),
    )
    assert price(rate) == 1.0
    assert price(rate, Options(max_speakers=2)) == 1.3
    assert price(rate, Options(max_speakers=2, candidate_locales=("de-DE", "en-US"))) == 1.3
    assert price(rate, Options(max_speakers=2, model="https://m")) == 1.35


def test_word_times_can_be_charged_for() -> None:
    rate = Rate(per_hour=1.0, surcharges=(Surcharge(when=("word_times",), per_hour=0.1),))
    assert price(rate) == 1.1
    assert price(rate, Options(word_times=False, display_word_times=False)) == 1.0


def test_a_table_is_read_from_settings() -> None:
    text = """{"currency": "EUR", "rates": {"azure-speech": {
        "standard": {"per_hour": 0.15},
        "express": {"per_hour": 0.9,
                    "surcharges": [{"when": ["diarization"], "per_hour": 0.2}]}}}}"""
    table = msgspec.json.decode(text, type=PriceTable)
    options = Options(max_speakers=3)
    assert estimate(table, "azure-speech", "express", options, HOUR_MS, 2) == Cost(
        amount=1.1, currency="EUR"
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"currency": "euro"}',
        '{"rates": {"a": {"standard": {"per_hour": -1}}}}',
        '{"rates": {"a": {"slow": {"per_hour": 1}}}}',
        '{"rates": {"a": {"standard": {"per_hour": 1, "per_chanel": true}}}}',
        '{"rates": {"a": {"standard": {"per_hour": 1, "surcharges": [{"when": []}]}}}}',
    ],
)
def test_a_table_with_a_mistake_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=PriceTable)


def test_the_default_is_the_one_that_the_docs_show() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "report.md").read_text("utf-8")
    costs = [
        estimate(DEFAULT_PRICES, "azure-speech", "standard", MONO, HOUR_MS, channels)
        for channels in (1, 2)
    ]
    shown = " | ".join(f"{cost.amount:.2f} {cost.currency}" for cost in costs if cost)
    assert f"| `azure-speech/standard` | {shown} |" in docs


def test_a_finder_costs_what_it_reads_whatever_the_channels() -> None:
    table = PriceTable(rates={"some": {"standard": Rate(per_hour=1.0, per_channel=True)}})
    redacted = Options(redact=("person_name",))

    def amount(table: PriceTable, options: Options) -> float:
        cost = estimate(table, "some", "standard", options, HOUR_MS, 2)
        assert cost is not None
        return cost.amount

    with_one = with_finder(table, ["some", "nobody"], 1.0)
    assert amount(table, redacted) == amount(with_one, MONO) == 2.0
    assert amount(with_one, redacted) == pytest.approx(2.055)
