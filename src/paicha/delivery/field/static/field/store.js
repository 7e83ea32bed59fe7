// What is known and what was done on this phone. The only writer of households' work and of the outbox.
// What holds: an answer is on disk before a promise resolves; what is finished lies in the outbox, sealed, from the same
// transaction on, and leaves it by its receipt alone; nothing readable is on disk outside the vault.

import { count, entries, get, isFull, newId, write } from "./db.js";
import { base64 } from "./receipts.js";
import * as vault from "./vault.js";

/** @typedef {Record<string, any>} Answers */
/**
 * What was done on this phone about a household. `shown` the answers last finished or typed; `base`, `after`: what the
 * next item is made from; `item`: the last finished one, whose receipt sets `state`.
 * @typedef {{id: string, village: string, state: string, item: string | null, revision: number, codes: any[],
 *   at: number, data: any, said: any[]}} Work
 */

const RESERVE = 512 * 1024;

export class UnsentError extends Error {}
export class FullError extends Error {}

/** @type {Set<(change: string) => void>} */
const listeners = new Set();
const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("paicha-field") : null;
if (channel) channel.onmessage = async () => { await reload(); tell("other"); };

/** @param {string} change */
const tell = (change) => { for (const listener of listeners) listener(change); };
/** @param {string} change */
const changed = (change) => { tell(change); if (channel) channel.postMessage(change); };

/** Called on every change, also of another tab or the worker. @param {(change: string) => void} listener */
export const subscribe = (listener) => { listeners.add(listener); return () => listeners.delete(listener); };

/** @type {IDBDatabase} */
let db;
/** @type {any} */
let me = null;  // {device, user, key, upload, name, expires}: nothing personal of households
/** @type {any} */
let work = null;  // the assignment: round, villages, lists
/** @type {Map<string, {place: any, rows: Map<string, any>, questions: string[], askedAt: number}>} */
let villages = new Map();
/** @type {Map<string, Work>} */
let mine = new Map();
/** @type {Set<string>} */
let unsent = new Set();

/** @param {IDBDatabase} database */
export const start = async (database) => {
  db = database;
  me = (await get(db, "meta", "me")) || null;
  await countUnsent();
};

const countUnsent = async () => {
  unsent = new Set((await entries(db, "outbox")).map(([, row]) => row.household || row.item));
};

export const person = () => me;
export const assignment = () => work;
/** How many households (or things raised) are finished and not received. */
export const waiting = () => unsent.size;

/**
 * Set the phone up: tokens and keys of a person, in a vault under a PIN.
 * @param {any} given what the server gave @param {string} name @param {string} pin
 */
export const setUp = async (given, name, pin) => {
  const safe = await vault.fresh(pin);
  const token = await vault.box(given.token);
  me = {
    device: given.device, user: given.user, key: given.key, upload: given.upload, name, expires: given.expires,
  };
  await write(db, ["meta"], (tx) => {
    const meta = tx.objectStore("meta");
    meta.put(safe, "vault");
    meta.put(me, "me");
    meta.put(token, "token");
    meta.put(new Uint8Array(RESERVE), "reserve");
  });
};

/** Whether this phone was set up. */
export const isSetUp = async () => Boolean(await get(db, "meta", "vault"));

/** The token that reads and sends, or null while locked. */
export const token = async () => {
  if (!vault.isOpen()) return null;
  const row = await get(db, "meta", "token");
  return row ? vault.unbox(row) : null;
};

/** Read everything into memory after unlocking. */
export const reload = async () => {
  await countUnsent();
  if (!vault.isOpen()) return;
  const kept = await get(db, "meta", "assignment");
  work = kept ? await vault.unbox(kept) : null;
  const found = new Map();
  for (const [code, row] of await entries(db, "villages")) {
    const made = await vault.unbox(row);
    const rows = new Map(made.rows.map((/** @type {any} */ r) => [r.id, r]));
    found.set(code, { place: made.place, questions: made.questions, rows, askedAt: villages.get(code)?.askedAt || 0 });
  }
  villages = found;
  const done = new Map();
  for (const [id, row] of await entries(db, "work")) done.set(id, await readable(row));
  mine = done;
};

/** @param {any} row @returns {Promise<Work>} */
const readable = async (row) => ({
  ...row, data: row.iv ? await vault.unbox(row) : {}, said: row.said ? await vault.unbox(row.said) : row.codes || [],
});

/** Leave nothing readable in memory. */
export const lock = () => {
  vault.lock();
  work = null;
  villages = new Map();
  mine = new Map();
  tell("lock");
};

/** Every household, merged of what was taken along and what was done here. @returns {any[]} */
export const list = () => {
  const found = [];
  const seen = new Set();
  for (const [code, village] of villages) {
    for (const row of village.rows.values()) {
      seen.add(row.id);
      found.push(merged(code, row, mine.get(row.id)));
    }
  }
  for (const one of mine.values()) {
    if (!seen.has(one.id) && one.data.household) found.push(merged(one.village, spotted(one), one));
  }
  return found;
};

/** @param {Work} one */
const spotted = (one) => ({
  id: one.id, number: 0, group: one.data.household.group, head: one.data.household.head_name, initials: "",
  phone: one.data.household.phone || "", class: one.data.household.class, form: one.data.form, population: null,
  outcome: null, revision: 0, reopened: 0, by: "", mine: 1, answers: null, before: null, notes: [],
});

/** @param {string} village @param {any} row @param {Work | undefined} done */
const merged = (village, row, done) => {
  const state = stateOf(row, done);
  const local = done && ["waiting", "stored", "held", "conflict"].includes(state) ? done.data.answers : null;
  const ended = local && work && work.round ? local[work.round.outcome] : null;
  const outcome = ended ?? row.outcome;
  return { ...row, village, state, outcome, local: Boolean(done), codes: done ? done.codes : [] };
};

/** @param {any} row @param {Work | undefined} done */
const stateOf = (row, done) => {
  if (done && done.state === "waiting" && !unsent.has(done.id)) return "stored";  // received while the phone was full
  if (done && done.state === "stored" && row.revision >= done.revision && row.revision) return row.reopened ? "returned" : "done";
  if (done && !(done.state === "stored" && row.reopened)) return done.state;
  if (row.reopened) return "returned";
  return row.outcome === null ? "todo" : "done";
};

/**
 * One household: what is known, what was answered before, and what was typed here.
 * @param {string} id
 */
export const one = (id) => {
  const place = [...villages].find(([, village]) => village.rows.has(id));
  const done = mine.get(id);
  if (!place && !done) return null;
  const row = place ? /** @type {any} */ (place[1].rows.get(id)) : spotted(/** @type {Work} */ (done));
  const village = place ? place[0] : /** @type {Work} */ (done).village;
  const whole = merged(village, row, done);
  const fresh = !done || (done.state === "stored" && ((row.revision && row.revision >= done.revision) || row.reopened));
  const typed = done && !fresh ? done.data.answers : null;
  return {
    row: whole, village, place: villages.get(village)?.place || null, before: row.before, answers: typed || row.answers,
    state: whole.state, messages: done && !fresh ? done.said : [], confirmed: (done && done.data.confirmed) || {},
    base: fresh ? row.revision : done.data.base, after: fresh ? null : done.data.after,
  };
};

/** @param {string} id @returns {any} */
const origin = (id) => {
  const known = one(id);
  if (!known) throw new Error("手机上没有这一户，请联网更新名册。");
  return known;
};

/**
 * Keep what is typed. Resolves when it is on disk.
 * @param {string} id @param {Answers} answers @param {Record<string, string>} [confirmed]
 */
export const keepDraft = async (id, answers, confirmed = {}) => {
  const known = origin(id);
  const old = mine.get(id);
  const data = { ...(old ? old.data : {}), answers, confirmed, form: known.row.form, base: known.base, after: known.after };
  const row = { id, village: known.village, state: "draft", item: old ? old.item : null, revision: old ? old.revision : 0, codes: [], at: Date.now() };
  await put(row, data, null);
  changed("draft");
};

/**
 * Finish a household: from here on it can't be lost. Resolves with its item when it is on disk.
 * @param {string} id
 * @param {{answers: Answers, confirmed?: Record<string, string>, raised?: any[]}} given
 */
export const finish = async (id, given) => {
  const known = origin(id);
  const old = mine.get(id);
  const item = newId();
  const reasons = Object.entries(given.confirmed || {}).filter(([, reason]) => reason.trim());
  const body = {
    item, household_id: id, village: known.village, round: work.round.id, base: known.base || null, after: known.after,
    household: old && old.data.household ? { village: known.village, ...old.data.household } : null,
    answers: given.answers, completed: true, confirmed: reasons.map(([rule, reason]) => ({ rule, reason })),
    raised: given.raised || [], answered_at: new Date().toISOString(),
  };
  const data = {
    ...(old ? old.data : {}), answers: given.answers, confirmed: given.confirmed || {}, form: known.row.form,
    base: known.base, after: item,
  };
  const row = { id, village: known.village, state: "waiting", item, revision: old ? old.revision : 0, codes: [], at: Date.now() };
  await put(row, data, body);
  changed("finish");
  return item;
};

/**
 * Raise a problem, petition, change or photo about a household. Resolves with its id when it is on disk.
 * @param {string} id @param {any} raised
 */
export const raise = async (id, raised) => {
  const known = origin(id);
  const old = mine.get(id);
  const item = newId();
  const made = { id: newId(), ...raised };
  const body = {
    item, household_id: id, village: known.village, round: work.round.id, answers: null, completed: true,
    household: old && old.data.household ? { village: known.village, ...old.data.household } : null,
    raised: [made], answered_at: new Date().toISOString(),
  };
  const sealed = await vault.seal(body, item, me.device, me.key.jwk);
  await onDisk(["outbox", "meta"], (tx) => {
    tx.objectStore("outbox").put({ item, household: id, sealed, at: Date.now() }, item);
  });
  unsent.add(id);
  changed("raise");
  return made.id;
};

/**
 * A household found on the spot; it is a draft until its form is finished. Resolves with its id when on disk.
 * @param {{village: string, group: string, head: string, class: string, form: string, phone?: string}} found
 */
export const addHousehold = async (found) => {
  const id = newId();
  const household = { group: found.group, head_name: found.head, class: found.class, phone: found.phone || "" };
  const data = { household, answers: {}, confirmed: {}, form: found.form, base: 0, after: null };
  await put({ id, village: found.village, state: "draft", item: null, revision: 0, codes: [], at: Date.now() }, data, null);
  changed("add");
  return id;
};

/** @param {any} row @param {any} data @param {any} body an item to send, or null for a draft */
const put = async (row, data, body) => {
  const kept = { ...row, ...(await vault.box(data)) };
  const sealed = body ? await vault.seal(body, body.item, me.device, me.key.jwk) : null;
  await onDisk(["work", "outbox", "meta"], (tx) => {
    tx.objectStore("work").put(kept, row.id);
    if (sealed) tx.objectStore("outbox").put({ item: body.item, household: row.id, sealed, at: row.at }, body.item);
  });
  mine.set(row.id, { ...row, data, said: [] });
  if (sealed) unsent.add(row.id);
};

/**
 * Write; where the phone is full, once more without the reserve that was kept for this.
 * @param {string[]} stores @param {(tx: IDBTransaction) => void} change
 */
const onDisk = async (stores, change) => {
  try {
    await write(db, stores, change);
  } catch (error) {
    if (!isFull(error)) throw error;
    try {
      await write(db, ["meta"], (tx) => { tx.objectStore("meta").delete("reserve"); });
      await write(db, stores, change);
    } catch (again) {
      if (!isFull(again)) throw again;
      throw new FullError("手机存满了，这一步没有存上；请删些照片、视频再存，已经存好的都在。");
    }
  }
};

/** After receipts were taken, here or by the worker. */
export const refresh = async () => { await reload(); changed("receipts"); };

/**
 * Take a village's answer in: what differs, and what is gone.
 * @param {any} place of the assignment @param {any} given
 */
export const takeVillage = async (place, given) => {
  const old = villages.get(place.code);
  const rows = given.whole || !old ? new Map() : new Map(old.rows);
  for (const values of given.rows) {
    const row = Object.fromEntries(given.fields.map((/** @type {string} */ name, /** @type {number} */ i) => [name, values[i]]));
    row.answers = named(given.questions, row.answers);
    row.before = named(given.questions, row.before);
    rows.set(row.id, row);
  }
  for (const id of given.gone) rows.delete(id);
  const kept = await vault.box({ place, questions: given.questions, rows: [...rows.values()] });
  await onDisk(["villages", "meta"], (tx) => { tx.objectStore("villages").put({ ...kept, version: place.version }, place.code); });
  villages.set(place.code, { place, questions: given.questions, rows, askedAt: Date.now() });
};

/** @param {string[]} questions @param {any[] | null} values @returns {Answers | null} */
const named = (questions, values) => {
  if (!values) return null;
  /** @type {Answers} */
  const found = {};
  values.forEach((value, i) => { if (value !== null) found[questions[i]] = value; });
  return found;
};

const LONGEST_MS = 30 * 60000;

/** Whether a village needn't be asked for: nothing was counted there since, and it was asked for lately.
 * @param {any} place of the assignment */
export const isCurrent = (place) => {
  const village = villages.get(place.code);
  return Boolean(village && village.place.version === place.version && village.askedAt > Date.now() - LONGEST_MS);
};

/** Digests of a village's households as they are here. @param {string} code */
export const have = (code) => {
  const village = villages.get(code);
  return village ? Object.fromEntries([...village.rows.values()].map((row) => [row.id, row.digest])) : null;
};

/**
 * Take a new assignment in. A village that is no longer assigned goes, unless something of it waits here.
 * @param {any} given
 */
export const takeAssignment = async (given) => {
  const kept = await vault.box(given);
  const here = new Set(given.villages.map((/** @type {any} */ v) => v.code));
  const needed = new Set([...mine.values()].filter((w) => unsent.has(w.id) || !["stored", "done"].includes(w.state)).map((w) => w.village));
  const gone = [...villages.keys()].filter((code) => !here.has(code) && !needed.has(code));
  me = { ...me, key: given.key || me.key, user: { ...me.user, ...given.user } };
  await onDisk(["meta", "villages", "work"], (tx) => {
    tx.objectStore("meta").put(kept, "assignment");
    tx.objectStore("meta").put(me, "me");
    for (const code of gone) tx.objectStore("villages").delete(code);
  });
  for (const code of gone) villages.delete(code);
  work = given;
};

/** Everything unsent as a file for the village desk; only the server can open it. @returns {Promise<{name: string, blob: Blob, items: number}>} */
export const exportOutbox = async () => {
  const rows = (await entries(db, "outbox")).map(([, row]) => row);
  const items = rows.map((row) => ({ item: row.item, sealed: base64(row.sealed) }));
  const day = new Date().toISOString().slice(0, 10);
  const body = { paicha: "handover", v: 1, device: me.device, device_name: me.name, made_at: new Date().toISOString(), items };
  const blob = new Blob([JSON.stringify(body)], { type: "application/json" });
  return { name: `待交接-${unsent.size}户-${day}.paicha`, blob, items: items.length };
};

/**
 * Leave this phone. With something unsent it only locks, and says so (UnsentError): nothing is ever wiped that
 * no receipt is in for.
 */
export const leave = async () => {
  lock();
  const stores = ["meta", "villages", "work", "outbox"];
  const left = await new Promise((resolve, reject) => {
    const tx = db.transaction(stores, "readwrite", { durability: "strict" });
    let waits = 0;
    const asks = tx.objectStore("outbox").count();
    asks.onsuccess = () => {
      waits = asks.result;
      if (waits === 0) for (const store of stores) tx.objectStore(store).clear();
    };
    tx.oncomplete = () => resolve(waits);
    tx.onabort = () => reject(tx.error);
  });
  await countUnsent();
  if (left) throw new UnsentError(`还有 ${unsent.size} 户没传上去，手机先锁住，传完再退出；没有丢。`);
  me = null;
  changed("leave");
};

/** How many items lie in the outbox. */
export const items = () => count(db, "outbox");
