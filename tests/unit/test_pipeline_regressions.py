"""Bugs that the real stack showed when it was killed again and again, each as small as it gets."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import msgspec
import pytest

from shared import bootstrap, connections, messages
from shared.application import Application
from shared.configuration.settings import Settings, read_settings
from shared.errors import ProviderError, ProviderThrottled, ProviderUnavailable
from shared.model.job.job import Job
from shared.model.policy import Policy
from shared.ports.provider import RemoteStatus, ResultFile
from shared.providers.azure_speech.client import AzureSpeech
from shared.stores.table import struct_to_row
from tests.fakes.invariants import assert_all_is_well
from tests.fakes.provider import BAD
from tests.fakes.world import World

ROOT = Path(__file__).resolve().parents[2]
PAUSE_SECONDS = 30  # of a step that the provider keeps from being done
LEAST = {
    "DATA_STORAGE": "UseDevelopmentStorage=true",
    "SPEECH_ENDPOINT": "http://127.0.0.1:1",
    "SPEECH_KEY": "key",
    "ALLOW_HTTP": "true",
}


def calls_in_functions(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield from (call for call in ast.walk(node) if isinstance(call, ast.Call))


@pytest.mark.long
def test_no_function_names_a_type_to_decode_so_no_two_threads_are_the_first_to_use_it() -> None:
    """Where two threads were, the whole process crashed, inside msgspec. A decoder that is made
    while its module is imported knows its type before any thread uses it."""
    offenders = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in ("shared", "functions")
        for path in (ROOT / folder).rglob("*.py")
        for call in calls_in_functions(path)
        if ast.unparse(call.func).endswith("json.decode")
        and any(keyword.arg == "type" for keyword in call.keywords)
    ]
    assert not offenders


def test_a_row_of_a_kind_that_was_not_prepared_is_not_read_or_written() -> None:
    class Unprepared(msgspec.Struct):
        text: str

    with pytest.raises(KeyError):
        struct_to_row.to_row("a", "b", Unprepared(text="c"))


@pytest.mark.long
def test_many_threads_may_be_the_first_to_read_messages_and_rows() -> None:
    """In a process of its own, for in this one they are not the first."""
    script = f"""
import sys, threading
sys.path.insert(0, {str(ROOT)!r})
sys.setswitchinterval(1e-6)
from shared import messages
from shared.model.recording.recording import Recording
from shared.stores.table.struct_to_row import from_row
import shared.stores.table.batches
from shared.errors import RowUnreadable
class Row(dict): metadata = {{"etag": "1"}}
together = threading.Barrier(16)
def first():
    together.wait()
    messages.read(messages.WRITE, b'{{"kind":"write","batch_id":"b","job_id":"j","items":[]}}')
    try:
        from_row(Recording, Row(batch_id="b"))
    except RowUnreadable:
        pass
threads = [threading.Thread(target=first) for _ in range(16)]
[t.start() for t in threads]; [t.join() for t in threads]
print(messages.KINDS[0].__name__)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"Register\n")


def test_one_application_is_built_however_many_messages_a_process_starts_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[Application] = []
    together, build = Barrier(8), bootstrap.build

    def noted(settings: Settings, *, takes_given: bool) -> Application:
        built.append(build(settings))
        return built[-1]

    def first(_: int) -> Application:
        together.wait(10)
        return application()

    monkeypatch.setattr(bootstrap, "build", noted)
    monkeypatch.setattr(bootstrap, "read_settings", lambda: read_settings(LEAST))
    application = bootstrap.Lasting()
    with ThreadPoolExecutor(8) as pool:
        applications = set(pool.map(first, range(8)))
    assert applications == set(built) and len(built) == 1


@pytest.mark.parametrize("seconds", [5, 12, 60, 180, 3600])
def test_a_create_call_starts_and_ends_before_anybody_looks_for_what_became_of_it(
    seconds: int,
) -> None:
    settings = read_settings(LEAST | {"RESOLVE_AFTER_SECONDS": str(seconds)})
    provider = connections.endpoints(settings, httpx.Client())["speech"]
    assert isinstance(provider, AzureSpeech)
    longest = provider._transport._create.read or float("inf")
    policy = settings.policy
    assert policy.submit_within_seconds + longest < policy.resolve_after_seconds


def test_every_kind_of_message_is_read_by_its_own_decoder() -> None:
    for kind in messages.KINDS:
        with pytest.raises(msgspec.ValidationError):
            messages.read(kind.queue, b"{}")


@pytest.mark.parametrize("error", [ProviderUnavailable, ProviderThrottled])
def test_results_whose_list_could_not_be_read_are_asked_for_again_soon(
    error: type[ProviderError],
) -> None:
    """The job was noted as being collected by then, so that the hint, when it came back, was
    taken for one that is repeated; nothing happened until the job seemed stuck."""
    world = World()
    world.drop("a.wav")
    world.clock.advance(120)
    world.drain()
    list_files = world.provider.files

    def fail_once(transcription_id: str) -> Iterator[tuple[ResultFile, ...]]:
        world.provider.files = list_files  # type: ignore[method-assign]
        raise error("not now")

    world.provider.files = fail_once  # type: ignore[method-assign]
    world.complete_all()
    world.drain()
    assert world.states() == {"a.wav": "planned"}
    world.clock.advance(PAUSE_SECONDS + 1)
    world.drain()
    assert world.states() == {"a.wav": "transcribed"}
    assert_all_is_well(world)


def test_a_step_put_off_whose_message_is_lost_is_missed_as_soon_as_the_settings_say() -> None:
    """The poll left such a job alone for ten minutes, whatever was set."""
    world = World(policy=Policy(stuck_after_seconds=20, poll_min_seconds=5))
    world.drop("a.wav")
    world.clock.advance(120)
    world.drain()
    status = world.provider.status

    def fail_once(transcription_id: str) -> RemoteStatus:
        world.provider.status = status  # type: ignore[method-assign]
        raise ProviderUnavailable("not now")

    world.provider.status = fail_once  # type: ignore[method-assign]
    world.complete_all()
    world.drain()
    world.queue.waiting.clear()
    world.clock.advance(PAUSE_SECONDS + 21)
    world.poll()
    world.drain()
    assert world.states() == {"a.wav": "transcribed"}


def sent_job(world: World) -> str:
    """One recording at the provider, which is done with it; the id of its transcription."""
    world.drop("a.wav")
    world.clock.advance(120)
    world.drain()
    [transcription_id] = world.provider.transcriptions
    world.provider.complete(transcription_id)
    return transcription_id


def lose_the_answer_of_the_next_delete(world: World) -> None:
    delete = world.provider.delete

    def deleted_unseen(transcription_id: str) -> None:
        world.provider.delete = delete  # type: ignore[method-assign]
        delete(transcription_id)
        raise ProviderUnavailable("the answer was lost")

    world.provider.delete = deleted_unseen  # type: ignore[method-assign]


def ask_again(world: World, transcription_id: str) -> None:
    """As the poll does."""
    [job] = world.store.job_rows.values()
    hint = messages.Collect(
        endpoint=world.provider.endpoint,
        transcription_id=transcription_id,
        batch_id=job.batch_id,
        job_id=job.id,
    )
    world.queue.send(hint)
    world.drain()


def end(world: World) -> Job:
    world.run()
    assert_all_is_well(world)
    [job] = world.store.job_rows.values()
    return job


def test_a_job_that_failed_keeps_its_reason_when_its_copy_is_gone_before_it_is_written_down() -> (
    None
):
    """It was said of it then that the provider did not know the transcription any more."""
    world = World()
    world.provider.bad_sources[world.audio.url("audio", "a.wav")] = BAD
    transcription_id = sent_job(world)
    lose_the_answer_of_the_next_delete(world)
    world.run_webhook(transcription_id)
    ask_again(world, transcription_id)
    job = end(world)
    assert job.state == "failed"
    assert job.failure is not None and job.failure.code == BAD.code


def test_a_job_that_was_done_does_not_fail_when_its_copy_is_gone_before_it_is_written_down() -> (
    None
):
    world = World()
    transcription_id = sent_job(world)
    lose_the_answer_of_the_next_delete(world)
    world.run_webhook(transcription_id)
    assert world.states() == {"a.wav": "transcribed"} and world.provider.deleted
    world.queue.waiting.clear()
    world.clock.advance(PAUSE_SECONDS + world.policy.stuck_after_seconds + 1)
    ask_again(world, transcription_id)
    job = end(world)
    assert (job.state, job.failure) == ("finished", None)
