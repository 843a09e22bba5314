"""Calls to strangers, against real servers: whatever they do, a call is short, small and safe."""

from __future__ import annotations

import http.server
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks.webhooks import Webhook

from shared.model.address import BadAddress
from shared.model.events.signature import make_secret, signed_headers
from shared.outbound.dialling import resolve
from shared.outbound.http import FORBIDDEN, OutboundHttp
from shared.ports.events import NoAnswer, Told
from tests.receiver import answering, receiver

LOCAL = [ipaddress.ip_network("127.0.0.0/8")]
SHORT = 1.5
"""Seconds that a call may take here; in production it is fifteen."""


_open: list[OutboundHttp] = []


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    """Connections that were kept open for a next call."""
    yield
    while _open:
        _open.pop().close()


def caller(resolve: Callable[[str, int], Sequence[str]] = resolve) -> OutboundHttp:
    outbound = OutboundHttp(allow_http=True, allowed=LOCAL, seconds=SHORT, resolve_=resolve)
    _open.append(outbound)
    return outbound


def post(outbound: OutboundHttp, url: str, body: bytes = b"{}") -> Told:
    return outbound.post(outbound.read(url), {"Content-Type": "application/json"}, body)


def test_what_arrives_is_what_was_sent_and_verifies() -> None:
    secret, body = make_secret(b"s" * 32), json.dumps({"a": "ü"}).encode()
    with receiver(answering(204)) as there:
        outbound = caller()
        headers = signed_headers([secret], "evt_1", int(time.time()), body)
        answer = outbound.post(outbound.read(there.url()), headers, body)
    [(method, path, sent, received)] = there.requests
    assert (answer.status, method, path, received) == (204, "POST", "/hook?sig=s%2Bc", body)
    assert sent["Host"] == f"127.0.0.1:{there.port}"
    assert Webhook(secret).verify(received, sent) == {"a": "ü"}


def test_an_address_is_not_encoded_anew() -> None:
    path = "/a//b/../c;x='%2f%2F|{}?sig=a+b%2Bc==&x=[1]&y"
    with receiver(answering(200)) as there:
        post(caller(), there.url(path))
    assert there.requests[0][1] == path


def test_a_connection_serves_several_calls() -> None:
    with receiver(answering(200, b"fine")) as there:
        outbound = caller()
        assert [post(outbound, there.url()).body for _ in range(5)] == ["fine"] * 5
    assert len(there.connections) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    with (
        receiver(answering(200)) as elsewhere,
        receiver(answering(status, Location=elsewhere.url())) as there,
    ):
        assert post(caller(), there.url()).status == status
    assert not elsewhere.requests


def test_headers_and_the_beginning_of_the_body_come_back_fit_to_be_shown() -> None:
    body = "no\x00 \x1b[31mway\r\n\u202eevil ü".encode() + b"\xff" + b"x" * 100_000
    with receiver(answering(429, body, Retry_After="7")) as there:
        answer = post(caller(), there.url())
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")
    assert answer.body.startswith("no   [31mway evil ü\ufffdxxx") and len(answer.body) == 300
    assert answer.body.isprintable()


def within(seconds: float, call: Callable[[], object]) -> object:
    begun_at = time.monotonic()
    try:
        return call()
    finally:
        assert time.monotonic() - begun_at < seconds


def test_a_server_that_hangs_is_waited_for_so_long_and_no_longer() -> None:
    hold = threading.Event()
    with receiver(lambda _: hold.wait(10) and None) as there:
        with pytest.raises(NoAnswer, match="no answer in time"):
            within(SHORT + 1, lambda: post(caller(), there.url()))
        hold.set()


@contextmanager
def dripping(content: bytes) -> Iterator[int]:
    """Sends a byte of `content` every twentieth of a second, and then its last one for ever."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                for i in range(10_000):
                    if stop.wait(0.05):
                        return
                    connection.sendall(content[min(i, len(content) - 1) :][:1])

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        listener.close()
        thread.join()


def test_a_server_that_drips_its_headers_for_ever_is_not_listened_to() -> None:
    with dripping(b"HTTP/1.1 200 OK\r\nX: y") as port, pytest.raises(NoAnswer):
        within(SHORT + 1, lambda: post(caller(), f"http://127.0.0.1:{port}/"))


def test_of_a_body_that_drips_for_ever_the_status_counts() -> None:
    with receiver(endless_body) as there:
        answer = within(SHORT + 1, lambda: post(caller(), there.url()))
    assert isinstance(answer, Told) and (answer.status, answer.body[:3]) == (200, "...")


def endless_body(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000000000")
    request.end_headers()
    until = time.monotonic() + 5
    while time.monotonic() < until:
        request.wfile.write(b".")
        time.sleep(0.05)


def huge_body(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(500)
    request.send_header("Content-Length", str(2**40))
    request.end_headers()
    while True:
        request.wfile.write(b"y" * 65_536)


def test_of_a_huge_body_a_few_kilobytes_are_read() -> None:
    with receiver(huge_body) as there:
        answer = within(1, lambda: post(caller(), there.url()))
    assert isinstance(answer, Told) and answer.status == 500 and len(answer.body) == 300


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 2\xff\r\n\r\n"])
def test_what_is_no_answer_is_none(said: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(said)

    thread = threading.Thread(target=serve)
    thread.start()
    with pytest.raises(NoAnswer) as caught:
        post(caller(), f"http://127.0.0.1:{listener.getsockname()[1]}/x?sig=secret")
    thread.join()
    listener.close()
    assert "secret" not in repr(caught.value) and caught.value.__suppress_context__


def test_nobody_there_is_said_in_two_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NoAnswer, match="no connection"):
        post(caller(), f"http://127.0.0.1:{port}/x?sig=secret")


class Rebinding:
    """A resolver that gives another answer each time it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def test_a_name_that_changes_its_mind_gets_nowhere() -> None:
    """It is resolved once for a connection, and what was checked is what is dialled."""
    with receiver(answering(200)) as there:
        resolver = Rebinding(["127.0.0.1"], ["10.0.0.1"])
        assert post(caller(resolver), there.url(host="rebind.example")).status == 200
        assert resolver.asked == 1
        assert there.requests[0][2]["Host"] == f"rebind.example:{there.port}"
        with pytest.raises(NoAnswer, match=FORBIDDEN):
            post(caller(resolver), there.url(host="rebind.example"))
    assert len(there.requests) == 1


@pytest.mark.parametrize(
    "numbers",
    [
        ["169.254.169.254"],
        ["127.0.0.1", "10.0.0.1"],
        ["10.0.0.1", "127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["168.63.129.16"],
        ["fe80::1%lo"],
    ],
)
def test_one_forbidden_machine_spoils_a_name(numbers: list[str]) -> None:
    with receiver(answering(200)) as there, pytest.raises(NoAnswer, match=FORBIDDEN):
        post(caller(lambda *_: numbers), there.url(host="mixed.example"))
    assert not there.requests


def test_without_the_setting_this_machine_is_not_called_under_any_name() -> None:
    with receiver(answering(200)) as there:
        strict = OutboundHttp(allow_http=True, seconds=SHORT)
        with pytest.raises(NoAnswer, match=FORBIDDEN):
            post(strict, there.url(host="localhost"))
        with pytest.raises(BadAddress):
            strict.read(there.url())
        with pytest.raises(BadAddress):
            OutboundHttp(allowed=LOCAL).read(there.url())
    assert not there.requests


def test_a_name_with_a_machine_that_is_down_is_reached_by_the_next() -> None:
    with receiver(answering(200)) as there:
        numbers = ["127.0.0.2", "127.0.0.1"]
        assert post(caller(lambda *_: numbers), there.url(host="two.example")).status == 200


def unknown(host: str, port: int) -> list[str]:
    raise socket.gaierror("nobody")


def test_a_name_that_is_not_known_or_not_resolved_in_time_gets_no_connection() -> None:
    with pytest.raises(NoAnswer, match="no connection"):
        post(caller(unknown), "http://gone.example:8080/")
    hold = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        hold.wait(10)
        return ["127.0.0.1"]

    with pytest.raises(NoAnswer, match="no answer in time"):
        within(SHORT + 1, lambda: post(caller(slow), "http://slow.example:8080/"))
    hold.set()


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(answering(502)) as proxy, receiver(answering(200)) as there:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert post(caller(), there.url()).status == 200
    assert not proxy.requests


def test_audio_elsewhere_is_fetched_past_the_same_guard() -> None:
    with receiver(answering(206, b"x" * 100_000, Content_Range="bytes 0-9/10")) as there:
        status, headers, body = caller().get(there.url(), {"Range": "bytes=0-9"}, 10)
    assert (status, headers["content-range"], body) == (206, "bytes 0-9/10", b"x" * 10)
    assert there.requests[0][0] == "GET" and there.requests[0][2]["Range"] == "bytes=0-9"
    with receiver(endless_body) as there, pytest.raises(NoAnswer):
        within(SHORT + 1, lambda: caller().get(there.url(), {}, 10**6))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of hooks.example, signed by itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), "hooks.example"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "hooks.pem"
    kind = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


def test_over_tls_the_name_is_what_counts_though_a_number_is_dialled(certificate: Path) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate)
    names: list[str | None] = []
    served.sni_callback = lambda _, name, __: names.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with receiver(answering(200), served) as there:
        for host, tls, problem in (
            ("hooks.example", trusting, None),
            ("other.example", trusting, "certificate not valid"),
            ("hooks.example", ssl.create_default_context(), "certificate not valid"),
        ):
            outbound = OutboundHttp(
                allowed=LOCAL, resolve_=lambda *_: ["127.0.0.1"], tls=tls, seconds=SHORT
            )
            _open.append(outbound)
            url = f"https://{host}:{there.port}/x"
            if problem is None:
                assert post(outbound, url).status == 200
                assert there.requests[0][2]["Host"] == f"{host}:{there.port}"
            else:
                with pytest.raises(NoAnswer, match=problem):
                    post(outbound, url)
    assert names == ["hooks.example", "other.example", "hooks.example"]
    assert len(there.requests) == 1
