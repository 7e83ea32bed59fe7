// What a sheet is, apart from how it looks: its form and rules, what was saved last, and its way to the server.
// The rules speak while somebody types; without them the server still says everything when a row is sent.

import { session } from "../session.js";
import { counts, folded } from "./plain.js";

/** @import { Column, Days, Rules } from "#rules" */
/** @import { Row } from "./row.js" */
/**
 * What the server says of a row that was sent. Only the words where it was refused whole.
 * @typedef {{place: string, status?: string, base?: number, words: string, html?: string,
 *   cells?: Record<string, string>, errors?: Record<string, string>, soft?: string[]}} Reply
 */

export class Sheet {
  /** @param {DOMStringMap} given what the server wrote on the form @param {string} token @param {string[]} reasons */
  constructor(given, token, reasons) {
    this.form = given.form ?? "";
    this.rowAt = given.rowAt ?? "";
    this.undoAt = given.undoAt ?? "";
    this.draftAt = given.draftAt ?? "";
    this.remark = given.remark ?? "";
    /** @type {Days} */
    this.days = JSON.parse(given.days || "{}");
    this.token = token;
    this.reasons = reasons;
    this.obstacle = ""; // why the last row could not be sent, where it is known
    /** The rows saved here, the last one last. @type {Row[]} */
    this.saved = [];
    /** @type {Rules | null} */
    this.rules = null;
    /** The columns by question. @type {Map<string, Column>} */
    this.columns = new Map();
  }

  /** Load the rules; whether there are any now. @param {string} address */
  async load(address) {
    if (!address) return false;
    try {
      const rules = /** @type {Rules} */ (await import(address));
      for (const column of rules.forms[this.form].columns) {
        const parts = (column.parts ?? []).map((part) => part.question);
        for (const name of [column.question, ...(column.texts ?? []), ...parts]) {
          if (name) this.columns.set(name, column);
        }
      }
      this.rules = rules;
      return true;
    } catch {
      return false;
    }
  }

  /** What may be typed in a cell, in words, or "". @param {string} cell */
  optionsOf(cell) {
    const column = this.rules?.forms[this.form].columns.find((each) => each.name === cell);
    const options = this.rules?.questions[column?.question ?? ""]?.options ?? column?.parts ?? [];
    return options
      .map((option) => `${option.number} ${option.label}${"text" in option && option.text ? "＋写明" : ""}`)
      .join("　");
  }

  /** The reason that a digit stands for, if any. @param {string} text */
  reasonOf(text) {
    return this.reasons[Number(folded(text)) - 1];
  }

  /** @param {Row} row */
  remember(row) {
    this.forget(row);
    this.saved.push(row);
  }

  /** @param {Row} row */
  forget(row) {
    this.saved = this.saved.filter((each) => each !== row);
  }

  /**
   * Post a row, once more with a fresh token where only that was missing; its reply, or null where there was none.
   * @param {string} address @param {FormData} data @returns {Promise<Reply | null>}
   */
  async post(address, data, isFresh = false) {
    this.obstacle = "";
    try {
      const response = await fetch(address, { method: "POST", body: data, keepalive: true });
      if (response.redirected || response.status === 401 || response.status === 403) {
        const { obstacle, token } = await session();
        this.obstacle = obstacle;
        if (obstacle || isFresh) return null;
        this.token = token;
        data.set("csrfmiddlewaretoken", token);
        return await this.post(address, data, true);
      }
      return response.ok || response.status === 409 ? await response.json() : null;
    } catch {
      return null;
    }
  }
}

/**
 * Whether a cell can take nothing more, so that typing goes on in the next; "no option" where it isn't one of its own.
 * @param {DOMStringMap} hint what the server wrote on the cell @param {string} typed
 * @returns {boolean | "no option"}
 */
export const isFull = (hint, typed) => {
  const text = folded(typed);
  const { kind, options = "", asks = "", alone = "", parts } = hint;
  if (kind === "parts") return /^\d+$/.test(text) && counts(text, Number(parts)) !== null;
  if (!/^\d$/.test(text)) return false;
  if (kind === "choices") return alone.split(" ").includes(text);
  const all = options.split(" ");
  if (kind !== "choice" || all.some((option) => option.length > 1)) return false;
  return all.includes(text) ? !asks.split(" ").includes(text) : "no option";
};
