"""`paicha serve`: the web server, and on the embedded database the worker beside it.

What holds: one command is enough on the embedded database, where `serve` runs the worker as a child that is started
again when it dies and ends with `serve`; nothing is loaded before gunicorn forks that would not survive it (no
Polars); browsers reach the server only under names that it was told, or that are this machine's own.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from paicha.core.catalogue import sentence
from paicha.delivery.cli.certificate import certificate
from paicha.delivery.cli.children import Child
from paicha.delivery.cli.console import CommandRefused, speak
from paicha.delivery.cli.home import open_home
from paicha.domain.upkeep.certificate import authority_of

_ANY = {"0.0.0.0", "::", ""}  # noqa: S104  (what the operator wrote, not what is bound by default)
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_MOST_WORKERS = 4
_MEMORY = Path("/dev/shm")  # noqa: S108  (heartbeat files of gunicorn, made with mkstemp, off the disk)
_OPTIONS = {
    "worker_class": "gthread",
    "threads": 4,
    "timeout": 180,  # a county's workbooks in one upload
    "graceful_timeout": 10,
    "keepalive": 310,  # longer than any browser's, so that none sends a form down a line that is just being closed
    "preload_app": False,
    "loglevel": "warning",
    "proc_name": "paicha",
}


def add_parser(subparsers: Any) -> None:
    serving = subparsers.add_parser("serve", help="打开网页服务")
    serving.add_argument("--host", default=None, help="监听的地址，默认只有本机（127.0.0.1）")
    serving.add_argument("--port", type=_port, default=8000, help="端口，默认 8000")
    serving.add_argument("--tls", action="store_true", help="用 https，没有证书时自己做一张")
    serving.add_argument(
        "--http-port", type=_port, default=None, help="--tls 时装证书的网页用的端口，默认端口加 1"
    )
    serving.set_defaults(run=run_serve)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(sentence("E38", read=text))
    return int(text)


def run_serve(args: argparse.Namespace) -> int:
    host = args.host or "127.0.0.1"
    names = own_names(host)
    if args.host is not None:
        os.environ.setdefault("PAICHA_HOSTS", ",".join(names))
    if args.tls:
        os.environ["PAICHA_TLS"] = "1"
    open_home()
    _refuse_taken(host, args.port)
    from django.conf import settings
    from django.db import connection, connections

    from paicha.domain.jobs.queue import present, working

    home = Path(settings.PAICHA_HOME)
    files = certificate(home, names) if args.tls else None
    plain = (args.http_port or args.port % 65535 + 1) if files and authority_of(home) else None
    if plain is not None:
        _refuse_taken(host, plain)
    embedded = connection.vendor == "sqlite"
    accounts = _demo_accounts(home)
    connections.close_all()  # a connection must not be shared with the processes that are forked
    shown = next((name for name in names if name not in _LOOPBACK), "127.0.0.1") if host in _ANY else host
    address = f"{'https' if files else 'http'}://{_host_text(shown)}:{args.port}/"
    lines = [f"排查系统已打开：{address}"]
    lines += [f"  演示账号 {a['username']}  密码 {a['password']}  {a.get('title', '')}" for a in accounts]
    lines += [] if embedded else ["后台任务请另开一个窗口运行 paicha worker。"]
    if plain is not None:
        lines += [f"手机、电脑装证书，打开：http://{_host_text(shown)}:{plain}/"]
    lines += ["按 Ctrl+C 停下。"]
    beside = []
    if embedded:
        beside.append(Child("后台任务进程", ["paicha.delivery.cli.main", "worker", "--with-parent"], working))
    if plain is not None:  # the page that a phone needs before it trusts this server
        command = ["paicha.delivery.cli.plain", host, str(plain), str(args.port)]
        beside.append(Child("装证书的网页", command))
    here = present("servers")  # until we end: without a thread, which would not survive the forks
    _run_gunicorn(f"{_host_text(host)}:{args.port}", files, beside, lines)
    here.path.unlink(missing_ok=True)
    return 0


def own_names(host: str) -> list[str]:
    """Names under which browsers may come: the machine's own where `host` means every address."""
    if host not in _ANY:
        return list(dict.fromkeys([host, *_LOOPBACK]))
    names = [socket.gethostname()]
    for family, target in ((socket.AF_INET6, "2001:db8::1"), (socket.AF_INET, "192.0.2.1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((target, 9))  # chooses an address, sends nothing
                names.insert(0, _host_text(probe.getsockname()[0]))
        except OSError:
            continue
    with contextlib.suppress(OSError):
        names += socket.gethostbyname_ex(socket.gethostname())[2]
    return list(dict.fromkeys([*names, *_LOOPBACK]))


def _host_text(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _refuse_taken(host: str, port: int) -> None:
    """Say in one sentence what gunicorn would say five times. Raises CommandRefused."""
    try:
        found = socket.getaddrinfo(host.strip("[]") or None, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(found[0], found[1]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[4])
    except socket.gaierror as error:
        raise CommandRefused("E39", host=host) from error
    except PermissionError as error:
        raise CommandRefused("E40", port=port) from error
    except OSError as error:
        raise CommandRefused("E41", port=port, host=host, free=port % 65535 + 1) from error


def _demo_accounts(home: Path) -> list[dict[str, str]]:
    """What a demo home shows; none in a real one, whatever lies in its folder."""
    from paicha.domain import clock

    file = home / "demo-accounts.json"
    if not file.is_file() or not clock.is_demo():
        return []
    try:
        accounts: list[dict[str, str]] = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        return []
    return accounts


def _run_gunicorn(
    bind: str, files: tuple[Path, Path] | None, beside: Sequence[Child], lines: Sequence[str]
) -> None:
    """Serve until told to stop; gunicorn forks here, and each of its processes loads the application itself."""

    def when_ready(_server: Any) -> None:
        _tend(beside)
        for line in lines:
            speak(line)

    options: dict[str, Any] = {"bind": bind, "when_ready": when_ready, **_OPTIONS}
    options["workers"] = min(max(os.cpu_count() or 1, 2), _MOST_WORKERS)
    if _MEMORY.is_dir():
        options["worker_tmp_dir"] = str(_MEMORY)
    if files:
        options["certfile"], options["keyfile"] = (str(file) for file in files)
    server: Any = _server(options, beside)
    try:
        server.run()
    except SystemExit as ended:
        if ended.code:
            raise CommandRefused("E42") from None
    finally:
        for child in beside:
            child.stop()


def _tend(beside: Sequence[Child]) -> None:
    for child in beside:
        child.tend()


def _server(options: dict[str, Any], beside: Sequence[Child]) -> Any:
    """The application as gunicorn wants it; its main loop, which watches the web processes, watches `beside` too."""
    from gunicorn.app.base import BaseApplication
    from gunicorn.arbiter import Arbiter

    class Server(BaseApplication):
        cfg: Any

        def load_config(self) -> None:
            for key, value in options.items():
                self.cfg.set(key, value)

        def load(self) -> Any:
            from django.utils.module_loading import import_string

            return import_string("paicha.config.wsgi.application")

        def run(self) -> None:
            arbiter: Any = Arbiter
            master = arbiter(self)
            manage = master.manage_workers  # called every second

            def watch() -> None:
                manage()
                _tend(beside)

            master.manage_workers = watch
            master.run()

    make: Any = Server
    return make()
