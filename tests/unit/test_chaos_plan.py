"""The plan of misfortunes follows from the seed."""

from __future__ import annotations

from local.chaos.plan import make_plan, tag_of


def test_the_same_seed_gives_the_same_plan() -> None:
    assert make_plan(5, 60, 30) == make_plan(5, 60, 30)
    assert make_plan(5, 60, 30) != make_plan(6, 60, 30)


def test_every_blob_is_dropped_and_no_two_versions_are_the_same_sound() -> None:
    plan = make_plan(1, 200, 100)
    assert len({drop.name for drop in plan.drops}) == 200
    good = [drop.content for drop in plan.drops if drop.kind == "good"]
    assert len(set(good)) == len(good)
    assert {drop.kind for drop in plan.drops} == {"good", "empty", "text", "truncated"}


def test_a_trouble_strikes_one_name_alone() -> None:
    plan = make_plan(2, 200, 100)
    assert plan.troubles
    for trouble in plan.troubles:
        assert len({drop.name for drop in plan.drops if trouble.tag in drop.name}) == 1
        assert {tag_of(drop.name) for drop in plan.drops if trouble.tag in drop.name} == {
            trouble.tag
        }


def test_everything_happens_within_the_time_and_both_kinds_of_program_are_killed() -> None:
    plan = make_plan(3, 100, 60)
    for happening in (*plan.drops, *plan.kills, *plan.storms):
        assert 0 < happening.at < 60
    assert {kill.host is None for kill in plan.kills} == {True, False}


def test_a_short_run_kills_a_host_and_the_emulator() -> None:
    plan = make_plan(1, 40, 14)
    assert {kill.host is None for kill in plan.kills} == {True, False}
