"""Where we send to: only where an outsider may be reached, exactly as it was checked."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tellonce.cli.main import execute
from tellonce.hub.accounts.types import Actor
from tellonce.hub.core.errors import Failed, WrongCall
from tellonce.hub.events.webhooks import sending, services
from tellonce.hub.events.webhooks.addresses import checked_addresses, is_public, target_of
from tests.hub.receiving import Receiver, answers

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fec0::1",
    "192.88.99.1",
    "::ffff:192.88.99.1",
    "2001:0:53aa:64c:0:fefe:80ff:fffe",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://host.example/",
        "http://host.example/",
        "https://",
        "https://user:secret@host.example/",
        "https://host.example/#part",
        "https://host.example:99999/",
        "https://host.example/ x",
        "https://host.example/\r\nX: y",
        "https://[::1/",
        "https://host.example/" + "x" * 2000,
    ],
)
def test_a_url_we_do_not_send_to_is_refused(url: str) -> None:
    with pytest.raises(WrongCall) as refused:
        target_of(url)
    assert refused.value.hint


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Makes every name lead to these addresses; gives the list of names that were asked for."""
    asked: list[str] = []
    really = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *more: Any, **how: Any) -> list[Any]:
        if host.replace(".", "").isdigit():
            return really(host, port, *more, **how)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_that_leads_inside_by_any_of_its_addresses_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolving(monkeypatch, "93.184.215.14", "127.0.0.1")
    with pytest.raises(Failed, match="not public"):
        checked_addresses(target_of("https://host.example/"))


def test_numbers_in_odd_spellings_lead_nowhere_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    for host in ("2130706433", "0x7f000001", "127.1", "localhost"):
        with pytest.raises(Failed):
            checked_addresses(target_of(f"https://{host}/"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host", ["localhost", "crm.LOCALHOST.", "10.1.2.3", "127.1", "2130706433", "[::1]", "[fec0::1]"]
)
def test_a_host_that_is_seen_to_be_inside_is_refused_at_once(
    host: str, monkeypatch: pytest.MonkeyPatch, admin: Any
) -> None:
    with pytest.raises(WrongCall, match="not public"):
        services.add_endpoint(f"https://{host}/", [], admin)
    monkeypatch.setenv("TELLONCE_WEBHOOKS_PRIVATE", "yes")
    services.add_endpoint(f"https://{host}/", [], admin)


@pytest.mark.django_db
def test_nobody_uses_up_the_webhooks_of_others(admin: Any) -> None:
    one, other = (Actor(f"cli_{n}", f"c{n}", f"c{n}", frozenset({"client"})) for n in (1, 2))
    for _ in range(20):
        services.add_endpoint("https://host.example/", [], one)
    with pytest.raises(WrongCall, match="c1 has 20 webhooks already"):
        services.add_endpoint("https://host.example/", [], one)
    services.add_endpoint("https://93.184.215.14/", [], other)


def test_the_connection_goes_to_the_address_that_was_checked_and_the_name_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TELLONCE_WEBHOOKS_PRIVATE", "yes")
    receiver = Receiver()
    receiver.behaviour = answers(200)
    try:
        url = receiver.url.replace("127.0.0.1", "crm.example")
        asked = resolving(monkeypatch, "127.0.0.1")
        with sending.Sender(url) as one:
            assert one.post(b"{}", {}).accepted
        assert asked.count("crm.example") == 1
        assert receiver.messages[0][0]["Host"] == f"crm.example:{receiver.server_port}"
    finally:
        receiver.close()


def certificate_of(name: str, folder: Path) -> Path:
    """A file with a key and a certificate that vouches for itself, for a host of this name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.mark.parametrize(
    ("name", "trouble"),
    [("crm.example", ""), ("other.example", "Its certificate is not valid for its name.")],
)
def test_over_tls_the_receiver_must_prove_the_name_of_the_url(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, trouble: str
) -> None:
    monkeypatch.setenv("TELLONCE_WEBHOOKS_PRIVATE", "yes")
    file = certificate_of(name, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    receiver = Receiver(file)
    try:
        resolving(monkeypatch, "127.0.0.1")
        with sending.Sender(f"https://crm.example:{receiver.server_port}/") as one:
            answer = one.post(b"{}", {})
        assert answer.trouble == trouble
        assert len(receiver.messages) == (not trouble)
    finally:
        receiver.close()


@pytest.mark.django_db(transaction=True)
def test_webhooks_by_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, admin: Any
) -> None:
    assert execute(["webhook", "add", "http://127.0.0.1:1/"]) == 2
    assert "begins with https" in capsys.readouterr().err
    monkeypatch.setenv("TELLONCE_WEBHOOKS_PRIVATE", "yes")
    assert execute(["webhook", "add", "http://127.0.0.1:1/", "--types", "Nonsense!"]) == 2
    assert (
        execute(
            [
                "webhook",
                "add",
                "http://127.0.0.1:1/",
                "--types",
                "tellonce.customer.*,tellonce.alert.opened.v1",
                "--json",
            ]
        )
        == 0
    )
    added = json.loads(capsys.readouterr().out)
    assert added["secret"].startswith("whsec_")
    assert execute(["webhook", "list"]) == 0
    assert "tellonce.customer.*" in capsys.readouterr().out
    assert execute(["webhook", "test", added["id"]]) == 1
    assert "refused the connection" in capsys.readouterr().out
    for words in (["rotate"], ["enable"], ["replay"], ["deliveries"]):
        assert execute(["webhook", *words, added["id"]]) == 0
    assert execute(["webhook", "replay", added["id"], "--after", "1", "--delivery", "2"]) == 2
    assert execute(["webhook", "remove", added["id"]]) == 0
    assert execute(["webhook", "remove", added["id"]]) == 2
    assert "no such webhook" in capsys.readouterr().err
    with pytest.raises(WrongCall):
        services.add_endpoint("https://host.example/", ["*"], admin)
