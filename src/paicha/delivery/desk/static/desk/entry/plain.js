// What plainly typed cells say, so that rules can speak while somebody types. Only what has one reading at a glance
// is read here (digits, a text behind its option); of anything else nothing is said until the server has read it.

/** @import { Answers, Column, Days, Finding, Question, Rules } from "#rules" */

/**
 * A row as far as it is plain; `unread`: questions of which nothing can be said.
 * @typedef {{answers: Answers, unread: Set<string>}} Reading
 */

const FULL = /[\uff10-\uff19]/g;
const COUNT = /^\d{1,4}$/;

/** Full-width digits as plain ones, blanks at the ends gone. @param {string} text */
export const folded = (text) =>
  text.replace(FULL, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0)).trim();

/**
 * The counts of a cell typed in one go (040) or apart (0 10 0); null for any other text.
 * @param {string} text @param {number} parts
 */
export const counts = (text, parts) => {
  const words = new RegExp(`^\\d{${parts}}$`).test(text) ? [...text] : text.split(/[\s,，、]+/);
  return words.length === parts && words.every((word) => COUNT.test(word)) ? words.map(Number) : null;
};

/**
 * Options typed as digits: 2, 13, 1、3; null where it is not plain.
 * @param {string} text @param {number[]} options
 */
const choose = (text, options) => {
  if (!/^[\d、,，\s]+$/.test(text)) return null;
  const isOne = /^\d$/.test(text) || options.includes(Number(text));
  const numbers = isOne ? [Number(text)] : [...text.replace(/\D/g, "")].map(Number);
  return new Set(numbers).size === numbers.length ? numbers : null;
};

/**
 * Read a row's cells. `fields`: name → the cell's input, as the page drew it.
 * @param {Map<string, HTMLInputElement>} fields @param {Rules} rules @param {string} form
 * @returns {Reading}
 */
export const read = (fields, rules, form) => {
  /** @type {Reading} */
  const reading = { answers: {}, unread: new Set() };
  for (const column of rules.forms[form].columns) {
    const field = fields.get(column.name);
    if (!field) continue;
    const text = folded(field.value);
    if (column.parts) {
      const numbers = text ? counts(text, column.parts.length) : null;
      column.parts.forEach(({ question }, at) => {
        if (numbers) reading.answers[question] = numbers[at];
        else reading.unread.add(question);
      });
    } else if (column.question && text) {
      const { answers, unread } = readCell(rules.questions[column.question], column, text);
      Object.assign(reading.answers, answers);
      for (const name of unread) reading.unread.add(name);
    }
  }
  return reading;
};

/**
 * One cell of one question.
 * @param {Question} question @param {Column} column @param {string} text @returns {Reading}
 */
const readCell = (question, column, text) => {
  const name = column.question ?? "";
  const unread = { answers: {}, unread: new Set([name, ...(column.texts ?? [])]) };
  const plain = (/** @type {Answers} */ answers) => ({ answers, unread: new Set() });
  if (question.type === "integer") return COUNT.test(text) ? plain({ [name]: Number(text) }) : unread;
  if (!question.options) {
    return question.type === "text" && question.format !== "group" ? plain({ [name]: text }) : unread;
  }
  const asking = question.options.find((option) => option.text);
  const behind = asking && text.match(new RegExp(`^${asking.number}[\\s,，.、：:]*(\\D.*)$`, "s"));
  const options = question.options.map((option) => option.number);
  const numbers = behind ? [asking.number] : choose(text, options);
  if (!numbers || (question.type === "choice" && numbers.length > 1)) return unread;
  const answer = { [name]: question.type === "choice" ? numbers[0] : numbers };
  return plain(behind ? { ...answer, [asking.text ?? ""]: behind[1] } : answer);
};

/**
 * What the rules find in what has been typed so far: nothing about cells still empty or not plainly read.
 * @param {Rules} rules @param {string} form @param {Reading} reading @param {Days} days
 * @returns {Finding[]}
 */
export const findingsIn = (rules, form, { answers, unread }, days) =>
  rules.plainFirst(rules.check(form, answers, days)).filter((finding) => {
    if (finding.severity === "office" || finding.shown_after) return false;
    if (finding.reads.some((name) => unread.has(name))) return false;
    if (finding.questions[0] in answers) return true;
    return finding.kind !== "constraint" && finding.reads.some((name) => name in answers);
  });
