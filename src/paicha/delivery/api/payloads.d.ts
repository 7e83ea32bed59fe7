// What the interface for phones takes and gives, as JSON (`shapes.py`, `domain/sync`); read by the type check of the
// client. `tests/delivery/api/test_payloads.py` compares it with what the server sends.

import type { Answer, Answers, Question } from "#rules";

/** An answer other than 200: a code of the catalogue and its sentence. */
export interface Refusal {
  code: string;
  message: string;
}

export interface Person {
  id: number;
  name: string;
}

/** The server's public key. */
export interface Key {
  id: string;
  jwk: JsonWebKey;
}

/** The answer to setting a device up: its tokens, shown this once, and the key to seal to. */
export interface DeviceOut {
  device: string;
  user: Person;
  token: string;
  upload: string;
  expires: string;
  key: Key;
  server_time: string;
}

export interface Round {
  id: number;
  title: string;
  pack: string;
  digest: string;
  opens_on: string;
  today: string;
  /** The address of the rules as a module. */
  rules: string;
  /** The question of how a visit ended, or "". */
  outcome: string;
  /** The round before by its name as a source (2021 年 9 月排查), "" for none; absent from an earlier server. */
  last?: string;
}

/** A village where the person surveys; `groups` null is all of it. */
export interface Workplace {
  code: string;
  name: string;
  town: string;
  groups: null | string[];
  /** Another one after each recount. */
  version: string;
  handed_up: boolean;
  deadline: string;
  closes_on: string;
  households: number;
}

export interface ProblemType {
  number: number;
  label: string;
}

/** Where the person works; without a round nothing but that. */
export interface Assignment {
  server_time: string;
  user: Person;
  key?: Key;
  round: null | Round;
  villages: Workplace[];
  /** Whether the person leads visits or re-interviews at all. */
  errands: boolean;
  problem_types?: ProblemType[];
  change_fields?: string[];
}

/** A household of the register as its fields come, in the order of `VillageOut.fields`. */
export interface HouseholdFields {
  id: string;
  digest: string;
  number: number;
  group: string;
  head: string;
  initials: string;
  phone: string;
  class: string;
  form: string;
  population: null | number;
  outcome: null | number;
  revision: number;
  reopened: number;
  by: string;
  mine: number;
  /** By the order of `VillageOut.questions`, without the nulls at the end. */
  answers: null | Answer[];
  before: null | Answer[];
  notes: string[];
  /** Each as id, name, initials, relation, health, labour, work, school, without blanks at the end. */
  members: string[][];
}

/** The households of a village that the device lacks or has otherwise, and the ids that are gone. */
export interface VillageOut {
  code: string;
  name: string;
  whole: boolean;
  fields: (keyof HouseholdFields)[];
  questions: string[];
  rows: HouseholdFields[keyof HouseholdFields][][];
  gone: string[];
}

/** A question of form 5; a text or a date has no options. */
export interface FormQuestion {
  name: string;
  label: string;
  type: Question["type"];
  options: { number: number; label: string }[];
}

/** Form 5 in the order of its paper. */
export interface VisitForm {
  label: string;
  points: string[];
  cells: FormQuestion[];
  signers: FormQuestion[];
}

/** A household that a visit looks at: why, and what is known of it. `phone` "" where the person may not see it. */
export interface VisitHousehold {
  row: number;
  head: string;
  group: string;
  phone: string;
  reason: string;
  found: string;
  note: string;
}

/** Where something is to be done, and until when. */
interface ErrandPlace {
  id: string;
  digest: string;
  subject: number;
  village: string;
  place: string;
  town: string;
  due: string;
}

/** A visit that the person leads. `form`: form 5 as it is in force. */
export interface VisitErrand extends ErrandPlace {
  kind: "visit";
  title: string;
  team: string;
  leader: string;
  reasons: string[];
  form: Answers;
  households: VisitHousehold[];
}

/** A drawn household that the person re-interviews: nothing that its village answered. */
export interface InterviewErrand extends ErrandPlace {
  kind: "interview";
  head: string;
  group: string;
  number: number;
  household_form: string;
}

export type Errand = VisitErrand | InterviewErrand;

/** The errands that the device lacks or has otherwise, the ids that are gone, and what is asked in them. */
export interface ErrandsOut {
  rows: Errand[];
  gone: string[];
  visit_form: null | VisitForm;
  /** The questions of a re-interview, by form. */
  asked: Record<string, string[]>;
  titles: Record<string, string>;
}

/** What a visit brought home; `was` as the phone had it. Not completed: the visit goes on. */
export interface VisitItem {
  item: string;
  kind: "visit";
  visit: number;
  looks: { row: number; found: string; note: string; was: [string, string] }[];
  form: Answers;
  was: Answers;
  completed: boolean;
  answered_at: string;
}

/** What a drawn household said. */
export interface InterviewItem {
  item: string;
  kind: "interview";
  sampled: number;
  outcome: null | number;
  answers: Answers;
  note: string;
  answered_at: string;
}

/** A sentence of a receipt; whoever may only upload gets code and severity. */
export interface Message {
  code: string;
  severity: string;
  question?: string;
  message?: string;
  /** The raised thing that it is about, where it isn't the answers. */
  raised?: string;
}

export type ReceiptStatus = "stored" | "unchanged" | "merged" | "held" | "conflict" | "refused";

export interface Receipt {
  item: string;
  status: ReceiptStatus;
  household_id: null | string;
  revision: number;
  messages: Message[];
}

export interface BatchOut {
  batch: string;
  server_time: string;
  receipts: Receipt[];
}

/** A household met on the spot that the roster lacks. */
export interface NewHousehold {
  village: string;
  group: string;
  head_name: string;
  class: string;
  phone: string;
}

/** A problem, petition, change, photo or member; what else it holds goes by its kind. */
export type Raised = { id: string; kind: "problem" | "petition" | "change" | "photo" | "member" } & Record<
  string,
  string | number | Record<string, string>
>;

/** An item before it is sealed. `answers` null: only what is raised. */
export interface Item {
  item: string;
  household_id: string;
  household: null | NewHousehold;
  village: string;
  round: number;
  base?: null | number;
  after?: null | string;
  answers: null | Answers;
  completed: boolean;
  confirmed?: { rule: string; reason: string }[];
  raised: Raised[];
  answered_at: string;
}

/** A batch as it is sent; `sealed` is base64. */
export interface BatchIn {
  batch: string;
  device: string;
  pack: string;
  now: string;
  waiting: number;
  shell: string;
  items: { item: string; sealed: string }[];
}
