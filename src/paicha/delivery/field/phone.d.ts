// What lies on a phone's disk, and what its modules hold in memory. Types alone: no browser ever loads this file.

import type {
  Errand,
  HouseholdFields,
  Key,
  Message,
  NewHousehold,
  Person,
  ReceiptStatus,
  Workplace,
} from "#payloads";
import type { Answers, Rules } from "#rules";

export type Bytes = Uint8Array<ArrayBuffer>;

/** Something under a key: AES-GCM. */
export interface Box {
  iv: Bytes;
  box: Bytes;
}

/** The data key, under the PIN and under a key that can't leave the browser. */
export interface VaultRow extends Box {
  salt: Bytes;
  rounds: number;
  device: CryptoKey;
  tries: number;
  triedAt: number;
}

/** Whose phone it is: nothing personal of households. */
export interface Owner {
  device: string;
  user: Person;
  key: Key;
  upload: string;
  name: string;
  expires: string;
}

/** The store `meta`: its keys, and what lies under each. */
export interface Meta {
  vault: VaultRow;
  me: Owner;
  token: Box;
  /** Room that a full phone gives up for what was just typed. */
  reserve: Bytes;
  clock: { behind: number; heard: number };
  /** Which version of the program runs, and since when, in milliseconds. */
  shell: { version: string; since: number };
  /** When a receipt last came, in milliseconds. */
  sent: number;
  assignment: Box;
  /** Visits and drawn households that were taken along. */
  errands: Box;
  /** What is being typed beside the forms, by place. */
  [typed: `typed ${string}`]: Box;
  /** What was done about a member here, until the server's answer has it. */
  [member: `member ${string}`]: Box;
}

export type WorkState = "draft" | "waiting" | Exclude<ReceiptStatus, "merged" | "unchanged">;
export type HouseholdState = WorkState | "todo" | "done" | "returned";
export type Code = Pick<Message, "code" | "severity">;

/** What was done here about a household, readable parts boxed. `item`: the last finished one. */
export interface WorkRow extends Partial<Box> {
  id: string;
  village: string;
  state: WorkState;
  item: null | string;
  revision: number;
  codes: Code[];
  at: number;
  said?: null | Box;
}

/** A finished item, sealed to the server. */
export interface OutboxRow {
  item: string;
  household: string;
  sealed: Bytes;
  at: number;
}

/** The stores that are read whole. */
export interface Rows {
  villages: Box & { version: string };
  work: WorkRow;
  outbox: OutboxRow;
}

/** What a work row's box holds. `base`, `after`: what the next item is made from. */
export interface WorkData {
  answers: Answers;
  confirmed: Record<string, string>;
  form: string;
  base: number;
  after: null | string;
  household?: Omit<NewHousehold, "village">;
  errand?: ErrandData;
}

/** What was seen at a household of a visit: found, note. */
export type Seen = [string, string];

/** What a visit has of form 5 and of its households, by row. */
export interface VisitState {
  form: Answers;
  looks: Record<string, Seen>;
}

/**
 * What is typed about an errand. `values`: form 5, or what a household says; `was`: what the server had when typing
 * began; `sent`: what the last finished item said. `errand`: as it was taken along then.
 */
export interface ErrandData {
  errand: Errand;
  values: Answers;
  looks: Record<string, Seen>;
  outcome: null | number;
  note: string;
  was: VisitState;
  sent: null | VisitState;
}

/** An errand as it is opened. */
export interface OpenErrand {
  errand: Errand;
  state: HouseholdState;
  messages: Message[];
  data: ErrandData;
}

/** A work row, opened. */
export interface Work extends Omit<WorkRow, "said" | keyof Box> {
  data: WorkData;
  messages: Message[];
}

/** A household of the roster, its answers by question. */
export interface RosterHousehold extends Omit<HouseholdFields, "answers" | "before"> {
  answers: null | Answers;
  before: null | Answers;
}

/** A village that was taken along. */
export interface RosterVillage {
  place: Workplace;
  rows: Map<string, RosterHousehold>;
  questions: string[];
  askedAt: number;
}

/** What is known of a member; "" for what isn't. */
export interface MemberTexts {
  name: string;
  relation: string;
  health: string;
  labour: string;
  work: string;
  school: string;
}

/** A member as the phone shows them. `waits`: something about them is not in the register yet. */
export interface Member extends MemberTexts {
  id: string;
  initials: string;
  waits: boolean;
}

/** What is done about a member; `id` of the raised item, and of a person who is added (`member` null). */
export interface MemberChange {
  act: "add" | "change" | "end";
  id: string;
  member: null | Member;
  now: MemberTexts;
}

/** What was done about a member here. `member`: as the server sends them (`HouseholdFields.members`). */
export interface MemberEdit {
  household: string;
  village: string;
  item: string;
  act: MemberChange["act"];
  member: string[];
}

/** A household of the list. `local`: something was done about it here; `people`: its members as they are here. */
export interface Household extends RosterHousehold {
  people: Member[];
  village: string;
  state: HouseholdState;
  local: boolean;
  codes: Code[];
}

/** A household as it is opened. `base`, `after`: what the next item is made from. */
export interface OpenHousehold {
  row: Household;
  village: string;
  place: null | Workplace;
  before: null | Answers;
  answers: null | Answers;
  state: HouseholdState;
  messages: Message[];
  confirmed: Record<string, string>;
  base: number;
  after: null | string;
}

/** The fields of a form beside the household's own, as texts. */
export type Fields = Record<string, string>;

/** What the pages ask of the whole (`app.js`). */
export interface Shell {
  db: IDBDatabase;
  rules: null | Rules;
  version: string;
  /** When the phone got this version, in milliseconds; 0 for not known. */
  since: number;
  /** What is in the way of sending, or "". */
  why: string;
  persisted: boolean;
  /** Said above the list for a while after `at`. */
  bar: { words: (string | Node)[]; at: number };
  /** A newer shell that waits. */
  update: null | ServiceWorker;
  /** How the page takes in what changed; null where somebody types, and nothing may move. */
  renew: null | (() => void);
  go(address: string): void;
  sync(): Promise<void>;
  unlock(pin: string): Promise<void>;
  lock(): void;
}

/** What `h` takes as attributes: `on…` are listeners, null, undefined and false are left out. */
export type Attributes = Record<
  string,
  string | number | boolean | null | undefined | ((event: Event) => unknown)
>;
/** What `h` takes as children: null, undefined and false are nothing. */
export type Child = string | Node | null | undefined | false | Child[];

declare global {
  /** Put before the service worker's own part by the server: the shell's version, and the addresses of its files. */
  const VERSION: string;
  const FILES: string[];
  /** Background synchronisation, which the library of types lacks. */
  interface SyncEvent extends ExtendableEvent {
    tag: string;
  }
  interface ServiceWorkerRegistration {
    sync?: { register(tag: string): Promise<void> };
  }
  interface ServiceWorkerGlobalScopeEventMap {
    sync: SyncEvent;
  }
}
