// A household as the phone shows it: what was taken along, merged with what was done about it here. Pure functions.

import { initials } from "./initials.js";

/** @import { Household, HouseholdState, Member, OpenHousehold, RosterHousehold, Work } from "#phone" */

/** States of work whose answers are the newest. */
const FINISHED = ["waiting", "stored", "held", "conflict"];

/**
 * A household that was met on the spot, as a row of the roster; null for any other work.
 * @param {Work} work @param {RosterHousehold[]} roster whose surnames are read already
 * @returns {RosterHousehold | null}
 */
export const metOnTheSpot = (work, roster) => {
  const { household, form } = work.data;
  if (!household) return null;
  return {
    id: work.id,
    digest: "",
    number: 0,
    group: household.group,
    head: household.head_name,
    initials: initials(household.head_name, roster),
    phone: household.phone || "",
    class: household.class,
    form,
    population: null,
    outcome: null,
    revision: 0,
    reopened: 0,
    by: "",
    mine: 1,
    answers: null,
    before: null,
    notes: [],
    members: [],
  };
};

/**
 * @param {string} village @param {RosterHousehold} row
 * @param {{work: Work | undefined, waits: boolean, people: Member[]}} here what was done here, whether some of it lies
 * in the outbox, and the members @param {string} outcome the question of how a visit ended
 * @returns {Household}
 */
export const merge = (village, row, { work, waits, people }, outcome) => {
  const state = stateOf(row, work, waits);
  const ended = work && outcome && FINISHED.includes(state) ? work.data.answers?.[outcome] : null;
  return {
    ...row,
    village,
    state,
    outcome: typeof ended === "number" ? ended : row.outcome,
    local: Boolean(work),
    people,
    codes: work ? work.codes : [],
  };
};

/** @param {RosterHousehold} row @param {Work | undefined} work @param {boolean} waits @returns {HouseholdState} */
const stateOf = (row, work, waits) => {
  if (work && work.state === "waiting" && !waits) return "stored"; // received while the phone was full
  if (work && work.state === "stored" && row.revision >= work.revision && row.revision) {
    return row.reopened ? "returned" : "done";
  }
  if (work && !(work.state === "stored" && row.reopened)) return work.state;
  if (row.reopened) return "returned";
  return row.outcome === null ? "todo" : "done";
};

/**
 * A household as it is opened: answers typed here go before those of the register, unless the register has newer ones.
 * @param {Household} household @param {RosterHousehold} row @param {Work | undefined} work
 * @returns {Omit<OpenHousehold, "place">}
 */
export const open = (household, row, work) => {
  const newer = row.revision && work && row.revision >= work.revision;
  const mine = work && !(work.state === "stored" && (newer || row.reopened)) ? work : null;
  return {
    row: household,
    village: household.village,
    before: row.before,
    answers: mine?.data.answers || row.answers,
    state: household.state,
    messages: mine ? mine.messages : [],
    confirmed: work?.data.confirmed || {},
    base: mine ? mine.data.base : row.revision,
    after: mine ? mine.data.after : null,
  };
};
