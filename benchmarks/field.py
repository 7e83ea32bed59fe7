"""How small and how fast the phone's pages are, at a processor slowed down four times.

    python benchmarks/field.py [--households 36000] [--runs 5]

A demo county, another round opened over it (so that last round's answers stand beside), the real `paicha serve`, the
system's Chromium with its processor throttled to a quarter. Sizes are what goes over the wire, compressed. Prints
medians; a line that misses its target says so.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
from sync import _serving

PIN = "135790"
SET_UP = """async ([given, pin]) => {
  const [db, store] = await Promise.all([import("/static/field/db.js"), import("/static/field/store.js")]);
  await store.start(await db.open());
  await store.setUp(given, "bench", pin);
}"""
OPEN = """async (id) => {
  const started = performance.now();
  location.hash = `#/h/${id}`;
  await new Promise((done) => {
    const look = () => (document.getElementById("sheet") ? done() : setTimeout(look, 1));
    look();
  });
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - started;
}"""
SOME = """async () => {
  const store = await import("/static/field/store.js");
  return store.list().filter((row) => row.form === "general").slice(0, 3).map((row) => row.id);
}"""
TYPE = """() => {
  const box = document.querySelector("#q-population");
  const times = [];
  for (let i = 0; i < 20; i += 1) {
    box.value = String(1 + (i % 8));
    const started = performance.now();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    times.push(performance.now() - started);
  }
  return times;
}"""


def main() -> int:
    """Measure and print; 1 where a target is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--households", type=int, default=36_000)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paicha-field-") as aside:
        os.environ |= {"PAICHA_HOME": aside, "DJANGO_SETTINGS_MODULE": "paicha.config.settings"}
        os.environ.pop("DATABASE_URL", None)
        paicha = [sys.executable, "-m", "paicha.delivery.cli.main"]
        subprocess.run(
            [*paicha, "demo", "--households", str(args.households)], check=True, capture_output=True
        )
        made = subprocess.run([sys.executable, __file__, "--prepare"], check=True, capture_output=True)
        people: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
        with _serving([*paicha, "serve", "--port", "{port}"]) as port:
            return _measure(people, f"http://localhost:{port}", args.runs)


def _measure(people: dict[str, Any], url: str, runs: int) -> int:
    missed = []

    def say(what: str, value: float, most: float, unit: str) -> None:
        late = value > most
        missed.append(late)
        print(f"{what:62} {value:8.1f} {unit:3} (at most {most:g}){'  MISSED' if late else ''}")

    from urllib.request import Request, urlopen

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, limit in (("one", 1), ("many", 0)):
            person = people[name]
            if limit:
                worker = urlopen(f"{url}/field/sw.js").read().decode()
                files = json.loads(worker.split("const FILES = ")[1].split(";\n")[0])
                shell = sum(len(gzip.compress(urlopen(url + file).read(), 6)) for file in files)
                say("shell, compressed", (shell + len(gzip.compress(worker.encode(), 6))) / 1000, 150, "KB")
                headers = {"Authorization": f"Bearer {person['given']['token']}", "Accept-Encoding": "gzip"}
                headers["Content-Type"] = "application/json"
                asked = Request(
                    f"{url}/api/v1/field/villages/{person['villages'][0]}", b'{"have": null}', headers
                )
                taken = urlopen(asked).read()
                rows = json.loads(gzip.decompress(taken))["rows"]
                beside = sum(row[16] is not None for row in rows)
                say(
                    f"a village of {len(rows)} households, {beside} with last answers",
                    len(taken) / 1000,
                    60,
                    "KB",
                )
            context = browser.new_context(viewport={"width": 360, "height": 640}, base_url=url)
            page = _ready(context, person)
            households = int(page.evaluate("import('/static/field/store.js').then((s) => s.list().length)"))
            starts, opens, keys = [], [], []
            context.set_offline(True)
            for _ in range(runs):
                page.close()
                page = _slow(context)
                starts.append(_start(page))
                ids = page.evaluate(SOME)
                for id_ in ids:
                    opens.append(page.evaluate(OPEN, id_))
                    keys += page.evaluate(TYPE)
                    page.evaluate("() => { location.hash = '#/'; }")
                    page.wait_for_selector("#search")
            told = f"offline, cold: from the address to the list, {households} households"
            say(told, statistics.median(starts) / 1000, 1.5, "s")
            say(f"opening a household, {households} on the phone", statistics.median(opens), 200, "ms")
            say(f"rules after a key, {households} on the phone", statistics.median(keys), 16, "ms")
            context.close()
        browser.close()
    return 1 if any(missed) else 0


def _ready(context: BrowserContext, person: dict[str, Any]) -> Page:
    page = context.new_page()
    page.goto("/field/manifest.json")
    page.evaluate(SET_UP, [person["given"], PIN])
    page.goto("/field/")
    page.fill("#pin", PIN)
    page.wait_for_selector(".rows li a", timeout=120_000)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.wait_for_timeout(8000)  # until every village has been taken along
    return page


def _slow(context: BrowserContext) -> Page:
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return page


def _start(page: Page) -> float:
    """Milliseconds from the address to the list; the PIN is typed by script as soon as it is asked for."""
    page.goto("/field/", wait_until="commit")
    page.wait_for_selector("#pin")
    page.fill("#pin", PIN)
    page.wait_for_selector(".rows li a")
    return float(page.evaluate("() => performance.now()"))


def _give_members(village: str) -> None:
    """Three members to every household of a village, one of them with what is known of their health and work."""
    from paicha.domain import clock
    from paicha.domain.households.members import NewMember, Origin, insert_members
    from paicha.domain.households.models import Household
    from paicha.domain.households.services import new_id

    rng, made = random.Random(15), []
    for home, head in Household.objects.filter(village__code=village).values_list("pk", "head_name"):
        for relation, known in (
            ("配偶", ("健康", "普通劳动力", "", "")),
            ("子", ("", "", "", "")),
            ("女", ("", "", "", "")),
        ):
            name = head[0] + "".join(rng.choices("建国玉兰保平小明秀英志强桂花润喜", k=rng.randint(1, 2)))
            made.append(NewMember(new_id(), home, name, relation, known))
    insert_members(made, Origin("bench", None, clock.now()))


def _prepare() -> None:
    """Another round, a person of one village of some 350 households and one of 3,000 households."""
    import django
    import orjson

    django.setup()
    from paicha.domain import clock
    from paicha.domain.accounts.models import Assignment, User
    from paicha.domain.handover.round_opening import open_round
    from paicha.domain.households.models import Household
    from paicha.domain.households.services import new_id
    from paicha.domain.rounds.packs import pack_of
    from paicha.domain.rounds.queries import current_round, village_areas
    from paicha.domain.sync.devices import enrol
    from paicha.domain.sync.sealing import described

    old = current_round()
    assert old is not None
    round_ = open_round(old.pack, pack_of(old), clock.today(), "operator:bench")
    sizes = {a.code: Household.objects.filter(village=a.area_id).count() for a in village_areas(round_)}
    one = min(sizes, key=lambda code: abs(sizes[code] - 350))
    many: list[str] = []
    for code in sorted(sizes, key=lambda code: -sizes[code]):
        if sum(sizes[c] for c in many) + sizes[code] <= 3000:
            many.append(code)
    _give_members(one)
    people = {}
    for name, codes in (("one", [one]), ("many", many)):
        user = User.objects.create(username=f"bench-{name}")
        for code in codes:
            Assignment.objects.create(
                user=user, role="grid_worker", kind="village", ref=code, since="2020-01-01"
            )
        made = enrol(user, new_id(), "bench", "")
        given = {
            "device": str(made.device.pk), "user": {"id": user.pk, "name": "bench"}, "token": made.token,
            "upload": made.upload, "expires": made.until.isoformat(), "key": described(),
        }  # fmt: skip
        people[name] = {"given": given, "villages": codes}
    sys.stdout.write(orjson.dumps(people).decode() + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--prepare"]:
        _prepare()
        sys.exit(0)
    sys.exit(main())
