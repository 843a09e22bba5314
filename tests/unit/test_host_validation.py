"""An app that the worker or the host would refuse is refused here, with every reason at once."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.host.index import load_functions
from local.host.settings import HostStartError
from local.host.validation import find_problems, find_warnings

HEAD = """
import azure.functions as func
import azurefunctions.extensions.bindings.blob as blobs
app = func.FunctionApp()
S = "AzureWebJobsStorage"
"""
STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}


@pytest.fixture(autouse=True)
def fresh_import() -> Iterator[None]:
    path = list(sys.path)
    sys.modules.pop("function_app", None)
    yield
    sys.path[:] = path
    sys.modules.pop("function_app", None)


def problems(folder: Path, source: str, settings: dict[str, str] | None = None) -> list[str]:
    (folder / "function_app.py").write_text(HEAD + source)
    environ = STORAGE if settings is None else settings
    try:
        return find_problems(load_functions(folder, environ), environ)
    except HostStartError as error:
        return error.problems


def route(name: str, template: str, methods: str = '["GET"]', returns: str = "str") -> str:
    return f"""
@app.route(route={template!r}, methods={methods})
def {name}(req: func.HttpRequest) -> {returns}: ...
"""


def timer(name: str, schedule: str) -> str:
    return f"""
@app.timer_trigger(arg_name="t", schedule={schedule!r})
def {name}(t: func.TimerRequest) -> None: ...
"""


def queue(signature: str, *more: str, name: str = "work", queue_name: str = "work") -> str:
    extra = "\n".join(more)
    return f"""
@app.queue_trigger(arg_name="m", queue_name={queue_name!r}, connection=S)
{extra}
def {name}({signature}): ...
"""


OUTPUT = '@app.queue_output(arg_name="out", queue_name={!r}, connection=S)'


def test_a_sound_app_has_no_problems(tmp_path: Path) -> None:
    source = (
        route("a", "items/{id:int?}")
        + timer("b", "0 */5 * * * *")
        + queue("m: func.QueueMessage, out: func.Out[str], context: func.Context",
                OUTPUT.format("%NEXT%"), name="c")
        + """
@app.blob_trigger(arg_name="client", path="audio/{name}", connection=S, source="EventGrid")
async def d(client: blobs.BlobClient) -> None: ...
"""
    )  # fmt: skip
    assert problems(tmp_path, source, {**STORAGE, "NEXT": "next"}) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            queue("m: func.QueueMessage, extra: str"),
            "work: declared in Python but not bound: extra",
        ),
        (queue(""), "work: bound but not declared in Python: m"),
        (queue("m: str"), "work: 'm': the binding queueTrigger cannot be a str"),
        (queue("m: func.Out[str]"), "work: 'm' is an input, not azure.functions.Out"),
        (
            queue("m: func.QueueMessage, out: str", OUTPUT.format("next")),
            "work: 'out' is an output and needs the type azure.functions.Out",
        ),
        (
            queue("m: func.QueueMessage, context: str"),
            "work: the parameter 'context' must be of type azure.functions.Context",
        ),
        (
            queue("m: func.QueueMessage, out: func.Out[str]", OUTPUT.format("%GONE%")),
            "work: the setting %GONE% in queue 'out' is not defined",
        ),
        (queue("m", queue_name="Bad_Name"), "work: queueTrigger 'm': 'Bad_Name' is not a queue's"),
        (timer("tick", "* * * * * * *"), "tick: timerTrigger 't': a schedule has 5 or 6 fields"),
        (route("a", "admin/x"), "a: httpTrigger 'req': routes that start with admin or runtime"),
        (route("a", "x/{y:date}"), "a: httpTrigger 'req': unknown constraint 'date'"),
        (
            route("a", "x/{y}") + route("b", "X/{z}", '["GET", "POST"]'),
            "b: its route 'X/{z}' is also that of a, for GET",
        ),
        (
            route("ab", "x") + '\n@app.function_name("1x")' + route("c", "y"),
            "1x:",
        ),
        (
            """
@app.queue_trigger(arg_name="m", queue_name="work", connection="Elsewhere")
def work(m: func.QueueMessage) -> None: ...
""",
            "work: the connection 'Elsewhere' of queueTrigger 'm' is not defined",
        ),
        (
            """
@app.blob_trigger(arg_name="c", path="audio/{name}", connection=S, source="EventGrid")
@app.blob_output(arg_name="out", path="copy/{name}", connection=S)
def copy(c: blobs.BlobClient, out: func.Out[str]) -> None: ...
""",
            "copy: blob 'out' uses an expression in braces",
        ),
        (
            """
@app.event_grid_trigger(arg_name="e")
def other(e: func.EventGridEvent) -> None: ...
""",
            "other: this host has no eventGridTrigger",
        ),
        (
            """
@app.timer_trigger(arg_name="t", schedule="0 * * * * *")
@app.queue_trigger(arg_name="m", queue_name="work", connection=S)
def both(t, m) -> None: ...
""",
            "function_app.py did not load",
        ),
        ("import nowhere_to_be_found", "function_app.py did not load (function_app.py, line 6)"),
        ("other = func.FunctionApp()", "exactly one FunctionApp at its top level, not 2"),
        ("@app.function_name('x')\ndef x(): ...", "Function x does not have a trigger"),
    ],
)
def test_a_problem_names_the_function_and_the_reason(
    tmp_path: Path, source: str, expected: str
) -> None:
    assert any(expected in problem for problem in problems(tmp_path, source)), problems(
        tmp_path, source
    )


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    source = timer("one", "bad") + timer("two", "worse") + queue("m: str", name="three")
    assert [problem.partition(":")[0] for problem in problems(tmp_path, source)] == [
        *("one", "two", "three"),
    ]


def test_functions_of_one_name_are_named(tmp_path: Path) -> None:
    source = timer("same", "0 * * * * *") + timer("same", "0 * * * * *")
    assert "same: 2 functions have this name" in problems(tmp_path, source)


def test_storage_is_needed_by_any_trigger_but_http(tmp_path: Path) -> None:
    assert problems(tmp_path, route("a", "x"), {}) == []
    sys.modules.pop("function_app")
    assert problems(tmp_path, timer("a", "0 * * * * *"), {}) == [
        "the setting AzureWebJobsStorage is needed for any trigger but HTTP"
    ]


def test_a_polled_blob_trigger_is_only_warned_about(tmp_path: Path) -> None:
    (tmp_path / "function_app.py").write_text(
        HEAD
        + """
@app.blob_trigger(arg_name="s", path="audio/{name}", connection=S)
def polled(s: func.InputStream) -> None: ...
"""
    )
    functions = load_functions(tmp_path, STORAGE)
    assert find_problems(functions, STORAGE) == []
    assert [warning.partition(":")[0] for warning in find_warnings(functions)] == ["polled"]
