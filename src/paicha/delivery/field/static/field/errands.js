// Visits that the person leads and drawn households that the person re-interviews, as they were taken along.
// What holds: an errand here is what the server said of it, never changed by typing.

import { get, writeAnyway } from "./db.js";
import * as vault from "./vault.js";

/** @import { Errand, ErrandsOut } from "#payloads" */

/** @typedef {Omit<ErrandsOut, "gone">} Taken */

/** @type {Taken} */
const NOTHING = { rows: [], visit_form: null, asked: {}, titles: {} };
let taken = NOTHING;
/** @type {IDBDatabase} */
let db;

/** Read into memory. @param {IDBDatabase} database */
export const load = async (database) => {
  db = database;
  const box = await get(db, "errands");
  taken = box ? /** @type {Taken} */ (await vault.unbox(box)) : NOTHING;
};

/** Leave nothing in memory. */
export const clear = () => {
  taken = NOTHING;
};

export const rows = () => taken.rows;
/** @param {string} id @returns {Errand | undefined} */
export const find = (id) => taken.rows.find((row) => row.id === id);
export const visitForm = () => taken.visit_form;
/** The questions of a re-interview. @param {string} form */
export const asked = (form) => taken.asked[form] || [];
/** Digests of the errands as they are here. */
export const have = () => Object.fromEntries(taken.rows.map(({ id, digest }) => [id, digest]));

/**
 * Take the server's answer in. Resolves with the ids of `received` work whose errand is over: it goes, too.
 * @param {ErrandsOut} answer @param {Set<string>} received
 */
export const take = async ({ rows, gone, ...rest }, received) => {
  const here = new Map(taken.rows.map((row) => [row.id, row]));
  for (const row of rows) here.set(row.id, row);
  for (const id of gone) here.delete(id);
  const next = { ...rest, rows: [...here.values()] };
  const over = [...received].filter((id) => !here.has(id));
  const box = await vault.box(next);
  await writeAnyway(db, ["meta", "work"], (tx) => {
    tx.objectStore("meta").put(box, "errands");
    for (const id of over) tx.objectStore("work").delete(id);
  });
  taken = next;
  return over;
};
