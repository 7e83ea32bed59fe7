// Words of the phone: states, groups, times, as cadres say them.

/** @type {Record<string, string>} */
export const STATES = {
  todo: "还没去", draft: "填了一半", waiting: "待传", stored: "已收下", done: "已排查", returned: "退回来了", refused: "没收下，要改",
  conflict: "两边不一样，等村里定", held: "先存着，等村里收",
};
/** What asks for the person first. */
export const ORDER = ["refused", "returned", "draft", "todo", "conflict", "held", "waiting", "stored", "done"];
/** States in which somebody must still go or type. */
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

/** Today in China, as YYYY-MM-DD. */
export const today = () => new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 10);

/** What an answer is in words. @param {any} question @param {any} value */
export const answerText = (question, value) => {
  if (value === null || value === undefined) return "没填";
  const of = (/** @type {number} */ n) => question.options?.find((/** @type {any} */ o) => o.number === n)?.label || String(n);
  if (Array.isArray(value)) return value.map(of).join("、");
  if (question.options) return of(value);
  return question.unit ? `${value}${question.unit}` : String(value);
};
