"""`paicha serve`: it answers, shows its address, runs a worker that ends with it, and stops when told."""

from __future__ import annotations

import http.client
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
from itertools import pairwise
from pathlib import Path

import pytest
from tests.worlds.homes import SECOND, Home, initialised_home

from paicha.delivery.cli import children
from paicha.delivery.cli.serve import own_names


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return initialised_home(tmp_path_factory.mktemp("serve") / "home", "--pack", SECOND, embedded=True)


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
        process.communicate(timeout=300)


def answer(url: str, context: ssl.SSLContext | None = None) -> int:
    """Status of the sign-in page, asked until the first worker has loaded."""
    for _ in range(1200):
        try:
            with urllib.request.urlopen(url, context=context, timeout=20) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            time.sleep(0.25)
    return 0


def workers(parent: int, called: bytes = b"--with-parent") -> list[int]:
    """Processes beside the web server that this server started: its workers, or those called otherwise."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            mine = f"PPid:\t{parent}\n" in (folder / "status").read_text()
        except OSError:
            continue
        if called in command and mine:
            found.append(int(folder.name))
    return found


def gone(process: int) -> bool:
    """Whether a process ends within the time that a worker may take."""
    for _ in range(1200):
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
        assert answer(f"http://127.0.0.1:{port}/login/") == 200
        assert answer(f"http://127.0.0.1:{port}/static/desk/desk.css") == 200
        taken = home.run("serve", "--port", port)
        assert (taken.code, "已被占用" in taken.err) == (2, True)
        (worker,) = workers(process.pid)
        process.send_signal(ending)
        assert process.wait(timeout=300) == (0 if ending != signal.SIGKILL else -signal.SIGKILL)
        assert gone(worker)


def test_tls_with_a_certificate_of_its_own(home: Home) -> None:
    port = free_port()
    with serving(home, "--port", port, "--tls", "--host", "127.0.0.1") as (_, lines):
        assert lines[0] == f"排查系统已打开：https://127.0.0.1:{port}/"
        trusted = ssl.create_default_context(cafile=str(home.folder / "tls-authority.crt"))
        assert answer(f"https://127.0.0.1:{port}/login/", trusted) == 200
    assert stat.S_IMODE((home.folder / "tls.key").stat().st_mode) == 0o600
    (home.folder / "tls.key").unlink()
    alone = home.run("serve", "--tls", "--port", port)
    assert (alone.code, "要成对" in alone.err) == (2, True)
    (home.folder / "tls.crt").unlink()  # the next test makes a pair of its own


def another(parent: int, ended: int, called: bytes = b"--with-parent") -> int:
    """The process that took the place of one that ended, within some seconds; 0 where none did."""
    for _ in range(1200):
        found = [pid for pid in workers(parent, called) if pid != ended]
        if found:
            return found[0]
        time.sleep(0.25)
    return 0


def well(port: int) -> bool:
    """Whether the server says that it is well, once its processes have loaded."""
    for _ in range(600):
        if answer(f"http://127.0.0.1:{port}/healthz") == 200:
            return True
        time.sleep(0.5)
    return False


ASK = """
import django; django.setup()
import sys
from tests.worlds.tasks import leave
leave.enqueue(sys.argv[1])
"""


def in_time(file: Path) -> bool:
    """Whether the file that a test asked for is there within five minutes."""
    for _ in range(1200):
        if file.exists():
            return True
        time.sleep(0.25)
    return False


def test_a_killed_worker_is_started_again_and_does_what_waits(home: Home) -> None:
    environment = home.environment | {"DJANGO_SETTINGS_MODULE": "paicha.config.settings"}
    port = free_port()
    with serving(home, "--port", port) as (process, _):
        (first,) = workers(process.pid)
        assert well(port)
        os.kill(first, signal.SIGKILL)
        second = another(process.pid, first)
        assert second
        mark = home.folder / "done"
        subprocess.run([sys.executable, "-c", ASK, str(mark)], env=environment, check=True, timeout=300)
        assert in_time(mark) and well(port)
        checks = {c["name"]: c["said"] for c in home.run("doctor", "--json").data["checks"]}
        assert checks["后台任务进程"] == "在运行"
        os.kill(second, signal.SIGKILL)
        third = another(process.pid, second)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=300) == 0
        assert gone(third) and workers(process.pid) == []


def test_the_page_of_the_certificate_is_started_again_too(home: Home) -> None:
    port = free_port()
    plain = f"http://127.0.0.1:{port + 1}/certificate/"
    with serving(home, "--port", port, "--tls", "--host", "127.0.0.1") as (process, _):
        assert answer(plain) == 200
        (first,) = workers(process.pid, b"paicha.delivery.cli.plain")
        os.kill(first, signal.SIGKILL)
        second = another(process.pid, first, b"paicha.delivery.cli.plain")
        assert second and answer(plain) == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=300) == 0 and gone(second)


def test_what_dies_young_is_started_later_and_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(children.time, "monotonic", lambda: now[0])
    child, starts = children.Child("试", ["paicha", "no such command"]), []
    for _ in range(200):
        before = child._process
        child.tend()
        if child._process is not None and child._process is not before:
            starts.append(now[0])
            child._process.wait(timeout=300)
        now[0] += 1
    child.stop()
    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert pauses[:6] == [1, 2, 3, 5, 9, 17] and max(pauses) == 61


def test_what_lives_and_does_not_move_is_ended_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now, moves = [1000.0], [True]
    monkeypatch.setattr(children.time, "monotonic", lambda: now[0])
    child = children.Child("试", ["http.server", "0"], lambda: moves[0])
    child.tend()
    first = child._process
    assert first is not None
    for moves[0], seconds in ((True, 500), (False, 170), (True, 10), (False, 170)):
        for _ in range(seconds // 10):
            now[0] += 10
            child.tend()
    assert first.poll() is None, "a pause of some minutes is no end"
    now[0] += 20
    child.tend()
    assert first.wait(timeout=300) == -signal.SIGKILL
    child.tend()
    assert child._process is not None and child._process is not first
    child._process.kill()
    child.stop()


def test_a_line_stays_open_while_somebody_types(home: Home) -> None:
    """A browser sends a form down the line that it has; what is closed in that moment is not sent again."""
    port = free_port()
    with serving(home, "--port", port):
        assert answer(f"http://127.0.0.1:{port}/login/") == 200
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        line.auto_open = 0
        line.connect()
        for pause in (8, 0):
            line.request("GET", "/login/")
            response = line.getresponse()
            response.read()
            assert response.status == 200
            time.sleep(pause)
        line.close()


def test_only_known_names_reach_it(home: Home) -> None:
    port = free_port()
    with serving(home, "--port", port):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/login/", headers={"Host": "evil.example"})
        assert answer(request) == 400  # type: ignore[arg-type]  # urlopen takes a request too


def test_demo_accounts_are_shown_in_a_demo_home_alone(home: Home, tmp_path: Path) -> None:
    accounts = [{"username": "demo-x", "password": "geheim-1", "title": "村干部"}]
    (home.folder / "demo-accounts.json").write_text(json.dumps(accounts), encoding="utf-8")
    with serving(home, "--port", free_port()) as (_, lines):
        assert not any("geheim-1" in line for line in lines)
    mark = "from paicha.domain import clock; clock.mark_demo()"
    code = f"import django; django.setup(); {mark}"
    environment = home.environment | {"DJANGO_SETTINGS_MODULE": "paicha.config.settings"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=300)
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
        timeout=300, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "False", os.linesep.join(done.stderr.splitlines()[-3:])
