// One household at the door: last answers beside, rules live, one tap where nobody is there.

import { app, head } from "../app.js";
import { byId, h, say } from "../dom.js";
import { addUp, cellElement, cells } from "../questions.js";
import * as store from "../store.js";
import { answerText, groupText, STATES, today } from "../words.js";

const DRAFT_MS = 300;
const REASONS = ["情况属实，已核对", "当面问过本人", "上次填错了，这次改正", "看过证件、票据"];

/** @param {string} id */
export const householdPage = (id) => {
  const known = store.one(id);
  if (!known || !app.rules) return [head(h("h1", { tabindex: -1 }, "没有这一户"), "#/"), h("main", null, h("p", null, "手机上没有这一户，请联网更新名册。"))];
  app.renew = null;
  return new Sheet(id, known).page();
};

class Sheet {
  /** @param {string} id @param {any} known */
  constructor(id, known) {
    this.id = id;
    this.known = known;
    this.rules = app.rules;
    this.form = app.rules.forms[known.row.form];
    const roles = app.rules.roles;
    const listed = { [roles.population]: known.row.population, [roles.phone]: known.row.phone || null };
    this.last = known.before || (known.state === "returned" ? known.row.answers : null) || listed;
    this.whole = this.last !== listed;  // a whole form to take over, not what the register knows alone
    /** @type {Record<string, any>} */
    this.values = { ...(known.answers || {}) };
    /** @type {Record<string, string>} */
    this.confirmed = { ...known.confirmed };
    this.mine = known.answers === null || Object.keys(known.answers).length === 0;
    if (roles.surveyors && !this.values[roles.surveyors]) this.values[roles.surveyors] = store.person().user.name;
    if (roles.surveyed_on && !this.values[roles.surveyed_on]) this.values[roles.surveyed_on] = today();
    if (roles.phone && !this.values[roles.phone] && known.row.phone) this.values[roles.phone] = known.row.phone;
    this.pressed = known.state === "refused";
    this.cells = cells(app.rules, this.form, new Set([roles.head, roles.group, app.rules.outcome?.question]));
    /** @type {any} */
    this.timer = null;
    this.typed = false;
  }

  page() {
    const row = this.known.row;
    const title = h("div", { class: "title" }, h("h1", { tabindex: -1 }, `${row.head}户`),
      h("small", null, [groupText(row.group), this.form.label, row.population ? `${row.population} 口人` : ""].filter(Boolean).join(" · ")));
    this.body = h("div", { id: "sheet" });
    this.leads = h("section", { id: "leads", "aria-label": "会列为线索的" });
    this.draw();
    const hide = () => this.keep();
    document.addEventListener("visibilitychange", hide);
    window.addEventListener("hashchange", () => { document.removeEventListener("visibilitychange", hide); this.keep(); }, { once: true });
    return [
      head(title, "#/"),
      h("main", null,
        this.told(), this.visit(), this.body, this.leads,
        this.rules.pending?.length ? h("details", { class: "help" }, h("summary", null, "传上去以后才核对的"),
          this.rules.pending.map((/** @type {any} */ one) => h("p", null, one.title))) : null,
        h("p", null, h("a", { class: "button", href: `#/h/${this.id}/raise` }, "问题、信访、信息变更、拍照"),
          row.phone ? h("a", { class: "button", href: `tel:${row.phone}` }, "打电话") : null)),
      h("footer", null, h("small", { id: "left", "aria-live": "polite" }), h("button", { class: "main", id: "finish", onclick: () => this.finish() }, "存好这一户")),
    ];
  }

  /** What came back, and what the server alone can check. */
  told() {
    const notes = [...(this.known.row.notes || [])];
    const state = this.known.state;
    if (["refused", "conflict", "held"].includes(state)) notes.push(`${STATES[state]}：${this.known.messages.map((/** @type {any} */ m) => m.message).filter(Boolean).join("；") || "联网打开后看得到原因"}`);
    if (this.known.row.by && state === "done") notes.push(`${this.known.row.by}填过了；要改，改完再存。`);
    return notes.map((note) => h("p", { class: "say soft" }, note));
  }

  /** How the visit ended: the usual way below, the others by one tap. */
  visit() {
    const outcome = this.rules.outcome;
    if (!outcome) return null;
    const question = this.rules.questions[outcome.question];
    const away = question.options.filter((/** @type {any} */ o) => !outcome.done.includes(o.number));
    return h("section", { class: "visit" },
      h("div", { class: "keys", role: "group", "aria-label": "没见到人" }, h("span", { class: "quiet" }, "没见到人："),
        away.map((/** @type {any} */ option) => h("button", { type: "button", onclick: () => this.away(option) }, option.label))));
  }

  draw() {
    const filled = this.whole && this.mine && !this.typed;
    const group = { now: "" };
    const parts = [];
    if (filled) parts.push(h("button", { type: "button", class: "main wide", id: "as-last", onclick: () => this.asLast() }, "和上次一样，只改变了的"));
    if (this.rules.outcome) parts.push(this.how());
    for (const cell of this.cells) {
      if (cell.group !== group.now) {
        group.now = cell.group;
        if (cell.group) parts.push(h("h2", null, cell.group));
      }
      parts.push(cellElement(this, cell));
    }
    this.body.replaceChildren(...parts);
    this.judge();
  }

  /** 入户, or by telephone, or a neighbour. */
  how() {
    const outcome = this.rules.outcome;
    const question = this.rules.questions[outcome.question];
    const met = question.options.filter((/** @type {any} */ o) => outcome.done.includes(o.number));
    const now = outcome.done.includes(this.values[outcome.question]) ? this.values[outcome.question] : outcome.default;
    return h("fieldset", { class: "how" }, h("legend", null, question.label), h("div", { class: "inline" }, met.map((/** @type {any} */ option) => h("label", { class: "opt" },
      h("input", { type: "radio", name: outcome.question, value: option.number, checked: option.number === now, onchange: () => this.set(outcome.question, option.number) }), option.label))));
  }

  asLast() {
    for (const name of this.form.questions) {
      if (this.last[name] !== undefined && this.values[name] === undefined && name !== this.rules.outcome?.question) this.values[name] = this.last[name];
    }
    this.mine = false;
    this.typed = true;
    this.draw();
    this.later();
    byId("left")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} name @param {any} value */
  set(name, value) {
    if (value === null) delete this.values[name];
    else this.values[name] = value;
    this.typed = true;
    this.judge();
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), DRAFT_MS);
  }

  async keep() {
    clearTimeout(this.timer);
    this.timer = null;
    if (!this.typed || this.done) return;
    this.typed = false;
    try {
      await store.keepDraft(this.id, { ...this.values }, { ...this.confirmed });
    } catch (error) {
      this.typed = true;
      say(error instanceof Error ? error.message : String(error));
      this.complain(error);
    }
  }

  days() {
    const place = this.known.place || {};
    const round = store.assignment().round;
    return { today: today(), opens_on: round.opens_on, closes_on: place.closes_on || round.opens_on };
  }

  /** Run the rules; hard ones show at what is answered, all of them once somebody wanted to finish. */
  judge() {
    const row = this.known.row;
    const roles = this.rules.roles;
    const answers = { ...this.values, [roles.head]: row.head };
    if (roles.group && row.group) answers[roles.group] = row.group;
    const said = this.rules.plainFirst(this.rules.check(row.form, answers, this.days()));
    const missing = said.filter((/** @type {any} */ s) => s.severity === "hard" && s.kind === "constraint" && answers[s.questions[0]] === undefined);
    this.hard = said.filter((/** @type {any} */ s) => s.severity === "hard");
    const shown = said.filter((/** @type {any} */ s) => s.severity === "hard" || s.severity === "soft")
      .filter((/** @type {any} */ s) => this.pressed || !missing.includes(s));
    const leads = said.filter((/** @type {any} */ s) => s.severity === "lead" && !s.shown_after);
    /** @type {Map<string, any[]>} */
    const at = new Map();
    for (const one of shown) {
      const cell = this.cells.find((c) => one.questions.some((/** @type {string} */ q) => c.questions.includes(q))) || this.cells[0];
      at.set(cell.name, [...(at.get(cell.name) || []), one]);
    }
    for (const cell of this.cells) this.show(cell, at.get(cell.name) || []);
    addUp(this, this.cells, this.body);
    this.leads.replaceChildren(h("h2", null, "会列为线索的"), ...leads.map((/** @type {any} */ one) => h("p", { class: "say soft" }, one.message)));
    this.leads.hidden = !leads.length;
    const left = byId("left") || this.leftSoon();
    if (left) {
      left.textContent = this.hard.length ? `还差 ${missing.length} 项${this.hard.length > missing.length ? `，${this.hard.length - missing.length} 处要改` : ""}`
        : leads.length ? `会列为线索 ${leads.length} 条，在上面` : "都填好了；同村重名等传上去再核对";
    }
  }

  leftSoon() {
    queueMicrotask(() => { if (byId("left") && !byId("left").textContent) this.judge(); });
    return null;
  }

  /** @param {any} cell @param {any[]} said */
  show(cell, said) {
    const place = this.body.querySelector(`#s-${cell.name}`);
    if (!place) return;
    const mark = said.map((one) => `${one.id}${one.message}`).join("|");
    if (place.dataset.mark === mark) return;
    place.dataset.mark = mark;
    place.replaceChildren(...said.map((one) => h("div", { class: `say ${one.severity}` }, one.message, one.severity === "soft" ? this.reason(one) : null)));
  }

  /** @param {any} one */
  reason(one) {
    const box = h("input", { value: this.confirmed[one.id] || "", "aria-label": "理由", placeholder: "确实如此，写一句理由", maxlength: 200, oninput: (/** @type {any} */ e) => this.because(one.id, e.target.value) });
    return h("span", { class: "reason" }, box, REASONS.map((words) => h("button", { type: "button", onclick: () => { box.value = words; this.because(one.id, words); } }, words)));
  }

  /** @param {string} rule @param {string} words */
  because(rule, words) {
    this.confirmed[rule] = words;
    this.typed = true;
    this.later();
  }

  /** One tap: nobody was met. @param {any} option */
  async away(option) {
    const outcome = this.rules.outcome;
    const remark = this.rules.roles.remark;
    const kept = {};
    for (const name of [this.rules.roles.surveyors, this.rules.roles.surveyed_on, this.rules.roles.phone]) if (name && this.values[name]) kept[name] = this.values[name];
    await this.store({ ...kept, [outcome.question]: option.number, ...(remark ? { [remark]: option.label } : {}) }, option.label);
  }

  async finish() {
    this.pressed = true;
    this.judge();
    if (this.hard.length) {
      const first = this.body.querySelector(".say.hard");
      const near = first?.closest("fieldset");
      near?.scrollIntoView({ block: "center" });
      near?.querySelector("input")?.focus({ preventScroll: true });
      say(first?.textContent || "");
      return;
    }
    const outcome = this.rules.outcome;
    const answers = { ...this.values };
    if (outcome && !outcome.done.includes(answers[outcome.question])) answers[outcome.question] = outcome.default;
    await this.store(answers, "");
  }

  /** @param {Record<string, any>} answers @param {string} ended */
  async store(answers, ended) {
    const button = byId("finish");
    if (button) button.disabled = true;
    /** @type {Record<string, any>} */
    const whole = {};
    for (const name of this.form.questions) {
      if (name !== this.rules.roles.head && name !== this.rules.roles.group) whole[name] = answers[name] ?? null;
    }
    try {
      clearTimeout(this.timer);
      this.done = true;
      await store.finish(this.id, { answers: whole, confirmed: this.confirmed });
    } catch (error) {
      this.done = false;
      if (button) button.disabled = false;
      this.complain(error);
      return;
    }
    const again = h("a", { href: `#/h/${this.id}` }, "再看看");
    app.bar = { words: [`${this.known.row.head}户${ended ? `：${ended}，` : ""}存好了。`, again], at: Date.now() };
    say(`${this.known.row.head}户存好了`);
    app.go("#/");
  }

  /** @param {unknown} error */
  complain(error) {
    const words = error instanceof Error ? error.message : String(error);
    const left = byId("left");
    if (left) { left.textContent = words; left.className = "bad"; }
  }
}

export { answerText };
