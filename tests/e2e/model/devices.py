"""A device of the model: the client's real modules in a real page, driven by a list of small acts.

What holds: an act counts as finished only where the client's promise resolved, which is when a screen would say 存好了;
a crash is an exception out of the client's own write and network points, after which the page is loaded anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from playwright.sync_api import Browser, Page
from tests.e2e.waits import open_context

from paicha.domain.accounts.models import User
from paicha.domain.households.services import new_id
from paicha.domain.sync.devices import enrol
from paicha.domain.sync.sealing import described

PIN = "135790"
HARNESS = """async (given) => {
  const [db, vault, store, sending, pulling] = await Promise.all(
    ["db", "vault", "store", "send", "pull"].map((name) => import(`/static/field/${name}.js`)));
  const real = Date.now;
  const opened = await db.open();
  await store.start(opened);
  if (given.setUp) await store.setUp(given.setUp, "模型", given.pin);
  else await vault.unlock(opened, given.pin);
  await store.reload();
  class Crash extends Error { constructor() { super("crash"); this.name = "Crash"; } }
  let kept = [];  // bodies that were sent, to be sent again out of order
  const net = (mode) => async (address, init) => {
    if (mode === "lost") throw new TypeError("request lost");
    if (mode === "cut") {
      await fetch(address, { ...init, body: init.body.slice(0, init.body.length / 2) });
      throw new TypeError("cut");
    }
    const earlier = kept[Math.floor(Math.random() * kept.length)];
    if (mode === "late" && earlier) await fetch(address, { ...init, body: earlier });
    const reply = await fetch(address, init);
    kept = [...kept.slice(-5), init.body];
    if (mode === "double") await fetch(address, init);
    if (mode === "unanswered") throw new TypeError("reply lost");
    return reply;
  };
  const acts = {
    async edit(act) {
      const known = store.one(act.household);
      if (!known) return { skipped: true };
      const answers = { ...given.clean, ...(known.answers || {}), ...act.changes };
      return { item: await store.finish(act.household, { answers }) };
    },
    async draft(act) {
      const known = store.one(act.household);
      if (known) await store.keepDraft(act.household, { ...(known.answers || {}), ...act.changes });
      return {};
    },
    async add(act) {
      const found = { village: act.village, group: "2", head: act.head, class: "general", form: "general" };
      return { added: await store.addHousehold(found) };
    },
    async raise(act) {
      return { raised: await store.raise(act.household, { kind: "problem", type: 1, text: act.text }) };
    },
    async member(act) {
      const row = store.one(act.household)?.row;
      const member = row?.people.find((each) => each.name === act.name) || null;
      if (!row?.number || (act.end && !member)) return {};
      const blank = { relation: "", labour: "", work: "", school: "" };
      const now = { ...blank, ...member, name: act.name, health: act.end ? member.health : act.mark };
      const change = { act: act.end ? "end" : member ? "change" : "add", id: db.newId(), member, now };
      await store.changeMember(act.household, change);
      return { raised: change.id, member: act.end ? null : act.mark };
    },
    async errand(act) {
      const work = await import("/static/field/errand_work.js");
      const some = work.list().filter(({ state }) => !["waiting", "stored", "held"].includes(state) || act.visit);
      const open_ = some[Math.floor(act.pick * some.length)];
      if (!open_) return {};
      const { data, errand } = open_;
      if (errand.kind === "visit") {
        const { row } = errand.households[Math.floor(act.row * errand.households.length)];
        data.looks[row] = ["differs", act.mark];
        if (act.completed) Object.assign(data.values, given.form5);
      } else {
        Object.assign(data, { note: act.mark, outcome: 1, values: given.said });
      }
      if (act.draft) return (await work.keep(errand.id, data)) ?? {};
      return { item: await work.finish(errand.id, data, act.completed) };
    },
    async send(act) {
      const open_ = act.locked ? {} : { token: store.token, box: vault.box };
      return sending.send({ db: opened, ...open_, fetch: net(act.mode) });
    },
    async refresh() { await store.refresh(); return {}; },
    async pull(act) {
      try {
        await pulling.pull({ fetch: act.mode === "lost" ? net("lost") : fetch });
      } catch (error) {
        if (error.name === "Crash") throw error;
      }
      return {};
    },
    async clock(act) { Date.now = () => real() + act.by; return {}; },
  };
  window.run = async (list) => {
    const told = [];
    for (const act of list) {
      let left = act.crash;
      db.setFault(left === undefined ? null : () => { left -= 1; if (left < 0) throw new Crash(); });
      try { told.push(await acts[act.do](act)); } catch (error) {
        told.push({ error: String(error && error.message), crashed: error && error.name === "Crash" });
        if (error && error.name === "Crash") break;
      }
    }
    db.setFault(null);
    return told;
  };
  window.rest = async () => ({
    items: (await db.entries(opened, "outbox")).map(([id]) => id),
    work: (await db.entries(opened, "work")).map(([id, row]) => [id, row.state]),
    households: store.list().map((row) => row.id), all: Boolean(store.assignment()),
  });
}"""


@dataclass
class Device:
    """One phone of one person. `finished`: item → what the person was told is stored."""

    browser: Browser
    url: str
    user: User
    clean: dict[
        str, Any
    ]  # what an edit answers besides its changes; what an errand says, by `form5` and `said`
    id: UUID = field(default_factory=new_id)
    finished: dict[str, dict[str, Any]] = field(default_factory=dict)
    raised: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)  # marks of what was said of members
    added: list[str] = field(default_factory=list)
    page: Page | None = None

    def __post_init__(self) -> None:
        self.context = open_context(self.browser, self.url)
        made = enrol(self.user, self.id, "模型", "")
        key = described()
        given = {
            "device": str(self.id), "user": {"id": self.user.pk, "name": "模型"}, "token": made.token,
            "upload": made.upload, "expires": made.until.isoformat(), "key": key,
        }  # fmt: skip
        self._load({"setUp": given})
        self.run([{"do": "pull"}])

    def _load(self, more: dict[str, Any]) -> None:
        if self.page is not None:
            self.page.close()
        self.page = self.context.new_page()
        self.page.goto("/field/manifest.json")
        self.page.evaluate(HARNESS, {"pin": PIN, "clean": self.clean, **self.clean, **more})

    def run(self, acts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Do some acts; after a crash the phone is started again."""
        assert self.page is not None
        told: list[dict[str, Any]] = self.page.evaluate("(list) => window.run(list)", acts)
        for act, said in zip(acts, told, strict=False):
            if said.get("item"):
                self.finished[said["item"]] = act
            if said.get("raised"):
                self.raised.append(said["raised"])
            if said.get("member"):
                self.members.append(said["member"])
            if said.get("added"):
                self.added.append(said["added"])
        if told and told[-1].get("crashed"):
            self._load({})
        return told

    def rest(self) -> dict[str, Any]:
        """What lies in the outbox, and what the phone knows."""
        assert self.page is not None
        found: dict[str, Any] = self.page.evaluate("() => window.rest()")
        return found
