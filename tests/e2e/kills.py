"""A server of a home of its own that is killed piece by piece, and somebody who uploads through it meanwhile."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from tests.e2e.homes import COMMAND, Home

COUNTY = "610881000000"
_SIGN_IN = """
import django; django.setup()
from datetime import date
from django.test import Client
from paicha.domain.accounts.models import Assignment, User
user = User.objects.create_user("kills", password="a-long-password-1", name="x", must_change_password=False)
Assignment.objects.create(user=user, role="city_officer", kind="area", ref="610881", since=date(2022, 1, 1))
client = Client(); client.force_login(user)
session = client.session; session["second_factor"] = "passed"; session.save()
print(client.cookies["paicha"].value)
"""

_CALENDAR = """
import django; django.setup()
from paicha.delivery.cli.worker import _remind
_remind()
"""


def sign_in(home: Home) -> str:
    """The session of an officer who may upload for the whole county."""
    return _python(home, _SIGN_IN)


def look_at_the_calendar(home: Home) -> None:
    """What a worker does every ten minutes, so that two homes are compared at the same stage."""
    _python(home, _CALENDAR)


def _python(home: Home, code: str) -> str:
    environment = home.environment | {"DJANGO_SETTINGS_MODULE": "paicha.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return done.stdout.strip()


def until(what: str, holds: Callable[[], Any], seconds: float = 300, every: float = 0.1) -> Any:
    """Wait for something; its value. Fails after so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s: {what}")


@dataclass
class Server:
    """`paicha serve` of a home, and the processes that it has."""

    home: Home
    port: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()

    def start(self) -> None:
        log = (self.home.folder.parent / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(self.port)], env=self.home.environment, stdout=log, stderr=log
        )
        try:
            until("the server is well", self.well)
        except AssertionError:
            self.stop()
            raise

    def well(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def children(self) -> dict[str, list[int]]:
        """Process ids of the job worker and of the web processes."""
        found: dict[str, list[int]] = {"worker": [], "web": []}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                mine = f"PPid:\t{self.process.pid}\n" in (folder / "status").read_text()
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if mine:
                found["worker" if b"--with-parent" in command else "web"].append(int(folder.name))
        return found

    def kill(self, *kinds: str) -> None:
        """SIGKILL all processes of these kinds, at once."""
        children = self.children()
        if "master" in kinds:
            self.process.kill()
        for kind in kinds:
            for pid in children.get(kind, []):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=120)


@dataclass
class Person:
    """Somebody with a session at a server, by plain requests."""

    server: Server
    session: str
    token: str = ""
    csrf: str = ""

    def _ask(self, path: str, body: bytes | None = None, kind: str = "") -> tuple[str, str]:
        """(address in the end, page)."""
        headers = {"Cookie": f"paicha={self.session}; paicha_csrf={self.csrf}"}
        if body is not None:
            headers |= {"Content-Type": kind}
        request = urllib.request.Request(f"http://127.0.0.1:{self.server.port}{path}", body, headers)
        with urllib.request.urlopen(request, timeout=120) as answer:
            page = answer.read().decode()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                found = re.match("paicha_csrf=([^;]+)", cookie)
                self.csrf = found[1] if found else self.csrf
            token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page)
            self.token = token[1] if token else self.token
            return urllib.parse.urlsplit(answer.url).path, page

    def get(self, path: str) -> str:
        return self._ask(path)[1]

    def post(self, path: str) -> None:
        """Post a form without fields."""
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": self.token}).encode()
        self._ask(path, body, "application/x-www-form-urlencoded")

    def upload(self, code: str, files: Sequence[Path]) -> str:
        """Send files; the address of their tray."""
        self.get(f"/area/{code}/upload/")
        edge = uuid4().hex
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{self.token}\r\n'.encode()
        ]
        for file in files:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{file.name}"\r\n'
            parts += [
                f"{head}Content-Type: application/octet-stream\r\n\r\n".encode(),
                file.read_bytes(),
                b"\r\n",
            ]
        body = b"".join([*parts, f"--{edge}--\r\n".encode()])
        return self._ask(f"/area/{code}/upload/", body, f"multipart/form-data; boundary={edge}")[0]


def tray_of(where: str) -> UUID:
    return UUID(where.rstrip("/").rpartition("/")[2])


def state_of(home: Home, where: str) -> dict[str, Any]:
    """A tray's state as it lies on the disk."""
    folder = home.folder / "files" / "trays" / str(tray_of(where))
    for name in ("import.json", "state.json"):
        if (folder / name).is_file():
            found: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
            return found
    raise AssertionError(f"no state in {folder}")
