// What is done here about errands: kept while it is typed, sealed when it is finished, shown with what became of it.
// What holds: of a visit the server is told what it had when typing began, so that it sees what others wrote meanwhile.

import { tellAll } from "./changes.js";
import { today } from "./clock.js";
import { newId } from "./db.js";
import * as errands from "./errands.js";
import * as store from "./store.js";

/** @import { Errand, ErrandsOut, InterviewErrand, InterviewItem, VisitErrand, VisitItem } from "#payloads" */
/** @import { ErrandData, HouseholdState, OpenErrand, Seen, VisitState, Work } from "#phone" */
/** @import { Answers } from "#rules" */

/** States after which the server's newer word replaces what was typed here. */
const ANSWERED = ["stored", "conflict"];

/** @param {Errand} errand @returns {VisitState} */
const stateOfVisit = (errand) => {
  if (errand.kind !== "visit") return { form: {}, looks: {} };
  /** @type {Record<string, Seen>} */
  const looks = {};
  for (const { row, found, note } of errand.households) looks[row] = [found, note];
  return { form: errand.form, looks };
};

/** Who signs form 5, and when, as far as it is known. @param {VisitErrand} errand */
const signed = ({ leader, team }) => {
  const names = [leader, team];
  /** @type {Answers} */
  const values = {};
  for (const { name, type } of errands.visitForm()?.signers || []) {
    values[name] = type === "date" ? today() : names.shift() || null;
  }
  return values;
};

/** @param {Errand} errand @returns {ErrandData} */
const fresh = (errand) => {
  const was = stateOfVisit(errand);
  const values = errand.kind === "visit" ? signed(errand) : {};
  return { errand, values, looks: { ...was.looks }, outcome: null, note: "", was, sent: null };
};

/** @param {Work} work @returns {HouseholdState} */
const stateOf = (work) => (work.state === "waiting" && !store.isUnsent(work.id) ? "stored" : work.state);

/**
 * An errand with what was done about it here; null where the phone has neither.
 * @param {string} id @returns {OpenErrand | null}
 */
export const one = (id) => {
  const here = errands.find(id);
  const work = store.allWork().get(id);
  const kept = work?.data.errand;
  const errand = here || kept?.errand;
  if (!errand) return null;
  const state = work ? stateOf(work) : "todo";
  const isNewer = Boolean(here && kept && here.digest !== kept.errand.digest);
  if (!work || !kept || (isNewer && ANSWERED.includes(state))) {
    return { errand, state: "todo", messages: [], data: fresh(errand) };
  }
  const was = ["stored", "waiting"].includes(state) ? kept.sent || kept.was : kept.was;
  return { errand, state, messages: work.messages, data: { ...structuredClone(kept), was } };
};

/** Every errand that is to be done, or of which something is not received yet. @returns {OpenErrand[]} */
export const list = () => {
  const ids = new Set(errands.rows().map(({ id }) => id));
  for (const { id, data } of store.allWork().values()) if (data.errand) ids.add(id);
  const all = [...ids].map(one).filter((open) => open !== null);
  return all.filter(({ errand, state }) => errands.find(errand.id) || state !== "stored");
};

/**
 * Take the server's answer in; what was done about one that is over, and is received, goes.
 * @param {ErrandsOut} answer
 */
export const take = async (answer) => {
  const received = [...store.allWork().values()].filter(
    (work) => work.data.errand && !store.isUnsent(work.id) && stateOf(work) === "stored",
  );
  store.forget(await errands.take(answer, new Set(received.map(({ id }) => id))));
};

/** What a work row holds beside the errand: nothing of a household. @param {ErrandData} errand */
const dataOf = (errand) => ({ answers: {}, confirmed: {}, form: "", base: 0, after: null, errand });

/** @param {string} id @param {ErrandData} data @param {"draft" | "waiting"} state @param {null | string} item */
const rowOf = (id, data, state, item) => ({
  id,
  village: data.errand.village,
  state,
  item,
  revision: 0,
  codes: [],
  at: state === "draft" ? Date.now() : store.inTurn(),
});

/** Keep what is typed. Resolves when it is on disk. @param {string} id @param {ErrandData} data */
export const keep = async (id, data) => {
  const item = store.allWork().get(id)?.item || null;
  await store.put(rowOf(id, data, "draft", item), dataOf({ ...data, sent: null }), null);
};

/**
 * Finish an errand, or send what was seen so far of a visit: from here on it can't be lost. Resolves with its item.
 * @param {string} id @param {ErrandData} data @param {boolean} completed
 */
export const finish = async (id, data, completed) => {
  const { errand } = data;
  const item = newId();
  const body =
    errand.kind === "visit" ? visitItem(errand, item, data, completed) : interviewItem(errand, item, data);
  const sent = {
    form: completed ? { ...data.was.form, ...data.values } : data.was.form,
    looks: { ...data.looks },
  };
  await store.put(rowOf(id, data, "waiting", item), dataOf({ ...data, sent }), body);
  tellAll("finish");
  return item;
};

/**
 * @param {VisitErrand} errand @param {string} item @param {ErrandData} data @param {boolean} completed
 * @returns {VisitItem}
 */
const visitItem = (errand, item, { values, looks, was }, completed) => ({
  item,
  kind: "visit",
  visit: errand.subject,
  looks: Object.entries(looks).map(([row, [found, note]]) => ({
    row: Number(row),
    found,
    note,
    was: was.looks[row] || ["", ""],
  })),
  form: completed ? values : {},
  was: was.form,
  completed,
  answered_at: new Date().toISOString(),
});

/** @param {InterviewErrand} errand @param {string} item @param {ErrandData} data @returns {InterviewItem} */
const interviewItem = (errand, item, { values, outcome, note }) => ({
  item,
  kind: "interview",
  sampled: errand.subject,
  outcome,
  answers: values,
  note,
  answered_at: new Date().toISOString(),
});
