// What was taken along from the server: where the person works, and each village's households. Read by the store alone.
// What holds: a village here is what the server said of it, never changed by what is typed.

import { entries, get, writeAnyway } from "./db.js";
import * as vault from "./vault.js";

/** @import { Assignment, HouseholdFields, VillageOut, Workplace } from "#payloads" */
/** @import { Owner, RosterHousehold, RosterVillage } from "#phone" */
/** @import { Answer, Answers } from "#rules" */

/** @type {Assignment | null} */
let work = null;
/** @type {Map<string, RosterVillage>} */
let villages = new Map();

export const assignment = () => work;
export const codes = () => [...villages.keys()];
/** @param {string} code */
export const placeOf = (code) => villages.get(code)?.place || null;

/** Every household that was taken along. @returns {[string, RosterHousehold][]} [village, row] */
export const rows = () => {
  /** @type {[string, RosterHousehold][]} */
  const all = [];
  for (const [code, village] of villages) for (const row of village.rows.values()) all.push([code, row]);
  return all;
};

/**
 * A household and its village, or null.
 * @param {string} id @returns {{village: string, row: RosterHousehold} | null}
 */
export const find = (id) => {
  for (const [code, village] of villages) {
    const row = village.rows.get(id);
    if (row) return { village: code, row };
  }
  return null;
};

/** Read into memory. @param {IDBDatabase} db */
export const load = async (db) => {
  const box = await get(db, "assignment");
  work = box ? /** @type {Assignment} */ (await vault.unbox(box)) : null;
  /** @type {Map<string, RosterVillage>} */
  const loaded = new Map();
  for (const [code, row] of await entries(db, "villages")) {
    const village = /** @type {{place: Workplace, questions: string[], rows: RosterHousehold[]}} */ (
      await vault.unbox(row)
    );
    loaded.set(code, {
      place: village.place,
      questions: village.questions,
      rows: new Map(village.rows.map((household) => [household.id, household])),
      askedAt: villages.get(code)?.askedAt || 0,
    });
  }
  villages = loaded;
};

/** Leave nothing in memory. */
export const clear = () => {
  work = null;
  villages = new Map();
};

/**
 * Take a new assignment in. A village that is no longer assigned goes, unless something of it waits here.
 * @param {IDBDatabase} db @param {Assignment} next @param {Owner} me kept with it
 * @param {Set<string>} needed villages with work
 */
export const takeAssignment = async (db, next, me, needed) => {
  const box = await vault.box(next);
  const here = new Set(next.villages.map((place) => place.code));
  const gone = codes().filter((code) => !here.has(code) && !needed.has(code));
  await writeAnyway(db, ["meta", "villages"], (tx) => {
    tx.objectStore("meta").put(box, "assignment");
    tx.objectStore("meta").put(me, "me");
    for (const code of gone) tx.objectStore("villages").delete(code);
  });
  for (const code of gone) villages.delete(code);
  work = next;
};

/**
 * Take a village's answer in: what differs, and what is gone.
 * @param {IDBDatabase} db @param {Workplace} place @param {VillageOut} answer
 */
export const takeVillage = async (db, place, answer) => {
  const old = villages.get(place.code);
  const all = answer.whole || !old ? new Map() : new Map(old.rows);
  for (const values of answer.rows) {
    const pairs = answer.fields.map((name, i) => [name, values[i]]);
    /** @type {HouseholdFields} */
    const fields = Object.fromEntries(pairs);
    const { questions } = answer;
    all.set(fields.id, {
      ...fields,
      answers: byQuestion(questions, fields.answers),
      before: byQuestion(questions, fields.before),
    });
  }
  for (const id of answer.gone) all.delete(id);
  const box = await vault.box({ place, questions: answer.questions, rows: [...all.values()] });
  await writeAnyway(db, ["villages", "meta"], (tx) => {
    tx.objectStore("villages").put({ ...box, version: place.version }, place.code);
  });
  villages.set(place.code, { place, questions: answer.questions, rows: all, askedAt: Date.now() });
};

/** @param {string[]} questions @param {Answer[] | null} values */
const byQuestion = (questions, values) => {
  if (!values) return null;
  /** @type {Answers} */
  const answers = {};
  values.forEach((value, i) => {
    if (value !== null) answers[questions[i]] = value;
  });
  return answers;
};

const LONGEST_MS = 30 * 60000;

/**
 * Whether a village needn't be asked for: nothing was counted there since, and it was asked for lately.
 * @param {Workplace} place
 */
export const isCurrent = (place) => {
  const village = villages.get(place.code);
  return Boolean(
    village && village.place.version === place.version && village.askedAt > Date.now() - LONGEST_MS,
  );
};

/** Digests of a village's households as they are here. @param {string} code */
export const have = (code) => {
  const village = villages.get(code);
  return village ? Object.fromEntries([...village.rows.values()].map((row) => [row.id, row.digest])) : null;
};
