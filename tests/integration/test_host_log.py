"""Lines that no execution wrote: the real host leaves them out, and so does the local one."""

from pathlib import Path

from local.host.journal import LEFT_OUT
from local.stack.azurite import Azurite
from tests.integration.host_process import HostProcess, write_app

APP = """
import contextvars, logging
from concurrent.futures import ThreadPoolExecutor
import azure.functions as func
app = func.FunctionApp()
pool = ThreadPoolExecutor(1)
log = logging.getLogger("app")

@app.route("sync", auth_level=func.AuthLevel.ANONYMOUS)
def sync(req: func.HttpRequest) -> str:
    log.info("of the execution")
    pool.submit(log.info, "of a thread").result()
    for _ in range(2):
        pool.submit(contextvars.copy_context().run, log.info, "with the context").result()
    return "done"

@app.route("async", auth_level=func.AuthLevel.ANONYMOUS)
async def coroutine(req: func.HttpRequest) -> str:
    log.info("of the task")
    return "done"
"""


def test_lines_of_other_threads_are_left_out_and_named_once(
    tmp_path: Path, azurite: Azurite
) -> None:
    process = HostProcess(write_app(tmp_path / "app", APP), azurite)
    try:
        with process.client() as client:
            for route in ("sync", "async"):
                assert client.get(f"/api/{route}").text == "done"
    finally:
        process.stop()
    assert "[sync] of the execution" in process.output
    assert "[coroutine] of the task" in process.output
    assert "of a thread" not in process.output
    assert "with the context" not in process.output
    assert process.output.count(LEFT_OUT) == 1, process.output
    assert "logger app" in process.output
