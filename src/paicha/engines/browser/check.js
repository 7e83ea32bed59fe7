// What a device says about a household's answers: the same ids, order and sentences as the server's.
// The pack's tests stand below, generated; this part only runs them and knows no question by name.

/** @import { Answer, Answers, Days, Finding, Outcome, Test } from "#rules" */

/** @param {Answer | undefined} value */
const worded = (value) => {
  if (value === null || value === undefined) return "空";
  return Array.isArray(value) ? value.join("、") : String(value);
};

/**
 * Answers as the server keeps them: nothing typed and nothing chosen are no answer, options in order, and the
 * outcome that goes without saying put in; beside them the days that constraints compare with.
 * @param {Answers} answers
 * @param {null | Outcome} outcome
 * @param {Days} days
 * @returns {Record<string, Answer>}
 */
const prepared = (answers, outcome, days) => {
  /** @type {Record<string, Answer>} */
  const row = Object.create(null);
  for (const [name, value] of Object.entries(answers)) {
    if (value === undefined || value === null || value === "") continue;
    if (!Array.isArray(value)) row[name] = value;
    else if (value.length > 0) row[name] = [...value].sort((x, y) => x - y);
  }
  if (outcome) row[outcome.question] ??= outcome.default;
  return Object.assign(row, { _today: days.today, _opens_on: days.opens_on, _closes_on: days.closes_on });
};

/**
 * Run the tests of a pack over one household's answers.
 * @param {Test[]} tests
 * @param {Test["when"]} met whether the household was met
 * @param {Record<string, Answer>} row answers as `prepared` gives them
 * @param {Record<string, string>} labels questions of this form as the paper calls them
 * @param {string} form
 * @returns {Finding[]}
 */
const run = (tests, met, row, labels, form) => {
  const asked = met(row) === true;
  /** @type {Finding[]} */
  const findings = [];
  for (const test of tests) {
    if ((test.forms && !test.forms.includes(form)) || (test.met && !asked)) continue;
    if (test.when(row) !== true) continue;
    const first = test.questions[0];
    const message = test.says
      .map((part) => {
        if (part === null) return labels[first];
        return typeof part === "string" ? part : worded(row[part[0] ?? first]);
      })
      .join("");
    const { id, severity, kind, questions, reads, shown_after } = test;
    findings.push({ id, severity, kind, questions, reads, shown_after, message });
  }
  return findings;
};

/**
 * Without the checks that would only repeat an answer which already breaks its own constraint.
 * @param {Finding[]} findings @returns {Finding[]}
 */
export const plainFirst = (findings) => {
  const constraints = findings.filter((finding) => finding.kind === "constraint");
  const broken = new Set(constraints.map((finding) => finding.questions[0]));
  return findings.filter(({ kind, reads }) => kind !== "check" || !reads.some((name) => broken.has(name)));
};
