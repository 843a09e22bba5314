"""What storage refuses: whose trouble each code is, and what becomes of a recording that meets it
at every step."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError, ServiceRequestError

from shared.errors import DropscribeError, InputError, StoreConflict, StoreUnavailable
from shared.model.blob_state import BlobState
from shared.stores.failures import storage_errors
from shared.stores.refusals import CALLS, REFUSALS, Call, Refusal, Source, Verdict, verdict
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.outages import Platform
from tests.fakes.world import World, a_second_of_silence

EVERY_CODE = [(row, call) for row in REFUSALS for call in row.means]
OF_ONE_BLOB = [(row, call) for row, call in EVERY_CODE if call in ("head", "range", "put")]


def named(case: tuple[Refusal, Call]) -> str:
    return f"{case[0].code}-{case[1]}"


def refused(row: Refusal) -> HttpResponseError:
    error = ResourceNotFoundError("gone") if row.status == 404 else HttpResponseError("no")
    error.status_code = row.status
    error.error_code = row.code  # type: ignore[attr-defined]
    return error


def raising(row: Refusal, call: Call) -> DropscribeError | Exception:
    """What a port raises where storage answers so."""
    try:
        with storage_errors("try", call):
            raise refused(row)
    except Exception as error:
        return error


def test_no_code_stands_twice_for_one_kind_of_call() -> None:
    seen = [(row.code, call) for row, call in EVERY_CODE]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("case", EVERY_CODE, ids=named)
def test_every_code_means_one_thing_on_each_kind_of_call(case: tuple[Refusal, Call]) -> None:
    row, call = case
    assert row.source in get_args(Source) and call in CALLS
    meant = verdict(call, row.status, row.code)
    assert meant == row.means[call]
    expected: dict[Verdict, type[Exception]] = {
        "ours": StoreUnavailable,
        "unclear": StoreUnavailable,
        "conflict": StoreConflict,
        "gone": ResourceNotFoundError,
        "blob": InputError if call == "range" else StoreUnavailable,
    }
    error = raising(row, call)
    assert type(error) is expected[meant]
    assert "sig=" not in str(error)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [0, 401, 408, 429, 500, 502, 503, 504])
def test_an_unknown_answer_that_may_pass_is_trouble_of_ours(call: Call, status: int) -> None:
    assert verdict(call, status, "NeverHeardOf") == "ours"


@pytest.mark.parametrize("status", [400, 403, 405, 411])
def test_an_unknown_refusal_is_ours_but_on_one_blob_it_may_be_the_blobs(status: int) -> None:
    meant = {call: verdict(call, status, "NeverHeardOf") for call in CALLS}
    assert meant == {
        "head": "unclear",
        "range": "unclear",
        "put": "unclear",
        "list": "ours",
        "table": "ours",
        "queue": "ours",
    }


def test_no_answer_at_all_is_trouble_of_ours() -> None:
    with pytest.raises(StoreUnavailable), storage_errors("try", "head"):
        raise ServiceRequestError("https://store/x?sig=secret")


# --- one blob


def strike(world: World, row: Refusal, call: Call, name: str) -> None:
    """Storage answers so for one blob, for ever, and for no other."""
    if call == "head" and row.means[call] == "blob":
        blob = world.audio.blobs["audio", name]
        world.audio.change(name, BlobState(refused=row.code))
        assert blob.data
    elif call == "head":
        _wrap(world.audio, "head", lambda _, asked: asked == name, row, call)
    elif call == "range":
        _wrap(world.audio, "read", lambda _, asked, *__: asked == name, row, call)
        _wrap(world.audio, "digest", lambda _, asked, *__: asked == name, row, call)
    else:
        _wrap(
            world.outputs,
            "put",
            lambda path, *_: path == f"transcripts/audio/{name}.json",
            row,
            call,
        )


def _wrap(
    adapter: object, method: str, is_struck: Callable[..., bool], row: Refusal, call: Call
) -> None:
    real = getattr(adapter, method)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if is_struck(*args):
            error = raising(row, call)
            if isinstance(error, ResourceNotFoundError):
                return None
            raise error
        return real(*args, **kwargs)

    setattr(adapter, method, wrapped)


def long_header() -> bytes:
    """Audio whose look needs more than the first 64 KiB."""
    sound = a_second_of_silence()
    filler = b"LIST" + (200_000).to_bytes(4, "little") + bytes(200_000)
    return sound[:12] + filler + sound[12:]


@pytest.mark.long
@pytest.mark.parametrize(
    "case",
    [case for case in OF_ONE_BLOB if case[0].means[case[1]] not in ("gone", "conflict")],
    ids=named,
)
def test_what_one_blob_is_refused_ends_it_within_a_day_and_holds_up_no_other(
    case: tuple[Refusal, Call],
) -> None:
    row, call = case
    world = World()
    platform = Platform(world, tick_seconds=100)
    platform.drop(["a.wav", "z.wav"])
    platform.drop(["bad.wav"], long_header() if call == "range" else None)
    strike(world, row, call, "bad.wav")
    platform.live(hours=24)
    states = world.states()
    assert {states["a.wav"], states["z.wav"]} == {"transcribed"}
    bad = world.rows()["bad.wav"]
    assert bad.is_terminal
    if bad.failure is not None:
        assert bad.failure.code in ("blob_refused", "output_refused")
        assert bad.failure.reason and bad.failure.advice
    assert sum(world.provider.transcribed.values()) <= 3
    assert bad.attempt == 1
    assert_all_is_well(world)


@pytest.mark.long
@pytest.mark.parametrize("code", ["AuthorizationPermissionMismatch", "BlobArchived", "ServerBusy"])
def test_a_request_with_one_blob_that_is_refused_ends_and_its_neighbours_do_not_wait(
    code: str,
) -> None:
    row = next(row for row in REFUSALS if row.code == code)
    world = World()
    for name in ("a.wav", "bad.wav", "z.wav"):
        world.audio.drop(name, a_second_of_silence(), world.clock.now())
    strike(world, row, "head", "bad.wav")
    recordings = [{"blob": name, "container": "audio"} for name in ("a.wav", "bad.wav", "z.wav")]
    batch = world.app.accept(json.dumps({"recordings": recordings}).encode())
    platform = Platform(world)
    platform.live(hours=1)
    mine = {row.name: row for row in world.store.rows.values() if row.item is not None}
    assert mine["a.wav"].state == mine["z.wav"].state == "transcribed"
    platform.live(hours=23)
    mine = {row.name: row for row in world.store.rows.values() if row.item is not None}
    assert mine["bad.wav"].state == "failed"
    assert world.app.batch_status(batch.id).status == "completed"


def test_a_refusal_that_passes_costs_nothing() -> None:
    world = World()
    platform = Platform(world)
    platform.drop(["a.wav"])
    head, until = world.audio.head, world.clock.now() + timedelta(hours=6)

    def busy(container: str, name: str) -> Any:
        if world.clock.now() < until:
            raise StoreUnavailable("read head: storage answered 403")
        return head(container, name)

    world.audio.head = busy  # type: ignore[method-assign]
    platform.live(hours=24)
    assert world.states() == {"a.wav": "transcribed"}
    assert_all_is_well(world)


@pytest.mark.long
def test_outputs_that_no_name_takes_fail_their_recording_alone_and_say_so() -> None:
    world = World()
    platform = Platform(world)
    platform.drop(["a.wav", "bad.wav"])
    put = world.outputs.put

    def picky(path: str, *args: Any, recording: Any, **kwargs: Any) -> str:
        if path.startswith("transcripts/") and recording.name == "bad.wav":
            raise StoreUnavailable("store output: storage answered 400 OutOfRangeInput")
        return put(path, *args, recording=recording, **kwargs)

    world.outputs.put = picky  # type: ignore[method-assign]
    platform.live(hours=24)
    bad = world.rows()["bad.wav"]
    assert (bad.state, bad.attempt) == ("failed", 1)
    assert bad.failure is not None and bad.failure.code == "output_refused"
    assert world.states()["a.wav"] == "transcribed"
    assert len(world.provider.created) == 1
    assert_all_is_well(world)


def test_whatever_keeps_outputs_from_being_stored_is_charged_to_no_recording() -> None:
    """Also what no adapter has a word for."""
    world = World()
    platform = Platform(world)
    platform.drop(f"{i}.wav" for i in range(3))
    put, until = world.outputs.put, world.clock.now() + timedelta(hours=1)

    def gone(path: str, *args: Any, **kwargs: Any) -> str:
        if path.startswith("transcripts/") and world.clock.now() < until:
            raise ResourceNotFoundError("ContainerNotFound")
        return put(path, *args, **kwargs)

    world.outputs.put = gone  # type: ignore[method-assign]
    platform.live(hours=24)
    assert set(world.states().values()) == {"transcribed"}
    assert len(world.provider.created) == 1
    assert_all_is_well(world)
