// What is known and what was done on this phone. The only writer of households' work and of the outbox.
// What holds: an answer is on disk before a promise resolves; what is finished lies in the outbox, sealed, from the same
// transaction on, and leaves it by its receipt alone; nothing readable is on disk outside the vault.

import { count, entries, get, newId, RESERVE, write, writeAnyway } from "./db.js";
import { base64, inOrder } from "./receipts.js";
import * as roster from "./roster.js";
import * as vault from "./vault.js";

/** @typedef {Record<string, any>} Answers */
/**
 * What was done on this phone about a household. `shown` the answers last finished or typed; `base`, `after`: what the
 * next item is made from; `item`: the last finished one, whose receipt sets `state`.
 * @typedef {{id: string, village: string, state: string, item: string | null, revision: number, codes: any[],
 *   at: number, data: any, said: any[]}} Work
 */

export class UnsentError extends Error {}

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
/** @type {Map<string, Work>} */
let mine = new Map();
/** @type {Set<string>} */
let unsent = new Set();
let last = 0;  // `at` of what was finished last

/** @param {IDBDatabase} database */
export const start = async (database) => {
  db = database;
  me = (await get(db, "meta", "me")) || null;
  await countUnsent();
};

const countUnsent = async () => {
  const rows = (await entries(db, "outbox")).map(([, row]) => row);
  unsent = new Set(rows.map((row) => row.household || row.item));
  last = rows.reduce((most, row) => Math.max(most, row.at), last);
};

/** When something is finished: never before what was finished earlier, also where the clock was set back. */
const inTurn = () => { last = Math.max(Date.now(), last + 1); return last; };

export const person = () => me;
export const assignment = roster.assignment;
/** How many households (or things raised) are finished and not received. */
export const waiting = () => unsent.size;
/** How many are half filled in. */
export const drafts = () => [...mine.values()].filter((one) => one.state === "draft").length;
/** When a receipt last came, in milliseconds, or 0. @returns {Promise<number>} */
export const sentAt = async () => (await get(db, "meta", "sent")) || 0;

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
  await roster.load(db);
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
  roster.clear();
  mine = new Map();
  tell("lock");
};

/** Every household, merged of what was taken along and what was done here. @returns {any[]} */
export const list = () => {
  const found = [];
  const seen = new Set();
  for (const [code, row] of roster.rows()) {
    seen.add(row.id);
    found.push(merged(code, row, mine.get(row.id)));
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
  const round = roster.assignment()?.round;
  const ended = local && round ? local[round.outcome] : null;
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
  const found = roster.find(id);
  const done = mine.get(id);
  if (!found && !done) return null;
  const row = found ? found.row : spotted(/** @type {Work} */ (done));
  const village = found ? found.village : /** @type {Work} */ (done).village;
  const whole = merged(village, row, done);
  const fresh = !done || (done.state === "stored" && ((row.revision && row.revision >= done.revision) || row.reopened));
  const typed = done && !fresh ? done.data.answers : null;
  return {
    row: whole, village, place: roster.placeOf(village), before: row.before, answers: typed || row.answers,
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
    item, household_id: id, village: known.village, round: roster.assignment().round.id, base: known.base || null, after: known.after,
    household: old && old.data.household ? { village: known.village, ...old.data.household } : null,
    answers: given.answers, completed: true, confirmed: reasons.map(([rule, reason]) => ({ rule, reason })),
    raised: given.raised || [], answered_at: new Date().toISOString(),
  };
  const data = {
    ...(old ? old.data : {}), answers: given.answers, confirmed: given.confirmed || {}, form: known.row.form,
    base: known.base, after: item,
  };
  const row = { id, village: known.village, state: "waiting", item, revision: old ? old.revision : 0, codes: [], at: inTurn() };
  await put(row, data, body);
  changed("finish");
  return item;
};

/** What is being typed beside the forms: kind → its fields. @param {string} place a household's id, or "new" @returns {Promise<Record<string, any>>} */
export const typedAt = async (place) => {
  const row = await get(db, "meta", `typed ${place}`);
  return row ? vault.unbox(row) : {};
};

/** Keep what is being typed there. @param {string} place @param {Record<string, any>} typed */
export const keepTyped = async (place, typed) => {
  const kept = await vault.box(typed);
  await writeAnyway(db, ["meta"], (tx) => { tx.objectStore("meta").put(kept, `typed ${place}`); });
};

/**
 * Raise a problem, petition, change or photo about a household. Resolves with its id when it is on disk.
 * @param {string} id @param {any} raised its own `id` makes that the same raised twice is one thing
 * @param {Record<string, any>} [typed] what is still being typed about the household besides
 */
export const raise = async (id, raised, typed = {}) => {
  const known = origin(id);
  const old = mine.get(id);
  const item = newId();
  const made = { id: newId(), ...raised };
  const body = {
    item, household_id: id, village: known.village, round: roster.assignment().round.id, answers: null, completed: true,
    household: old && old.data.household ? { village: known.village, ...old.data.household } : null,
    raised: [made], answered_at: new Date().toISOString(),
  };
  const sealed = await vault.seal(body, item, me.device, me.key.jwk);
  const kept = await vault.box(typed);
  await writeAnyway(db, ["outbox", "meta"], (tx) => {
    tx.objectStore("outbox").put({ item, household: id, sealed, at: inTurn() }, item);
    tx.objectStore("meta").put(kept, `typed ${id}`);
  });
  unsent.add(id);
  changed("raise");
  return made.id;
};

/**
 * A household found on the spot; it is a draft until its form is finished. Resolves with its id when on disk.
 * @param {{village: string, group: string, head: string, class: string, form: string, phone?: string}} found
 * @param {string} [id] the same one added twice is one household
 */
export const addHousehold = async (found, id = newId()) => {
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
  await writeAnyway(db, ["work", "outbox", "meta"], (tx) => {
    tx.objectStore("work").put(kept, row.id);
    if (sealed) tx.objectStore("outbox").put({ item: body.item, household: row.id, sealed, at: row.at }, body.item);
  });
  mine.set(row.id, { ...row, data, said: [] });
  if (sealed) unsent.add(row.id);
};

/** After receipts were taken, here or by the worker. */
export const refresh = async () => { await reload(); changed("receipts"); };

/** Take a new assignment in. @param {any} given */
export const takeAssignment = async (given) => {
  const working = [...mine.values()].filter((one) => unsent.has(one.id) || !["stored", "done"].includes(one.state));
  me = { ...me, key: given.key || me.key, user: { ...me.user, ...given.user } };
  await roster.takeAssignment(db, given, me, new Set(working.map((one) => one.village)));
};

/** Take a village's answer in. @param {any} place of the assignment @param {any} given */
export const takeVillage = (place, given) => roster.takeVillage(db, place, given);

/** Everything unsent as a file for the village desk; only the server can open it. @returns {Promise<{name: string, blob: Blob, items: number}>} */
export const exportOutbox = async () => {
  const rows = inOrder((await entries(db, "outbox")).map(([, row]) => row));
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
