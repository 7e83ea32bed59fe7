// Members of households: as they were taken along, with what was done about them here laid over until the server's
// answer has it. Read and written by the store alone.

import { under, write } from "./db.js";
import { initials } from "./initials.js";
import * as vault from "./vault.js";

/** @import { Raised } from "#payloads" */
/** @import { Box, Member, MemberChange, MemberEdit, MemberTexts, RosterHousehold } from "#phone" */

/** By the member's id. @type {Map<string, MemberEdit>} */
let edits = new Map();

/** Read into memory. @param {IDBDatabase} db */
export const load = async (db) => {
  /** @type {Map<string, MemberEdit>} */
  const loaded = new Map();
  for (const row of await under(db, "member ")) {
    const edit = /** @type {MemberEdit} */ (await vault.unbox(/** @type {Box} */ (row)));
    loaded.set(edit.member[0], edit);
  }
  edits = loaded;
};

/** Leave nothing in memory. */
export const clear = () => {
  edits = new Map();
};

/** Under which key of `meta` an edit lies. @param {MemberEdit} edit */
export const keyOf = (edit) => `member ${edit.member[0]}`;

/** What lies on disk now is in memory, too. @param {MemberEdit} edit */
export const keep = (edit) => {
  edits.set(edit.member[0], edit);
};

/**
 * Who belongs to a household besides its head, each with whether something about them waits here.
 * @param {RosterHousehold} row @returns {Member[]}
 */
export const membersOf = (row) => {
  const listed = (row.members || []).map((values) => ({ values, waits: false }));
  for (const edit of edits.values()) {
    if (edit.household !== row.id) continue;
    const at = listed.findIndex(({ values }) => values[0] === edit.member[0]);
    if (at >= 0) listed.splice(at, 1);
    if (edit.act !== "end")
      listed.splice(at < 0 ? listed.length : at, 0, { values: edit.member, waits: true });
  }
  return listed.map(({ values, waits }) => {
    const [id, name = "", initials = "", relation = "", health = "", labour = "", work = "", school = ""] =
      values;
    return { id, name, initials, relation, health, labour, work, school, waits };
  });
};

/** @param {MemberTexts | null} one @returns {Record<string, string>} */
const textsOf = (one) => {
  if (!one) return {};
  const { name, relation, health, labour, work, school } = one;
  return { name, relation, health, labour, work, school };
};

/**
 * A change as it is kept here, and as it is sent in an item.
 * @param {RosterHousehold} row @param {string} village @param {string} item @param {MemberChange} change
 * @returns {{edit: MemberEdit, raised: Raised}}
 */
export const rowsOf = (row, village, item, { act, member, now, id }) => {
  const subject = member?.id || id;
  const read = now.name === member?.name ? member.initials : initials(now.name, [row]);
  const { name, relation, health, labour, work, school } = now;
  const values = [subject, name, read, relation, health, labour, work, school];
  const sent = act === "end" ? {} : textsOf(now);
  return {
    edit: { household: row.id, village, item, act, member: values },
    raised: { id, kind: "member", act, member: subject, name, was: textsOf(member), now: sent },
  };
};

/**
 * Edits of a village that are received: their item is in no outbox.
 * @param {string} village @param {Set<string>} unsent items
 */
export const received = (village, unsent) =>
  [...edits.values()].filter((edit) => edit.village === village && !unsent.has(edit.item));

/**
 * The server's answer has them: what is newer meanwhile stays.
 * @param {IDBDatabase} db @param {MemberEdit[]} done
 */
export const drop = async (db, done) => {
  const gone = done.filter((edit) => edits.get(edit.member[0])?.item === edit.item);

  if (!gone.length) return;
  await write(db, ["meta"], (tx) => {
    for (const edit of gone) tx.objectStore("meta").delete(keyOf(edit));
  });
  for (const edit of gone) edits.delete(edit.member[0]);
};
