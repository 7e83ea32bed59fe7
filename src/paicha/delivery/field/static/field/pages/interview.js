// A re-interview: the questions of the household's form, and nothing that its village answered.

import { fieldOf, h } from "../dom.js";
import * as errands from "../errands.js";
import { head } from "../head.js";
import { cellElement } from "../questions.js";
import { isMet } from "../survey.js";
import { groupText } from "../words.js";
import { DONE, ErrandPage } from "./errand.js";

/** @import { InterviewErrand } from "#payloads" */
/** @import { OpenErrand, Shell } from "#phone" */
/** @import { Question, Rules } from "#rules" */
/** @import { Asked } from "../questions.js" */

export class InterviewPage extends ErrandPage {
  /** @param {Shell} shell @param {OpenErrand} open @param {InterviewErrand} errand @param {Rules} rules */
  constructor(shell, open, errand, rules) {
    super(shell, open);
    this.errand = errand;
    this.rules = rules;
    this.questions = errands.asked(errand.household_form);
    this.body = h("div", { id: "sheet" });
    this.data.outcome ??= rules.outcome ? rules.outcome.default : null;
  }

  elements() {
    const { errand, rules } = this;
    const facts = [errand.place, groupText(errand.group), rules.forms[errand.household_form]?.label || ""];
    const title = [
      h("h1", { tabindex: -1 }, `${errand.head}户`),
      h("small", null, facts.filter(Boolean).join(" · ")),
    ];
    const top = head(h("div", { class: "title" }, title), "#/");
    if (DONE.includes(this.open.state)) {
      const words = this.open.state === "waiting" ? "存好了，有信号就传。" : "已经传上去了。";
      return [top, h("main", null, this.notes(), h("p", null, words, "交上以后不能改。"))];
    }
    this.body.append(...this.questions.map((name) => this.cell(name)));
    this.tell();
    return [
      top,
      h(
        "main",
        null,
        this.notes(),
        h("p", { class: "quiet" }, "照户里说的填。交上以后不能改。"),
        this.away(),
        this.ways(),
        this.body,
        this.noteField("说明（可不写）"),
      ),
      h(
        "footer",
        null,
        this.left,
        h("button", { class: "main", type: "button", onclick: () => this.finish() }, "交回访"),
      ),
    ];
  }

  /** @param {boolean} met */
  endings(met) {
    const { outcome } = this.rules;
    if (!outcome) return [];
    const options = this.rules.questions[outcome.question].options || [];
    return options.filter(({ number }) => isMet(outcome, number) === met);
  }

  /** Where nobody was met: how it ended, and a note. */
  away() {
    if (!this.rules.outcome) return null;
    const buttons = this.endings(false).map(({ number, label }) => {
      const onclick = () => {
        if (!this.data.note.trim()) {
          this.point("没见到人，请在说明里写清找过谁、人在哪里。", away);
          return;
        }
        this.data.outcome = number;
        this.data.values = {};
        this.store(true, `${this.errand.head}户：${label}，存好了。`);
      };
      return h("button", { type: "button", onclick }, label);
    });
    const keys = h("div", { class: "keys", role: "group", "aria-label": "没见到人" }, buttons);
    const note = this.noteField("说明（找过谁，人在哪里）");
    const away = h("details", { class: "card visit" }, h("summary", null, "没见到人"), note, keys);
    return away;
  }

  /** @param {string} label @returns {HTMLElement} */
  noteField(label) {
    const oninput = (/** @type {Event} */ event) => {
      this.data.note = fieldOf(event).value;
      this.change();
    };
    const field = h("input", { value: this.data.note, maxlength: 300, autocomplete: "off", oninput });
    return h("label", { class: "field" }, label, field);
  }

  ways() {
    const { outcome } = this.rules;
    if (!outcome) return null;
    const options = this.endings(true).map(({ number, label }) => {
      const onchange = () => {
        this.data.outcome = number;
        this.change();
      };
      const input = h("input", {
        type: "radio",
        name: "outcome",
        value: number,
        checked: number === this.data.outcome,
        onchange,
      });
      return h("label", { class: "opt" }, input, label);
    });
    const legend = h("legend", null, this.rules.questions[outcome.question].label);
    return h("fieldset", { class: "how" }, legend, h("div", { class: "inline" }, options));
  }

  /** @param {string} name */
  cell(name) {
    const given = this.rules.questions[name];
    const options = given.options?.map(({ number, label, exclusive }) => ({ number, label, exclusive }));
    const question = /** @type {Question} */ ({ ...given, options });
    /** @type {Asked} */
    const asked = { question: () => question, values: this.data.values, known: () => [] };
    return cellElement(asked, { name, label: given.label, group: "", questions: [name] }, (_, value) => {
      if (value === null) delete this.data.values[name];
      else this.data.values[name] = value;
      this.change();
      this.tell();
    });
  }

  missing() {
    return this.questions.filter((name) => this.data.values[name] === undefined);
  }

  tell() {
    const left = this.missing().length;
    this.left.className = "";
    this.left.textContent = left ? `还有 ${left} 项没问` : "都问了";
  }

  finish() {
    const [first, ...rest] = this.missing();
    if (first) {
      this.point(`还有 ${rest.length + 1} 项没问，请问完再交。`, this.body.querySelector(`#c-${first}`));
      return;
    }
    this.store(true, `${this.errand.head}户的回访存好了。`);
  }
}
