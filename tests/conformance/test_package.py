"""What .funcignore lets into a deployment, and that both of its readers agree."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from pathspec import GitIgnoreSpec

from tests.conformance.package import ROOT, packaged_files

RULES = [
    line
    for line in (ROOT / ".funcignore").read_text().splitlines()
    if line and not line.startswith("#")
]
APP = """
    function_app.py host.json profiles.toml requirements.txt functions/__init__.py
    shared/bootstrap.py shared/outputs/report/page.css shared/providers/azure_speech/client.py
""".split()
WORKSHOP = """
    local/stack/stack.py tests/conftest.py samples/audio/monologue.wav docs/settings.md
    benchmarks/run.py connector/swagger.py infra/main.bicep node_modules/azurite/package.json
    .venv/bin/python .venv-3.13/bin/python .cache/runtime-3.13/bin/python .git/config .ci/run
    .funcignore .npmrc
    out/reports/one.json __pycache__/function_app.cpython-313.pyc
    functions/__pycache__/audio.cpython-313.pyc shared/model/__pycache__/job.cpython-313.pyc
    Makefile README.md CHANGELOG.md azure.yaml pyproject.toml package.json package-lock.json
    infra/hooks/postdeploy.sh .github/workflows/test.yml requirements.in
    requirements-dev.txt requirements-conformance.txt local.settings.json local.settings.sample.json
""".split()

git = GitIgnoreSpec.from_lines(RULES)


def left_out_by_core_tools(path: str) -> bool:
    """azure-functions-core-tools, GitIgnoreParser.cs: a path is left out where a rule matches its
    beginning, and every rule starts at the root."""
    wild = {r"\*\*": ".+", r"\*": "[^/]+"}
    return any(
        re.match(re.sub(r"\\\*\\\*|\\\*", lambda m: wild[m[0]], re.escape(rule.lstrip("/"))), path)
        for rule in RULES
    )


@pytest.mark.parametrize("is_left_out", [git.match_file, left_out_by_core_tools])
def test_git_s_reading_and_that_of_the_core_tools_let_in_the_app_and_nothing_else(
    is_left_out: Callable[[str], bool],
) -> None:
    assert [path for path in APP if is_left_out(path)] == []
    assert [path for path in WORKSHOP if not is_left_out(path)] == []


def test_the_package_is_the_app() -> None:
    files = [str(file) for file in packaged_files()]
    assert set(APP) <= set(files)
    assert [path for path in WORKSHOP if path in files] == []
    assert [path for path in files if path.startswith(("local/", "tests/", ".", "docs/"))] == []
    assert [path for path in files if left_out_by_core_tools(path)] == []
