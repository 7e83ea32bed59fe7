"""Looks at what stands in the database: whether it is whole and of this version, round, jobs, records, backups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection

from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry, Checkpoint
from paicha.domain.households.models import Household
from paicha.domain.intake.interruptions import cut_short
from paicha.domain.jobs.health import hanging, missing_migrations, waiting
from paicha.domain.jobs.queue import serving, working
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round, stages
from paicha.domain.upkeep.finding import Check, Finding, Grade, verdict

_MIB = 1024**2
_POSTGRES = 130000  # the oldest that Django 5.2 takes
_EARLIEST_YEAR = 2022
_BACK = timedelta(minutes=5)
_UNSIGNED = timedelta(hours=1)  # a worker signs every ten minutes
_BACKUP_DAYS = 1
_RARE, _RARE_NAMES = "[^\u4e00-\u9fff·]", 10_000  # names with unusual letters; so many are looked at


def _database() -> Iterator[Finding]:
    if connection.vendor == "sqlite":
        yield from _sqlite()
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),"
            " pg_database_size(current_database())"
        )
        number, encoding, size = cursor.fetchone()
    said = f"PostgreSQL {number // 10000}.{number % 10000}，{size / _MIB:.0f} MB"
    yield verdict("数据库", number >= _POSTGRES, said, f"请升级到 PostgreSQL {_POSTGRES // 10000} 或更新")
    yield verdict("数据库编码", encoding.upper() == "UTF8", encoding, "请用 UTF8 重建数据库")


def _sqlite() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version(), journal_mode, page_count * page_size"
                       " FROM pragma_journal_mode, pragma_page_count, pragma_page_size")  # fmt: skip
        version, mode, size = cursor.fetchone()
    yield verdict(
        "数据库", mode == "wal", f"SQLite {version}，{size / _MIB:.0f} MB，{mode}", "请重新启动程序"
    )


def _whole() -> Iterator[Finding]:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        said = cursor.fetchone()[0]
    yield verdict("数据库文件", said == "ok", "完整" if said == "ok" else str(said)[:80], "请用备份恢复")


def _migrations() -> Iterator[Finding]:
    missing = missing_migrations()
    said = f"还有 {missing} 步没有升级" if missing else "已是这一版"
    yield verdict("数据库版本", not missing, said, "请运行 paicha init")


def _round() -> Iterator[Finding]:
    round_ = current_round()
    if round_ is None:
        yield Finding("排查轮次", Grade.BAD, "还没有打开", "请运行 paicha init")
        return
    pack = pack_of(round_)
    yield Finding(
        "方案包", Grade.GOOD,
        f"{pack.title} {pack.version}，{len(pack.forms)} 张表，{len(pack.rules)} 条规则",
    )  # fmt: skip
    listed = stages(round_, pack)
    stage = next((one for one in listed if not one.over), listed[-1])
    left = f"还有 {stage.left} 天" if not stage.over else f"已过 {-stage.left} 天"
    said = f"{round_.opens_on} 开始，现在是{stage.title}，{left}"
    yield verdict("排查轮次", not stage.over, said, "各阶段都过了：要接着查请延期，或打开新一轮", Grade.WATCH)


def _worker() -> Iterator[Finding]:
    if working():
        yield Finding("后台任务进程", Grade.GOOD, "在运行")
    elif not serving():
        yield Finding(
            "后台任务进程", Grade.WATCH, "没有运行，网页服务也没有打开", "要用时请运行 paicha serve"
        )
    else:
        own = connection.vendor == "sqlite"
        remedy = "请停下 paicha serve 再打开" if own else "请另开一个窗口运行 paicha worker"
        yield Finding(
            "后台任务进程", Grade.BAD, "网页服务开着，后台任务进程没有运行，导入和打包都会等着", remedy
        )


def _queue() -> Iterator[Finding]:
    stuck, running = hanging(), waiting()
    said = f"有 {stuck} 件该做而没有人做" if stuck else "没有积压，没有卡住的"
    if running:
        said += f"，排着、在做的 {running} 件"
    remedy = "请检查 paicha serve 或 paicha worker 是否在运行；在运行的请停下再打开，中断的会接着做"
    yield verdict("后台任务", not stuck, said, remedy)


def _imports() -> Iterator[Finding]:
    n = len(cut_short())
    said = f"{n} 次中断了，没有做完" if n else "没有中断的"
    yield verdict("导入", not n, said, "把同样的文件再导入一次会接着收；要撤回请看 paicha upload list")


def _names() -> Iterator[Finding]:
    """Whether the names of the register can be printed: only those with letters beyond the usual ones are looked at."""
    from paicha.formats.fonts import code_point, missing  # noqa: PLC0415  (loads every font)

    rare = Household.objects.filter(head_name__regex=_RARE).values_list("head_name", flat=True)[:_RARE_NAMES]
    gaps = missing("".join(rare))
    said = f"没有字体有这些字：{'、'.join(f'{c}（{code_point(c)}）' for c in gaps)}" if gaps else "都能打印"
    yield verdict(
        "名字里的字", not gaps, said, "请装上有这些字的字体（如 SimSun-ExtB），不装的话 PDF 里写成 U+ 编码"
    )


def _backup() -> Iterator[Finding]:
    last = last_backup()
    if last is None:
        yield Finding(
            "备份",
            Grade.WATCH,
            "还没有备份过",
            "请在“备份”里或用 paicha backup 做一份，拷到另一台机器或移动硬盘上",
        )
        return
    days = (clock.now() - last).days
    said = f"最近一次在 {last.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
    yield verdict(
        "备份", days < _BACKUP_DAYS, said, "排查期间请每天备份一次，在“备份”里或用 paicha backup", Grade.WATCH
    )


def last_backup() -> datetime | None:
    """When a backup was last made, by the audit chains, which a restored home brings along; None for never."""
    made = AuditEntry.objects.filter(subject__gte="backup:", subject__lt="backup;")
    return made.order_by("-at").values_list("at", flat=True).first()


def _chains() -> Iterator[Finding]:
    point = Checkpoint.objects.order_by("-number").values_list("number", "at").first()
    if point is None:
        late = AuditEntry.objects.filter(at__lt=clock.now() - _UNSIGNED).exists()
        said = "还没有检查点，记录还没有签过"
    else:
        # entries that a worker should have signed long ago
        late = AuditEntry.objects.filter(at__gt=point[1], at__lt=clock.now() - _UNSIGNED).exists()
        said = f"最近的检查点是第 {point[0]} 个，{point[1].astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
        said += "，后来的记录还没有签" if late else ""
    remedy = "后台任务进程每十分钟签一次，请看它是否在运行；整体核验用 paicha audit verify"
    yield verdict("审计链", not late, said, remedy, Grade.WATCH)


def _clock() -> Iterator[Finding]:
    now, offset = clock.now(), clock.offset()
    last = AuditEntry.objects.order_by("-at").values_list("at", flat=True).first()
    back = last is not None and now < last - _BACK
    said = f"{now:%Y-%m-%d %H:%M} 北京时间" + (f"（演示时钟调整了 {offset}）" if offset else "")
    if back:
        said += f"，比最后一条记录（{last:%Y-%m-%d %H:%M} UTC）还早"
    yield verdict("时钟", not back and now.year >= _EARLIEST_YEAR, said, "请校准本机的时间和时区")


CHECKS = (
    Check("数据库", _database),
    Check("数据库文件", _whole, slow=True),
    Check("数据库版本", _migrations),
    Check("方案包和轮次", _round),
    Check("后台任务进程", _worker),
    Check("后台任务", _queue),
    Check("导入", _imports),
    Check("名字里的字", _names, slow=True),
    Check("备份", _backup),
    Check("审计链", _chains),
    Check("时钟", _clock),
)
