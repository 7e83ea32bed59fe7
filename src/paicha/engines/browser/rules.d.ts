// The module that a pack becomes in a browser (`module.py` writes it) and what it finds in answers (`check.js`).
// Types alone: no browser ever loads this file.

/** Dates as YYYY-MM-DD; a list holds the numbers of the chosen options. */
export type Answer = null | boolean | number | string | number[];
export type Answers = Record<string, Answer | undefined>;

/** Dates as YYYY-MM-DD: today in China, and the days between which the round's surveys lie. */
export interface Days {
  today: string;
  opens_on: string;
  closes_on: string;
}

/** office: for the level above, not for the village. */
export type Severity = "hard" | "soft" | "office" | "lead";

/** What one test finds. `shown_after`: the stage whose end it waits for, or null. */
export interface Finding {
  id: string;
  severity: Severity;
  kind: "constraint" | "check" | "lead";
  /** Where it points, the question to correct first. */
  questions: string[];
  /** The answers that it rests on. */
  reads: string[];
  shown_after: null | string;
  message: string;
}

/** A test of the pack. */
export interface Test extends Omit<Finding, "message"> {
  /** The forms that it applies to; null is every form. */
  forms: null | string[];
  /** Whether it applies only where the household was met. */
  met: boolean;
  /** Whether it finds something in the answers and the days, three-valued. */
  when: (row: Record<string, Answer>) => null | boolean;
  /** Texts, and names in brackets for an answer, [] for the tested one, null for the question's label. */
  says: (null | string | string[])[];
}

export interface Option {
  number: number;
  label: string;
  /** The question, a text, that this option asks for. */
  text?: string;
  /** Whether it excludes every other option. */
  exclusive?: true;
}

export interface Question {
  type: "choice" | "choices" | "integer" | "text" | "date";
  label: string;
  short: string;
  format?: string;
  unit?: string;
  hint?: string;
  help?: string[];
  low?: number;
  high?: number;
  usual_high?: number;
  masked?: true;
  options?: Option[];
}

/** One of several questions that share a cell of the paper. */
export interface Part {
  question: string;
  number: number;
  label: string;
}

/** A cell of the paper: of one question with the texts of its options, or of several parts. */
export interface Column {
  name: string;
  label: string;
  group?: string;
  question?: string;
  texts?: string[];
  parts?: Part[];
}

export interface HouseholdForm {
  sheet: string;
  label: string;
  questions: string[];
  columns: Column[];
  unprinted: string[];
  required: string[];
}

/** The question of how a visit ended. */
export interface Outcome {
  question: string;
  default: number;
  /** Options by which the household was met. */
  done: number[];
  /** Options after which the household is to be visited again. */
  stays_due: number[];
  needs: string[];
}

/** Which question plays which part. */
export interface Roles {
  head: string;
  population?: string;
  phone?: string;
  group?: string;
  surveyors?: string;
  surveyed_on?: string;
  remark?: string;
  enrol?: string;
  petition?: string;
  special?: string;
  special_detail?: string;
}

/** The module itself. */
export interface Rules {
  digest: string;
  title: string;
  silences: string[];
  outcome: null | Outcome;
  roles: Roles;
  kinds: Record<string, string>;
  questions: Record<string, Question>;
  forms: Record<string, HouseholdForm>;
  /** Checks that the server alone can run. */
  pending: { id: string; title: string }[];
  /** What the pack finds in a household's answers, in the server's order. */
  check(form: string, answers: Answers, days: Days): Finding[];
  /** Without the checks that would only repeat an answer which already breaks its own constraint. */
  plainFirst(findings: Finding[]): Finding[];
}
