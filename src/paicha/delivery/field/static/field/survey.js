// What is being answered about one household, and what the rules find in it. The model of the household's page: it
// knows no element and writes nothing to disk.

/** @import { HouseholdState, OpenHousehold } from "#phone" */
/** @import { Answer, Answers, Days, Finding, HouseholdForm, Option, Question, Rules } from "#rules" */

/**
 * A cell of the paper, or a question that isn't printed.
 * @typedef {{name: string, label: string, group: string, questions: string[]}} Cell
 */
/**
 * What the rules find. `missing`: asked for and not answered yet; `byCell`: what is shown now, by the cell's name.
 * @typedef {{hard: Finding[], missing: Finding[], leads: Finding[], byCell: Map<string, Finding[]>}} Judgement
 */

/**
 * Answers that are known before anybody asks. `mark`: where they come from, in a word.
 * @typedef {{mark: string, answers: Answers}} Source
 */

const NOT_PRINTED = "表上不印的";

/** The cells of a form in paper order, then what isn't printed; the named ones left out.
 * @param {Rules} rules @param {HouseholdForm} form @param {Set<string | undefined>} without */
const cellsOf = (rules, form, without) => {
  /** @type {Cell[]} */
  const cells = [];
  for (const { name, label, group = "", question, parts } of form.columns) {
    if (parts?.length) {
      cells.push({ name, label, group, questions: parts.map((part) => part.question) });
    } else if (question && !without.has(question)) {
      cells.push({ name, label: rules.questions[question].label, group, questions: [question] });
    }
  }
  const beside = Object.values(rules.questions).flatMap(({ options = [] }) =>
    options.map(({ text }) => text),
  );
  const elsewhere = new Set([...without, ...beside, ...cells.flatMap((cell) => cell.questions)]);
  for (const name of form.unprinted) {
    if (elsewhere.has(name)) continue;
    cells.push({ name, label: rules.questions[name].label, group: NOT_PRINTED, questions: [name] });
  }
  return cells;
};

/**
 * Whether a visit that ended so met the household, by the pack's word: the one place on the phone.
 * @param {NonNullable<Rules["outcome"]>} outcome @param {Answer | undefined} value
 */
export const isMet = (outcome, value) => typeof value === "number" && outcome.done.includes(value);

/**
 * Whether somebody has to go again after a visit that ended so, by the pack's word: the one place on the phone.
 * @param {NonNullable<Rules["outcome"]>} outcome @param {number} value
 */
export const isDue = (outcome, value) => outcome.stays_due.includes(value);

export class Survey {
  /**
   * @param {OpenHousehold} household @param {Rules} rules @param {string} surveyor whose phone it is
   * @param {Days} days
   */
  constructor(household, rules, surveyor, days) {
    this.household = household;
    this.rules = rules;
    this.days = days;
    this.form = rules.forms[household.row.form];
    const { row, answers, before, state } = household;
    const { roles, outcome } = rules;
    const returned = state === "returned" ? row.answers : null;
    /** What is known of the household: a whole form where there is one, then the register. @type {Source[]} */
    this.sources = [{ mark: "名册", answers: this.register() }];
    if (before) this.sources.unshift({ mark: "上次", answers: before });
    else if (returned) this.sources.unshift({ mark: "退回前", answers: returned });
    /** Last round's answers, or the register's. @type {Answers} */
    this.last = this.sources[0].answers;
    /** Whether those are a whole form to take over, not what the register has alone. */
    this.hasLastForm = this.sources.length > 1;
    /** @type {Answers} */
    this.values = { ...answers };
    /** Reasons for what is soft, by rule. */
    this.confirmed = { ...household.confirmed };
    this.isEmpty = answers === null || Object.keys(answers).length === 0;
    if (roles.surveyors) this.values[roles.surveyors] ||= surveyor;
    if (roles.surveyed_on) this.values[roles.surveyed_on] ||= days.today;
    if (roles.phone && row.phone) this.values[roles.phone] ||= row.phone;
    /** Whether everything that is missing shows, and not only what is wrong in what is answered. */
    this.showsAll = state === "refused";
    this.cells = cellsOf(rules, this.form, new Set([roles.head, roles.group, outcome?.question]));
  }

  /** What the register has of the household. */
  register() {
    const { row } = this.household;
    const { population, phone } = this.rules.roles;
    /** @type {Answers} */
    const answers = {};
    if (population) answers[population] = row.population;
    if (phone) answers[phone] = row.phone || null;
    return answers;
  }

  /** What is known of a question, each value once, by where it comes from. @param {string} name */
  known(name) {
    /** @type {Map<Answer, string>} */
    const found = new Map();
    for (const { mark, answers } of this.sources) {
      const value = answers[name] ?? null;
      if (value !== null && value !== "")
        found.set(value, found.has(value) ? `${found.get(value)}、${mark}` : mark);
    }
    return [...found].map(([value, mark]) => ({ value, mark }));
  }

  /** @param {string} name @returns {Question} */
  question(name) {
    return this.rules.questions[name];
  }

  /**
   * The options of how the visit ended by which the household was met, or was not.
   * @param {boolean} met @returns {Option[]}
   */
  endings(met) {
    const { outcome } = this.rules;
    if (!outcome) return [];
    return (this.question(outcome.question).options || []).filter(
      (option) => isMet(outcome, option.number) === met,
    );
  }

  /** How the household was met, as it is now; undefined where the pack doesn't ask. */
  get ending() {
    const { outcome } = this.rules;
    if (!outcome) return undefined;
    const value = this.values[outcome.question];
    return typeof value === "number" && isMet(outcome, value) ? value : outcome.default;
  }

  /** @param {string} name @param {Answer} value null takes the answer back */
  set(name, value) {
    if (value === null) delete this.values[name];
    else this.values[name] = value;
  }

  /** Take last round's answers over where nothing is answered yet. */
  takeLast() {
    for (const name of this.form.questions) {
      const last = this.last[name];
      if (last === undefined || this.values[name] !== undefined) continue;
      if (name !== this.rules.outcome?.question) this.values[name] = last;
    }
    this.isEmpty = false;
  }

  /**
   * Run the rules: hard findings show at what is answered, all of them once somebody wanted to finish.
   * @returns {Judgement}
   */
  judge() {
    const { row } = this.household;
    const { roles } = this.rules;
    /** @type {Answers} */
    const answers = { ...this.values, [roles.head]: row.head };
    if (roles.group && row.group) answers[roles.group] = row.group;
    const findings = this.rules.plainFirst(this.rules.check(row.form, answers, this.days));
    const hard = findings.filter((each) => each.severity === "hard");
    const missing = hard.filter(
      (each) => each.kind === "constraint" && answers[each.questions[0]] === undefined,
    );
    const leads = findings.filter((each) => each.severity === "lead" && !each.shown_after);
    /** @type {Map<string, Finding[]>} */
    const byCell = new Map();
    for (const each of findings) {
      if (each.severity !== "hard" && each.severity !== "soft") continue;
      if (missing.includes(each) && !this.showsAll) continue;
      const { name } = this.cellOf(each);
      byCell.set(name, [...(byCell.get(name) || []), each]);
    }
    return { hard, missing, leads, byCell };
  }

  /** How many of the printed cells are answered, in part or whole. */
  progress() {
    const printed = this.cells.filter((cell) => cell.group !== NOT_PRINTED);
    const answered = printed.filter((cell) => cell.questions.some((name) => this.values[name] !== undefined));
    return { answered: answered.length, asked: printed.length };
  }

  /** The cell that a finding points at, the first where it points at none. @param {Finding} finding */
  cellOf(finding) {
    const points = (/** @type {Cell} */ cell) =>
      finding.questions.some((name) => cell.questions.includes(name));
    return this.cells.find(points) || this.cells[0];
  }

  /** The whole form as it is stored where the household was met: every question, null where it isn't answered. */
  metAnswers() {
    const { outcome } = this.rules;
    return this.whole(outcome ? { ...this.values, [outcome.question]: this.ending } : this.values);
  }

  /** The whole form as it is stored where nobody was met: who came, when, and how it ended. @param {Option} ending */
  awayAnswers(ending) {
    const { outcome, roles } = this.rules;
    /** @type {Answers} */
    const answers = {};
    for (const name of [roles.surveyors, roles.surveyed_on, roles.phone]) {
      if (name && this.values[name]) answers[name] = this.values[name];
    }
    if (outcome) answers[outcome.question] = ending.number;
    if (roles.remark) answers[roles.remark] = ending.label;
    return this.whole(answers);
  }

  /** @param {Answers} answers */
  whole(answers) {
    const { roles } = this.rules;
    const names = this.form.questions.filter((name) => name !== roles.head && name !== roles.group);
    return Object.fromEntries(names.map((name) => [name, answers[name] ?? null]));
  }
}
