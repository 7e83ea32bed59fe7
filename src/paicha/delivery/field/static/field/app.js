// Where the phone's pages are put together: which page an address means, and what happens by itself.
// Addresses carry random ids after #, nothing else.

import { offlineReason, persist } from "./capable.js";
import { open } from "./db.js";
import { byId, h, say } from "./dom.js";
import { pull, SignedOut } from "./pull.js";
import { pause, send } from "./send.js";
import * as store from "./store.js";
import * as vault from "./vault.js";
import { addPage } from "./pages/add.js";
import { devicePage } from "./pages/device.js";
import { householdPage } from "./pages/household.js";
import { listPage } from "./pages/list.js";
import { pinPage } from "./pages/pin.js";
import { raisePage } from "./pages/raise.js";
import { startPage } from "./pages/start.js";

const IDLE_MS = 5 * 60000;

/** What pages ask of the whole. */
export const app = {
  /** @type {any} */ db: null,
  /** @type {any} */ rules: null,
  version: document.body.dataset.version || "",
  why: "",  // what is in the way of sending
  persisted: false,
  bar: { words: /** @type {any[]} */ ([]), at: 0 },  // said above the list for a while
  /** @type {any} */ update: null,  // a newer shell that waits
  /** How the page that is shown takes in what changed; null where somebody types, and nothing may move. */
  renew: /** @type {null | (() => void)} */ (() => {}),
  /** @param {string} address */ go: (address) => { location.hash = address; },
  sync: () => sync(),
  /** @param {string} pin */ unlock: (pin) => unlock(pin),
  lock: () => { store.lock(); app.rules = null; show(); },
};

/** @type {any} */
let timer = null;
let tries = 0;
/** @type {Promise<void> | null} */
let running = null;
let asked = false;
let idle = Date.now();

/** @param {string} pin */
const unlock = async (pin) => {
  await vault.unlock(app.db, pin);
  await store.reload();
  await loadRules();
  idle = Date.now();
  app.go("#/");
  show();
  sync();
};

const loadRules = async () => {
  const work = store.assignment();
  app.rules = work && work.round ? await import(work.round.rules) : null;
};

/** Send, then take along what changed; never in the way, and by itself again when it failed. Who asks meanwhile
 * waits for the same. @returns {Promise<void>} */
const sync = () => {
  if (!navigator.onLine) { badge(); return Promise.resolve(); }
  if (running) { asked = true; return running; }
  running = exchange().finally(() => {
    running = null;
    const more = asked && store.waiting() > 0;  // what was finished while the last one was on its way
    asked = false;
    if (more) sync();
  });
  return running;
};

const exchange = async () => {
  clearTimeout(timer);
  try {
    const outcome = await send({
      db: app.db, token: store.token, box: vault.isOpen() ? vault.box : undefined, shell: app.version,
    });
    app.why = outcome.left ? outcome.why : "";
    if (outcome.sent) await store.refresh();
    if (vault.isOpen()) await bring();
    tries = outcome.again ? tries + 1 : 0;
    if (outcome.again && outcome.left) timer = setTimeout(sync, pause(tries));
  } catch (error) {
    if (error instanceof SignedOut) app.why = error.message;
    tries += 1;
    timer = setTimeout(sync, pause(tries));
  } finally {
    badge();
    maybeUpdate();
  }
};

let broughtAt = 0;
const bring = async () => {
  if (Date.now() - broughtAt < 20000 && store.assignment()) return;
  await pull();
  broughtAt = Date.now();
  if (!app.rules) await loadRules();
  app.renew?.();
};

/** A newer shell takes over only when nothing waits and nobody types. */
const maybeUpdate = async () => {
  if (!app.update || store.waiting() || !app.renew) return;
  app.update.postMessage("take over");
};

const watchUpdates = async () => {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/", type: "module" });
  const waits = () => { app.update = registration.waiting; maybeUpdate(); };
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", waits);
  });
  if (registration.waiting) waits();
  let had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (had) location.reload(); had = true; });
  /** @type {any} */ (app).registration = registration;
};

/** The number that stands on every page. */
export const badge = () => {
  const place = byId("outbox");
  if (!place) return;
  const n = store.waiting();
  const signal = navigator.onLine ? "" : "没信号 · ";
  place.textContent = n ? `${signal}待传 ${n} 户` : `${signal}都传了`;
  place.className = n ? "outbox some" : "outbox";
};

/** The head of every page. @param {any} title @param {string} [back] */
export const head = (title, back) => {
  const made = h("header", null,
    back ? h("a", { class: "back", href: back, "aria-label": "返回" }, "‹") : null, title,
    h("a", { id: "outbox", class: "outbox", href: "#/device" }));
  queueMicrotask(badge);
  return made;
};

let turns = 0;

/** Show the page of the address. */
export const show = async () => {
  const [, name, id, more] = location.hash.split("/");
  turns += 1;
  const turn = turns;
  const [ready, typed, sent] = await Promise.all([store.isSetUp(), vault.isOpen() ? store.typedAt(id || name) : {}, store.sentAt()]);
  if (turn !== turns) return;  // another page was asked for meanwhile
  const root = byId("app");
  app.renew = () => {};
  let page;
  if (!ready) page = startPage();
  else if (!vault.isOpen()) page = pinPage();
  else if (name === "h" && id && more === "raise") page = raisePage(id, typed);
  else if (name === "h" && id) page = householdPage(id);
  else if (name === "new") page = addPage(typed);
  else if (name === "device") page = devicePage(sent);
  else page = listPage();
  root.replaceChildren(...[page].flat());
  badge();
  const search = byId("search");
  if (search) search.dispatchEvent(new Event("shown"));
  else if (vault.isOpen()) { window.scrollTo(0, 0); root.querySelector("h1")?.focus(); }
};

const begin = async () => {
  const root = byId("app");
  const reason = offlineReason();
  if (reason && !crypto.subtle) {
    root.replaceChildren(h("main", { class: "plain" }, h("h1", null, "农户排查"), h("p", null, reason),
      h("p", null, h("a", { class: "button main", href: "/" }, "到网页上录入"))));
    return;
  }
  app.db = await open();
  await store.start(app.db);
  await show();
  watchUpdates().catch(() => say("离线用的程序没有装上，有信号时照常能填。"));
  persist().then((kept) => { app.persisted = kept; });
  store.subscribe((change) => {
    badge();
    if (change === "finish" || change === "raise") {
      /** @type {any} */ (app).registration?.sync?.register("outbox").catch(() => {});
      sync();
    }
    if ((change === "receipts" || change === "other") && vault.isOpen()) app.renew?.();
  });
  window.addEventListener("hashchange", show);
  window.addEventListener("online", sync);
  window.addEventListener("offline", badge);
  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, () => { idle = Date.now(); }, { passive: true });
  setInterval(() => {
    if (vault.isOpen() && Date.now() - idle > IDLE_MS) app.lock();
    else if (document.visibilityState === "visible") sync();
  }, 60000);
  sync();
};

begin();
