"""`paicha doctor`: is this home in order? One line a check, 好 or 不好 with what to do; exit 1 where any is not.

What holds: it repairs nothing, and a check that itself fails is a 不好 with its cause, never a traceback.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from paicha.delivery.cli.certificate import described
from paicha.delivery.cli.console import print_json, setup_django, speak

_GIB = 1024**3
_FREE = 2 * _GIB
_POSTGRES = 130000  # the oldest that Django 5.2 takes
_EARLIEST_YEAR = 2022
_RENEW_DAYS = 20
_RARE, _RARE_NAMES = (
    "[^\u4e00-\u9fff·]",
    10_000,
)  # names with other letters than the usual ones; so many are looked at


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome; `remedy` where it isn't in order."""

    name: str
    ok: bool
    said: str
    remedy: str = ""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("doctor", help="检查本机的数据库、方案包、磁盘、字体和时钟")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    setup_django()
    there = _there()
    missing = [Finding("数据库", False, "还没有建立", "请运行 paicha init")]
    checks = CHECKS if there else OF_MACHINE
    found = [finding for name, check in checks for finding in _guarded(name, check)] + (
        [] if there else missing
    )
    ok = all(finding.ok for finding in found)
    if args.json:
        print_json({"ok": ok, "checks": [asdict(finding) for finding in found]})
        return 0 if ok else 1
    for finding in found:
        remedy = f"。{finding.remedy}" if finding.remedy else ""
        speak(f"{'好  ' if finding.ok else '不好'} {finding.name}：{finding.said}{remedy}")
    return 0 if ok else 1


def _there() -> bool:
    """Whether there is a database to look at: SQLite would make an empty one."""
    from django.db import connection

    return connection.vendor != "sqlite" or Path(str(connection.settings_dict["NAME"])).is_file()


def _guarded(name: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a check finds; its own failure is a finding too."""
    try:
        yield from check()
    except Exception as error:  # whatever stops one check is what that check found
        lines = str(error).strip().splitlines()
        yield Finding(
            name, False, f"查不了（{lines[0][:80] if lines else type(error).__name__}）", "请先解决前面的问题"
        )


def _home() -> Iterator[Finding]:
    from django.conf import settings

    home = Path(settings.PAICHA_HOME)
    mode = stat.S_IMODE(home.stat().st_mode)
    closed = mode & 0o077 == 0
    yield Finding(
        "数据文件夹", closed, f"{home} 权限 {mode:04o}", "" if closed else f"请运行 chmod 700 {home}"
    )
    if not os.access(home, os.W_OK):
        yield Finding("数据文件夹可写", False, f"{home} 不能写入", "请换成有权限的用户，或另设 PAICHA_HOME")
    for name in ("secret.key", "audit.key", "field.key", "tls.key", "tls-authority.key"):
        file = home / name
        if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield Finding("密钥", False, f"{name} 别人也能读", f"请运行 chmod 600 {file}")


def _certificate() -> Iterator[Finding]:
    from django.conf import settings

    known = described(Path(settings.PAICHA_HOME))
    if known is None:
        yield Finding("证书", True, "没有，手机离线要用 https：paicha serve --tls")
        return
    whose, until = known
    left = (until - datetime.now(UTC)).days
    yield Finding(
        "证书", left > _RENEW_DAYS, f"{whose}，到 {until:%Y-%m-%d}（还有 {left} 天）",
        "" if left > _RENEW_DAYS else "自己签的重新运行 paicha serve --tls 就会换；自己放的请换一张新的",
    )  # fmt: skip


def _database() -> Iterator[Finding]:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            version = cursor.fetchone()[0]
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
            yield Finding(
                "数据库",
                mode == "wal",
                f"SQLite {version}，{mode}",
                "" if mode == "wal" else "请重新启动程序",
            )
            cursor.execute("PRAGMA quick_check(1)")
            said = cursor.fetchone()[0]
            whole = said == "ok"
            yield Finding(
                "数据库文件", whole, "完整" if whole else str(said)[:80], "" if whole else "请用备份恢复"
            )
            return
        cursor.execute("SHOW server_version_num")
        number = int(cursor.fetchone()[0])
        ok = number >= _POSTGRES
        remedy = "" if ok else f"请升级到 PostgreSQL {_POSTGRES // 10000} 或更新"
        yield Finding("数据库", ok, f"PostgreSQL {number // 10000}.{number % 10000}", remedy)
        cursor.execute("SHOW server_encoding")
        encoding = cursor.fetchone()[0]
        utf8 = encoding.upper() == "UTF8"
        yield Finding("数据库编码", utf8, encoding, "" if utf8 else "请用 UTF8 重建数据库")


def _migrations() -> Iterator[Finding]:
    from paicha.domain.jobs.health import missing_migrations

    missing = missing_migrations()
    said = f"还有 {missing} 步没有升级" if missing else "已是这一版"
    yield Finding("数据库版本", not missing, said, "请运行 paicha init" if missing else "")


def _round() -> Iterator[Finding]:
    from paicha.domain.rounds.packs import pack_of
    from paicha.domain.rounds.queries import current_round, current_stage

    round_ = current_round()
    if round_ is None:
        yield Finding("排查轮次", False, "还没有打开", "请运行 paicha init")
        return
    pack = pack_of(round_)
    yield Finding(
        "方案包", True, f"{pack.title} {pack.version}，{len(pack.forms)} 张表，{len(pack.rules)} 条规则"
    )
    stage = current_stage(round_, pack)
    left = f"还有 {stage.left} 天" if not stage.over else f"已过 {-stage.left} 天"
    yield Finding("排查轮次", True, f"{round_.opens_on} 开始，现在是{stage.title}，{left}")


def _worker() -> Iterator[Finding]:
    from django.db import connection

    from paicha.domain.jobs.queue import serving, working

    if working():
        yield Finding("后台任务进程", True, "在运行")
    elif not serving():
        yield Finding("后台任务进程", True, "没有运行，网页服务也没有打开")
    else:
        own = connection.vendor == "sqlite"
        remedy = "请停下 paicha serve 再打开" if own else "请另开一个窗口运行 paicha worker"
        yield Finding("后台任务进程", False, "网页服务开着，后台任务进程没有运行，导入和打包都会等着", remedy)


def _queue() -> Iterator[Finding]:
    from paicha.domain.jobs.health import hanging

    stuck = hanging()
    said = f"有 {stuck} 件该做而没有人做" if stuck else "没有积压，没有卡住的"
    remedy = "请检查 paicha serve 或 paicha worker 是否在运行；在运行的请停下再打开，中断的会接着做"
    yield Finding("后台任务", not stuck, said, remedy if stuck else "")


def _disk() -> Iterator[Finding]:
    from django.conf import settings

    free = shutil.disk_usage(settings.PAICHA_HOME).free
    enough = free >= _FREE
    remedy = "" if enough else f"请清理磁盘，至少留 {_FREE // _GIB} GB"
    yield Finding("磁盘", enough, f"剩余 {free / _GIB:.1f} GB", remedy)


def _fonts() -> Iterator[Finding]:
    from paicha.formats.fonts import BROUGHT, faces, families

    known = BROUGHT in set(faces().families())
    yield Finding("字体", known, "、".join(families()), "" if known else "请重新安装：make run")


def _imports() -> Iterator[Finding]:
    from paicha.domain.intake.interruptions import cut_short

    n = len(cut_short())
    yield Finding(
        "导入", not n, f"{n} 次中断了，没有做完" if n else "没有中断的",
        "把同样的文件再导入一次会接着收；要撤回请看 paicha upload list" if n else "",
    )  # fmt: skip


def _names() -> Iterator[Finding]:
    """Whether the names of the register can be printed: only those with letters beyond the usual ones are looked at."""
    from paicha.domain.households.models import Household
    from paicha.formats.fonts import code_point, missing

    rare = Household.objects.filter(head_name__regex=_RARE).values_list("head_name", flat=True)[:_RARE_NAMES]
    gaps = missing("".join(rare))
    yield Finding(
        "名字里的字", not gaps,
        f"没有字体有这些字：{'、'.join(f'{c}（{code_point(c)}）' for c in gaps)}" if gaps else "都能打印",
        "请装上有这些字的字体（如 SimSun-ExtB），不装的话 PDF 里写成 U+ 编码" if gaps else "",
    )  # fmt: skip


def _clock() -> Iterator[Finding]:
    from paicha.domain import clock
    from paicha.domain.audit.models import AuditEntry

    now, offset = clock.now(), clock.offset()
    last = AuditEntry.objects.order_by("-at").values_list("at", flat=True).first()
    back = last is not None and now < last - timedelta(minutes=5)
    wrong = now.year < _EARLIEST_YEAR
    said = f"{now:%Y-%m-%d %H:%M} 北京时间" + (f"（演示时钟调整了 {offset}）" if offset else "")
    if back:
        said += f"，比最后一条记录（{last:%Y-%m-%d %H:%M} UTC）还早"
    yield Finding("时钟", not (back or wrong), said, "请校准本机的时间和时区" if back or wrong else "")


def _machine() -> Iterator[Finding]:
    import polars as pl

    works = pl.DataFrame({"a": [1, 2]}).select(pl.sql_expr("a = 2").sum()).item() == 1
    said = f"Python {platform.python_version()}，Polars {pl.__version__}，{os.cpu_count()} 核"
    yield Finding("运行环境", works, said, "" if works else "请重新安装：make run")


Check = tuple[str, Callable[[], Iterator[Finding]]]
OF_MACHINE: tuple[Check, ...] = (
    ("数据文件夹", _home),
    ("证书", _certificate),
    ("磁盘", _disk),
    ("字体", _fonts),
    ("运行环境", _machine),
)
CHECKS: tuple[Check, ...] = (
    *OF_MACHINE,
    ("数据库", _database),
    ("数据库版本", _migrations),
    ("方案包和轮次", _round),
    ("后台任务进程", _worker),
    ("后台任务", _queue),
    ("导入", _imports),
    ("名字里的字", _names),
    ("时钟", _clock),
)
