"""How many results are in memory at a time depends on how large they are."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from shared.messages import SliceItem
from shared.model.failure_texts import NO_RESULT
from shared.pipeline.write.room import Room, result_bytes
from tests.contract.stores import a_full_recording, a_recording

_WRITE_SIXTEEN = """
import json
from concurrent.futures import ThreadPoolExecutor
from benchmarks import normalising
from benchmarks.memory import peak_kib
from shared.pipeline.write.room import Room
part = json.loads(normalising.result_file())
part["recognizedPhrases"] *= 6
data = json.dumps(part).encode()
del part
room = Room()
def one(_):
    with room.taken(len(data)):
        return len(normalising.write(bytearray(data))["json"])
with ThreadPoolExecutor(16) as pool:
    assert len(set(pool.map(one, range(16)))) == 1
print(peak_kib() // 1024)
"""


@pytest.mark.parametrize(
    ("most", "size", "at_a_time"), [(100, 100, 1), (100, 50, 2), (100, 33, 3), (100, 500, 1)]
)
def test_so_many_are_in_at_a_time_as_fit_and_the_largest_is_alone(
    most: int, size: int, at_a_time: int
) -> None:
    room, lock = Room(most), threading.Lock()
    inside, highest = 0, 0

    def work(_: int) -> None:
        nonlocal inside, highest
        with room.taken(size):
            with lock:
                inside += 1
                highest = max(highest, inside)
            sleep(0.002)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(24)))
    assert highest == at_a_time


def test_what_fails_inside_gives_its_room_back() -> None:
    room = Room(10)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), room.taken(10):
            raise ZeroDivisionError
    with room.taken(10):
        pass


def test_a_result_is_as_large_as_its_list_says_else_as_its_audio_is_long() -> None:
    told = SliceItem(recording_id="r", url="u", bytes=7)
    silent = SliceItem(recording_id="r", url="u")
    assert result_bytes(a_recording(), told) == 7
    day_in_stereo = result_bytes(a_full_recording(), silent)
    assert day_in_stereo == 86_400 * 1_600 * 2
    assert result_bytes(a_recording(), silent) > 1_000_000
    assert result_bytes(a_recording(), SliceItem(recording_id="r", failure=NO_RESULT)) == 0


@pytest.mark.long
@pytest.mark.slow
def test_sixteen_results_of_ten_hours_stay_within_a_gigabyte() -> None:
    command = [sys.executable, "-c", _WRITE_SIXTEEN]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    megabytes = int(done.stdout)
    print(f"{megabytes} MB at the most")
    assert megabytes < 1_024
