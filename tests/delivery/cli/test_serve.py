"""`paicha serve`: it answers, shows its address, runs a worker that ends with it, and stops when told."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.delivery.cli.homes import SECOND, Home

from paicha.delivery.cli.serve import own_names


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("serve") / "home")
    assert made.run("init", "--pack", SECOND).code == 0
    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(home: Home, *arguments: object) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The running server and the lines that it has said; it is killed at the end if it still runs."""
    command = [sys.executable, "-m", "paicha.delivery.cli.main", "serve", *map(str, arguments)]
    process = subprocess.Popen(
        command, env=home.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        while not lines or "Ctrl+C" not in lines[-1]:
            line = process.stdout.readline()
            assert line, process.stderr and process.stderr.read()
            lines.append(line.strip())
        yield process, lines
    finally:
        process.kill()
        process.communicate(timeout=30)


def answer(url: str, context: ssl.SSLContext | None = None) -> int:
    """Status of the sign-in page, asked until the first worker has loaded."""
    for _ in range(60):
        try:
            with urllib.request.urlopen(url, context=context, timeout=20) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            time.sleep(0.25)
    return 0


def workers(parent: int) -> list[int]:
    """Processes `paicha worker` that this server started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            mine = f"PPid:\t{parent}\n" in (folder / "status").read_text()
        except OSError:
            continue
        if b"--with-parent" in command and mine:
            found.append(int(folder.name))
    return found


def gone(process: int) -> bool:
    """Whether a process ends within the time that a worker may take."""
    for _ in range(80):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.25)
    return False


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_answers_and_its_worker_ends_with_it(home: Home, ending: signal.Signals) -> None:
    port = free_port()
    with serving(home, "--port", port) as (process, lines):
        assert lines[0] == f"排查系统已打开：http://127.0.0.1:{port}/"
        assert answer(f"http://127.0.0.1:{port}/admin/login/") == 200
        assert answer(f"http://127.0.0.1:{port}/static/admin/css/base.css") == 200
        taken = home.run("serve", "--port", port)
        assert (taken.code, "已被占用" in taken.err) == (2, True)
        (worker,) = workers(process.pid)
        process.send_signal(ending)
        assert process.wait(timeout=30) == (0 if ending != signal.SIGKILL else -signal.SIGKILL)
        assert gone(worker)


def test_tls_with_a_certificate_of_its_own(home: Home) -> None:
    port = free_port()
    with serving(home, "--port", port, "--tls", "--host", "127.0.0.1") as (_, lines):
        assert lines[0] == f"排查系统已打开：https://127.0.0.1:{port}/"
        trusted = ssl.create_default_context(cafile=str(home.folder / "tls-authority.crt"))
        assert answer(f"https://127.0.0.1:{port}/admin/login/", trusted) == 200
    assert stat.S_IMODE((home.folder / "tls.key").stat().st_mode) == 0o600
    (home.folder / "tls.key").unlink()
    alone = home.run("serve", "--tls", "--port", port)
    assert (alone.code, "要成对" in alone.err) == (2, True)


def test_only_known_names_reach_it(home: Home) -> None:
    port = free_port()
    with serving(home, "--port", port):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/admin/login/", headers={"Host": "evil.example"}
        )
        assert answer(request) == 400  # type: ignore[arg-type]  # urlopen takes a request too


def test_demo_accounts_are_shown_in_a_demo_home_alone(home: Home, tmp_path: Path) -> None:
    accounts = [{"username": "demo-x", "password": "geheim-1", "title": "村干部"}]
    (home.folder / "demo-accounts.json").write_text(json.dumps(accounts), encoding="utf-8")
    with serving(home, "--port", free_port()) as (_, lines):
        assert not any("geheim-1" in line for line in lines)
    mark = "from paicha.domain import clock; clock.mark_demo()"
    code = f"import django; django.setup(); {mark}"
    environment = home.environment | {"DJANGO_SETTINGS_MODULE": "paicha.config.settings"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)
    with serving(home, "--port", free_port()) as (_, lines):
        assert "演示账号 demo-x  密码 geheim-1  村干部" in lines


def test_names_of_this_machine() -> None:
    assert own_names("10.1.2.3") == ["10.1.2.3", "localhost", "127.0.0.1", "[::1]"]
    every = own_names("0.0.0.0")
    assert {socket.gethostname(), "localhost", "127.0.0.1"} <= set(every) and "*" not in every


def test_nothing_that_threads_is_loaded_before_the_fork(home: Home) -> None:
    """Polars' threads don't survive a fork: what `serve` imports up to there must not bring it along."""
    code = (
        "import os, sys; from paicha.delivery.cli import serve; "
        "serve._run_gunicorn = lambda *a: print('polars' in sys.modules); "
        "from paicha.delivery.cli.main import main; main(['serve', '--port', sys.argv[1]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(free_port())], env=home.environment, capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "False", os.linesep.join(done.stderr.splitlines()[-3:])
