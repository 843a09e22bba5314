"""What .funcignore lets into a deployment, and that both of its readers agree."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pathspec import GitIgnoreSpec

from tests.conformance.package import ROOT, copy_package, packaged_files

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
    local/stack/stack.py tests/conftest.py examples/by_api.py examples/calls.csv docs/settings.md
    samples/audio/monologue.wav
    benchmarks/run.py connector/swagger.py infra/main.bicep node_modules/azurite/package.json
    .venv/bin/python .venv-3.13/bin/python .cache/runtime-3.13/bin/python .git/config .ci/run
    .funcignore .npmrc
    out/reports/one.json __pycache__/function_app.cpython-313.pyc
    Makefile README.md CHANGELOG.md azure.yaml pyproject.toml package.json package-lock.json
    infra/hooks/postdeploy.sh .github/workflows/test.yml requirements.in
    requirements-dev.txt requirements-conformance.txt local.settings.json local.settings.sample.json
""".split()
# What the docs have people write, and what lies about in the clones of others.
STRANGERS = (
    *"""
    key.txt app.zip upload.json manifest.json batch.json items.json report.html meeting.wav
    meeting.m4a transcripts.tar.gz id_rsa service-principal.pem credentials.json notes.docx
    .env .env.production .azure/prod/.env .vscode/settings.json .DS_Store .python_packages/lib/x.py
    venv/bin/python env/pyvenv.cfg .venv-old/bin/python python/site.py recordings/call.mp3
    profiles.old.toml host.json.bak requirements.txt.orig function_app.py~ functions.zip
    shared.txt out.old/report.json sub/function_app.py sub/shared/key.py
    """.split(),
    "my shared/notes.txt",
)
BYTECODE = """
    functions/__pycache__/audio.cpython-313.pyc shared/model/__pycache__/job.cpython-313.pyc
""".split()

git = GitIgnoreSpec.from_lines(RULES)


def left_out_by_core_tools(path: str) -> bool:
    """azure-functions-core-tools, GitIgnoreParser.cs: a path is let in where a rule with ! matches
    its beginning, else left out where another one does, and every rule starts at the root."""

    def matches(rules: list[str]) -> bool:
        wild = {r"\*\*": ".+", r"\*": "[^/]+"}
        return any(
            re.match(re.sub(r"\\\*\\\*|\\\*", lambda m: wild[m[0]], re.escape(rule)), path)
            for rule in rules
        )

    kept = [rule.removeprefix("!").removeprefix("/") for rule in RULES if rule.startswith("!")]
    others = [rule.removeprefix("/") for rule in RULES if not rule.startswith("!")]
    return matches(others) and not matches(kept)


@pytest.mark.parametrize("is_left_out", [git.match_file, left_out_by_core_tools])
def test_git_s_reading_and_that_of_the_core_tools_let_in_the_app_and_nothing_else(
    is_left_out: Callable[[str], bool],
) -> None:
    assert [path for path in APP if is_left_out(path)] == []
    assert [path for path in WORKSHOP if not is_left_out(path)] == []


def test_azd_leaves_bytecode_out_and_the_core_tools_cannot_be_told_to() -> None:
    assert [path for path in BYTECODE if not git.match_file(path)] == []
    assert [path for path in BYTECODE if left_out_by_core_tools(path)] == []


def test_the_package_is_the_app() -> None:
    files = [str(file) for file in packaged_files()]
    assert set(APP) <= set(files)
    assert [path for path in (*WORKSHOP, *BYTECODE) if path in files] == []
    assert {path.partition("/")[0] for path in files} == {path.partition("/")[0] for path in APP}
    assert [path for path in files if left_out_by_core_tools(path)] == []


def test_every_file_of_the_app_that_git_knows_goes_out_and_no_other(tmp_path: Path) -> None:
    """From a clone in which strangers lie."""
    known = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    clone = tmp_path / "clone"
    wanted = {
        name for name in known if name.partition("/")[0] in {a.partition("/")[0] for a in APP}
    }
    for name in (*filter(None, known), *STRANGERS, *BYTECODE):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        source = ROOT / name
        (clone / name).write_bytes(source.read_bytes() if source.is_file() else b"a stranger")
    (clone / "linked.wav").symlink_to(clone / "meeting.wav")
    (clone / "linked").symlink_to(clone / "recordings", target_is_directory=True)
    went_out = {str(file) for file in packaged_files(clone)}
    assert went_out == wanted
    assert (copy_package(tmp_path / "package", clone) / "function_app.py").is_file()
