// A sheet typed by keyboard alone: a digit fills its cell and goes on, Enter goes on, a row is saved as it is left.
// Without this file the sheet is one form with one button; nothing is lost but speed.
// @ts-check

import { counts, folded } from "./plain.js";
import { Row } from "./row.js";

export class Sheet {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.element = form;
    this.form = form.dataset.form ?? "";
    this.rowAt = form.dataset.rowAt ?? "";
    this.undoAt = form.dataset.undoAt ?? "";
    this.draftAt = form.dataset.draftAt ?? "";
    this.remark = form.dataset.remark ?? "";
    this.days = JSON.parse(form.dataset.days || "{}");
    this.token = /** @type {HTMLInputElement} */ (form.elements.namedItem("csrfmiddlewaretoken")).value;
    this.everybody = /** @type {HTMLInputElement | null} */ (form.querySelector("[data-everybody]"));
    this.status = /** @type {HTMLElement} */ (form.querySelector("#said"));
    this.help = /** @type {HTMLElement} */ (form.querySelector("#help"));
    this.reasons = [...form.querySelectorAll("#reasons option")].map((option) => /** @type {HTMLOptionElement} */ (option).value);
    this.reasonHint = `写个理由，或打 1–${this.reasons.length} 选`;
    this.rows = [...form.querySelectorAll("tbody[data-row]")].map((body) => new Row(/** @type {HTMLElement} */ (body), this));
    this.rowOf = new Map(this.rows.map((row) => [row.body, row]));
    /** @type {Row[]} */
    this.saved = [];
    /** @type {any} */
    this.rules = null;
    this.before = ""; // what the focused field held when it was entered
    this.listen();
    void this.load(form.dataset.rules ?? "");
  }

  /** @param {string} address */
  async load(address) {
    if (!address) return;
    try {
      const rules = await import(address);
      this.columns = new Map();
      for (const column of rules.forms[this.form].columns) {
        for (const name of [column.question, ...(column.texts ?? []), ...(column.parts ?? []).map((/** @type {any} */ part) => part.question)]) {
          if (name) this.columns.set(name, column);
        }
      }
      this.rules = rules;
      this.element.querySelector(".grid")?.classList.add("live"); // the line below says the options of the cell
      if (document.activeElement instanceof HTMLInputElement) this.explain(document.activeElement);
    } catch {
      this.rules = null; // the server still says everything when a row is sent
    }
  }

  /** The cell that a question is typed in. @param {string} question */
  column(question) {
    return this.columns?.get(question)?.name;
  }

  /** @param {HTMLInputElement} field */
  label(field) {
    return (field.getAttribute("aria-label") ?? "").split("，").slice(1).join("，");
  }

  listen() {
    const form = this.element;
    form.addEventListener("focusin", (event) => this.entered(event));
    form.addEventListener("focusout", (event) => this.left(event));
    form.addEventListener("input", (event) => this.typed(/** @type {InputEvent} */ (event)));
    form.addEventListener("keydown", (event) => this.pressed(event));
    form.addEventListener("submit", () => (this.submitting = true));
    window.addEventListener("pagehide", () => this.submitting || this.rows.forEach((row) => row.keep(true)));
    window.addEventListener("online", () => this.rows.forEach((row) => void row.save()));
    if (this.everybody) {
      const key = `paicha:surveyors:${location.pathname.split("/")[2]}`;
      this.everybody.value ||= sessionStorage.getItem(key) ?? "";
      this.everybody.addEventListener("change", () => sessionStorage.setItem(key, this.everybody?.value ?? ""));
    }
    const due = this.rows.find((row) => ["", "没存"].includes(row.state.textContent ?? "") || row.refused);
    if (this.everybody && !this.everybody.value && due) this.everybody.focus();
    else due?.start().focus();
  }

  /** @param {EventTarget | null} target */
  row(target) {
    return target instanceof HTMLElement ? this.rowOf.get(/** @type {HTMLElement} */ (target.closest("tbody[data-row]"))) : undefined;
  }

  /** @param {FocusEvent} event */
  entered(event) {
    if (!(event.target instanceof HTMLInputElement)) return;
    this.before = event.target.value;
    this.explain(event.target);
    if (event.target.dataset.cell) event.target.select();
  }

  /** Whose cell this is and what may be typed in it, below the sheet where it is always seen. @param {HTMLInputElement} field */
  explain(field) {
    const row = this.row(field);
    if (!row || !field.dataset.cell) return;
    const column = this.rules?.forms[this.form].columns.find((/** @type {any} */ each) => each.name === field.dataset.cell);
    const options = this.rules?.questions[column?.question]?.options ?? column?.parts ?? [];
    const words = options.map((/** @type {any} */ option) => `${option.number} ${option.label}${option.text ? "＋写明" : ""}`).join("　");
    this.help.textContent = `${row.head} · ${this.label(field)}${words ? `：${words}` : ""}`;
  }

  /** @param {FocusEvent} event */
  left(event) {
    const row = this.row(event.target);
    if (!row) return;
    if (this.everybody && !this.everybody.value && event.target instanceof HTMLInputElement && event.target.dataset.cell === this.everybody.dataset.everybody) {
      this.everybody.value = event.target.value;
      this.everybody.dispatchEvent(new Event("change"));
    }
    if (this.row(event.relatedTarget) !== row) void row.save();
  }

  /** @param {InputEvent} event */
  typed(event) {
    const field = event.target;
    const row = this.row(field);
    if (!row || !(field instanceof HTMLInputElement)) return;
    if (field.dataset.why) {
      const picked = this.reasons[Number(folded(field.value)) - 1];
      if (picked) field.value = picked;
      return;
    }
    row.touched(field);
    if (!event.isComposing && !event.inputType?.startsWith("delete") && this.isFull(row, field)) this.onward(row, field, true);
  }

  /** Whether a cell can take nothing more, so that typing goes on in the next. @param {Row} row @param {HTMLInputElement} field */
  isFull(row, field) {
    const text = folded(field.value);
    const { kind, options = "", asks = "", alone = "", parts } = field.dataset;
    if (kind === "parts") return /^\d+$/.test(text) && counts(text, Number(parts)) !== null;
    if (!/^\d$/.test(text)) return false;
    const all = options.split(" ");
    if (kind === "choices") return alone.split(" ").includes(text);
    if (kind !== "choice" || all.some((option) => option.length > 1)) return false;
    if (all.includes(text)) return !asks.split(" ").includes(text);
    field.setAttribute("aria-invalid", "true");
    this.say(`${row.head}：${this.label(field)}没有选项 ${text}，可选 ${all.join("、")}`, "hard");
    return false;
  }

  /** To the next cell; behind the last, to a reason that is asked for, else to the next row. @param {Row} row @param {HTMLInputElement} field @param {boolean} skip */
  onward(row, field, skip = false) {
    const chain = [...row.inputs, ...row.reasons()];
    let next = chain[chain.indexOf(field) + 1];
    if (skip && next && next.dataset.cell === this.everybody?.dataset.everybody && next.value) next = chain[chain.indexOf(next) + 1];
    if (next) next.focus();
    else void this.below(row);
  }

  /** @param {Row} row */
  async below(row) {
    const next = this.rows[this.rows.indexOf(row) + 1];
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
    const wrong = this.rows.filter((row) => row.dirty || row.refused);
    const onward = /** @type {HTMLElement | null} */ (this.element.querySelector("[data-onward]"));
    if (wrong.length) this.say(`还有 ${wrong.length} 户没存上：${wrong.map((row) => row.head).slice(0, 5).join("、")}。按 F2 去改`, "hard");
    else if (onward) onward.click();
    else this.say("这一张都存好了，这是最后一张", "");
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || event.isComposing) return;
    const row = this.row(field);
    if (event.key === "F2") this.trouble(event);
    else if (event.key === "Enter") this.entering(event, row, field);
    else if (!row) return;
    else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && field.value === this.before) {
      event.preventDefault();
      if (row.dirty) row.revert();
      else void this.undo(this.saved[this.saved.length - 1]);
    } else if (event.altKey && /^Digit\d$/.test(event.code)) this.ended(event, row);
    else if (field.dataset.cell) this.moved(event, row, field);
  }

  /** @param {KeyboardEvent} event @param {Row | undefined} row @param {HTMLInputElement} field */
  entering(event, row, field) {
    event.preventDefault();
    if (row) this.onward(row, field);
    else (this.rows.find((each) => ["", "没存"].includes(each.state.textContent ?? "")) ?? this.rows[0])?.start().focus();
  }

  /** Arrow keys: up and down between rows, sideways at the ends of a text. @param {KeyboardEvent} event @param {Row} row @param {HTMLInputElement} field */
  moved(event, row, field) {
    const whole = field.selectionStart === 0 && field.selectionEnd === field.value.length;
    const [up, down] = [event.key === "ArrowUp", event.key === "ArrowDown"];
    const back = event.key === "ArrowLeft" && (whole || field.selectionEnd === 0);
    const on = event.key === "ArrowRight" && (whole || field.selectionStart === field.value.length);
    if (!up && !down && !back && !on) return;
    event.preventDefault();
    const at = row.inputs.indexOf(field);
    const to = up || down ? this.rows[this.rows.indexOf(row) + (down ? 1 : -1)]?.inputs[at] : row.inputs[at + (on ? 1 : -1)];
    to?.focus();
  }

  /** One key says how a visit ended without meeting anybody. @param {KeyboardEvent} event @param {Row} row */
  ended(event, row) {
    const key = event.code.slice(-1);
    const words = this.element.querySelector(`[data-ends="${key}"]`)?.textContent;
    if (!words) return;
    event.preventDefault();
    row.outcome.value = key;
    const remark = row.fields.get(this.remark);
    if (remark && !remark.value) remark.value = words;
    void row.save();
    void this.below(row);
  }

  /** To the next cell that was refused, from the top again at the end. @param {Event} event */
  trouble(event) {
    event.preventDefault();
    const cells = [...this.element.querySelectorAll('input[aria-invalid="true"]')];
    const at = cells.indexOf(/** @type {Element} */ (document.activeElement));
    const next = cells[(at + 1) % Math.max(cells.length, 1)];
    if (next instanceof HTMLElement) next.focus();
    else this.say("没有没存上的格", "");
  }

  /** @param {Row} row */
  remember(row) {
    this.saved = [...this.saved.filter((each) => each !== row), row];
  }

  /** Take back what was saved last in a row. @param {Row | undefined} row */
  async undo(row) {
    if (!row) {
      this.say("这一张还没有可撤销的", "");
      return;
    }
    this.saved = this.saved.filter((each) => each !== row);
    const sent = new Map(row.inputs.map((field) => [field, field.value]));
    const reply = await this.post(this.undoAt, row.data());
    if (!reply) return;
    if (!reply.status) {
      this.say(`${row.head}：${reply.words}`, "hard");
      return;
    }
    row.start().blur();
    row.show(reply, sent);
    row.button.hidden = true;
    this.saved = this.saved.filter((each) => each !== row);
    row.start().focus();
  }

  /** Post a row; its reply, or null where there was none. @param {string} address @param {FormData} data @returns {Promise<any>} */
  async post(address, data) {
    try {
      const response = await fetch(address, { method: "POST", body: data, keepalive: true });
      if (response.redirected) {
        this.say("登录过期了，请在另一个窗口重新登录，再回这一页接着存", "hard");
        return null;
      }
      return response.ok || response.status === 409 ? await response.json() : null;
    } catch {
      return null;
    }
  }

  /** @param {string} words @param {string} look */
  say(words, look) {
    this.status.textContent = words;
    this.status.className = look;
  }
}

const form = document.querySelector("form[data-grid]");
if (form instanceof HTMLFormElement) new Sheet(form);
