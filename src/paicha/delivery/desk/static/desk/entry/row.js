// One row of a sheet: what it holds, whether it was touched, sending it when it is left, showing what became of it.

import { findingsIn, read } from "./plain.js";

/** @import { Severity } from "#rules" */
/** @import { Grid } from "./grid.js" */
/** @import { Reply } from "./sheet.js" */
/** A line below the row. @typedef {{text: string, severity: Severity, rule: string}} Line */

const LATER = "没连上，填的都还在这一页；连上后离开这一行会再存";
const KEEP_AFTER_MS = 5000;
const IN = ["stored", "merged", "unchanged", "withdrawn", "held"];
/** @type {Record<string, string>} */
const STATES = { stored: "已存", merged: "已存", unchanged: "已存", held: "先存着", conflict: "等人定" };

export class Row {
  /** @param {HTMLElement} body @param {Grid} grid */
  constructor(body, grid) {
    this.body = body;
    this.grid = grid;
    this.sheet = grid.sheet;
    this.id = body.dataset.row ?? "";
    this.head = body.dataset.head ?? "";
    /** @type {NodeListOf<HTMLInputElement>} */
    const inputs = body.querySelectorAll("input[data-cell]");
    this.inputs = [...inputs];
    this.fields = new Map(this.inputs.map((field) => [field.dataset.cell ?? "", field]));
    this.base = /** @type {HTMLInputElement} */ (body.querySelector("[data-base]"));
    this.shownField = /** @type {HTMLInputElement} */ (body.querySelector("[data-shown]"));
    this.outcome = /** @type {HTMLInputElement} */ (body.querySelector("[data-outcome]"));
    this.notes = /** @type {HTMLElement} */ (body.querySelector("[data-told]"));
    this.state = /** @type {HTMLElement} */ (body.querySelector("[data-state]"));
    this.button = /** @type {HTMLButtonElement} */ (body.querySelector("[data-undo]"));
    /** What the server has, by cell. @type {Record<string, string>} */
    this.stored = JSON.parse(this.shownField.value);
    this.tried = ""; // what was sent last, so that a refused row isn't sent again unchanged
    /** What is under way to the server. @type {Promise<void> | null} */
    this.sending = null;
    this.timer = 0;
    this.hasDraft = this.notes.querySelector("button[name=drop]") !== null; // on the server
    /** The draft that is under way. @type {Promise<unknown>} */
    this.keeping = Promise.resolve();
    /** @type {string | undefined} */
    this.lines = undefined;
    this.button.addEventListener("click", () => grid.undo(this));
  }

  /** The fields that ask for a reason. @returns {HTMLInputElement[]} */
  reasons() {
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = this.body.querySelectorAll("input[data-why]");
    return [...fields];
  }

  get isChanged() {
    return (
      this.outcome.value !== "" ||
      this.inputs.some((field) => field.value.trim() !== (this.stored[field.dataset.cell ?? ""] ?? "")) ||
      this.reasons().some((field) => field.value.trim() !== "")
    );
  }

  get isRefused() {
    return this.body.classList.contains("wrong");
  }

  /** The first cell that is empty and asked for, else the first. */
  start() {
    const { remark } = this.sheet;
    return this.inputs.find((field) => !field.value && field.dataset.cell !== remark) ?? this.inputs[0];
  }

  /** What stands in the cells now. */
  values() {
    return new Map(this.inputs.map((field) => [field, field.value]));
  }

  data() {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", this.sheet.token);
    data.set("row", this.id);
    const fields = [this.base, this.shownField, this.outcome, ...this.inputs, ...this.reasons()];
    for (const field of fields) data.set(field.name, field.value);
    return data;
  }

  /** Something was typed in a cell. @param {HTMLInputElement} field */
  touch(field) {
    field.removeAttribute("aria-invalid");
    const { everybody } = this.grid;
    const surveyors = everybody && this.fields.get(everybody.dataset.everybody ?? "");
    if (surveyors && field !== surveyors && !surveyors.value) surveyors.value = everybody.value;
    this.state.textContent = this.isChanged ? "没存" : "";
    this.check();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.keep(), KEEP_AFTER_MS);
  }

  /** What the rules say so far; the server judges when the row is sent. */
  check() {
    const { rules, form, days } = this.sheet;
    if (!rules) return;
    const findings = findingsIn(rules, form, read(this.fields, rules, form), days);
    const reasons = new Map(this.reasons().map((field) => [field.dataset.why, field.value]));
    /** @type {Map<string, Line>} */
    const byRule = new Map();
    const wrong = new Set();
    for (const { id, severity, questions, message } of findings) {
      const cell = severity === "hard" ? this.cell(questions) : undefined;
      if (cell) wrong.add(cell);
      const text = cell ? `${this.grid.label(cell)}：${message}` : message;
      byRule.set(id, { text, severity, rule: id });
    }
    for (const field of this.inputs) {
      if (wrong.has(field)) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    const lines = [...byRule.values()];
    const text = JSON.stringify(lines);
    if (text === this.lines) return;
    this.lines = text;
    this.notes.replaceChildren(...lines.map((line) => this.note(line, reasons.get(line.rule) ?? "")));
    const isWrong = findings.some((finding) => finding.severity === "hard");
    this.body.classList.toggle("wrong", isWrong);
  }

  /** The cell that the first of some questions is typed in. @param {string[]} questions */
  cell(questions) {
    for (const name of questions) {
      const column = this.sheet.columns.get(name);
      const field = column && this.fields.get(column.name);
      if (field) return field;
    }
    return undefined;
  }

  /** @param {Line} line @param {string} reason that was typed already */
  note(line, reason) {
    const note = document.createElement("p");
    note.className = line.severity === "lead" ? "quiet" : line.severity;
    if (line.severity !== "soft") {
      note.textContent = line.severity === "lead" ? `会列为线索：${line.text}` : line.text;
      return note;
    }
    const label = document.createElement("label");
    const field = document.createElement("input");
    const name = `${this.id}:why:${line.rule}`;
    Object.assign(field, { type: "text", name, value: reason, maxLength: 300, autocomplete: "off" });
    field.placeholder = `写个理由，或打 1–${this.sheet.reasons.length} 选`;
    field.dataset.why = line.rule;
    field.setAttribute("list", "reasons");
    label.append(`${line.text} `, field);
    note.append(label);
    return note;
  }

  /** Send the row if it was touched and is not what was refused before. */
  async save() {
    while (this.sending) await this.sending; // whoever asks for it waits for what is under way, too
    if (!this.isChanged) this.drop();
    if (!this.isChanged) return;
    const now = JSON.stringify([...this.data().entries()]);
    if (this.isRefused && now === this.tried) return;
    this.tried = now;
    window.clearTimeout(this.timer);
    this.state.textContent = "在存";
    this.sending = this.send(this.data(), this.values());
    await this.sending;
  }

  /**
   * The row on its way, and what the server says of it.
   * @param {FormData} data @param {Map<HTMLInputElement, string>} sent
   */
  async send(data, sent) {
    await this.keeping; // else the draft could come after what makes it needless
    const reply = await this.sheet.post(this.sheet.rowAt, data);
    this.sending = null;
    this.outcome.value = "";
    if (reply) {
      this.show(reply, sent);
    } else {
      this.tried = "";
      this.complain(this.sheet.obstacle || LATER);
    }
  }

  /** Keep what is half typed as a draft; `leaving` the page, by a request that outlives it. @param {boolean} leaving */
  keep(leaving = false) {
    if (!this.isChanged || this.sending) return;
    this.hasDraft = true;
    if (leaving) navigator.sendBeacon(this.sheet.draftAt, this.data());
    else this.keeping = this.postDraft(this.data());
  }

  /** The row is again as it is stored: its draft is let go. */
  drop() {
    if (!this.hasDraft) return;
    this.hasDraft = false;
    window.clearTimeout(this.timer);
    const data = new FormData();
    data.set("csrfmiddlewaretoken", this.sheet.token);
    data.set("drop", this.id);
    this.keeping = this.keeping.then(() => this.postDraft(data));
  }

  /** @param {FormData} data */
  postDraft(data) {
    return fetch(this.sheet.draftAt, { method: "POST", body: data }).catch(() => undefined);
  }

  /** What is saved is an answer, wherever its field was filled from. @param {HTMLInputElement} field */
  forgetSource(field) {
    if (field.classList.contains("known")) field.removeAttribute("title");
    field.classList.remove("known");
  }

  /** @param {Reply} reply @param {Map<HTMLInputElement, string>} sent */
  show(reply, sent) {
    const { status = "", errors = {}, soft = [] } = reply;
    const cells = status === "held" ? this.sentCells(sent) : reply.cells;
    if (cells) this.take(cells, sent);
    if (reply.base !== undefined) this.base.value = String(reply.base);
    const isIn = IN.includes(status);
    for (const [name, field] of this.fields) {
      field.classList.toggle("soft", soft.includes(name));
      if (isIn) this.forgetSource(field);
      if (errors[name]) {
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-describedby", `${this.id}-${name}-said`);
      } else {
        field.removeAttribute("aria-invalid");
      }
    }
    this.lines = undefined;
    if (reply.html !== undefined) this.notes.innerHTML = reply.html;
    this.body.classList.toggle("wrong", status === "refused");
    this.hasDraft = status === "refused";
    this.state.textContent = STATES[status] ?? (isIn ? "" : "没存上");
    this.button.hidden = !["stored", "merged"].includes(status);
    if (!this.button.hidden) this.sheet.remember(this);
    this.grid.say(`${this.head}：${reply.words}`, isIn ? "" : "hard");
  }

  /** What was sent, by cell. @param {Map<HTMLInputElement, string>} sent */
  sentCells(sent) {
    return Object.fromEntries([...sent].map(([field, value]) => [field.dataset.cell ?? "", value.trim()]));
  }

  /**
   * Take over what is stored now, but not where somebody has typed on.
   * @param {Record<string, string>} cells @param {Map<HTMLInputElement, string>} sent
   */
  take(cells, sent) {
    for (const [field, value] of sent) {
      const isLeft = field.value === value && document.activeElement !== field;
      if (isLeft) field.value = cells[field.dataset.cell ?? ""] ?? "";
    }
    this.stored = cells;
    this.shownField.value = JSON.stringify(cells);
  }

  /** The row could not be sent. @param {string} words */
  complain(words) {
    this.state.textContent = "没存上";
    this.grid.say(`${this.head}：${words}`, "hard");
  }

  /** Back to what is stored. */
  revert() {
    for (const [name, field] of this.fields) {
      field.value = this.stored[name] ?? "";
      field.removeAttribute("aria-invalid");
    }
    this.notes.replaceChildren();
    this.lines = undefined;
    this.body.classList.remove("wrong");
    this.state.textContent = "";
    this.drop();
    window.clearTimeout(this.timer);
    this.grid.say(`${this.head}：这一行退回到存过的`, "");
  }
}
