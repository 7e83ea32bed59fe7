"""`paicha audit verify`: every chain, every checkpoint, and the answers that the chains speak of."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from paicha.core.catalogue import sentence
from paicha.delivery.cli.console import print_json, speak
from paicha.delivery.cli.home import open_home

_SHOWN = 50


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("audit", help="核验记录链")
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    verify = actions.add_parser("verify", help="逐条核验记录链、检查点和存下的答案")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=run_verify)


def run_verify(args: argparse.Namespace) -> int:
    open_home()
    from paicha.domain.audit.models import AuditEntry, ChainHead, Checkpoint
    from paicha.domain.audit.queries import verify
    from paicha.domain.responses.audit_check import broken_parts
    from paicha.domain.responses.models import Revision

    broken = verify() + broken_parts()
    counted = {
        "chains": ChainHead.objects.count(),
        "entries": AuditEntry.objects.count(),
        "checkpoints": Checkpoint.objects.count(),
        "revisions": Revision.objects.count(),
    }
    if args.json:
        print_json({"ok": not broken, **counted, "broken": [asdict(item) for item in broken]})
        return 1 if broken else 0
    for item in broken[:_SHOWN]:
        speak(item.message)
    if len(broken) > _SHOWN:
        speak(f"…… 还有 {len(broken) - _SHOWN} 处，用 --json 看全部。")
    told = f"{counted['chains']} 条链 {counted['entries']} 条记录，{counted['revisions']} 份答案"
    speak(sentence("E81", counted=told, n=len(broken)) if broken else f"{told}，全部相符。")
    return 1 if broken else 0
