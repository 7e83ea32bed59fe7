// One household by keyboard: a digit picks an option and goes on, Enter goes on, Ctrl+Enter saves; rules speak
// meanwhile.

import { folded } from "./plain.js";

/** @import { Answers, Days, Finding, Rules } from "#rules" */

class AnswerPage {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    /** @type {NodeListOf<HTMLElement>} */
    const boxes = form.querySelectorAll("[data-q]");
    this.boxes = [...boxes]; // of the questions
    /** @type {Days} */
    this.days = JSON.parse(form.dataset.days || "{}");
    this.name = form.dataset.form ?? "";
    /** @type {NodeListOf<HTMLOptionElement>} */
    const reasons = form.querySelectorAll("#reasons option");
    this.reasons = Array.from(reasons, (option) => option.value);
    /** @type {Rules | null} */
    this.rules = null;
    this.isTouched = false;
    form.addEventListener("keydown", (event) => this.press(event));
    form.addEventListener("input", (event) => this.take(event));
    this.showBeside();
    const wrong = this.boxes.find((box) => box.classList.contains("wrong"));
    const empty = this.boxes.find((box) => "required" in box.dataset && !this.isAnswered(box));
    this.enter(wrong ?? empty ?? this.boxes[0]);
    void this.load(form.dataset.rules ?? "");
  }

  /** @param {string} address */
  async load(address) {
    try {
      if (address) this.rules = await import(address);
    } catch {
      this.rules = null; // the server still says everything on saving
    }
    if (this.isTouched) this.check(); // answered before the rules were there
  }

  /** @param {HTMLElement} box */
  fields(box) {
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = box.querySelectorAll("input:not([data-beside]), select");
    return [...fields];
  }

  /** The fields for texts that options ask for. @param {HTMLElement} box */
  fieldsBeside(box) {
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = box.querySelectorAll("[data-beside]");
    return [...fields];
  }

  /** @param {HTMLElement} box */
  isAnswered(box) {
    const isBox = (/** @type {HTMLInputElement} */ { type }) => type === "radio" || type === "checkbox";
    return this.fields(box).some((field) => (isBox(field) ? field.checked : field.value !== ""));
  }

  /** @param {HTMLElement | undefined} box */
  enter(box) {
    if (!box) return;
    const fields = this.fields(box);
    const missing = this.fieldsBeside(box).find((each) => !each.hidden && !each.value);
    const wrong = box.classList.contains("wrong") ? missing : undefined;
    const field = wrong ?? fields.find((each) => each.checked) ?? fields[0];
    field?.focus();
    if (field?.type === "text") field.select();
  }

  /** To the next question. @param {HTMLElement} box */
  goOn(box) {
    const next = this.boxes[this.boxes.indexOf(box) + 1];
    if (next) this.enter(next);
    else this.goToEnd();
  }

  /** Behind the last question: a reason that is asked for, else the button. */
  goToEnd() {
    /** @type {NodeListOf<HTMLInputElement>} */
    const reasons = this.form.querySelectorAll("input[data-why]");
    /** @type {HTMLElement | null} */
    const button = this.form.querySelector("button.main");
    const to = [...reasons].find((field) => field.value === "") ?? button;
    to?.focus();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || event.isComposing) return;
    /** @type {HTMLElement | null} */
    const box = field.closest("[data-q]");
    const isBox = field.type === "radio" || field.type === "checkbox";
    if (event.key === "Enter") {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) this.form.requestSubmit();
      else if (box) this.goOn(box);
      else this.goToEnd();
    } else if (box && isBox && /^\d$/.test(event.key) && !event.ctrlKey && !event.altKey) {
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
    else if (field.type === "radio" || (field.checked && "alone" in field.dataset)) this.goOn(box);
  }

  /** @param {Event} event */
  take(event) {
    const field = event.target;
    if (!(field instanceof HTMLInputElement)) return;
    if (field.dataset.why) {
      const reason = this.reasons[Number(folded(field.value)) - 1];
      if (reason) field.value = reason;
      return;
    }
    if (field.type === "checkbox" && field.checked) this.clearOthers(field);
    this.isTouched = true;
    this.showBeside();
    this.check();
  }

  /** An option that stands alone takes the others back, and they it. @param {HTMLInputElement} field */
  clearOthers(field) {
    const box = /** @type {HTMLElement} */ (field.closest("[data-q]"));
    for (const each of this.fields(box)) {
      if (each !== field && ("alone" in field.dataset || "alone" in each.dataset)) each.checked = false;
    }
  }

  /** A text that an option asks for is there while that option is chosen; what it holds is not sent otherwise. */
  showBeside() {
    /** @type {NodeListOf<HTMLInputElement>} */
    const options = this.form.querySelectorAll("input[data-asks]");
    for (const option of options) {
      const field = this.form.elements.namedItem(option.dataset.asks ?? "");
      if (!(field instanceof HTMLInputElement)) continue;
      field.hidden = !option.checked;
      field.disabled = !option.checked;
    }
  }

  /** The answers so far, as the rules take them; what isn't plainly a number is left out. @param {Rules} rules */
  answers(rules) {
    /** @type {Answers} */
    const answers = {};
    for (const [name, { type }] of Object.entries(rules.questions)) {
      const texts = new FormData(this.form).getAll(name).map((value) => folded(String(value)));
      const values = texts.filter(Boolean);
      if (!values.length) continue;
      if (type === "choices") answers[name] = values.map(Number);
      else if (type === "text" || type === "date") answers[name] = values[0];
      else if (/^\d+$/.test(values[0])) answers[name] = Number(values[0]);
    }
    return answers;
  }

  /** What the rules find in what is answered: faults at their question, reasons asked for, leads. */
  check() {
    if (!this.rules) return;
    const answers = this.answers(this.rules);
    const findings = this.rules
      .plainFirst(this.rules.check(this.name, answers, this.days))
      .filter(
        ({ severity, shown_after, kind, questions }) =>
          severity !== "office" && !shown_after && (kind !== "constraint" || questions[0] in answers),
      );
    const of = (/** @type {string} */ severity) => findings.filter((each) => each.severity === severity);
    for (const box of this.boxes) this.showFaults(box, of("hard"));
    this.askReasons(of("soft"));
    const leads = /** @type {HTMLElement} */ (this.form.querySelector("[data-leads]"));
    const lines = of("lead").map(({ message }) => {
      const line = document.createElement("p");
      line.className = "quiet";
      line.textContent = `会列为线索：${message}`;
      return line;
    });
    leads.replaceChildren(...lines);
  }

  /** @param {HTMLElement} box @param {Finding[]} faults of the whole form */
  showFaults(box, faults) {
    const names = [box.dataset.q, ...this.fieldsBeside(box).map((field) => field.name)];
    const here = faults.filter((fault) => names.includes(fault.questions[0]));
    const error = /** @type {HTMLElement} */ (box.querySelector("[data-error]"));
    error.textContent = here.map((fault) => fault.message).join("；");
    box.classList.toggle("wrong", here.length > 0);
  }

  /** Ask why for what is soft; what was typed stays. @param {Finding[]} findings */
  askReasons(findings) {
    const box = /** @type {HTMLElement} */ (this.form.querySelector("[data-soft]"));
    const typed = new Map(
      Array.from(box.querySelectorAll("input"), (field) => [field.dataset.why, field.value]),
    );
    const lines = findings.map(({ id, message }) => {
      const line = document.createElement("div");
      const label = document.createElement("label");
      const field = document.createElement("input");
      line.className = "field";
      label.htmlFor = field.id = `why-${id}`;
      label.textContent = message;
      const name = `${this.form.dataset.row}:why:${id}`;
      const value = typed.get(id) ?? "";
      Object.assign(field, { type: "text", name, value, maxLength: 300, autocomplete: "off" });
      field.placeholder = `写个理由，或打 1–${this.reasons.length} 选`;
      field.dataset.why = id;
      field.setAttribute("list", "reasons");
      line.append(label, field);
      return line;
    });
    box.replaceChildren(...lines);
    /** @type {HTMLElement} */ (this.form.querySelector("#why")).hidden = findings.length === 0;
  }
}

const form = document.querySelector("form[data-answer]");
if (form instanceof HTMLFormElement) new AnswerPage(form);
