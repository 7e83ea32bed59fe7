"""`paicha serve` and `paicha worker`: the web server, and the process that does long work.

What holds: one command is enough on the embedded database, where `serve` runs the worker as a child that ends
with it, even when it is killed; nothing is loaded before gunicorn forks that would not survive it (no Polars);
browsers reach the server only under names that it was told, or that are this machine's own.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

from paicha.delivery.cli.certificate import authority_of, certificate
from paicha.delivery.cli.console import CommandRefused, speak
from paicha.delivery.cli.home import open_home

_ANY = {"0.0.0.0", "::", ""}  # noqa: S104  (what the operator wrote, not what is bound by default)
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_MOST_WORKERS = 4
_SIGN_SECONDS = 600
_MEMORY = Path("/dev/shm")  # noqa: S108  (heartbeat files of gunicorn, made with mkstemp, off the disk)
_OPTIONS = {
    "worker_class": "gthread",
    "threads": 4,
    "timeout": 180,  # a county's workbooks in one upload
    "graceful_timeout": 10,
    "keepalive": 5,
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
    worker = subparsers.add_parser("worker", help="后台任务进程（PostgreSQL 时另开）")
    worker.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    worker.set_defaults(run=run_worker)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"端口“{text}”不对，请写 1 到 65535 的数")
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

    home = Path(settings.PAICHA_HOME)
    files = certificate(home, names) if args.tls else None
    plain = (args.http_port or args.port % 65535 + 1) if files and authority_of(home) else None
    if plain is not None:
        _refuse_taken(host, plain)
    embedded = connection.vendor == "sqlite"
    accounts = _demo_accounts(home)
    connections.close_all()  # a connection must not be shared with the processes that are forked
    shown = next((name for name in names if name not in _LOOPBACK), "127.0.0.1") if host in _ANY else host
    address = f"{'https' if files else 'http'}://{_bracketed(shown)}:{args.port}/"
    lines = [f"排查系统已打开：{address}"]
    lines += [f"  演示账号 {a['username']}  密码 {a['password']}  {a.get('title', '')}" for a in accounts]
    lines += [] if embedded else ["后台任务请另开一个窗口运行 paicha worker。"]
    if plain is not None:
        lines += [f"手机、电脑装证书，打开：http://{_bracketed(shown)}:{plain}/"]
    lines += ["按 Ctrl+C 停下。"]
    beside = None if plain is None else [host, str(plain), str(args.port)]
    _run_gunicorn(f"{_bracketed(host)}:{args.port}", files, embedded, lines, beside)
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
                names.insert(0, _bracketed(probe.getsockname()[0]))
        except OSError:
            continue
    with contextlib.suppress(OSError):
        names += socket.gethostbyname_ex(socket.gethostname())[2]
    return list(dict.fromkeys([*names, *_LOOPBACK]))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _refuse_taken(host: str, port: int) -> None:
    """Say in one sentence what gunicorn would say five times. Raises CommandRefused."""
    try:
        found = socket.getaddrinfo(host.strip("[]") or None, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(found[0], found[1]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[4])
    except socket.gaierror as error:
        raise CommandRefused(f"地址“{host}”不对，请写本机的 IP 地址，或 0.0.0.0。") from error
    except PermissionError as error:
        raise CommandRefused(f"没有权限用端口 {port}，请换一个 1024 以上的：--port 8000。") from error
    except OSError as error:
        raise CommandRefused(
            f"端口 {port} 已被占用或地址 {host} 不在本机，请先停下占用的程序，或换一个：--port {port % 65535 + 1}。"
        ) from error


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
    bind: str,
    files: tuple[Path, Path] | None,
    embedded: bool,
    lines: list[str],
    beside: list[str] | None = None,
) -> None:
    """Serve until told to stop; gunicorn forks here, and each of its processes loads the application itself."""
    worker: list[subprocess.Popen[bytes]] = []

    def when_ready(_server: Any) -> None:
        if embedded:
            worker.append(_start_worker())
        if beside is not None:  # the page that a phone needs before it trusts this server
            worker.append(subprocess.Popen([sys.executable, "-m", "paicha.delivery.cli.plain", *beside]))
        for line in lines:
            speak(line)

    def on_exit(_server: Any = None) -> None:
        for process in worker:
            _stop_worker(process)

    options: dict[str, Any] = {"bind": bind, "when_ready": when_ready, "on_exit": on_exit, **_OPTIONS}
    options["workers"] = min(max(os.cpu_count() or 1, 2), _MOST_WORKERS)
    if _MEMORY.is_dir():
        options["worker_tmp_dir"] = str(_MEMORY)
    if files:
        options["certfile"], options["keyfile"] = (str(file) for file in files)
    server: Any = _server(options)
    try:
        server.run()
    except SystemExit as ended:
        if ended.code:
            raise CommandRefused("网页服务没能打开，原因见上面的记录。") from None
    finally:
        on_exit()


def _server(options: dict[str, Any]) -> Any:
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        cfg: Any

        def load_config(self) -> None:
            for key, value in options.items():
                self.cfg.set(key, value)

        def load(self) -> Any:
            from django.utils.module_loading import import_string

            return import_string("paicha.config.wsgi.application")

    make: Any = Server
    return make()


def _start_worker() -> subprocess.Popen[bytes]:
    """The worker in a session of its own, told of our end by its standard input, which closes with us."""
    command = [sys.executable, "-m", "paicha.delivery.cli.main", "worker", "--with-parent"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def _stop_worker(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run_worker(args: argparse.Namespace) -> int:
    """Do queued tasks until told to stop; a database that is away for a while is waited for."""
    import logging
    import time

    open_home()
    from django.core.management import call_command
    from django.db import connections
    from django.db.utils import DatabaseError

    if args.with_parent:
        _end_with_parent()
    else:
        speak("后台任务进程已开始，按 Ctrl+C 停下。")
    _sign_heads()
    for name in ("django_tasks_db", "django_tasks"):
        logging.getLogger(name).setLevel(logging.ERROR)
    while True:
        try:
            call_command("db_worker", verbosity=0, reload=False)
        except SystemExit:
            return 0
        except DatabaseError as error:
            speak(f"数据库暂时连不上（{str(error).strip()[:80]}），5 秒后再试。", error=True)
            connections.close_all()
            time.sleep(5)
        else:
            return 0


def _sign_heads() -> None:
    """Sign the heads of the audit chains now and then, so that nobody can rewrite them unseen; and remind."""
    import threading
    import time

    from django.db import close_old_connections
    from django.db.utils import DatabaseError

    from paicha.domain.audit.services import checkpoint

    def sign() -> None:
        while True:
            with contextlib.suppress(DatabaseError):  # tried again next time
                close_old_connections()
                checkpoint()
                _remind()
            time.sleep(_SIGN_SECONDS)

    threading.Thread(target=sign, daemon=True).start()


def _remind() -> None:
    """What the calendar brings by itself: leads that wait for a deadline, overdue problems told, lists forgotten."""
    from paicha.domain.problems.rectification import escalate
    from paicha.domain.referrals.comparing import forget_old
    from paicha.domain.responses.services import screen_by_calendar
    from paicha.domain.rounds.packs import pack_of
    from paicha.domain.rounds.queries import current_round

    round_ = current_round()
    if round_ is not None:
        screen_by_calendar(round_, pack_of(round_), "system")
        escalate(round_, pack_of(round_))
        forget_old()


def _end_with_parent() -> None:
    """Stop as if told to, once whoever started us is gone, however it went."""
    import signal
    import threading

    def watch() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
