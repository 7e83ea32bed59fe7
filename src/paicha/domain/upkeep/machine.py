"""Looks at the machine and the home's folder, which need no database."""

from __future__ import annotations

import os
import platform
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from paicha import __version__
from paicha.domain.upkeep.certificate import described
from paicha.domain.upkeep.finding import Check, Finding, Grade, verdict

_GIB = 1024**3
_FREE, _LITTLE = 2 * _GIB, 10 * _GIB  # too little to go on with; soon too little
_RENEW_DAYS, _SOON_DAYS = 20, 40


def _home() -> Iterator[Finding]:
    home = Path(settings.PAICHA_HOME)
    mode = stat.S_IMODE(home.stat().st_mode)
    yield verdict(
        "数据文件夹", mode & 0o077 == 0, f"{home} 权限 {mode:04o}", f"请运行 chmod 700 {home}"
    )  # fmt: skip
    if not os.access(home, os.W_OK):
        yield Finding(
            "数据文件夹可写", Grade.BAD, f"{home} 不能写入", "请换成有权限的用户，或另设 PAICHA_HOME"
        )
    for name in ("secret.key", "audit.key", "field.key", "tls.key", "tls-authority.key"):
        file = home / name
        if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield Finding("密钥", Grade.BAD, f"{name} 别人也能读", f"请运行 chmod 600 {file}")


def _certificate() -> Iterator[Finding]:
    known = described(Path(settings.PAICHA_HOME))
    if known is None:
        yield Finding(
            "证书",
            Grade.WATCH,
            "没有证书，手机离线填表要用 https",
            "要用手机的，请用 paicha serve --tls 打开",
        )
        return
    whose, until = known
    left = (until - datetime.now(UTC)).days
    said = f"{whose}，到 {until:%Y-%m-%d}（还有 {left} 天）"
    remedy = "自己签的重新运行 paicha serve --tls 就会换；自己放的请换一张新的"
    otherwise = Grade.WATCH if left > _RENEW_DAYS else Grade.BAD
    yield verdict("证书", left > _SOON_DAYS, said, remedy, otherwise)


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.PAICHA_HOME).free
    remedy = f"请清理磁盘，至少留 {_FREE // _GIB} GB"
    otherwise = Grade.WATCH if free >= _FREE else Grade.BAD
    yield verdict("磁盘", free >= _LITTLE, f"剩余 {free / _GIB:.1f} GB", remedy, otherwise)


def _fonts() -> Iterator[Finding]:
    from paicha.formats.fonts import BROUGHT, faces, families  # noqa: PLC0415  (loads every font)

    yield verdict("字体", BROUGHT in set(faces().families()), "、".join(families()), "请重新安装：make run")


def _program() -> Iterator[Finding]:
    import polars as pl  # noqa: PLC0415  (a heavy library, of which doctor alone says whether it works)

    works = pl.DataFrame({"a": [1, 2]}).select(pl.sql_expr("a = 2").sum()).item() == 1
    said = f"排查 {__version__}，Python {platform.python_version()}，Polars {pl.__version__}，{os.cpu_count()} 核"
    yield verdict("运行环境", works, said, "请重新安装：make run")


CHECKS = (
    Check("数据文件夹", _home),
    Check("证书", _certificate),
    Check("磁盘", _disk),
    Check("字体", _fonts),
    Check("运行环境", _program),
)
