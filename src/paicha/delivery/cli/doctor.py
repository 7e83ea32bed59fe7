"""`paicha doctor`: is this home in order? One line a finding, 好, 注意 or 不好 with what to do; exit 1 for a 不好."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from paicha.delivery.cli.console import print_json, setup_django, speak


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("doctor", help="检查本机的数据库、方案包、磁盘、字体和时钟")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    setup_django()
    from paicha.domain.upkeep.finding import Grade
    from paicha.domain.upkeep.health import findings

    found = findings()
    ok = all(finding.ok for finding in found)
    if args.json:
        print_json({"ok": ok, "checks": [{**asdict(finding), "ok": finding.ok} for finding in found]})
        return 0 if ok else 1
    words = {Grade.GOOD: "好  ", Grade.WATCH: "注意", Grade.BAD: "不好"}
    for finding in found:
        remedy = f"。{finding.remedy}" if finding.remedy else ""
        speak(f"{words[finding.grade]} {finding.name}：{finding.said}{remedy}")
    return 0 if ok else 1
