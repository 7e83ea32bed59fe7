// What was taken along from the server: where the person works, and each village's households. Read by the store alone.
// What holds: a village here is what the server said of it, never changed by what is typed.

import { entries, get, writeAnyway } from "./db.js";
import * as vault from "./vault.js";

/** @type {any} */
let work = null;  // the assignment: round, villages, lists
/** @type {Map<string, {place: any, rows: Map<string, any>, questions: string[], askedAt: number}>} */
let villages = new Map();

export const assignment = () => work;
export const codes = () => [...villages.keys()];
/** @param {string} code @returns {any} */
export const placeOf = (code) => villages.get(code)?.place || null;

/** Every household that was taken along. @returns {[string, any][]} [village, row] */
export const rows = () => [...villages].flatMap(([code, village]) => [...village.rows.values()].map((row) => /** @type {[string, any]} */ ([code, row])));

/** A household and its village, or null. @param {string} id @returns {{village: string, row: any} | null} */
export const find = (id) => {
  for (const [code, village] of villages) if (village.rows.has(id)) return { village: code, row: village.rows.get(id) };
  return null;
};

/** Read into memory. @param {IDBDatabase} db */
export const load = async (db) => {
  const kept = await get(db, "meta", "assignment");
  work = kept ? await vault.unbox(kept) : null;
  const found = new Map();
  for (const [code, row] of await entries(db, "villages")) {
    const made = await vault.unbox(row);
    const listed = new Map(made.rows.map((/** @type {any} */ r) => [r.id, r]));
    found.set(code, { place: made.place, questions: made.questions, rows: listed, askedAt: villages.get(code)?.askedAt || 0 });
  }
  villages = found;
};

/** Leave nothing in memory. */
export const clear = () => { work = null; villages = new Map(); };

/**
 * Take a new assignment in. A village that is no longer assigned goes, unless something of it waits here.
 * @param {IDBDatabase} db @param {any} given @param {any} me kept with it @param {Set<string>} needed villages with work
 */
export const takeAssignment = async (db, given, me, needed) => {
  const kept = await vault.box(given);
  const here = new Set(given.villages.map((/** @type {any} */ v) => v.code));
  const gone = codes().filter((code) => !here.has(code) && !needed.has(code));
  await writeAnyway(db, ["meta", "villages"], (tx) => {
    tx.objectStore("meta").put(kept, "assignment");
    tx.objectStore("meta").put(me, "me");
    for (const code of gone) tx.objectStore("villages").delete(code);
  });
  for (const code of gone) villages.delete(code);
  work = given;
};

/**
 * Take a village's answer in: what differs, and what is gone.
 * @param {IDBDatabase} db @param {any} place of the assignment @param {any} given
 */
export const takeVillage = async (db, place, given) => {
  const old = villages.get(place.code);
  const listed = given.whole || !old ? new Map() : new Map(old.rows);
  for (const values of given.rows) {
    const row = Object.fromEntries(given.fields.map((/** @type {string} */ name, /** @type {number} */ i) => [name, values[i]]));
    row.answers = named(given.questions, row.answers);
    row.before = named(given.questions, row.before);
    listed.set(row.id, row);
  }
  for (const id of given.gone) listed.delete(id);
  const kept = await vault.box({ place, questions: given.questions, rows: [...listed.values()] });
  await writeAnyway(db, ["villages", "meta"], (tx) => { tx.objectStore("villages").put({ ...kept, version: place.version }, place.code); });
  villages.set(place.code, { place, questions: given.questions, rows: listed, askedAt: Date.now() });
};

/** @param {string[]} questions @param {any[] | null} values @returns {Record<string, any> | null} */
const named = (questions, values) => {
  if (!values) return null;
  /** @type {Record<string, any>} */
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
