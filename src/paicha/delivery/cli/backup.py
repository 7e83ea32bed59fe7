"""`paicha backup FILE` and `paicha restore FILE`: a home in one file, and back into an empty one."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from paicha.core.catalogue import sentence
from paicha.delivery.cli.console import (
    CommandRefused,
    ProgressLine,
    home_folder,
    print_json,
    setup_django,
    speak,
    system_user,
)
from paicha.delivery.cli.home import migrate, open_home
from paicha.domain.upkeep import archive

_MIB = 1024**2


def add_parser(subparsers: Any) -> None:
    backup = subparsers.add_parser("backup", help="把数据库、密钥和上传的文件备份成一个文件")
    backup.add_argument("file", metavar="文件")
    backup.add_argument("--json", action="store_true")
    backup.set_defaults(run=run_backup)
    restore = subparsers.add_parser("restore", help="把备份恢复到空的数据文件夹")
    restore.add_argument("file", metavar="文件")
    restore.add_argument("--json", action="store_true")
    restore.set_defaults(run=run_restore)


def run_backup(args: argparse.Namespace) -> int:
    """Copy the home into a file that isn't there yet."""
    file = Path(args.file).absolute()
    if file.exists():
        raise CommandRefused("E15", name=file.name)
    if not file.parent.is_dir():
        raise CommandRefused("E16", folder=file.parent)
    scope, _, _ = open_home(older=True)  # a backup comes before the upgrade
    from paicha.domain.upkeep.backups import write_backup

    made = write_backup(file, scope.actor, ProgressLine("备份"))
    if args.json:
        print_json(
            {"file": str(file), "bytes": made.size, "files": made.files, "missing": list(made.missing)}
        )
        return 0
    speak(f"已备份到 {file}，{made.size / _MIB:.1f} MB，{made.files} 个文件。")
    if made.missing:
        speak(sentence("E83", names="、".join(made.missing)))
    speak("备份里有农户信息和密钥，请放在只有负责人能打开的地方。")
    return 0


def run_restore(args: argparse.Namespace) -> int:
    file, home = Path(args.file).absolute(), home_folder()
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise CommandRefused("E18", home=home)
    on_postgres = bool(os.environ.get("DATABASE_URL", "").strip())
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".paicha-restore-", dir=home.parent))
    except OSError as error:
        raise CommandRefused("E19", folder=home.parent, why=error.strerror) from error
    try:
        manifest = archive.unpack(file, staged, ProgressLine("恢复"))
        if (manifest["database"] == archive.POSTGRES) != on_postgres:
            raise CommandRefused("E84" if on_postgres else "E20")
        if on_postgres:
            dump = staged / archive.POSTGRES
            aside = staged.with_name(f"{staged.name}.dump")
            dump.rename(aside)
            try:
                _into_postgres(staged, home, aside)
            finally:
                aside.unlink(missing_ok=True)
        else:
            archive.check_sqlite(staged / archive.SQLITE)
            archive.move_into(staged, home)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    migrate()
    open_home()
    _log("restore")
    if args.json:
        print_json({"home": str(home), "files": len(manifest["files"]), "round": manifest.get("round")})
        return 0
    speak(f"已恢复到 {home}：{manifest.get('round')}，备份时间 {manifest.get('made_at')}。")
    speak("请运行 paicha audit verify 核验。")
    return 0


def _into_postgres(staged: Path, home: Path, dump: Path) -> None:
    """Keys and files into the home, tables into an empty database; a database that refuses leaves the home empty."""
    archive.move_into(staged, home)
    try:
        setup_django()
        from django.db import connection

        if connection.introspection.table_names():
            raise CommandRefused("E21")
        connection.close()
        archive.load_postgres(connection.settings_dict, dump)
    except Exception:  # whatever stopped it: no half of a home stays; the error goes on up
        for path in home.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def _log(action: str) -> None:
    from django.db import transaction

    from paicha.domain.accounts.policies import operator_scope
    from paicha.domain.audit.services import Entry, actor_chain, append

    actor = operator_scope(system_user()).actor
    with transaction.atomic():
        append([Entry(actor_chain(actor), actor, action)])
