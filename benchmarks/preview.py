"""The preview of a county's workbooks while others save, and an upload taken back.

A home with the first twenty villages of a county taken in, `paicha serve` on it, twenty clients that save a household
each second through the phones' API; meanwhile `paicha import --dry-run` of all workbooks, nearly all of which are new:
the longest way. Prints the preview's seconds, processor and peak memory, the clients' waits alone and beside it, then
the import of the same and what `paicha upload undo` takes.

    python benchmarks/preview.py [--households 110000] [--database URL]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from import_county import AREAS, rss
from sync import _body, _serving

from paicha.demo import County, generate

CLIENTS = 20
_EVERY_SECONDS = 1.0
_BODIES = 400  # a client
_ALONE_SECONDS = 15
_PAICHA = [sys.executable, "-m", "paicha.delivery.cli.main"]


@dataclass
class Saves:
    """Milliseconds of each save, and how many were no 200 or were refused."""

    times: list[float] = field(default_factory=list)
    errors: int = 0

    def __str__(self) -> str:
        times = sorted(self.times) or [0.0]
        middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
        return (
            f"{len(self.times)} saves, p50 {middle:.0f} ms, p99 {late:.0f} ms, longest {times[-1]:.0f} ms,"
            f" errors {self.errors}"
        )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--households", type=int, default=110_000)
    parser.add_argument("--database", default=None)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paicha-preview-") as aside:
        home, books = Path(aside) / "home", Path(aside) / "books"
        os.environ |= {"PAICHA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "paicha.config.settings"}
        os.environ.pop("DATABASE_URL", None)
        if args.database:
            os.environ["DATABASE_URL"] = args.database
        today = datetime.now(tz=UTC).date()
        generate(County(AREAS, args.households, 1, (today - timedelta(days=6), today)), books)
        files = sorted(books.rglob("*.xlsx"))
        command("init", "--opens", str(today - timedelta(days=6)))
        command("import", *files[:CLIENTS])
        file = home / "bodies.pickle"
        subprocess.run([sys.executable, __file__, "--prepare", str(file)], check=True)
        bodies = pickle.loads(file.read_bytes())
        print(f"{len(files)} workbooks, {args.households} households, {os.cpu_count()} cores")
        print(f"load of the machine:     {os.getloadavg()[0]:.1f}")
        with _serving([*_PAICHA, "serve", "--port", "{port}"]) as port:
            print(f"clients alone:           {_saving(port, bodies, lambda: time.sleep(_ALONE_SECONDS))}")
            told: dict[str, Any] = {}
            beside = _saving(
                port, bodies, lambda: told.update(_watched("import", "--dry-run", "--json", books))
            )
            print(f"preview:                 {_cost(told)}, {told['rows']} rows")
            print(f"clients beside it:       {beside}")
        done = _watched("import", "--json", books)
        print(f"import:                  {_cost(done)}")
        back = _watched("upload", "undo", done["upload"], "--json")
        counts = {name: back[name] for name in ("restored", "withdrawn", "removed", "forms", "problems")}
        print(f"taken back:              {_cost(back)}, {counts}, left {len(back['left'])}")
    return 0


def _cost(told: dict[str, Any]) -> str:
    return (
        f"{told['seconds']:.1f} s, processor {told['processor']:.1f} s, peak {told['peak'] / 2**20:.0f} MiB"
    )


def command(*arguments: object) -> None:
    """Run `paicha`; refused rows are planted, so 1 is a good end."""
    done = subprocess.run([*_PAICHA, *map(str, arguments)], stdout=subprocess.DEVNULL, check=False)
    assert done.returncode in (0, 1), arguments[0]


def _watched(*arguments: object) -> dict[str, Any]:
    """What a command printed as JSON, with its seconds as its caller waits, and its peak memory."""
    begun, peak, used = time.perf_counter(), 0, _processor()
    process = subprocess.Popen([*_PAICHA, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()))
    reader.start()
    while process.poll() is None:
        peak = max(peak, rss(process.pid))
        time.sleep(0.1)
    reader.join()
    told: dict[str, Any] = json.loads(lines[-1])
    return told | {
        "seconds": time.perf_counter() - begun, "peak": peak, "processor": _processor() - used
    }  # fmt: skip


def _processor() -> float:
    """Seconds of processor that ended children of ours have used, theirs included; the server is none yet."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _saving(port: int, clients: list[tuple[str, list[bytes]]], meanwhile: Any) -> Saves:
    """Twenty clients save, one household a second each, until `meanwhile` returns."""
    saves, lock, over = Saves(), threading.Lock(), threading.Event()

    def save(token: str, bodies: list[bytes]) -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while bodies and not over.is_set():
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            sent = time.perf_counter()
            try:
                link.request("POST", "/api/v1/sync/batches", bodies.pop(0), headers)
                reply = link.getresponse()
                good = reply.status == 200 and b'"refused"' not in reply.read()
            except (OSError, http.client.HTTPException):
                link.close()
                good = False
            took = time.perf_counter() - sent
            with lock:
                saves.times.append(1000 * took)
                saves.errors += not good
            over.wait(max(_EVERY_SECONDS - took, 0))

    threads = [threading.Thread(target=save, args=client) for client in clients]
    for thread in threads:
        thread.start()
    meanwhile()
    over.set()
    for thread in threads:
        thread.join()
    return saves


def _prepare(file: Path) -> None:
    """One phone in each of the villages that were taken in, and its bodies: a household each, with a new remark."""
    import django
    import orjson

    django.setup()
    from paicha.domain.accounts.models import Assignment, User
    from paicha.domain.households.services import new_id
    from paicha.domain.responses.models import Revision
    from paicha.domain.rounds.models import RosterEntry
    from paicha.domain.rounds.packs import pack_of
    from paicha.domain.rounds.queries import current_round, village_areas
    from paicha.domain.sync.devices import enrol

    round_ = current_round()
    assert round_ is not None
    pack = pack_of(round_)
    aside = {pack.roles.head, pack.roles.group}
    whole = {
        f.name: dict.fromkeys(q for q in f.questions if q not in aside) for f in pack.household_forms.values()
    }
    clients = []
    for area in village_areas(round_):
        rows = dict(
            RosterEntry.objects.filter(
                round=round_, village=area.area_id, revision__isnull=False
            ).values_list("revision", "household_id")
        )
        texts = Revision.objects.filter(pk__in=rows).values_list("pk", "number", "form", "answers")
        known = [(rows[pk], n, whole[form] | orjson.loads(text)) for pk, n, form, text in texts]
        if not known:
            continue
        user = User.objects.create(username=f"bench-{area.code}")
        Assignment.objects.create(
            user=user, role="grid_worker", kind="village", ref=area.code, since="2020-01-01"
        )
        device, used = new_id(), dict[Any, int]()
        token = enrol(user, device, "bench", "").token
        clients.append((token, [_body([known[n % len(known)]], device, used) for n in range(_BODIES)]))
    file.write_bytes(pickle.dumps(clients))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--prepare"]:
        _prepare(Path(sys.argv[2]))
        sys.exit(0)
    sys.exit(main())
