"""How fast phones' work goes in: `paicha serve` under load, beside a bare Django insert view.

    python benchmarks/sync.py [--households 110000] [--database URL] [--runs 3] [--quick]

A demo county, two phones in each of its villages, the whole stack of `paicha serve` (gunicorn, token, sealed items
opened, rules, findings, village summary, audit, receipts). The load comes from a process of its own on the same
machine: batches of 50 from all villages at once, single items from all villages at once, both also at half of the
rate that was reached, for the latencies; the same bodies into a bare view (bare.py); then the whole county comes
back online: every phone takes its village along and sends 100 finished households. Without `--database` on
SQLite. Prints medians.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import multiprocessing
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_THREADS = 8
_BATCH = 50


@dataclass
class Phone:
    """A phone with bodies ready to be sent."""

    village: str
    token: str
    batches: list[bytes]
    singles: list[bytes]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--households", type=int, default=110_000)
    parser.add_argument("--database", default=None)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the load, to see that it runs")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paicha-sync-") as aside:
        home = Path(aside)
        os.environ |= {"PAICHA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "paicha.config.settings"}
        os.environ.pop("DATABASE_URL", None)
        if args.database:
            os.environ["DATABASE_URL"] = args.database
        command = [
            sys.executable,
            "-m",
            "paicha.delivery.cli.main",
            "demo",
            "--households",
            str(args.households),
        ]
        subprocess.run(command, check=True, capture_output=True)
        file = home / "bodies.pickle"
        subprocess.run([sys.executable, __file__, "--prepare", str(file), str(args.runs)], check=True)
        import pickle

        phones: list[Phone] = [Phone(*one) for one in pickle.loads(file.read_bytes())]
        print(
            f"{len(phones)} phones in {len({p.village for p in phones})} villages, {_THREADS} connections, "
            f"{os.cpu_count()} cores, {'PostgreSQL' if args.database else 'SQLite'}"
        )
        _measure(phones, args.runs, 0.05 if args.quick else 1.0, home)
    return 0


def _measure(phones: list[Phone], runs: int, share: float, home: Path) -> None:
    first = phones[::2]  # one of each village
    few = max(int(len(first) * share), 20)
    with _serving([sys.executable, "-m", "paicha.delivery.cli.main", "serve", "--port", "{port}"]) as port:
        taken = []
        for run in range(runs):
            taken.append(_load(port, [(p.token, p.batches[run]) for p in first[:few]]))
        rate = statistics.median(_BATCH * len(r.times) / r.seconds for r in taken)
        _say("batches of 50", taken, rate)
        half = _load(port, [(p.token, p.batches[runs]) for p in first[:few]], rate=rate / _BATCH / 2)
        _latency("  at half of that", half)
        singles = []
        for run in range(runs):
            bodies = [(p.token, p.singles[run * 4 + i]) for i in range(4) for p in first[:few]]
            singles.append(_load(port, bodies))
        one = statistics.median(len(r.times) / r.seconds for r in singles)
        _say("one by one", singles, one)
        half = _load(
            port, [(p.token, p.singles[runs * 4 + i]) for i in range(2) for p in first[:few]], rate=one / 2
        )
        _latency("  at half of that", half)
        back = [(p.token, body) for p in phones[: 2 * few] for body in p.batches[runs + 1 : runs + 3]]
        pulls = [(p.token, p.village) for p in phones[: 2 * few]]
        pulled = _load(port, pulls, pull=True)
        sent = _load(port, back)
        whole, errors = pulled.seconds + sent.seconds, pulled.errors + sent.errors
        print(
            f"the county comes back: {len(pulls)} phones with {2 * _BATCH} finished households each in {whole:.0f} s"
        )
        print(f"  taking along {pulled.seconds:.0f} s, sending {sent.seconds:.0f} s, errors {errors}")
    with _bare(home) as port:
        rates = []
        for run in range(runs):
            got = _load(port, [("", p.batches[run]) for p in first[:few]])
            rates.append(_BATCH * len(got.times) / got.seconds)
        bare = statistics.median(rates)
        print(
            f"bare insert view, batches of 50   {bare:8.0f} households/s   ({bare / rate:.1f} times paicha)"
        )
        got = _load(port, [("", p.singles[i]) for i in range(4) for p in first[:few]])
        bare = len(got.times) / got.seconds
        print(f"bare insert view, one by one      {bare:8.0f} households/s   ({bare / one:.1f} times paicha)")


@dataclass
class Load:
    """What a load came to: seconds, milliseconds of each request, how many were no 200."""

    seconds: float
    times: list[float]
    errors: int


def _say(name: str, loads: Sequence[Load], rate: float) -> None:
    both = Load(0, [t for load in loads for t in load.times], sum(load.errors for load in loads))
    print(f"{name:33} {rate:8.0f} households/s   {_times(both)}")


def _latency(name: str, load: Load) -> None:
    print(f"{name:33} {'':8}                {_times(load)}")


def _times(load: Load) -> str:
    times = sorted(load.times)
    middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
    return f"p50 {middle:.0f} ms, p99 {late:.0f} ms, errors {load.errors}"


def _load(
    port: int, bodies: Sequence[tuple[str, Any]], rate: float | None = None, pull: bool = False
) -> Load:
    """Send bodies over several connections from another process; with `rate`, so many a second at most."""
    context = multiprocessing.get_context("spawn")
    reading, writing = context.Pipe(duplex=False)
    process = context.Process(target=_generate, args=(port, list(bodies), rate, pull, writing))
    process.start()
    found: Load = reading.recv()
    process.join()
    return found


def _generate(port: int, bodies: list[tuple[str, Any]], rate: float | None, pull: bool, out: Any) -> None:
    lock, at, times, errors = threading.Lock(), [0], [], [0]
    begun = time.perf_counter()

    def work() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while True:
            with lock:
                if at[0] >= len(bodies):
                    return
                number, at[0] = at[0], at[0] + 1
            token, body = bodies[number]
            if rate is not None:
                wait = begun + number / rate - time.perf_counter()
                if wait > 0:
                    time.sleep(wait)
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            address = f"/api/v1/field/villages/{body}" if pull else "/api/v1/sync/batches"
            sent = time.perf_counter()
            try:
                link.request("POST", address, b'{"have": null}' if pull else body, headers)
                reply = link.getresponse()
                text = reply.read()
                good = reply.status == 200 and b'"refused"' not in text[:20000]
            except OSError:
                link.close()
                good = False
            with lock:
                times.append(1000 * (time.perf_counter() - sent))
                errors[0] += not good

    threads = [threading.Thread(target=work) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.send(Load(time.perf_counter() - begun, times, errors[0]))


@contextmanager
def _serving(command: list[str]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen([part.format(port=port) for part in command], stdout=subprocess.DEVNULL)
    try:
        for _ in range(240):
            try:
                link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                link.request("GET", "/field/manifest.json")
                link.getresponse().read()
                break
            except OSError:
                time.sleep(0.25)
        time.sleep(2)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


@contextmanager
def _bare(home: Path) -> Iterator[int]:
    os.environ["BARE_HOME"] = str(home / "bare")
    (home / "bare").mkdir(exist_ok=True)
    here = str(Path(__file__).parent)
    command = [
        sys.executable, "-m", "gunicorn", "--chdir", here, "-w", "2", "--threads", "4", "-b", "127.0.0.1:{port}",
        "--log-level", "error", "bare:application",
    ]  # fmt: skip
    with _serving(command) as port:
        yield port


def _prepare(file: Path, runs: int) -> None:
    """Two phones in each village, and bodies of households that are answered already, each with a new remark."""
    import pickle

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

    round_, draw = current_round(), random.Random(1)
    assert round_ is not None
    pack = pack_of(round_)
    aside = {pack.roles.head, pack.roles.group}  # a phone sends its whole form, unanswered questions as null
    whole = {
        f.name: dict.fromkeys(q for q in f.questions if q not in aside) for f in pack.household_forms.values()
    }
    phones = []
    for area in village_areas(round_):
        entries = RosterEntry.objects.filter(round=round_, village=area.area_id, revision__isnull=False)
        rows = dict(entries.values_list("revision", "household_id"))
        known = [
            (rows[pk], number, whole[form] | orjson.loads(text))
            for pk, number, form, text in Revision.objects.filter(pk__in=rows).values_list(
                "pk", "number", "form", "answers"
            )
        ]
        if len(known) < 2 * _BATCH:
            continue
        for place in range(2):
            user = User.objects.create(username=f"bench-{area.code}-{place}")
            Assignment.objects.create(
                user=user, role="grid_worker", kind="village", ref=area.code, since="2020-01-01"
            )
            device = new_id()
            made = enrol(user, device, "bench", "")

            used: dict[Any, int] = {}
            half = known[place::2]
            size = min(_BATCH, len(half))
            many = [_body(draw.sample(half, size), device, used) for _ in range(runs + 1)]
            single = range(runs * 4 + 2 if place == 0 else 0)
            ones = [_body([draw.choice(half)], device, used) for _ in single]
            many += [_body(draw.sample(half, size), device, used) for _ in range(2)]
            phones.append((area.code, made.token, many, ones))
    file.write_bytes(pickle.dumps(phones))


def _body(chosen: Sequence[tuple[Any, int, dict[str, Any]]], device: Any, used: dict[Any, int]) -> bytes:
    """A batch with a new remark of each household; `used`: how many earlier bodies each is in."""
    import orjson

    from paicha.domain.households.services import new_id
    from paicha.domain.sync.sealing import current_key, seal

    items = []
    for household, number, answers in chosen:
        id_ = new_id()
        base = number + used.get(household, 0)  # each of the earlier bodies makes one revision
        used[household] = used.get(household, 0) + 1
        body = {
            "household_id": str(household), "base": base, "completed": True, "confirmed": [], "raised": [],
            "answers": answers | {"remark": f"第{base}次"}, "answered_at": "2026-01-01T08:00:00+08:00",
        }  # fmt: skip
        sealed = seal(orjson.dumps(body), id_, device, current_key())
        items.append({"item": str(id_), "sealed": base64.b64encode(sealed).decode()})
    return orjson.dumps({"batch": str(new_id()), "device": str(device), "pack": "", "items": items})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--prepare"]:
        _prepare(Path(sys.argv[2]), int(sys.argv[3]))
        sys.exit(0)
    sys.exit(main())
