"""Which `az` commands there are; `make commands` asks the real Azure CLI what it thinks of them."""

from __future__ import annotations

import shlex

from tests.compilers.commands import ROOT, arguments, commands


def test_every_command_of_hooks_and_docs_is_found() -> None:
    found = commands()
    assert len(found) > 30
    for name in ("preprovision.sh", "preprovision.ps1", "postdeploy.sh", "postdeploy.ps1"):
        text = (ROOT / "infra" / "hooks" / name).read_text()
        told = [one for one in found if one.where == f"infra/hooks/{name}"]
        assert len(told) == text.count("az ") - text.count("$az "), name
        assert all(one.is_whole for one in told)


def test_what_the_shell_fills_in_is_filled_in() -> None:
    text = (
        "az x y --name $(azd env get-value N) --group \"${G:-rg-$E}\" --of <function app> --q 'a b'"
    )
    given = "x y --name x --group x --of x --q 'a b'"
    assert arguments(text)[:4] == shlex.split(given)[:4]
    assert arguments(text)[-2:] == ["--q", "a b"]
