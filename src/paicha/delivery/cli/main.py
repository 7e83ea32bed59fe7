"""The `paicha` command of the contract: each command is a module, this one joins them.

Exit: 0 all done · 1 done, but some input was refused (it says which and why) · 2 nothing done, with one
sentence on stderr that says what to do; so too where the disk, a lock or the database stops the work, and then
what stays of it is said. With --json the last line of stdout is one JSON object.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from paicha import __version__
from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.delivery.cli.console import outside_cause, speak

# name → module of this folder; each has `add_parser(subparsers)` and `run(args) -> int`.
COMMANDS = {
    "init": "setup",
    "demo": "demo",
    "import": "imports",
    "upload": "uploads",
    "household": "households",
    "duplicates": "duplicates",
    "screen": "screen",
    "export": "export",
    "sample": "sample",
    "round": "rounds",
    "pack": "packs",
    "user": "users",
    "token": "tokens",
    "serve": "serve",
    "worker": "worker",
    "doctor": "doctor",
    "backup": "backup",
    "restore": "backup",
    "audit": "audit",
}


class Parser(argparse.ArgumentParser):
    """Usage errors in one Chinese sentence, exit 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, sentence("E87", program=self.prog, why=message) + "\n")


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """All commands, or the one asked for (importing every module costs a start half a second)."""
    parser = Parser(prog="paicha", description="排查：县级农户集中排查系统")
    parser.add_argument("--version", action="version", version=f"paicha {__version__}", help="显示版本")
    subparsers = parser.add_subparsers(dest="command", metavar="命令", required=True, parser_class=Parser)
    wanted = {only: COMMANDS[only]} if only in COMMANDS else COMMANDS
    for module in dict.fromkeys(wanted.values()):
        importlib.import_module(f"paicha.delivery.cli.{module}").add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the entry point of `paicha`."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paicha.config.settings")
    args = argparse.Namespace()
    try:
        build_parser(arguments[0] if arguments else None).parse_args(arguments, args)
        return int(args.run(args))
    except Refusal as refusal:
        speak(f"{refusal}（{refusal.code}）", error=True)
        return 2
    except KeyboardInterrupt:
        speak("已停下。做完的部分都已保存，再运行一次会接着做。", error=True)
        return 2
    except BrokenPipeError:
        return 1
    except Exception as error:  # a full disk or a database that is gone, from anywhere; the rest goes on up
        said = outside_cause(error)
        if said is None:
            raise
        speak(said + (getattr(args, "stays", "") if not getattr(args, "dry_run", False) else ""), error=True)
        return 2


if __name__ == "__main__":
    sys.exit(main())
