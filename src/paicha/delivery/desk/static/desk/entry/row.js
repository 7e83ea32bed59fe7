// One row of a sheet: what it holds, whether it was touched, sending it when it is left, showing what became of it.
// @ts-check

import { read, said } from "./plain.js";

const LATER = "没连上，填的都还在这一页；连上后离开这一行会再存";

/** @typedef {{place: string, status: string, base: number, words: string, html?: string, cells?: Record<string, string>, errors?: Record<string, string>, soft?: string[]}} Reply */

export class Row {
  /** @param {HTMLElement} body @param {import("./sheet.js").Sheet} sheet */
  constructor(body, sheet) {
    this.body = body;
    this.sheet = sheet;
    this.id = body.dataset.row ?? "";
    this.head = body.dataset.head ?? "";
    /** @type {HTMLInputElement[]} */
    this.inputs = [...body.querySelectorAll("input[data-cell]")].map((field) => /** @type {HTMLInputElement} */ (field));
    this.fields = new Map(this.inputs.map((field) => [field.dataset.cell ?? "", field]));
    this.base = /** @type {HTMLInputElement} */ (body.querySelector("[data-base]"));
    this.shownField = /** @type {HTMLInputElement} */ (body.querySelector("[data-shown]"));
    this.outcome = /** @type {HTMLInputElement} */ (body.querySelector("[data-outcome]"));
    this.told = /** @type {HTMLElement} */ (body.querySelector("[data-told]"));
    this.state = /** @type {HTMLElement} */ (body.querySelector("[data-state]"));
    this.button = /** @type {HTMLButtonElement} */ (body.querySelector("[data-undo]"));
    /** @type {Record<string, string>} */
    this.shown = JSON.parse(this.shownField.value);
    this.tried = ""; // what was sent last, so that a refused row isn't sent again unchanged
    /** What is under way to the server. @type {Promise<void> | null} */
    this.sending = null;
    this.timer = 0;
    this.kept = this.told.querySelector("button[name=drop]") !== null; // whether a draft of it lies on the server
    /** @type {Promise<any>} */
    this.keeping = Promise.resolve();
    this.button.addEventListener("click", () => this.sheet.undo(this));
  }

  reasons() {
    return [...this.body.querySelectorAll("input[data-why]")].map((field) => /** @type {HTMLInputElement} */ (field));
  }

  get dirty() {
    return (
      this.outcome.value !== "" ||
      this.inputs.some((field) => field.value.trim() !== (this.shown[field.dataset.cell ?? ""] ?? "")) ||
      this.reasons().some((field) => field.value.trim() !== "")
    );
  }

  get refused() {
    return this.body.classList.contains("wrong");
  }

  /** The first cell that is empty and asked for, else the first. */
  start() {
    return this.inputs.find((field) => !field.value && field.dataset.cell !== this.sheet.remark) ?? this.inputs[0];
  }

  data() {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", this.sheet.token);
    data.set("row", this.id);
    for (const field of [this.base, this.shownField, this.outcome, ...this.inputs, ...this.reasons()]) data.set(field.name, field.value);
    return data;
  }

  /** @param {HTMLInputElement} field */
  touched(field) {
    field.removeAttribute("aria-invalid");
    const everybody = this.sheet.everybody;
    const surveyors = everybody && this.fields.get(everybody.dataset.everybody ?? "");
    if (surveyors && field !== surveyors && !surveyors.value) surveyors.value = everybody.value;
    this.state.textContent = this.dirty ? "没存" : "";
    this.check();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.keep(), 5000);
  }

  /** What the rules say so far; the server judges when the row is sent. */
  check() {
    const { rules, form, days } = this.sheet;
    if (!rules) return;
    const found = said(rules, form, read(this.fields, rules, form), days);
    const kept = new Map(this.reasons().map((field) => [field.dataset.why, field.value]));
    const lines = new Map();
    for (const each of found) {
      const cell = this.cell(each.questions);
      if (each.severity === "hard" && cell) cell.setAttribute("aria-invalid", "true");
      const at = cell && each.severity === "hard" ? `${this.sheet.label(cell)}：` : "";
      lines.set(each.id, { text: at + each.message, severity: each.severity, rule: each.id });
    }
    for (const field of this.inputs) {
      if (!found.some((each) => each.severity === "hard" && this.cell(each.questions) === field)) field.removeAttribute("aria-invalid");
    }
    const text = JSON.stringify([...lines.values()]);
    if (text === this.lines) return;
    this.lines = text;
    this.told.replaceChildren(...[...lines.values()].map((line) => this.line(line, kept.get(line.rule) ?? "")));
    this.body.classList.toggle("wrong", found.some((each) => each.severity === "hard"));
  }

  /** @param {string[]} questions */
  cell(questions) {
    for (const name of questions) {
      const column = this.sheet.column(name);
      const field = column && this.fields.get(column);
      if (field) return field;
    }
    return null;
  }

  /** @param {{text: string, severity: string, rule: string}} line @param {string} reason */
  line(line, reason) {
    const said = document.createElement("p");
    said.className = line.severity === "lead" ? "quiet" : line.severity;
    if (line.severity !== "soft") {
      said.textContent = line.severity === "lead" ? `会列为线索：${line.text}` : line.text;
      return said;
    }
    const label = document.createElement("label");
    const field = document.createElement("input");
    Object.assign(field, { type: "text", name: `${this.id}:why:${line.rule}`, value: reason, maxLength: 300, autocomplete: "off" });
    field.placeholder = this.sheet.reasonHint;
    field.dataset.why = line.rule;
    field.setAttribute("list", "reasons");
    label.append(`${line.text} `, field);
    said.append(label);
    return said;
  }

  /** Send the row if it was touched and is not what was refused before. */
  async save() {
    while (this.sending) await this.sending; // whoever asks for it waits for what is under way, too
    if (!this.dirty) this.drop();
    if (!this.dirty) return;
    const now = JSON.stringify([...this.data().entries()]);
    if (this.refused && now === this.tried) return;
    this.tried = now;
    window.clearTimeout(this.timer);
    this.state.textContent = "在存";
    const sent = new Map(this.inputs.map((field) => [field, field.value]));
    this.sending = this.send(this.data(), sent);
    await this.sending;
  }

  /** The row on its way, and what the server says of it. @param {FormData} data @param {Map<HTMLInputElement, string>} sent */
  async send(data, sent) {
    await this.keeping; // else the draft could come after what makes it needless
    const reply = await this.sheet.post(this.sheet.rowAt, data);
    this.sending = null;
    this.outcome.value = "";
    if (reply) this.show(reply, sent);
    else {
      this.tried = "";
      this.tell(LATER, "hard");
    }
  }

  /** Keep what is half typed as a draft; `leaving` the page, by a request that outlives it. @param {boolean} leaving */
  keep(leaving = false) {
    if (!this.dirty || this.sending) return;
    this.kept = true;
    if (leaving) navigator.sendBeacon(this.sheet.draftAt, this.data());
    else this.keeping = fetch(this.sheet.draftAt, { method: "POST", body: this.data() }).catch(() => undefined);
  }

  /** The row is again as it is stored: its draft is let go. */
  drop() {
    if (!this.kept) return;
    this.kept = false;
    window.clearTimeout(this.timer);
    const data = new FormData();
    data.set("csrfmiddlewaretoken", this.sheet.token);
    data.set("drop", this.id);
    this.keeping = this.keeping.then(() => fetch(this.sheet.draftAt, { method: "POST", body: data }).catch(() => undefined));
  }

  /** @param {Reply} reply @param {Map<HTMLInputElement, string>} sent */
  show(reply, sent) {
    const good = ["stored", "merged", "unchanged", "withdrawn", "held"].includes(reply.status);
    if (reply.status === "held") reply.cells = Object.fromEntries([...sent].map(([field, value]) => [field.dataset.cell ?? "", value.trim()]));
    if (reply.cells) {
      for (const [field, value] of sent) {
        const now = reply.cells[field.dataset.cell ?? ""] ?? "";
        if (field.value === value && document.activeElement !== field) field.value = now;
      }
      this.shown = reply.cells;
      this.shownField.value = JSON.stringify(reply.cells);
    }
    if (reply.base !== undefined) this.base.value = String(reply.base);
    for (const field of this.inputs) {
      const name = field.dataset.cell ?? "";
      field.classList.toggle("soft", Boolean(reply.soft?.includes(name)));
      if (reply.errors?.[name]) {
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-describedby", `${this.id}-${name}-said`);
      } else field.removeAttribute("aria-invalid");
    }
    this.lines = undefined;
    if (reply.html !== undefined) this.told.innerHTML = reply.html;
    this.body.classList.toggle("wrong", reply.status === "refused");
    this.kept = reply.status === "refused";
    this.state.textContent = { stored: "已存", merged: "已存", unchanged: "已存", held: "先存着", conflict: "等人定" }[reply.status] ?? (good ? "" : "没存上");
    this.button.hidden = !["stored", "merged"].includes(reply.status);
    if (!this.button.hidden) this.sheet.remember(this);
    this.sheet.say(`${this.head}：${reply.words}`, good ? "" : "hard");
  }

  /** @param {string} words @param {string} look */
  tell(words, look) {
    this.state.textContent = "没存上";
    this.sheet.say(`${this.head}：${words}`, look);
  }

  /** Back to what is stored. */
  revert() {
    for (const field of this.inputs) {
      field.value = this.shown[field.dataset.cell ?? ""] ?? "";
      field.removeAttribute("aria-invalid");
    }
    this.told.replaceChildren();
    this.lines = undefined;
    this.body.classList.remove("wrong");
    this.state.textContent = "";
    this.drop();
    window.clearTimeout(this.timer);
    this.sheet.say(`${this.head}：这一行退回到存过的`, "");
  }
}
