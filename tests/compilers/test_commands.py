"""Which `az` commands there are; `make commands` asks the real Azure CLI what it thinks of them."""

from __future__ import annotations

import re
import shlex

from tests.compilers.commands import arguments, commands, in_script, scripts


def test_every_command_of_hooks_and_docs_is_found() -> None:
    found = commands()
    assert len(found) > 30
    assert {"preprovision.sh", "preprovision.ps1", "postdeploy.sh", "postdeploy.ps1"} <= {
        script.name for script in scripts()
    }
    whole = {one.text for one in found if one.is_whole}
    for script in scripts():
        text = script.read_text()
        lines = [
            line for line in text.splitlines() if not line.lstrip().startswith(("#", "- name"))
        ]
        there = re.findall(r"(?<!['$\w])az (?=[a-z])", "\n".join(lines))
        told = list(in_script(text))
        assert len(told) == len(there), script.name
        assert set(told) <= whole, script.name


def test_what_the_shell_fills_in_is_filled_in() -> None:
    text = (
        "az x y --name $(azd env get-value N) --group \"${G:-rg-$E}\" --of <function app> --q 'a b'"
    )
    given = "x y --name x --group x --of x --q 'a b'"
    assert arguments(text)[:4] == shlex.split(given)[:4]
    assert arguments(text)[-2:] == ["--q", "a b"]
