// What was taken along and what was done on this phone. The only writer of households' work and of the outbox.
// What holds: an answer is on disk before a promise resolves; what is finished lies in the outbox, sealed, from the
// same transaction on, and leaves it by its receipt alone; nothing readable is on disk outside the vault.

import { tell, tellAll, whenOthers } from "./changes.js";
import * as clock from "./clock.js";
import { entries, get, newId, refillReserve, reserve, wipe, write, writeAnyway } from "./db.js";
import * as errands from "./errands.js";
import { merge, metOnTheSpot, open } from "./household_state.js";
import * as members from "./members.js";
import { handOverFile } from "./receipts.js";
import * as roster from "./roster.js";
import * as vault from "./vault.js";

/** @import { Assignment, DeviceOut, InterviewItem, Item, Message, NewHousehold } from "#payloads" */
/** @import { Raised, VillageOut, VisitItem, Workplace } from "#payloads" */
/** @import { Box, Fields, Household, HouseholdState, MemberChange, MemberEdit } from "#phone" */
/** @import { OpenHousehold, Owner, Work, WorkData, WorkRow } from "#phone" */
/** @import { Answers } from "#rules" */

export class UnsentError extends Error {}

/** @type {IDBDatabase} */
let db;
/** @type {Owner | null} */
let me = null;
/** @type {Map<string, Work>} */
let works = new Map();
/** @type {Set<string>} */
let unsent = new Set();
let last = 0; // `at` of what was finished last

/** @param {IDBDatabase} database */
export const start = async (database) => {
  db = database;
  whenOthers(reload);
  me = (await get(db, "me")) || null;
  await clock.start(db);
  await countUnsent();
  await refillReserve(db);
};

const countUnsent = async () => {
  const rows = (await entries(db, "outbox")).map(([, row]) => row);
  unsent = new Set(rows.map((row) => row.household || row.item));
  last = rows.reduce((most, row) => Math.max(most, row.at), last);
};

/** When something is finished: never before what was finished earlier, also where the clock was set back. */
export const inTurn = () => (last = Math.max(Date.now(), last + 1));

/** Whose phone this is, or null. */
export const person = () => me;
export const assignment = roster.assignment;
/** How many households (or things raised) are finished and not received. */
export const waiting = () => unsent.size;
/** Who waits, by the head's name, while the phone is open. @returns {string[]} */
export const waitingHeads = () =>
  list()
    .filter((row) => unsent.has(row.id))
    .map((row) => row.head);
/** What the server has answered to: how many households by state. @returns {[HouseholdState, number][]} */
export const countsByState = () => {
  /** @type {Map<HouseholdState, number>} */
  const counts = new Map();
  for (const row of list()) {
    if (!row.local || !works.get(row.id)?.item || unsent.has(row.id)) continue;
    counts.set(row.state, (counts.get(row.state) || 0) + 1);
  }
  return [...counts];
};
/** How many are half filled in. */
export const drafts = () => [...works.values()].filter(({ state }) => state === "draft").length;
/** When a receipt last came, in milliseconds, or 0. @returns {Promise<number>} */
export const sentAt = async () => (await get(db, "sent")) || 0;

/**
 * Set the phone up: tokens and keys of a person, in a vault under a PIN.
 * @param {DeviceOut} device what the server gave @param {string} name @param {string} pin
 */
export const setUp = async (device, name, pin) => {
  const row = await vault.fresh(pin);
  const token = await vault.box(device.token);
  const { user, key, upload, expires } = device;
  me = { device: device.device, user, key, upload, name, expires };
  if (device.server_time) await clock.learn(db, device.server_time);
  await write(db, ["meta"], (tx) => {
    const meta = tx.objectStore("meta");
    meta.put(row, "vault");
    meta.put(me, "me");
    meta.put(token, "token");
    meta.put(reserve(), "reserve");
  });
};

/** Whether this phone was set up. */
export const isSetUp = async () => Boolean(await get(db, "vault"));

/** The token that reads and sends, or null while locked. */
export const token = async () => {
  const row = vault.isOpen() ? await get(db, "token") : undefined;
  return row ? String(await vault.unbox(row)) : null;
};

/** Read everything into memory after unlocking. */
export const reload = async () => {
  await countUnsent();
  await clock.start(db);
  if (!vault.isOpen()) return;
  await roster.load(db);
  await members.load(db);
  await errands.load(db);
  /** @type {Map<string, Work>} */
  const loaded = new Map();
  for (const [id, row] of await entries(db, "work")) loaded.set(id, await openWork(row));
  works = loaded;
};

/** @param {WorkRow} row @returns {Promise<Work>} */
const openWork = async ({ iv, box, said, ...row }) => ({
  ...row,
  data: /** @type {WorkData} */ (iv && box ? await vault.unbox({ iv, box }) : {}),
  messages: said ? /** @type {Message[]} */ (await vault.unbox(said)) : row.codes || [],
});

/** Leave nothing readable in memory. */
export const lock = () => {
  vault.lock();
  roster.clear();
  members.clear();
  errands.clear();
  works = new Map();
  tell("lock");
};

/** Every household, merged of what was taken along and what was done here. @returns {Household[]} */
export const list = () => {
  /** @type {Household[]} */
  const all = [];
  const taken = roster.rows();
  const ids = new Set();
  const outcome = roster.assignment()?.round?.outcome || "";
  for (const [code, row] of taken) {
    ids.add(row.id);
    const work = works.get(row.id);
    all.push(merge(code, row, { work, waits: unsent.has(row.id), people: members.membersOf(row) }, outcome));
  }
  const roster_ = taken.map(([, row]) => row);
  for (const work of works.values()) {
    const row = ids.has(work.id) ? null : metOnTheSpot(work, roster_);
    if (row) all.push(merge(work.village, row, { work, waits: unsent.has(work.id), people: [] }, outcome));
  }
  return all;
};

/**
 * One household: what is on record, what was answered before, and what was typed here; null where the phone lacks it.
 * @param {string} id @returns {OpenHousehold | null}
 */
export const one = (id) => {
  const entry = roster.find(id);
  const work = works.get(id);
  const rows = () => roster.rows().map(([, row]) => row);
  const row = entry ? entry.row : work ? metOnTheSpot(work, rows()) : null;
  const village = entry?.village || work?.village || "";
  if (!row) return null;
  const outcome = roster.assignment()?.round?.outcome || "";
  const here = { work, waits: unsent.has(id), people: members.membersOf(row) };
  const household = merge(village, row, here, outcome);
  return { ...open(household, row, work), place: roster.placeOf(village) };
};

/** As `one`. Throws where the phone lacks the household. @param {string} id */
const origin = (id) => {
  const household = one(id);
  if (!household) throw new Error("手机上没有这一户，请联网更新名册。");
  return household;
};

/** What every item about a household says. @param {string} id @param {string} village @param {string} item */
const itemOf = (id, village, item) => {
  const round = roster.assignment()?.round;
  if (!round) throw new Error("手机上没有这一轮，请联网更新名册。");
  const household = works.get(id)?.data.household;
  return {
    item,
    household_id: id,
    village,
    round: round.id,
    household: household ? { village, ...household } : null,
    completed: true,
    answered_at: new Date().toISOString(),
  };
};

/**
 * Keep what is typed. Resolves when it is on disk.
 * @param {string} id @param {Answers} answers @param {Record<string, string>} [confirmed]
 */
export const keepDraft = async (id, answers, confirmed = {}) => {
  const { row, village, base, after } = origin(id);
  const old = works.get(id);
  const data = { ...old?.data, answers, confirmed, form: row.form, base, after };
  const { item = null, revision = 0 } = old || {};
  await put({ id, village, state: "draft", item, revision, codes: [], at: Date.now() }, data, null);
  tellAll("draft");
};

/**
 * Finish a household: from here on it can't be lost. Resolves with its item when it is on disk.
 * @param {string} id
 * @param {{answers: Answers, confirmed?: Record<string, string>, raised?: Raised[]}} visit
 */
export const finish = async (id, { answers, confirmed = {}, raised = [] }) => {
  const { row, village, base, after } = origin(id);
  const old = works.get(id);
  const item = newId();
  const reasons = Object.entries(confirmed).filter(([, reason]) => reason.trim());
  /** @type {Item} */
  const body = {
    ...itemOf(id, village, item),
    base: base || null,
    after,
    answers,
    confirmed: reasons.map(([rule, reason]) => ({ rule, reason })),
    raised,
  };
  const data = { ...old?.data, answers, confirmed, form: row.form, base, after: item };
  const revision = old ? old.revision : 0;
  await put({ id, village, state: "waiting", item, revision, codes: [], at: inTurn() }, data, body);
  tellAll("finish");
  return item;
};

/**
 * What is being typed beside the forms: kind → its fields.
 * @param {string} place a household's id, or "new" @returns {Promise<Record<string, Fields>>}
 */
export const fieldsAt = async (place) => {
  const row = await get(db, `typed ${place}`);
  return row ? /** @type {Record<string, Fields>} */ (await vault.unbox(row)) : {};
};

/** Keep what is being typed there. @param {string} place @param {Record<string, Fields>} fields by kind */
export const keepFields = async (place, fields) => {
  const box = await vault.box(fields);
  await writeAnyway(db, ["meta"], (tx) => {
    tx.objectStore("meta").put(box, `typed ${place}`);
  });
};

/**
 * Raise a problem, petition, change or photo about a household. Resolves with its id when it is on disk.
 * @param {string} id
 * @param {Omit<Raised, "id"> & {id?: string}} thing its own `id` makes that the same raised twice is one thing
 * @param {Record<string, Fields>} [fields] what is still being typed about the household besides, by kind
 */
export const raise = async (id, thing, fields = {}) => {
  const raised = /** @type {Raised} */ ({ id: newId(), ...thing });
  await sendOff(id, newId(), raised, { [`typed ${id}`]: await vault.box(fields) });
  return raised.id;
};

/**
 * Add, correct or end a member of a household. Resolves with the member's id when it is on disk.
 * @param {string} id @param {MemberChange} change its own `id` makes that the same saved twice is one thing
 * @param {Record<string, Fields>} [fields] what is still being typed about members besides
 */
export const changeMember = async (id, change, fields = {}) => {
  const { row, village } = origin(id);
  const { edit, raised } = members.rowsOf(row, village, newId(), change);
  await sendOff(id, edit.item, raised, {
    [`typed ${id} members`]: await vault.box(fields),
    [members.keyOf(edit)]: await vault.box(edit),
  });
  members.keep(edit);
  return edit.member[0];
};

/**
 * Put something raised into the outbox, with what changes beside it, in one transaction.
 * @param {string} id @param {string} item @param {Raised} raised @param {Record<string, Box>} beside by key of `meta`
 */
const sendOff = async (id, item, raised, beside) => {
  const { village } = origin(id);
  const sealed = await seal({ ...itemOf(id, village, item), answers: null, raised: [raised] });
  await writeAnyway(db, ["outbox", "meta"], (tx) => {
    tx.objectStore("outbox").put({ item, household: id, sealed, at: inTurn() }, item);
    for (const [key, box] of Object.entries(beside)) tx.objectStore("meta").put(box, key);
  });
  unsent.add(id);
  tellAll("raise");
};

/**
 * A household met on the spot; it is a draft until its form is finished. Resolves with its id when on disk.
 * @param {{village: string, group: string, head: string, class: string, form: string, phone?: string}} fields
 * @param {string} [id] the same one added twice is one household
 */
export const addHousehold = async (fields, id = newId()) => {
  const { village, group, head, form, phone = "" } = fields;
  const household = { group, head_name: head, class: fields.class, phone };
  /** @type {WorkData} */
  const data = { household, answers: {}, confirmed: {}, form, base: 0, after: null };
  await put({ id, village, state: "draft", item: null, revision: 0, codes: [], at: Date.now() }, data, null);
  tellAll("add");
  return id;
};

/** @param {Item | VisitItem | InterviewItem} body */
const seal = (body) => {
  if (!me) throw new Error("这部手机还没有登录。");
  return vault.seal(body, body.item, me.device, me.key.jwk);
};

/** By id. @returns {ReadonlyMap<string, Work>} */
export const allWork = () => works;
/** Whether something of it lies in the outbox. @param {string} id */
export const isUnsent = (id) => unsent.has(id);
/** What is gone from the disk. @param {string[]} ids */
export const forget = (ids) => {
  for (const id of ids) works.delete(id);
};

/**
 * Keep what was done. Resolves when it is on disk.
 * @param {WorkRow} row @param {WorkData} data
 * @param {Item | VisitItem | InterviewItem | null} body an item to send, or null for a draft
 */
export const put = async (row, data, body) => {
  const box = await vault.box(data);
  const sealed = body ? await seal(body) : null;
  await writeAnyway(db, ["work", "outbox", "meta"], (tx) => {
    tx.objectStore("work").put({ ...row, ...box }, row.id);
    if (!body) return;
    tx.objectStore("outbox").put({ item: body.item, household: row.id, sealed, at: row.at }, body.item);
  });
  works.set(row.id, { ...row, data, messages: [] });
  if (sealed) unsent.add(row.id);
};

/** After receipts were taken, here or by the worker. */
export const refresh = async () => {
  await reload();
  tellAll("receipts");
};

/** Hear the server's time. @param {string} time */
export const hearTime = (time) => clock.learn(db, time);

/** Take a new assignment in. @param {Assignment} next */
export const takeAssignment = async (next) => {
  if (!me) throw new Error("这部手机还没有登录。");
  const needed = new Set();
  for (const work of works.values()) {
    if (unsent.has(work.id) || work.state !== "stored") needed.add(work.village);
  }
  me = { ...me, key: next.key || me.key, user: { ...me.user, ...next.user } };
  await roster.takeAssignment(db, next, me, needed);
};

/** What was done here about members of a village, and is received. @param {string} code */
export const receivedMembers = async (code) => {
  const items = (await entries(db, "outbox")).map(([item]) => item);
  return members.received(code, new Set(items));
};

/**
 * Take a village's answer in. `done`: what it has of members, for it was received before the village was asked for.
 * @param {Workplace} place @param {VillageOut} answer @param {MemberEdit[]} [done]
 */
export const takeVillage = async (place, answer, done = []) => {
  await roster.takeVillage(db, place, answer);
  await members.drop(db, done);
};

/**
 * Everything unsent as a file for the village desk; only the server can open it.
 * @returns {Promise<{name: string, blob: Blob, items: number}>}
 */
export const exportOutbox = async () => {
  if (!me) throw new Error("这部手机还没有登录。");
  const rows = (await entries(db, "outbox")).map(([, row]) => row);
  const blob = handOverFile(me, rows);
  return { name: `待交接-${unsent.size}户-${clock.today()}.paicha`, blob, items: rows.length };
};

/**
 * Leave this phone. With something unsent it only locks, and says so (UnsentError): nothing is ever wiped that
 * no receipt is in for.
 */
export const leave = async () => {
  lock();
  const left = await wipe(db);
  await countUnsent();
  if (left) throw new UnsentError(`还有 ${unsent.size} 户没传上去，手机先锁住，传完再退出；没有丢。`);
  me = null;
  tellAll("leave");
};
