"""What a batch would cost, told before anything is sent."""

from __future__ import annotations

import msgspec
import pytest

from shared.errors import InputError, ProviderUnavailable
from shared.model.manifest.manifest import Head, Item, Manifest
from shared.model.money.effort import Room, effort
from shared.model.money.estimate import Length, guessed_ms
from shared.model.money.price import PriceTable, Rate
from shared.model.profile.capabilities import Pace
from shared.model.profile.options import Options
from shared.model.profile.profile import Profile
from shared.model.transcript.transcript import Cost
from shared.providers.azure_speech.capabilities import BATCH as LIMITS
from shared.providers.soferai.capabilities import LIMITS as SOFERAI
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World, a_second_of_silence
from tests.unit.probing_audio import wav

HOUR_MS = 3_600_000
PREPAID = msgspec.structs.replace(
    LIMITS, modes=frozenset({"standard", "express"}), locales=frozenset({"en"})
)
PRICES = PriceTable(
    rates={
        "azure-speech": {"standard": Rate(per_hour=0.36)},
        "prepaid": {"standard": Rate(per_hour=0.72), "express": Rate(per_hour=1.44)},
    }
)


class PrepaidProvider(FakeProvider):
    name = "prepaid"
    held = 5.0

    def balance(self) -> Cost:
        self._raise("balance")
        return Cost(amount=self.held, currency="USD", estimated=False)


def world(*, profiles: tuple[Profile, ...] = (Profile(),)) -> World:
    return World(
        profiles=profiles,
        providers=(FakeProvider(), PrepaidProvider("elsewhere")),
        capabilities={"prepaid": PREPAID},
        prices=PRICES,
    )


def blobs(*names: str) -> Manifest:
    return Manifest(items=tuple(Item(container="audio", blob=name) for name in names))


def test_every_provider_and_mode_has_its_price_and_the_profiles_choice_is_marked() -> None:
    found = world().app.estimate([Length(duration_ms=HOUR_MS, count=5)])
    assert (found.recordings, found.looked_at, found.audio_ms) == (5, 5, 5 * HOUR_MS)
    assert [(p.provider, p.mode, p.is_asked, p.cost and p.cost.amount) for p in found.prices] == [
        ("azure-speech", "standard", True, 1.8),
        ("prepaid", "standard", False, 3.6),
        ("prepaid", "express", False, 7.2),
    ]
    assert found.cost == Cost(amount=1.8, currency="USD")
    assert found.notes == ()


def test_the_balance_stands_beside_the_price_where_one_pays_beforehand() -> None:
    prices = world().app.estimate([Length(duration_ms=HOUR_MS, count=5)]).prices
    assert [(p.balance and p.balance.amount, p.is_enough) for p in prices] == [
        (None, None),
        (5.0, True),
        (5.0, False),
    ]


def test_a_balance_in_another_currency_is_shown_and_not_judged() -> None:
    there = world()
    there.prices = msgspec.structs.replace(PRICES, currency="EUR")
    there.start()
    price = there.app.estimate([Length(duration_ms=HOUR_MS)]).prices[1]
    assert price.balance == Cost(amount=5.0, currency="USD", estimated=False)
    assert price.is_enough is None


def test_a_balance_that_cannot_be_read_is_said_and_the_estimate_is_there() -> None:
    there = world()
    there.endpoints["elsewhere"].errors["balance"] = [ProviderUnavailable("no answer")]
    found = there.app.estimate([Length(duration_ms=HOUR_MS)])
    assert found.notes == ("The balance at elsewhere could not be read now.",)
    assert found.prices[1].cost is not None
    assert found.prices[1].balance is None


def test_a_length_that_nobody_told_is_guessed_from_the_size() -> None:
    found = world().app.estimate([Length(bytes=32_000_000, media_type="audio/wav")])
    assert (found.guessed, found.audio_ms) == (1, 1_000_000)
    assert guessed_ms(8_000, "audio/x-m4a") == guessed_ms(8_000, "mp4")
    assert guessed_ms(8_000, None) == 1_000


def test_without_length_and_size_a_recording_counts_as_nothing_and_that_is_said() -> None:
    found = world().app.estimate([Length(count=3)])
    assert (found.recordings, found.audio_ms) == (3, 0)
    assert found.notes == ("Of 3 recordings the length is not known; they count as nothing.",)


def test_the_blobs_of_a_manifest_are_looked_into_and_no_row_is_written() -> None:
    there = world()
    for name in ("a.wav", "b.wav"):
        there.audio.drop(name, a_second_of_silence(), there.clock.now())
    found = there.app.estimate(blobs("a.wav", "b.wav", "gone.wav"))
    assert (found.recordings, found.looked_at, found.refused, found.audio_ms) == (3, 3, 1, 2_000)
    assert found.notes == ("Of those looked at would be refused: recording_missing (1).",)
    assert not there.store.rows


def test_a_prefix_that_lists_nothing_is_told_of() -> None:
    there = world()
    there.audio.drop("calls/a.wav", a_second_of_silence(), there.clock.now())
    items = (Item(container="audio", prefix="/calls/"), Item(container="audio", prefix="calls/"))
    found = there.app.estimate(Manifest(items=items))
    [note] = found.notes
    assert found.recordings == 1
    assert note.startswith("The container audio holds no blob") and "'calls/' is meant" in note


def test_a_recording_that_a_provider_does_not_take_is_counted_as_refused_there() -> None:
    german = Profile(options=Options(locale="de-DE"))
    prices = world(profiles=(german,)).app.estimate([Length(duration_ms=HOUR_MS)]).prices
    assert [price.refused for price in prices] == [0, 1, 1]


def test_of_a_large_prefix_a_hundred_are_looked_into_and_stand_for_all() -> None:
    there = world()
    for number in range(250):
        there.audio.drop(f"calls/{number:03}.wav", a_second_of_silence(), there.clock.now())
    found = there.app.estimate(Manifest(items=(Item(container="audio", prefix="calls/"),)))
    assert there.audio.heads == 100
    assert (found.recordings, found.looked_at, found.audio_ms) == (250, 100, 250_000)
    assert found.notes == (
        "100 of 250 recordings were looked at; the others were taken to be like them.",
    )


def test_what_the_manifest_says_of_provider_and_mode_is_what_is_asked() -> None:
    there = world()
    there.audio.drop("a.wav", a_second_of_silence(), there.clock.now())
    head = Head(provider="prepaid", mode="express")
    found = there.app.estimate(msgspec.structs.replace(blobs("a.wav"), head=head))
    assert [p.mode for p in found.prices if p.is_asked] == ["express"]
    assert found.cost == Cost(amount=0.0004, currency="USD")


def test_channels_that_are_heard_one_after_the_other_are_priced_so() -> None:
    mixing = msgspec.structs.replace(PREPAID, mixes_channels=True)
    there = World(
        providers=(FakeProvider(), PrepaidProvider("elsewhere")),
        capabilities={"prepaid": mixing},
        prices=PRICES,
    )
    there.audio.drop("a.wav", wav(3_600 / 20, channels=2), there.clock.now())
    found = there.app.estimate(blobs("a.wav"))
    assert [price.cost and price.cost.amount for price in found.prices] == [
        0.018,
        pytest.approx(0.72 * (360 + 3) / 3_600),
        pytest.approx(1.44 * (360 + 3) / 3_600),
    ]


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(InputError, match="unknown_profile"):
        world().app.estimate([Length(duration_ms=1)], profile="nobody")


def test_nothing_asked_costs_nothing() -> None:
    found = world().app.estimate([])
    assert (found.recordings, found.audio_ms, found.cost) == (0, 0, Cost(amount=0, currency="USD"))


def test_it_tells_jobs_calls_and_about_how_long_by_provider_and_mode() -> None:
    found = world().app.estimate([Length(duration_ms=HOUR_MS, count=2_500)])
    azure, standard, express = (price.effort for price in found.prices)
    assert azure is not None and standard is not None and express is not None
    assert (azure.jobs, azure.calls) == (3, 15)
    assert azure.usual_seconds == 1_800 + 2_500 * 3_600 // 5  # one after the other in a region
    assert azure.longest_seconds == 86_400
    assert standard.jobs == 3
    assert express.usual_seconds is None  # nobody says how long that takes


def test_two_regions_take_half_as_long_and_small_jobs_go_in_rounds() -> None:
    limits = msgspec.structs.replace(LIMITS, files_per_job=1)
    one = effort(100, 100 * HOUR_MS, "standard", limits, Room(1, 40))
    two = effort(100, 100 * HOUR_MS, "standard", limits, Room(2, 40))
    assert one.usual_seconds == 3 * 1_800 + 100 * 720
    assert two.usual_seconds == 2 * 1_800 + 50 * 720


def test_calls_that_are_few_a_minute_decide_how_long_it_takes() -> None:
    found = effort(500, HOUR_MS, "standard", SOFERAI, Room(1, 8))
    assert found.jobs == 1 and found.calls == 507
    slow = msgspec.structs.replace(SOFERAI, pace={"standard": Pace(start_seconds=60, share=0.1)})
    assert effort(500, HOUR_MS, "standard", slow, Room(1, 8)).usual_seconds == 6_024
