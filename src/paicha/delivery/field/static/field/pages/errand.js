// What the pages of a visit and of a re-interview do alike: kept while it is typed, stored once, missing things shown.

import { h, keepWhenLeft, reasonOf, say } from "../dom.js";
import * as work from "../errand_work.js";
import { STATES } from "../words.js";

/** @import { OpenErrand, Shell } from "#phone" */

const DRAFT_MS = 300;
/** States in which nothing is left to do. */
export const DONE = ["waiting", "stored", "held"];

/** @param {string} day */
export const dayText = (day) => {
  const [, month, date] = day.split("-").map(Number);
  return day ? `${month}月${date}日` : "";
};

/** What both pages do: keep drafts, finish once. */
export class ErrandPage {
  /** @param {Shell} shell @param {OpenErrand} open */
  constructor(shell, open) {
    this.shell = shell;
    this.open = open;
    this.data = open.data;
    this.timer = 0;
    this.changed = false;
    this.finished = false;
    this.left = h("small", { id: "left", "aria-live": "polite" });
    keepWhenLeft(() => this.keep());
  }

  /** What came back. */
  notes() {
    const { state, messages } = this.open;
    if (!["refused", "conflict", "held"].includes(state)) return null;
    const words = messages.map(({ message }) => message).filter(Boolean);
    return h("p", { class: "say soft" }, words.join("；") || `${STATES[state]}，联网打开后看得到原因`);
  }

  change() {
    this.changed = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), DRAFT_MS);
  }

  async keep() {
    clearTimeout(this.timer);
    if (!this.changed || this.finished) return;
    this.changed = false;
    try {
      await work.keep(this.data.errand.id, structuredClone(this.data));
    } catch (error) {
      this.changed = true;
      this.complain(error);
    }
  }

  /** @param {boolean} completed @param {string} said */
  async store(completed, said) {
    if (this.finished) return;
    clearTimeout(this.timer);
    this.finished = true;
    try {
      await work.finish(this.data.errand.id, structuredClone(this.data), completed);
    } catch (error) {
      this.finished = false;
      this.complain(error);
      return;
    }
    this.shell.bar = { words: [said], at: Date.now() };
    say(said);
    this.shell.go("#/");
  }

  /** @param {unknown} error */
  complain(error) {
    this.left.textContent = reasonOf(error);
    this.left.className = "bad";
    say(reasonOf(error));
  }

  /** Point at what is missing. @param {string} words @param {Element | null | undefined} place */
  point(words, place) {
    this.complain(new Error(words));
    place?.scrollIntoView({ block: "center" });
    place?.querySelector("input")?.focus({ preventScroll: true });
  }
}
