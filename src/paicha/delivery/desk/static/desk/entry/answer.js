// One household by keyboard: a digit picks an option and goes on, Enter goes on, Ctrl+Enter saves; rules speak meanwhile.
// @ts-check

import { folded } from "./plain.js";

const form = document.querySelector("form[data-answer]");

class Page {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.questions = [...form.querySelectorAll("[data-q]")].map((box) => /** @type {HTMLElement} */ (box));
    this.days = JSON.parse(form.dataset.days || "{}");
    this.name = form.dataset.form ?? "";
    this.reasons = [...form.querySelectorAll("#reasons option")].map((option) => /** @type {HTMLOptionElement} */ (option).value);
    /** @type {any} */
    this.rules = null;
    form.addEventListener("keydown", (event) => this.pressed(event));
    form.addEventListener("input", (event) => this.typed(event));
    this.beside();
    const wrong = this.questions.find((box) => box.classList.contains("wrong"));
    const empty = this.questions.find((box) => !this.answered(box));
    this.enter(wrong ?? empty ?? this.questions[0]);
    void this.load(form.dataset.rules ?? "");
  }

  /** @param {string} address */
  async load(address) {
    try {
      if (address) this.rules = await import(address);
    } catch {
      this.rules = null; // the server still says everything on saving
    }
  }

  /** @param {HTMLElement} box */
  fields(box) {
    return [...box.querySelectorAll("input:not([data-beside]), select")].map((field) => /** @type {HTMLInputElement} */ (field));
  }

  /** @param {HTMLElement} box */
  answered(box) {
    return this.fields(box).some((field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : field.value !== ""));
  }

  /** @param {HTMLElement | undefined} box */
  enter(box) {
    if (!box) return;
    const fields = this.fields(box);
    const missing = [...box.querySelectorAll("[data-beside]")].find((each) => each instanceof HTMLInputElement && !each.hidden && !each.value);
    const wrong = box.classList.contains("wrong") && missing instanceof HTMLInputElement ? missing : undefined;
    const field = wrong ?? fields.find((each) => each.checked) ?? fields[0];
    field?.focus();
    if (field?.type === "text") field.select();
  }

  /** @param {HTMLElement} box @param {number} step */
  step(box, step) {
    const to = this.questions[this.questions.indexOf(box) + step];
    if (to) this.enter(to);
    else if (step > 0) this.last();
  }

  /** Behind the last question: a reason that is asked for, else the button. */
  last() {
    const why = [...this.form.querySelectorAll("input[data-why]")].find((field) => /** @type {HTMLInputElement} */ (field).value === "");
    const to = why ?? this.form.querySelector("button.main");
    if (to instanceof HTMLElement) to.focus();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || event.isComposing) return;
    const box = /** @type {HTMLElement | null} */ (field.closest("[data-q]"));
    if (event.key === "Enter") {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) this.form.requestSubmit();
      else if (box) this.step(box, 1);
      else this.last();
    } else if (box && (field.type === "radio" || field.type === "checkbox") && /^\d$/.test(event.key) && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      this.pick(box, event.key);
    }
  }

  /** @param {HTMLElement} box @param {string} key */
  pick(box, key) {
    const field = this.fields(box).find((each) => each.value === key);
    if (!field) return;
    field.checked = field.type === "radio" || !field.checked;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const asks = field.checked && field.dataset.asks && this.form.elements.namedItem(field.dataset.asks);
    if (asks instanceof HTMLElement) asks.focus();
    else if (field.type === "radio" || (field.checked && "alone" in field.dataset)) this.step(box, 1);
  }

  /** @param {Event} event */
  typed(event) {
    const field = event.target;
    if (!(field instanceof HTMLInputElement)) return;
    if (field.dataset.why) {
      const picked = this.reasons[Number(folded(field.value)) - 1];
      if (picked) field.value = picked;
      return;
    }
    if (field.type === "checkbox" && field.checked) this.alone(field);
    this.beside();
    this.check();
  }

  /** An option that stands alone takes the others back, and they it. @param {HTMLInputElement} field */
  alone(field) {
    const box = /** @type {HTMLElement} */ (field.closest("[data-q]"));
    for (const each of this.fields(box)) {
      if (each !== field && ("alone" in field.dataset || "alone" in each.dataset)) each.checked = false;
    }
  }

  /** A text that an option asks for is there while that option is chosen; what it holds is not sent otherwise. */
  beside() {
    for (const option of this.form.querySelectorAll("input[data-asks]")) {
      const field = this.form.elements.namedItem(/** @type {HTMLElement} */ (option).dataset.asks ?? "");
      if (!(field instanceof HTMLInputElement)) continue;
      const wanted = /** @type {HTMLInputElement} */ (option).checked;
      field.hidden = !wanted;
      field.disabled = !wanted;
    }
  }

  /** The answers so far, as the rules take them; what isn't plainly a number is left out. */
  answers() {
    /** @type {Record<string, any>} */
    const found = {};
    for (const [name, question] of Object.entries(this.rules.questions)) {
      const q = /** @type {any} */ (question);
      const values = new FormData(this.form).getAll(name).map((value) => folded(String(value))).filter(Boolean);
      if (!values.length) continue;
      if (q.type === "choices") found[name] = values.map(Number);
      else if (q.type === "text" || q.type === "date") found[name] = values[0];
      else if (/^\d+$/.test(values[0])) found[name] = Number(values[0]);
    }
    return found;
  }

  /** What the rules say of what is answered: faults at their question, reasons asked for, leads. */
  check() {
    if (!this.rules) return;
    const answers = this.answers();
    const said = this.rules.plainFirst(this.rules.check(this.name, answers, this.days)).filter(
      (/** @type {any} */ each) => each.severity !== "office" && !each.shown_after && (each.kind !== "constraint" || each.questions[0] in answers),
    );
    for (const box of this.questions) {
      const names = [box.dataset.q, ...[...box.querySelectorAll("[data-beside]")].map((field) => /** @type {HTMLInputElement} */ (field).name)];
      const hard = said.filter((/** @type {any} */ each) => each.severity === "hard" && names.includes(each.questions[0]));
      const error = /** @type {HTMLElement} */ (box.querySelector("[data-error]"));
      error.textContent = hard.map((/** @type {any} */ each) => each.message).join("；");
      box.classList.toggle("wrong", hard.length > 0);
    }
    this.soft(said.filter((/** @type {any} */ each) => each.severity === "soft"));
    const leads = /** @type {HTMLElement} */ (this.form.querySelector("[data-leads]"));
    leads.replaceChildren(
      ...said.filter((/** @type {any} */ each) => each.severity === "lead").map((/** @type {any} */ each) => {
        const line = document.createElement("p");
        line.className = "quiet";
        line.textContent = `会列为线索：${each.message}`;
        return line;
      }),
    );
  }

  /** @param {any[]} softs */
  soft(softs) {
    const box = /** @type {HTMLElement} */ (this.form.querySelector("[data-soft]"));
    const kept = new Map([...box.querySelectorAll("input")].map((field) => [field.dataset.why, field.value]));
    box.replaceChildren(
      ...softs.map((each) => {
        const line = document.createElement("div");
        const label = document.createElement("label");
        const field = document.createElement("input");
        line.className = "field";
        label.htmlFor = field.id = `why-${each.id}`;
        label.textContent = each.message;
        Object.assign(field, { type: "text", name: `${this.form.dataset.row}:why:${each.id}`, value: kept.get(each.id) ?? "", maxLength: 300, autocomplete: "off" });
        field.placeholder = `写个理由，或打 1–${this.reasons.length} 选`;
        field.dataset.why = each.id;
        field.setAttribute("list", "reasons");
        line.append(label, field);
        return line;
      }),
    );
    /** @type {HTMLElement} */ (this.form.querySelector("#why")).hidden = softs.length === 0;
  }
}

if (form instanceof HTMLFormElement) new Page(form);
