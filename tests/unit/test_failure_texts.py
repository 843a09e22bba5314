"""The texts that customers read of a failure lie in one file, and are told with all their facts."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from shared.errors import InputError, ProviderRefused, ResultMissing, ResultTooLarge
from shared.model import failure_texts as texts
from shared.model import failures_from
from shared.model.failure import Failure, Template, failure_of, framed
from shared.model.failure_texts import TEXTS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    path: path.read_text(encoding="utf-8")
    for folder in ("shared", "functions")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
HOME = (ROOT / "shared/model/failure.py", ROOT / "shared/model/failure_texts.py")
BUILDERS = {"Failure", "InputError", "Template"}
SHORTHANDS = {"ready", "passing", "of_input", "said"}
TEMPLATES = {name: text for name, text in TEXTS.items() if isinstance(text, Template)}


def called(call: ast.Call) -> str:
    """The last part of what is called."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


@cache
def nodes(text: str) -> tuple[ast.Call | ast.ImportFrom, ...]:
    """Of a source, what calls and what imports."""
    kinds = (ast.Call, ast.ImportFrom)
    return tuple(node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds))


def calls(text: str) -> Iterator[ast.Call]:
    return (node for node in nodes(text) if isinstance(node, ast.Call))


def facts(text: Failure | Template) -> set[str]:
    """What stands in braces."""
    return {name for part in (text.reason, text.advice) for _, name, _, _ in parts(part) if name}


def parts(text: str) -> Iterator[tuple[str, str | None, str | None, str | None]]:
    return iter(Formatter().parse(text))


def told(text: str) -> Iterator[tuple[str, set[str]]]:
    """Each template that is told by its name, as in `texts.TOO_SHORT.error(...)`, and with what."""
    for call in calls(text):
        if called(call) in ("failure", "error") and isinstance(call.func, ast.Attribute):
            match call.func.value:
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in TEMPLATES:
                    yield name, {keyword.arg or "**" for keyword in call.keywords}


@pytest.mark.parametrize(
    "line",
    [
        'Failure(kind="ours")',
        "raise InputError(code, why, what)",
        "failure.Template()",
        "from shared.model.failure import ready",
    ],
)
def test_what_builds_a_failure_is_seen(line: str) -> None:
    assert builds(line)


def builds(text: str) -> bool:
    return any(called(call) in BUILDERS for call in calls(text)) or any(
        isinstance(node, ast.ImportFrom)
        and node.module == "shared.model.failure"
        and not SHORTHANDS.isdisjoint(alias.name for alias in node.names)
        for node in nodes(text)
    )


def test_nothing_else_builds_a_failure() -> None:
    assert [path for path, text in SOURCES.items() if builds(text)] == sorted(HOME)


def test_a_template_is_told_with_its_facts_and_no_others() -> None:
    found = [pair for path, text in SOURCES.items() for pair in told(text)]
    assert len(found) > 30
    for name, given in found:
        assert given == facts(TEMPLATES[name]), name


def test_every_text_is_used() -> None:
    said = Counter(word for text in SOURCES.values() for word in re.findall(r"\w+", text))
    assert [name for name in TEXTS if said[name] < 2] == []


def test_every_text_is_said_in_whole_sentences() -> None:
    for name, text in TEXTS.items():
        assert re.fullmatch(r"[a-z_]+", text.code), name
        for sentence in (text.reason, text.advice):
            assert re.match(r"[A-Z{]", sentence) and re.search(r"[.}]$", sentence), name
        assert isinstance(text, Template) or not facts(text), name


def test_what_a_provider_says_is_not_read_as_a_template() -> None:
    said = texts.FAILED.failure(provider="P", said="odd {name} and }{")
    assert said.reason == "P: odd {name} and }{"
    assert failures_from.refused(ProviderRefused("{0}")).reason.endswith(": {0}")


def test_a_fact_that_is_left_out_is_an_error() -> None:
    with pytest.raises(KeyError):
        texts.TOO_SHORT.error(duration=5)


def test_what_is_raised_is_what_is_stored() -> None:
    error = texts.TOO_SHORT.error(duration=5, least=100)
    assert isinstance(error, InputError)
    assert failure_of(error) == texts.TOO_SHORT.failure(duration=5, least=100)
    assert str(error).startswith("too_short: The recording is 5 ms long; ")


def test_what_no_other_provider_takes_keeps_the_code_of_the_first() -> None:
    alone = texts.UNSUPPORTED_CODEC.error(name="g729")
    error = framed(alone, texts.NO_OTHER)
    assert (error.code, error.advice) == (alone.code, alone.advice)
    assert error.reason == (
        "The provider does not read the codec g729. No other provider of the profile takes the "
        "recording either."
    )


def test_a_result_is_withheld_unreadable_or_too_large() -> None:
    assert failures_from.unreadable(ResultMissing("gone")).code == "result_unavailable"
    large = failures_from.too_large(ResultTooLarge("it has 3 GB."))
    assert large.reason == "The provider's result cannot be read: it has 3 GB."
    assert (
        failures_from.unreadable(ResultTooLarge("it has 3 GB.")).retryable and not large.retryable
    )


def test_a_refused_request_has_the_providers_code_where_it_gave_one() -> None:
    assert failures_from.request_refused(ProviderRefused("no", code="InvalidLocale")).code == (
        "InvalidLocale"
    )
    assert failures_from.request_refused(ProviderRefused("no")).code == "refused"


@pytest.mark.parametrize(("is_kept", "fate"), [(True, "kept there"), (False, "deleted by itself")])
def test_an_unknown_outcome_names_the_mark_and_what_becomes_of_the_copy(
    is_kept: bool, fate: str
) -> None:
    failure = failures_from.outcome_unknown("j-1", "west", texts.NOT_ANSWERED, is_kept=is_kept)
    assert "to the endpoint west ended" in failure.reason
    assert "the endpoint could not be asked." in failure.reason
    assert "with the mark j-1:" in failure.advice and f"It is {fate}" in failure.advice
