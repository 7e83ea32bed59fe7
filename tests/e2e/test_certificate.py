"""The certificate page followed from the start in a fresh browser profile: afterwards the survey works offline.

The authority is trusted through NSS, as a person's own: a browser that merely ignores certificate errors gives no
secure context. `certutil` stands for the phone's dialog.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from playwright.sync_api import BrowserContext, Error, Playwright, expect
from tests.delivery.cli.test_serve import free_port, serving
from tests.e2e.waits import PATIENCE
from tests.worlds.homes import SECOND, Home, initialised_home

from paicha.delivery.cli.certificate import AUTHORITY, AUTHORITY_KEY, certificate

CERTUTIL = shutil.which("certutil")
needs_nss = pytest.mark.skipif(CERTUTIL is None, reason="certutil is missing: apt-get install libnss3-tools")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return initialised_home(tmp_path_factory.mktemp("tls") / "home", "--pack", SECOND)


@contextmanager
def fresh_profile(playwright: Playwright, folder: Path) -> Iterator[BrowserContext]:
    """A browser that nobody has used, with certificates of its own."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    context = playwright.chromium.launch_persistent_context(
        str(folder / "profile"), executable_path=found, args=["--no-sandbox"], env={"HOME": str(folder)},
        viewport={"width": 360, "height": 640}, accept_downloads=True,
    )  # fmt: skip
    context.set_default_timeout(PATIENCE * 1000)
    yield context
    context.close()


def trust(folder: Path, file: Path) -> None:
    """What the phone's dialog does."""
    database = folder / ".pki" / "nssdb"
    database.mkdir(parents=True, exist_ok=True)
    store = f"sql:{database}"
    assert CERTUTIL is not None
    if not (database / "cert9.db").exists():
        subprocess.run([CERTUTIL, "-N", "-d", store, "--empty-password"], check=True)
    subprocess.run([CERTUTIL, "-A", "-d", store, "-n", "paicha", "-t", "C,,", "-i", str(file)], check=True)


@needs_nss
@pytest.mark.slow
def test_from_a_warning_to_a_survey_without_a_network(home: Home, tmp_path: Path, driver: Playwright) -> None:
    port, plain = free_port(), free_port()
    with serving(home, "--port", port, "--http-port", plain, "--tls", "--host", "127.0.0.1") as (_, lines):
        assert any(f"http://127.0.0.1:{plain}/" in line for line in lines)
        field = f"https://127.0.0.1:{port}/field/"
        with fresh_profile(driver, tmp_path) as context:
            page = context.new_page()
            with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
                page.goto(field)
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{plain}/")
            expect(page.get_by_role("heading", name="在手机、电脑上装证书")).to_be_visible()
            page.screenshot(path=tmp_path / "certificate.png", full_page=True)
            with page.expect_download() as download:
                page.get_by_role("link", name="下载证书").click()
            file = tmp_path / "paicha.crt"
            download.value.save_as(file)
        trust(tmp_path, file)
        with fresh_profile(driver, tmp_path) as context:
            page = context.new_page()
            page.goto(field)
            assert page.evaluate("window.isSecureContext")
            expect(page.get_by_role("link", name="联网登录")).to_be_visible()
            page.wait_for_function("() => navigator.serviceWorker.controller !== null")
            context.set_offline(True)
            page.reload()
            expect(page.get_by_role("link", name="联网登录")).to_be_visible()


@needs_nss
@pytest.mark.slow
def test_the_authority_vouches_for_nothing_else(home: Home, tmp_path: Path) -> None:
    """A certificate for another name, signed by the same authority, is worth nothing."""
    certificate(tmp_path, ["10.1.2.3", "localhost"])
    authority = x509.load_pem_x509_certificate((tmp_path / AUTHORITY).read_bytes())
    signer = load_pem_private_key((tmp_path / AUTHORITY_KEY).read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    for name, good in (("localhost", True), ("bank.example", False)):
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(authority.subject)
            .public_key(ec.generate_private_key(ec.SECP256R1()).public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(authority.not_valid_before_utc)
            .not_valid_after(authority.not_valid_after_utc)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
            .sign(signer, SHA256())
        )
        leaf = tmp_path / f"{name}.crt"
        leaf.write_bytes(made.public_bytes(Encoding.PEM))
        command = ["openssl", "verify", "-CAfile", str(tmp_path / AUTHORITY), str(leaf)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is good, done.stderr
        assert good or "permitted subtree violation" in done.stderr
