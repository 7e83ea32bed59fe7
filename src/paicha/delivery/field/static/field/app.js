// Where the phone's pages are put together: which page an address means, and what happens by itself.
// Addresses carry random ids after #, nothing else. Pages get the shell handed in and never import this file.

import { offlineReason, persist } from "./capable.js";
import { subscribe } from "./changes.js";
import { open, since } from "./db.js";
import { byId, h } from "./dom.js";
import { badge } from "./head.js";
import { askForSync, install } from "./install.js";
import { applyLetters } from "./letters.js";
import { addPage } from "./pages/add.js";
import { devicePage } from "./pages/device.js";
import { errandPage } from "./pages/errands.js";
import { helpPage } from "./pages/help.js";
import { householdPage } from "./pages/household.js";
import { listPage } from "./pages/list.js";
import { membersPage } from "./pages/members.js";
import { pinPage } from "./pages/pin.js";
import { raisePage } from "./pages/raise.js";
import { startPage } from "./pages/start.js";
import { pull, SignedOut } from "./pull.js";
import { pause, send } from "./send.js";
import * as store from "./store.js";
import * as vault from "./vault.js";

/** @import { Shell } from "#phone" */
/** @import { Rules } from "#rules" */

const IDLE_MS = 5 * 60000;
const PULL_MS = 20000;
const MINUTE_MS = 60000;

applyLetters();
const root = /** @type {HTMLElement} */ (byId("app"));
let timer = 0;
let tries = 0;
/** @type {Promise<void> | null} */
let exchanging = null;
let again = false; // somebody asked while it ran
let touchedAt = Date.now();
let pulledAt = 0;
let turns = 0;

/** @param {string} pin */
const unlock = async (pin) => {
  await vault.unlock(shell.db, pin);
  await store.reload();
  await loadRules();
  touchedAt = Date.now();
  shell.go("#/");
  show();
  sync();
};

const loadRules = async () => {
  const address = store.assignment()?.round?.rules;
  shell.rules = address ? /** @type {Rules} */ (await import(address)) : null;
};

/**
 * Send, then take along what changed; never in the way, and by itself again when it failed. Who asks meanwhile waits
 * for the same. @returns {Promise<void>}
 */
const sync = () => {
  if (!navigator.onLine) {
    badge();
    return Promise.resolve();
  }
  if (exchanging) {
    again = true;
    return exchanging;
  }
  exchanging = exchange().finally(() => {
    exchanging = null;
    const more = again && store.waiting() > 0; // what was finished while the last one was on its way
    again = false;
    if (more) sync();
  });
  return exchanging;
};

const exchange = async () => {
  clearTimeout(timer);
  try {
    const box = vault.isOpen() ? vault.box : undefined;
    const outcome = await send({ db: shell.db, token: store.token, box, shell: shell.version });
    shell.why = outcome.left ? outcome.why : "";
    if (outcome.sent) await store.refresh();
    if (vault.isOpen()) await bring();
    tries = outcome.again ? tries + 1 : 0;
    if (outcome.again && outcome.left) timer = setTimeout(sync, pause(tries));
  } catch (error) {
    if (error instanceof SignedOut) shell.why = error.message;
    tries += 1;
    timer = setTimeout(sync, pause(tries));
  } finally {
    badge();
    takeUpdate();
  }
};

const bring = async () => {
  if (Date.now() - pulledAt < PULL_MS && store.assignment()) return;
  await pull();
  pulledAt = Date.now();
  if (!shell.rules) await loadRules();
  shell.renew?.();
};

/** A newer shell takes over only when nothing waits and nobody types. */
const takeUpdate = () => {
  if (!shell.update || store.waiting() || !shell.renew) return;
  shell.update.postMessage("take over");
};

/** Show the page of the address. */
const show = async () => {
  const [, name, id, more] = location.hash.split("/");
  turns += 1;
  const turn = turns;
  const [ready, typed, sent] = await Promise.all([
    store.isSetUp(),
    vault.isOpen() ? store.fieldsAt(more === "members" ? `${id} members` : id || name) : {},
    store.sentAt(),
  ]);
  if (turn !== turns) return; // another page was asked for meanwhile
  shell.renew = () => {};
  const page = () => {
    if (!ready) return [startPage()];
    if (!vault.isOpen()) return pinPage(shell);
    if (name === "help") return helpPage();
    if (name === "h" && id && more === "raise") return raisePage(shell, id, typed);
    if (name === "h" && id && more === "members") return membersPage(shell, id, typed);
    if (name === "h" && id) return householdPage(shell, id);
    if (name === "errand" && id) return errandPage(shell, id);
    if (name === "new") return addPage(shell, typed);
    if (name === "device") return devicePage(shell, sent);
    return listPage(shell);
  };
  root.replaceChildren(...page());
  badge();
  const search = byId("search");
  if (search) search.dispatchEvent(new Event("shown"));
  else if (vault.isOpen()) {
    window.scrollTo(0, 0);
    root.querySelector("h1")?.focus();
  }
};

/** What pages ask of the whole. @type {Shell} */
export const shell = {
  db: /** @type {IDBDatabase} */ (/** @type {unknown} */ (null)), // opened before any page is shown
  rules: null,
  version: document.body.dataset.version || "",
  since: 0,
  why: "",
  persisted: false,
  bar: { words: [], at: 0 },
  update: null,
  renew: () => {},
  go: (address) => {
    location.hash = address;
  },
  sync,
  unlock,
  lock: () => {
    store.lock();
    shell.rules = null;
    show();
  },
};

/** @param {string} change */
const follow = (change) => {
  badge();
  if (change === "finish" || change === "raise") {
    askForSync();
    sync();
  }
  if ((change === "receipts" || change === "other") && vault.isOpen()) shell.renew?.();
};

const changeSignal = () => {
  badge();
  if (vault.isOpen()) shell.renew?.();
};

const watch = () => {
  window.addEventListener("hashchange", show);
  window.addEventListener("online", () => {
    changeSignal();
    sync();
  });
  window.addEventListener("offline", changeSignal);
  const touch = () => {
    touchedAt = Date.now();
  };
  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, touch, { passive: true });
  setInterval(() => {
    if (vault.isOpen() && Date.now() - touchedAt > IDLE_MS) shell.lock();
    else if (document.visibilityState === "visible") sync();
  }, MINUTE_MS);
};

const begin = async () => {
  const reason = offlineReason();
  if (reason && !crypto.subtle) {
    const link = h("a", { class: "button main", href: "/" }, "到网页上录入");
    const words = [h("h1", null, "农户排查"), h("p", null, reason), h("p", null, link)];
    root.replaceChildren(h("main", { class: "plain" }, words));
    return;
  }
  shell.db = await open();
  await store.start(shell.db);
  shell.since = await since(shell.db, shell.version);
  await show();
  install((waiting) => {
    shell.update = waiting;
    takeUpdate();
  });
  persist().then((persisted) => {
    shell.persisted = persisted;
  });
  subscribe(follow);
  watch();
  sync();
};

begin();
