"""The page's files: how they are put together, and how they are handed out."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from shared.web.pack import ModuleUnfit, pack, packed
from shared.web.serve import page_file

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "shared" / "web" / "app"
STORAGE = "https://stdata.blob.core.windows.net"
MOST_SCRIPT_BYTES = 60_000


def sources(**modules: str) -> dict[str, str]:
    code = {f"code/{name}.js": text for name, text in modules.items()}
    shell = '<script type="module" src="/app/-/{release}/page.js"></script>'
    return {
        "index.html": shell,
        "icon.svg": "<svg/>",
        "vendor/preact.js": "var a='vendor';export{a as html};\n",
        **code,
    }


def run(script: bytes, folder: Path) -> str:
    (folder / "page.mjs").write_bytes(script)
    command = ["node", str(folder / "page.mjs")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.long
def test_modules_put_together_do_what_they_did_apart(tmp_path: Path) -> None:
    made = packed(
        sources(
            main='// the first\nimport { twice as double, Box } from "./parts/sums.js";\n'
            'import { html } from "../vendor/preact.js";\n'
            "console.log(html, double(4), new Box().name);\n",
            **{
                "parts/sums": 'import {\n  two,\n} from "../two.js";\n/** @param {number} n */\n'
                "export function twice(n) {\n  return two * n;\n}\n"
                'export class Box {\n  name = "box";\n}\nconst two_ = 3;\n',
                "two": "const hidden = 2;\nexport const two = /** @type {number} */ (hidden);\n",
            },
        )
    )
    script = made.files["page.js"].content
    assert run(script, tmp_path).split() == ["vendor", "8", "box"]
    assert b"@param" not in script and b"@type" not in script
    assert b"\n " not in script, "what is before a line is for readers of the source"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('import x from "./other.js";\n', "import x"),
        ("export default 1;\n", "export default"),
        ("export let x = 1;\n", "export let"),
        ('import { x } from "./main.js";\n', "needs itself"),
    ],
)
def test_what_cannot_be_put_together_is_told(text: str, told: str) -> None:
    with pytest.raises(ModuleUnfit, match=told):
        packed(sources(main=text, other="export const x = 1;\n"))


def test_the_release_is_another_with_every_change() -> None:
    one, other = (packed(sources(main=f"console.log({n});\n")) for n in (1, 2))
    assert one.release != other.release
    assert one.release.encode() in one.shell.content


def test_every_screen_has_the_shell_and_every_file_is_found_for_ever() -> None:
    for path in ("", "review", "batches/b-1/0123"):
        shell = page_file(pack(), path, {}, STORAGE)
        assert (shell.status, shell.body) == (200, pack().shell.content)
        assert shell.headers["Cache-Control"] == "no-cache"
    named = re.findall(r'"/app/(-/[^"]+)"', pack().shell.content.decode())
    assert {Path(name).name for name in named} == set(pack().files)
    for name in named:
        file = page_file(pack(), name, {}, STORAGE)
        assert file.status == 200
        assert "immutable" in file.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["-/old/page.js", "-/x", "-", "-/{release}/../pack.py"])
def test_nothing_else_is_a_file(path: str) -> None:
    asked = path.replace("{release}", pack().release)
    assert page_file(pack(), asked, {}, STORAGE).status == 404


def test_what_is_known_is_not_sent_again_and_the_rest_is_packed() -> None:
    first = page_file(pack(), "", {"Accept-Encoding": "br, gzip"}, STORAGE)
    assert gzip.decompress(first.body) == pack().shell.content
    again = page_file(pack(), "", {"if-none-match": first.headers["ETag"]}, STORAGE)
    assert (again.status, again.body) == (304, b"")


def test_the_policy_lets_in_the_page_itself_and_the_storage_and_nothing_else() -> None:
    told = page_file(pack(), "", {}, STORAGE).headers["Content-Security-Policy"]
    policy = dict(part.split(" ", 1) for part in told.split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"].split() == ["'self'", STORAGE]
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in told
    html = pack().shell.content.decode()
    assert not re.search(r"<style|<script>|\son\w+=|style=", html)


def test_the_script_is_small() -> None:
    assert len(pack().files["page.js"].packed) <= MOST_SCRIPT_BYTES


@pytest.mark.long
def test_what_others_wrote_is_what_its_makers_publish() -> None:
    """`npm run vendor` makes it of the packages that the lock file pins by their hashes."""
    package = json.loads((ROOT / "package.json").read_text())
    command = package["scripts"]["vendor"].split()
    made = subprocess.run(
        [str(ROOT / "node_modules/.bin" / command[0]), *command[1:-1]],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    there = (APP / "vendor" / "preact.js").read_bytes()
    assert hashlib.sha256(made).hexdigest() == hashlib.sha256(there).hexdigest()


@pytest.mark.long
def test_the_types_of_the_page_hold() -> None:
    command = [str(ROOT / "node_modules/.bin/tsc"), "-p", str(APP)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_text_enters_the_page_as_text_only() -> None:
    for path in APP.rglob("code/**/*.js"):
        text = path.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|dangerously|\beval\b", text), path
        assert len(text.splitlines()) < 350, path
