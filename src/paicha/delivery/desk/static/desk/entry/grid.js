// A sheet typed by keyboard alone: a digit fills its cell and goes on, Enter goes on, a row is saved as it is left.
// Without this file the sheet is one form with one button; nothing is lost but speed.

import { explain } from "../session.js";
import { folded } from "./plain.js";
import { Row } from "./row.js";
import { isFull, Sheet } from "./sheet.js";

const NOT_SAVED = ["", "没存"];

export class Grid {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.element = form;
    const token = /** @type {HTMLInputElement} */ (form.elements.namedItem("csrfmiddlewaretoken")).value;
    /** @type {NodeListOf<HTMLOptionElement>} */
    const reasons = form.querySelectorAll("#reasons option");
    this.sheet = new Sheet(
      form.dataset,
      token,
      Array.from(reasons, (option) => option.value),
    );
    /** @type {HTMLInputElement | null} */
    this.everybody = form.querySelector("[data-everybody]");
    this.status = /** @type {HTMLElement} */ (form.querySelector("#said"));
    this.help = /** @type {HTMLElement} */ (form.querySelector("#help"));
    /** @type {NodeListOf<HTMLElement>} */
    const bodies = form.querySelectorAll("tbody[data-row]");
    this.rows = Array.from(bodies, (body) => new Row(body, this));
    /** @type {Map<Element | null, Row>} */
    this.rowOf = new Map(this.rows.map((row) => [row.body, row]));
    this.isSubmitting = false;
    this.before = ""; // what the focused field held when it was entered
    this.listen();
    void this.load(form.dataset.rules ?? "");
  }

  /** @param {string} address */
  async load(address) {
    if (!(await this.sheet.load(address))) return;
    this.element.querySelector(".grid")?.classList.add("live"); // the line below says the options of the cell
    if (document.activeElement instanceof HTMLInputElement) this.explain(document.activeElement);
    for (const row of this.rows) if (row.isChanged) row.check(); // typed before the rules were there
  }

  /** What a cell is called, without the household's name. @param {HTMLInputElement} field */
  label(field) {
    return (field.getAttribute("aria-label") ?? "").split("，").slice(1).join("，");
  }

  listen() {
    const form = this.element;
    form.addEventListener("focusin", (event) => this.enter(event));
    form.addEventListener("focusout", (event) => this.leave(event));
    form.addEventListener("input", (event) => this.take(/** @type {InputEvent} */ (event)));
    form.addEventListener("keydown", (event) => this.press(event));
    form.addEventListener("submit", () => {
      this.isSubmitting = true;
    });
    window.addEventListener("pagehide", () => {
      if (!this.isSubmitting) for (const row of this.rows) row.keep(true);
    });
    const again = () => {
      if (this.sheet.obstacle && document.visibilityState === "visible") this.saveAll();
    };
    document.addEventListener("visibilitychange", again);
    window.addEventListener("focus", again);
    window.addEventListener("online", () => this.saveAll());
    const due = this.rows.find((row) => NOT_SAVED.includes(row.state.textContent ?? "") || row.isRefused);
    if (this.everybody && !this.everybody.value && due) this.everybody.focus();
    else due?.start().focus();
  }

  saveAll() {
    for (const row of this.rows) void row.save();
  }

  /** The row that an element stands in. @param {EventTarget | null} target */
  row(target) {
    return target instanceof HTMLElement ? this.rowOf.get(target.closest("tbody[data-row]")) : undefined;
  }

  /** The row below another one, or above it. @param {Row} row @param {1 | -1} step @returns {Row | undefined} */
  beside(row, step) {
    return this.rows[this.rows.indexOf(row) + step];
  }

  /** Whether a cell is filled in for everybody. @param {HTMLInputElement} field */
  isForEverybody(field) {
    return field.dataset.cell === this.everybody?.dataset.everybody;
  }

  /** @param {FocusEvent} event */
  enter(event) {
    if (!(event.target instanceof HTMLInputElement)) return;
    this.before = event.target.value;
    this.explain(event.target);
    if (event.target.dataset.cell) event.target.select();
  }

  /**
   * Whose cell this is and what may be typed in it, below the sheet where it is always seen.
   * @param {HTMLInputElement} field
   */
  explain(field) {
    const row = this.row(field);
    if (!row || !field.dataset.cell) return;
    const options = this.sheet.optionsOf(field.dataset.cell);
    this.help.textContent = `${row.head} · ${this.label(field)}${options ? `：${options}` : ""}`;
  }

  /** @param {FocusEvent} event */
  leave(event) {
    const row = this.row(event.target);
    if (!row) return;
    const field = event.target;
    if (
      this.everybody &&
      !this.everybody.value &&
      field instanceof HTMLInputElement &&
      this.isForEverybody(field)
    ) {
      this.everybody.value = field.value;
    }
    if (this.row(event.relatedTarget) !== row) void row.save();
  }

  /** @param {InputEvent} event */
  take(event) {
    const field = event.target;
    const row = this.row(field);
    if (!row || !(field instanceof HTMLInputElement)) return;
    if (field.dataset.why) {
      const reason = this.sheet.reasonOf(field.value);
      if (reason) field.value = reason;
      return;
    }
    row.touch(field);
    if (event.isComposing || event.inputType?.startsWith("delete")) return;
    const full = isFull(field.dataset, field.value);
    if (full === "no option") this.refuse(row, field);
    else if (full) this.goOn(row, field, true);
  }

  /** @param {Row} row @param {HTMLInputElement} field whose digit is none of its options */
  refuse(row, field) {
    const { options = "" } = field.dataset;
    field.setAttribute("aria-invalid", "true");
    const choices = options.split(" ").join("、");
    this.say(`${row.head}：${this.label(field)}没有选项 ${folded(field.value)}，可选 ${choices}`, "hard");
  }

  /**
   * To the next cell; behind the last, to a reason that is asked for, else to the next row.
   * @param {Row} row @param {HTMLInputElement} field @param {boolean} skip past what is filled in for everybody
   */
  goOn(row, field, skip = false) {
    const chain = [...row.inputs, ...row.reasons()];
    let next = chain[chain.indexOf(field) + 1];
    if (skip && next && this.isForEverybody(next) && next.value) next = chain[chain.indexOf(next) + 1];
    if (next) next.focus();
    else void this.goBelow(row);
  }

  /** @param {Row} row */
  async goBelow(row) {
    const next = this.beside(row, 1);
    if (next) {
      next.start().focus();
      return;
    }
    await row.save();
    await this.finish();
  }

  /** Behind the last row: the next sheet, once every row is safe. */
  async finish() {
    await Promise.all(this.rows.map((row) => row.save()));
    const wrong = this.rows.filter((row) => row.isChanged || row.isRefused);
    /** @type {HTMLElement | null} */
    const link = this.element.querySelector("[data-onward]");
    const heads = wrong.slice(0, 5).map((row) => row.head);
    if (wrong.length) this.say(`还有 ${wrong.length} 户没存上：${heads.join("、")}。按 F2 去改`, "hard");
    else if (link) link.click();
    else this.say("这一张都存好了，这是最后一张", "");
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || event.isComposing) return;
    const row = this.row(field);
    const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
    if (event.key === "F2") this.goToTrouble(event);
    else if (event.key === "Enter") this.pressEnter(event, row, field);
    else if (!row) return;
    else if (isUndo && field.value === this.before) {
      event.preventDefault();
      if (row.isChanged) row.revert();
      else void this.undo(this.sheet.saved[this.sheet.saved.length - 1]);
    } else if (event.altKey && /^Digit\d$/.test(event.code)) this.end(event, row);
    else if (field.dataset.cell) this.move(event, row, field);
  }

  /** @param {KeyboardEvent} event @param {Row | undefined} row @param {HTMLInputElement} field */
  pressEnter(event, row, field) {
    event.preventDefault();
    if (row) {
      this.goOn(row, field);
      return;
    }
    const due = this.rows.find((each) => NOT_SAVED.includes(each.state.textContent ?? ""));
    (due ?? this.rows[0])?.start().focus();
  }

  /**
   * Arrow keys: up and down between rows, sideways at the ends of a text.
   * @param {KeyboardEvent} event @param {Row} row @param {HTMLInputElement} field
   */
  move(event, row, field) {
    const isWhole = field.selectionStart === 0 && field.selectionEnd === field.value.length;
    const at = row.inputs.indexOf(field);
    /** @type {HTMLInputElement | undefined} */
    let to;
    if (event.key === "ArrowUp") to = this.beside(row, -1)?.inputs[at];
    else if (event.key === "ArrowDown") to = this.beside(row, 1)?.inputs[at];
    else if (event.key === "ArrowLeft" && (isWhole || field.selectionEnd === 0)) to = row.inputs[at - 1];
    else if (event.key === "ArrowRight" && (isWhole || field.selectionStart === field.value.length)) {
      to = row.inputs[at + 1];
    } else return;
    event.preventDefault();
    to?.focus();
  }

  /** One key says how a visit ended without meeting anybody. @param {KeyboardEvent} event @param {Row} row */
  end(event, row) {
    const key = event.code.slice(-1);
    const words = this.element.querySelector(`[data-ends="${key}"]`)?.textContent;
    if (!words) return;
    event.preventDefault();
    row.outcome.value = key;
    const remark = row.fields.get(this.sheet.remark);
    if (remark && !remark.value) remark.value = words;
    void row.save();
    void this.goBelow(row);
  }

  /** To the next cell that was refused, from the top again at the end. @param {Event} event */
  goToTrouble(event) {
    event.preventDefault();
    /** @type {NodeListOf<HTMLElement>} */
    const wrong = this.element.querySelectorAll('input[aria-invalid="true"]');
    const cells = [...wrong];
    const at = cells.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = cells[(at + 1) % Math.max(cells.length, 1)];
    if (next) next.focus();
    else this.say("没有没存上的格", "");
  }

  /** Take back what was saved last in a row. @param {Row | undefined} row */
  async undo(row) {
    if (!row) {
      this.say("这一张还没有可撤销的", "");
      return;
    }
    const { sheet } = this;
    sheet.forget(row);
    const sent = row.values();
    const reply = await sheet.post(sheet.undoAt, row.data());
    if (!reply) {
      if (sheet.obstacle) row.complain(sheet.obstacle);
      return;
    }
    if (!reply.status) {
      this.say(`${row.head}：${reply.words}`, "hard");
      return;
    }
    row.start().blur();
    row.show(reply, sent);
    row.button.hidden = true;
    sheet.forget(row);
    row.start().focus();
  }

  /** @param {string} words @param {string} look */
  say(words, look) {
    explain(this.status, words);
    this.status.className = look;
  }
}

const form = document.querySelector("form[data-grid]");
if (form instanceof HTMLFormElement) new Grid(form);
