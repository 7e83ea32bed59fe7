// What a device says about a household's answers: the same ids, order and sentences as the server's.
// The pack's tests stand below, generated; this part only runs them and knows no question by name.

/** @typedef {null | boolean | number | string | number[]} Answer  dates as YYYY-MM-DD */
/** @typedef {Record<string, Answer | undefined>} Answers */
/** @typedef {{today: string, opens_on: string, closes_on: string}} Days */
/** @typedef {"hard" | "soft" | "office" | "lead"} Severity  office: for the level above, not for the village */
/**
 * One thing to say. `questions`: where it points, the one to correct first; `reads`: the answers it rests on;
 * `shown_after`: the stage whose end it waits for, or null.
 * @typedef {{id: string, severity: Severity, kind: "constraint" | "check" | "lead", questions: string[],
 *   reads: string[], shown_after: null | string, message: string}} Said
 */
/**
 * A test of the pack. `forms`: null is every form; `met`: only where the household was met;
 * `says`: texts, and names in brackets for an answer, [] for the tested one, null for the question's label.
 * @typedef {{id: string, severity: Severity, kind: Said["kind"], questions: string[], reads: string[],
 *   shown_after: null | string, forms: null | string[], met: boolean,
 *   when: (a: any, met: boolean, days: Days) => null | boolean, says: (null | string | string[])[]}} Test
 */

/** @param {null | number} x @param {number} low @param {number} high */
const outside = (x, low, high) => x !== null && (x < low || x > high);

/** @param {null | number | number[]} x @param {number[]} options */
const unlisted = (x, options) =>
  x !== null && (Array.isArray(x) ? x.some((option) => !options.includes(option)) : !options.includes(x));

/** @param {null | string} x @param {RegExp} pattern */
const unlike = (x, pattern) => x !== null && !pattern.test(x);

/** @param {Answer | undefined} value */
const worded = (value) => {
  if (value === null || value === undefined) return "空";
  return Array.isArray(value) ? value.join("、") : String(value);
};

/**
 * Answers as the server keeps them: nothing typed and nothing chosen are no answer, options in order, and the
 * outcome that goes without saying put in.
 * @param {Answers} answers
 * @param {null | {question: string, default: number}} outcome
 * @returns {Record<string, Answer>}
 */
const prepared = (answers, outcome) => {
  /** @type {Record<string, Answer>} */
  const row = Object.create(null);
  for (const [name, value] of Object.entries(answers)) {
    if (value === undefined || value === null || value === "") continue;
    if (!Array.isArray(value)) row[name] = value;
    else if (value.length > 0) row[name] = [...value].sort((x, y) => x - y);
  }
  if (outcome) row[outcome.question] ??= outcome.default;
  return row;
};

/**
 * Run the tests of a pack over one household's answers.
 * @param {Test[]} tests
 * @param {null | {question: string, default: number, done: number[]}} outcome
 * @param {Record<string, string>} labels  questions of this form as the paper calls them
 * @param {string} form @param {Answers} answers @param {Days} days
 * @returns {Said[]}
 */
const run = (tests, outcome, labels, form, answers, days) => {
  const row = prepared(answers, outcome);
  const met = outcome === null || outcome.done.includes(/** @type {number} */ (row[outcome.question]));
  /** @type {Said[]} */
  const found = [];
  for (const test of tests) {
    if ((test.forms && !test.forms.includes(form)) || (test.met && !met)) continue;
    if (test.when(row, met, days) !== true) continue;
    const first = test.questions[0];
    const message = test.says
      .map((part) => {
        if (part === null) return labels[first];
        return typeof part === "string" ? part : worded(row[part[0] ?? first]);
      })
      .join("");
    const { id, severity, kind, questions, reads, shown_after } = test;
    found.push({ id, severity, kind, questions, reads, shown_after, message });
  }
  return found;
};

/**
 * Without the checks that would only repeat an answer which already breaks its own constraint.
 * @param {Said[]} found @returns {Said[]}
 */
export const plainFirst = (found) => {
  const broken = new Set(found.filter((said) => said.kind === "constraint").map((said) => said.questions[0]));
  return found.filter((said) => said.kind !== "check" || !said.reads.some((name) => broken.has(name)));
};
