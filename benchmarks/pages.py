"""Server time of every page of an area and a household at 110,000 households, beside plain Django views.

    python benchmarks/pages.py [--households 110000] [--runs 40] [--home DIR] [--database URL]

Every address of the desk that shows an area (county, town, village) or a household is asked through the whole
stack in this process (middleware, session, scope, audit entry, template), each time for another place; the
first requests warm up and don't count. Beside it stand four plain views such as one writes on a first day over
the same tables: no scope, no audit, no frame, counting the rows that they show. Prints median and p95 in
milliseconds and statements a page; the budget is a p95 of 150 ms. `--database` measures PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

BUDGET_MS = 150.0
_WARM = 3


def main() -> int:
    """Measure and print; 1 where a page is over the budget."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--households", type=int, default=110_000)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--home", type=Path, default=None, help="an existing demo home")
    parser.add_argument(
        "--database", default=None, help="postgresql://… ; empty, or filled by an earlier run"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paicha-pages-") as aside:
        home = args.home or Path(aside)
        start(home, args.database, args.households)
        return _measure(args.runs)


def start(home: Path, database: str | None, households: int) -> None:
    os.environ["PAICHA_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    if database:
        os.environ["DATABASE_URL"] = database
    os.environ["DJANGO_SETTINGS_MODULE"] = "paicha.config.settings"
    command = [sys.executable, "-m", "paicha.delivery.cli.main"]
    if not (home / "demo-accounts.json").exists():
        made = [*command, "demo", "--households", str(households)]
        subprocess.run(made, check=True, capture_output=True)
    import logging

    import django

    django.setup()
    logging.disable(logging.WARNING)
    from paicha.delivery.desk.shell.warm_up import warm

    warm()  # as every web process does before its first request


def _measure(runs: int) -> int:
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    rows = [(name, *_timed(ask, runs)) for name, ask in [*_pages(), *_plain()]]
    print(f"{'page':44} {'median':>8} {'p95':>8} {'statements':>10}")
    over = 0
    for name, times, statements in rows:
        p95 = statistics.quantiles(times, n=20)[-1]
        late = p95 > BUDGET_MS and not name.startswith("plain")
        over += late
        print(
            f"{name:44} {statistics.median(times):8.1f} {p95:8.1f} {statements:10}{'  over' if late else ''}"
        )
    print(f"pages over {BUDGET_MS:.0f} ms: {over} of {len(rows)}")
    return 1 if over else 0


Ask = Callable[[int], int]


def _timed(ask: Ask, runs: int) -> tuple[list[float], int]:
    """Milliseconds of each run, and the most statements that one took."""
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    for number in range(_WARM):
        ask(number)
    with CaptureQueriesContext(connection) as captured:
        ask(_WARM)
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    statements = sum(not q["sql"].startswith(control) for q in captured)
    reset_queries()
    times = []
    for number in range(runs):
        started = time.perf_counter()
        ask(_WARM + 1 + number)
        times.append(1000 * (time.perf_counter() - started))
    return times, statements


def _pages() -> Iterator[tuple[str, Ask]]:
    """Every page of an area or a household that a city officer (or town clerk) can open by its address alone."""
    from django.test import Client
    from django.urls import reverse

    from paicha.delivery.desk.urls import urlpatterns
    from paicha.domain.accounts.models import Assignment, User
    from paicha.domain.households.models import Household
    from paicha.domain.rounds.models import RoundArea
    from paicha.domain.rounds.queries import current_round

    draw = random.Random(1)
    user, _ = User.objects.get_or_create(username="bench-pages")
    for role in ("city_officer", "town_clerk"):
        Assignment.objects.get_or_create(
            user=user, role=role, kind="area", ref="610881", defaults={"since": "2020-01-01"}
        )
    client = Client()
    client.force_login(user, backend="paicha.domain.accounts.backend.AccountBackend")
    areas = RoundArea.objects.filter(round=current_round())
    places: dict[str, list[str]] = {
        "county": list(areas.filter(level="county").values_list("code", flat=True)),
        "town": list(areas.filter(level="town").values_list("code", flat=True)),
        "village": list(areas.filter(level="village").values_list("code", flat=True)),
    }
    homes = [str(pk) for pk in draw.sample(list(Household.objects.values_list("pk", flat=True)), 50)]
    for pattern in urlpatterns:
        policy: Any = getattr(pattern.callback, "policy", None)
        wanted = set(pattern.pattern.converters)
        name = f"desk:{pattern.name}"
        if policy and policy.of == "household" and wanted == {"household"}:
            yield from _asked(client, f"{pattern.name}", [reverse(name, args=[home]) for home in homes])
        if policy and policy.of == "area" and wanted == {"code"}:
            for level, codes in places.items():
                addresses = [reverse(name, args=[code]) for code in codes]
                yield from _asked(client, f"{pattern.name} ({level})", addresses)


def _asked(client: Any, name: str, addresses: list[str]) -> Iterator[tuple[str, Ask]]:
    """The page, where it opens by GET; a file that is made on demand is no page."""
    first = client.get(addresses[0])
    if first.status_code != 200 or not first.headers["Content-Type"].startswith("text/html"):
        return

    def ask(number: int) -> int:
        return int(client.get(addresses[number % len(addresses)]).status_code)

    yield name, ask


def _plain() -> Iterator[tuple[str, Ask]]:
    """What one writes on a first day over the same tables: count and list, nothing else."""
    from django.db.models import Count
    from django.template import Context, Engine

    from paicha.domain.responses.models import Finding
    from paicha.domain.rounds.models import RosterEntry
    from paicha.domain.rounds.queries import current_round

    round_ = current_round()
    engine = Engine()
    table = engine.from_string(
        "<table>{% for row in rows %}<tr>{% for c in row %}<td>{{ c }}</td>{% endfor %}</tr>{% endfor %}</table>"
    )

    def show(rows: Any) -> int:
        return len(table.render(Context({"rows": list(rows)})))

    entries = RosterEntry.objects.filter(round=round_)
    villages = list(entries.order_by("village").values_list("village", flat=True).distinct())
    yield (
        "plain: county, villages by outcome",
        lambda n: show(
            entries.values_list("village__name", "outcome").annotate(n=Count("pk")).order_by("village__name")
        ),
    )
    yield (
        "plain: county, open leads by rule",
        lambda n: show(
            Finding.objects.filter(round=round_, state="open").values_list("rule").annotate(n=Count("pk"))
        ),
    )
    yield (
        "plain: county, first 50 households",
        lambda n: (
            show(
                entries.select_related("household")
                .order_by("household__number")
                .values_list("household__head_name", "household__group", "form", "outcome")[:50]
            )
            + entries.count()
        ),
    )
    yield (
        "plain: village, its households",
        lambda n: show(
            entries.filter(village=villages[n % len(villages)]).values_list(
                "household__head_name", "form", "outcome"
            )
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
