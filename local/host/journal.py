"""What the host prints, and the counts behind /admin/metrics."""

import logging
import sys
import traceback
from collections import defaultdict
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from threading import get_ident

STORAGE_THREADS = "storage"
_log = logging.getLogger("local.host")
_execution: ContextVar[tuple[str, int] | None] = ContextVar("execution", default=None)
_QUIET_LOGGERS = ("azure", "httpx", "httpcore", "urllib3", "uvicorn", "asyncio")


@dataclass
class Counts:
    """Executions of one function since the host started."""

    succeeded: int = 0
    failed: int = 0
    poisoned: int = 0
    milliseconds: float = 0.0


class Journal:
    """Counts executions and prints one line for each."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, Counts] = defaultdict(Counts)

    def expect(self, function: str) -> None:
        """Make a function appear in the counts before its first execution."""
        self._counts[function]

    def succeeded(self, function: str, seconds: float) -> None:
        counts = self._counts[function]
        counts.succeeded += 1
        counts.milliseconds += seconds * 1000
        _log.info("%s succeeded in %d ms", function, seconds * 1000)

    def failed(self, function: str, seconds: float, error: BaseException) -> None:
        counts = self._counts[function]
        counts.failed += 1
        counts.milliseconds += seconds * 1000
        _log.error("%s failed in %d ms\n%s", function, seconds * 1000, _format(error).rstrip())

    def poisoned(self, function: str, queue: str | None) -> None:
        self._counts[function].poisoned += 1
        where = f"moved to {queue}" if queue else "left hidden: a poison queue has none of its own"
        _log.error("%s: message %s", function, where)

    def as_json(self) -> dict[str, dict[str, float]]:
        """Counts by function name."""
        return {name: asdict(counts) for name, counts in sorted(self._counts.items())}


def begin_execution(function: str) -> None:
    """What this thread logs from now on, and in this context, is of an execution of that one."""
    _execution.set((function, get_ident()))


class _OfExecutions(logging.Filter):
    """Lets lines through that the real host would: those of the app that an execution wrote, on the
    thread on which it runs, or in its task. It leaves out what other threads write, whether the
    worker knows an invocation by its thread (Python 3.11, 3.12) or by its context (3.13). Each
    place in the code is named once. Libraries are of the host itself on threads of the host."""

    def __init__(self) -> None:
        super().__init__()
        self._named: set[tuple[str, int]] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        name, execution = record.name.partition(".")[0], _execution.get()
        if name == "local" or (name in _QUIET_LOGGERS and _is_of_the_host(record)):
            return True
        if execution is not None and execution[1] == record.thread:
            return True
        place = (record.pathname, record.lineno)
        if place not in self._named:
            self._named.add(place)
            _log.warning("%s %s, line %d, logger %s", LEFT_OUT, *place, record.name)
        return False


def _is_of_the_host(record: logging.LogRecord) -> bool:
    return str(record.threadName).startswith(("MainThread", STORAGE_THREADS))


LEFT_OUT = "left out, as the real host does: a line that no execution wrote, of"


def set_up_logging(*, quiet: bool) -> None:
    """Functions' lines at INFO with the function's name before them; SDKs only from WARNING."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_OfExecutions())
    handler.setFormatter(_Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[handler])
    for name in _QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Formatter(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:
        if record.name != _log.name:
            level = f"{record.levelname} " if record.levelno >= logging.WARNING else ""
            record.message = f"[{_function()}] {level}{record.message}"
        return super().formatMessage(record)


def _function() -> str:
    execution = _execution.get()
    return execution[0] if execution else "host"


def _format(error: BaseException) -> str:
    """A traceback without the host's own frames before the function's code."""
    start = trace = error.__traceback__
    while trace and trace.tb_next:
        if trace.tb_frame.f_globals.get("__name__") == "local.host.worker":
            start = trace.tb_next
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, start))
