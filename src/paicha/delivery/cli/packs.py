"""`paicha pack check DIR` and `paicha pack describe DIR`."""

from __future__ import annotations

import argparse
from typing import Any

from paicha.core.catalogue import sentence
from paicha.core.pack import Pack, PackErrors, load
from paicha.delivery.cli.console import CommandRefused, print_json, speak
from paicha.packs import DEFAULT, read_pack


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("pack", help="检查或说明一个方案包")
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    check = actions.add_parser("check", help="一次列出全部错误，带文件、行号和改法")
    check.add_argument("pack", metavar="名字或文件夹")
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=run_check)
    describe = actions.add_parser("describe", help="题目、选项、表格和规则，给人看的一页")
    describe.add_argument("pack", metavar="名字或文件夹")
    describe.add_argument("--json", action="store_true")
    describe.set_defaults(run=run_describe)


def read_or_refuse(name: str | None) -> dict[str, bytes]:
    """A pack's bytes, the shipped one without a name. Raises Refusal."""
    return read_pack(name or DEFAULT)


def load_or_refuse(name: str | None) -> Pack:
    """A checked pack. Raises CommandRefused with every error."""
    try:
        return load(read_or_refuse(name))
    except PackErrors as errors:
        raise CommandRefused("E34", n=len(errors.errors), said=f"\n{errors}") from errors


def run_check(args: argparse.Namespace) -> int:
    files = read_or_refuse(args.pack)
    try:
        pack = load(files)
    except PackErrors as errors:
        if args.json:
            found = [
                {"file": e.file, "line": e.line, "code": e.code, "message": e.message, "remedy": e.remedy}
                for e in errors.errors
            ]
            print_json({"ok": False, "errors": found})
        else:
            speak(str(errors))
            speak(sentence("E85", n=len(errors.errors)))
        return 1
    if args.json:
        print_json({"ok": True, "name": pack.name, "version": pack.version, "errors": []})
    else:
        speak(
            f"方案包 {pack.name} {pack.version} 没有错误：{len(pack.forms)} 张表，{len(pack.rules)} 条规则。"
        )
    return 0


def run_describe(args: argparse.Namespace) -> int:
    from paicha.core.pack.describe import describe, describe_data

    pack = load_or_refuse(args.pack)
    if args.json:
        print_json(describe_data(pack))
    else:
        speak(describe(pack))
    return 0
