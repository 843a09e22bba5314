"""The HTTP surface of the host, through a real socket."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.stack.azurite import Azurite
from tests.integration.host_process import FUNCTION_KEY, MASTER_KEY, HostProcess, write_app

APP = """
import asyncio, json, logging
import azure.functions as func
app = func.FunctionApp()

def seen(req):
    return json.dumps({
        "method": req.method, "params": dict(req.params), "route": dict(req.route_params),
        "headers": dict(req.headers), "body": req.get_body().decode(), "url": req.url,
    })

@app.route(route="items/{id:int?}", methods=["GET", "POST"], auth_level="anonymous")
def items(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(seen(req), mimetype="application/json")

@app.route(route="items/special", auth_level="anonymous")
async def special(req: func.HttpRequest, context: func.Context) -> str:
    await asyncio.sleep(0)
    return context.function_name

@app.route(route="files/{*path}", auth_level="anonymous")
def files(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(b"\\x00" + req.route_params["path"].encode(), status_code=201,
        headers={"x-one": "1"}, mimetype="application/octet-stream")

@app.route(route="cookie", auth_level="anonymous")
def cookie(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse("ok")
    response.headers.add("Set-Cookie", "a=1; Path=/")
    response.headers.add("Set-Cookie", "b=2")
    return response

@app.route(route="nothing", auth_level="anonymous")
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None

@app.route(route="broken", auth_level="anonymous")
def broken(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("a secret detail")

@app.route(route="leaving", auth_level="anonymous")
def leaving(req: func.HttpRequest) -> str:
    raise SystemExit(3)

@app.route()
def locked(req: func.HttpRequest) -> str:
    return "in"

@app.route(auth_level="admin")
def owners(req: func.HttpRequest) -> str:
    return "in"
"""


@pytest.fixture(scope="module")
def host(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    app = write_app(tmp_path_factory.mktemp("http"), APP)
    process = HostProcess(app, azurite, LOCAL_HOST_FUNCTION_KEY__locked="own-key")
    yield process
    assert process.stop() == 0


@pytest.fixture
def client(host: HostProcess) -> Iterator[httpx.Client]:
    assert host.address, host.output
    with httpx.Client(base_url=host.address, timeout=30) as client:
        yield client


def test_a_request_reaches_the_function_whole(client: httpx.Client) -> None:
    answer = client.post(
        "/api/items/7?a=1&a=2&empty=&b=%20x", content=b"body", headers={"X-Mixed-Case": "Yes"}
    )
    seen = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert seen["method"] == "POST"
    assert seen["params"] == {"a": "1,2", "b": " x"}
    assert seen["route"] == {"id": "7"}
    assert seen["headers"]["x-mixed-case"] == "Yes"
    assert seen["body"] == "body"
    assert seen["url"].startswith(str(client.base_url))


def test_a_body_without_a_content_length_is_not_passed(client: httpx.Client) -> None:
    assert client.post("/api/items", content=iter([b"chunk"])).json()["body"] == ""


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/items", 200),
        ("GET", "/api/items/x", 404),
        ("PUT", "/api/items/7", 404),
        ("GET", "/items/7", 404),
        ("GET", "/api/none", 404),
        ("GET", "/api/nothing", 204),
        ("GET", "/api/broken", 500),
        ("GET", "/api/leaving", 500),
        ("GET", "/admin/host/ping", 200),
        ("GET", "/admin/warmup", 200),
        ("GET", "/admin/host/status", 401),
        ("GET", "/admin/functions", 401),
        ("GET", "/", 200),
    ],
)
def test_the_status_is(client: httpx.Client, method: str, path: str, status: int) -> None:
    assert client.request(method, path).status_code == status


def test_the_more_literal_route_wins(client: httpx.Client) -> None:
    assert client.get("/api/items/special").text == "special"


def test_a_response_keeps_its_status_headers_and_bytes(client: httpx.Client) -> None:
    answer = client.get("/api/files/a/b%20c")
    assert (answer.status_code, answer.content) == (201, b"\x00a/b c")
    assert answer.headers["x-one"] == "1"
    assert answer.headers["content-type"] == "application/octet-stream"


def test_every_cookie_is_sent(client: httpx.Client) -> None:
    cookies = client.get("/api/cookie").headers.get_list("set-cookie")
    assert cookies == ["a=1; Path=/", "b=2"]


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("/api/locked", "", 401),
        ("/api/locked", "wrong", 401),
        ("/api/locked", FUNCTION_KEY, 200),
        ("/api/locked", "own-key", 200),
        ("/api/locked", MASTER_KEY, 200),
        ("/api/owners", FUNCTION_KEY, 401),
        ("/api/owners", MASTER_KEY, 200),
    ],
)
def test_a_key_opens_by_header_and_by_query(
    client: httpx.Client, path: str, key: str, status: int
) -> None:
    assert client.get(path, headers={"x-functions-key": key}).status_code == status
    assert client.get(path, params={"code": key}).status_code == status


def test_a_body_beyond_100_mib_is_refused_before_it_is_sent(client: httpx.Client) -> None:
    length = 100 * 1024 * 1024 + 1
    head = f"POST /api/items HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    address = (client.base_url.host, client.base_url.port or 80)
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_the_admin_pages_describe_the_app(host: HostProcess) -> None:
    with host.client() as client:
        names = [function["name"] for function in client.get("/admin/functions").json()]
        assert {"items", "special", "locked"} <= set(names)
        assert client.get("/admin/host/status").json()["state"] == "Running"
        before = client.get("/admin/metrics").json()["functions"]["special"]["succeeded"]
        client.get("/api/items/special")
        after = client.get("/admin/metrics").json()["functions"]["special"]["succeeded"]
        assert after == before + 1


def test_a_failure_is_printed_once_and_kept_from_the_caller(
    client: httpx.Client, host: HostProcess
) -> None:
    start = len(host.lines)
    assert client.get("/api/broken").content == b""
    client.get("/api/nothing")
    printed = "\n".join(host.lines[start:])
    assert printed.count("ValueError: a secret detail") == 1
    assert "local/host" not in printed


def test_an_app_with_problems_does_not_start(azurite: Azurite, tmp_path: Path) -> None:
    source = APP + "\n@app.route(route='items/{x:int}')\ndef again(req, other): ...\n"
    process = HostProcess(write_app(tmp_path, source), azurite)
    assert process.address is None
    assert process.stop() == 1
    assert "cannot start: again: declared in Python but not bound: other" in process.output
    assert "items" in json.dumps(process.lines)
