// What plainly typed cells say, so that rules can speak while somebody types. Only what has one reading at a glance
// is read here (digits, a text behind its option); of anything else nothing is said until the server has read it.
// @ts-check

/** @typedef {{answers: Record<string, any>, unread: Set<string>}} Read */

const FULL = /[\uff10-\uff19]/g;
const COUNT = /^\d{1,4}$/;

/** Full-width digits as plain ones, blanks at the ends gone. @param {string} text */
export const folded = (text) =>
  text.replace(FULL, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0)).trim();

/** The counts of a cell typed in one go (040) or apart (0 10 0); null for any other text. @param {string} text @param {number} parts */
export const counts = (text, parts) => {
  const found = new RegExp(`^\\d{${parts}}$`).test(text) ? [...text] : text.split(/[\s,，、]+/);
  return found.length === parts && found.every((part) => COUNT.test(part)) ? found.map(Number) : null;
};

/** Options typed as digits: 2, 13, 1、3; null where it is not plain. @param {string} text @param {number[]} options */
const chosen = (text, options) => {
  if (!/^[\d、,，\s]+$/.test(text)) return null;
  const found = /^\d$/.test(text) || options.includes(Number(text)) ? [Number(text)] : [...text.replace(/\D/g, "")].map(Number);
  return new Set(found).size === found.length ? found : null;
};

/**
 * Read a row's cells. `fields`: name → the cell's input, as the page drew it.
 * @param {Map<string, HTMLInputElement>} fields @param {any} rules @param {string} form
 * @returns {Read}
 */
export const read = (fields, rules, form) => {
  /** @type {Record<string, any>} */
  const answers = {};
  /** @type {Set<string>} */
  const unread = new Set();
  for (const column of rules.forms[form].columns) {
    const field = fields.get(column.name);
    if (!field) continue;
    const text = folded(field.value);
    if (column.parts) {
      const found = text ? counts(text, column.parts.length) : null;
      column.parts.forEach((/** @type {any} */ part, /** @type {number} */ at) => {
        if (found) answers[part.question] = found[at];
        else unread.add(part.question);
      });
    } else if (column.question) {
      one(rules.questions[column.question], column, text, answers, unread);
    }
  }
  return { answers, unread };
};

/** @param {any} question @param {any} column @param {string} text @param {Record<string, any>} answers @param {Set<string>} unread */
const one = (question, column, text, answers, unread) => {
  const name = column.question;
  if (!text) return;
  if (question.type === "integer") {
    if (COUNT.test(text)) answers[name] = Number(text);
    else unread.add(name);
    return;
  }
  if (!question.options) {
    if (question.type === "text" && question.format !== "group") answers[name] = text;
    else unread.add(name);
    return;
  }
  const numbers = question.options.map((/** @type {any} */ option) => option.number);
  const asking = question.options.find((/** @type {any} */ option) => option.text);
  const behind = asking && text.match(new RegExp(`^${asking.number}[\\s,，.、：:]*(\\D.*)$`, "s"));
  const found = behind ? [asking.number] : chosen(text, numbers);
  if (!found || (question.type === "choice" && found.length > 1)) {
    [name, ...(column.texts ?? [])].forEach((each) => unread.add(each));
    return;
  }
  answers[name] = question.type === "choice" ? found[0] : found;
  if (behind) answers[asking.text] = behind[1];
};

/**
 * What the rules say of what has been typed so far: nothing about cells still empty or not plainly read.
 * @param {any} rules @param {string} form @param {Read} row @param {object} days
 * @returns {any[]}
 */
export const said = (rules, form, row, days) =>
  rules.plainFirst(rules.check(form, row.answers, days)).filter((/** @type {any} */ found) => {
    if (found.severity === "office" || found.shown_after) return false;
    if (found.reads.some((/** @type {string} */ name) => row.unread.has(name))) return false;
    return found.questions[0] in row.answers || (found.kind !== "constraint" && found.reads.some((/** @type {string} */ name) => name in row.answers));
  });
