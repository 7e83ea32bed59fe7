// Words of the phone: states, groups, times, as cadres say them.

/** @import { HouseholdState } from "#phone" */
/** @import { Answer, Question } from "#rules" */

/** @type {Record<HouseholdState, string>} */
export const STATES = {
  todo: "还没去",
  draft: "填了一半",
  waiting: "待传",
  stored: "已收下",
  done: "已排查",
  returned: "退回来了",
  refused: "没收下，要改",
  conflict: "两边不一样，等村里定",
  held: "先存着，等村里收",
};
/** What asks for the person first. */
/** @type {HouseholdState[]} */
export const ORDER = [
  "refused",
  "returned",
  "draft",
  "todo",
  "conflict",
  "held",
  "waiting",
  "stored",
  "done",
];
/** States in which somebody must still go or type. */
/** @type {Set<HouseholdState>} */
export const DUE = new Set(["refused", "returned", "draft", "todo"]);

const DIGITS = "零一二三四五六七八九十";

/** @param {string} group */
export const groupText = (group) => {
  if (!group) return "未分组";
  if (!/^\d+$/.test(group)) return group;
  const number = Number(group);
  return number > 0 && number <= 10 ? `${DIGITS[number]}组` : `${number}组`;
};

/** @param {number | string} at */
export const timeText = (at) => {
  const day = new Date(at);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${day.getMonth() + 1}月${day.getDate()}日 ${two(day.getHours())}:${two(day.getMinutes())}`;
};

/** What an answer is in words. @param {Question} question @param {Answer | undefined} value */
export const answerText = (question, value) => {
  if (value === null || value === undefined) return "没填";
  const { options, unit } = question;
  const labelOf = (/** @type {unknown} */ n) =>
    options?.find((each) => each.number === n)?.label || String(n);
  if (Array.isArray(value)) return value.map(labelOf).join("、");
  if (options) return labelOf(value);
  return unit ? `${value}${unit}` : String(value);
};
