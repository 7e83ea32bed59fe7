// A visit with form 5: what is seen at each household, then the paper.

import { fieldOf, h } from "../dom.js";
import * as errands from "../errands.js";
import { head } from "../head.js";
import { cellElement } from "../questions.js";
import { groupText } from "../words.js";
import { dayText, ErrandPage } from "./errand.js";

/** @import { FormQuestion, VisitErrand, VisitHousehold } from "#payloads" */
/** @import { OpenErrand, Shell } from "#phone" */
/** @import { Asked } from "../questions.js" */

/** What a household of a visit is found to be. @type {[string, string][]} */
const FOUND = [
  ["agrees", "与表相符"],
  ["differs", "与表不符"],
  ["away", "没见到人"],
];

export class VisitPage extends ErrandPage {
  /** @param {Shell} shell @param {OpenErrand} open @param {VisitErrand} errand */
  constructor(shell, open, errand) {
    super(shell, open);
    this.errand = errand;
    this.form = errands.visitForm();
    this.looks = h("section", { id: "looks" });
    this.paper = h("section", { id: "paper" });
  }

  elements() {
    const { errand } = this;
    const facts = [errand.title, errand.town, dayText(errand.due), errand.team].filter(Boolean);
    const title = [h("h1", { tabindex: -1 }, errand.place), h("small", null, facts.join(" · "))];
    const why = errand.reasons.length ? errand.reasons.join("；") : "镇里安排";
    this.looks.append(
      h("h2", null, `重点看这 ${errand.households.length} 户`),
      ...errand.households.map((household) => this.look(household)),
    );
    if (this.form) {
      const asked = [...this.form.cells, ...this.form.signers];
      this.paper.append(h("h2", null, this.form.label), ...asked.map((question) => this.cell(question)));
    }
    const some = h("button", { type: "button", onclick: () => this.finish(false) }, "先传看到的");
    const all = h(
      "button",
      { class: "main", type: "button", onclick: () => this.finish(true) },
      "交核查结果",
    );
    return [
      head(h("div", { class: "title" }, title), "#/"),
      h(
        "main",
        null,
        this.notes(),
        h("p", { class: "quiet" }, `为什么去：${why}`),
        this.looks,
        this.paper,
        this.left,
      ),
      h("footer", null, some, all),
    ];
  }

  /** @param {VisitHousehold} household */
  look({ row, head: name, group, phone, reason }) {
    const seen = this.data.looks[row] || ["", ""];
    const set = (/** @type {number} */ at, /** @type {string} */ text) => {
      /** @type {import("#phone").Seen} */
      const next = [...(this.data.looks[row] || ["", ""])];
      next[at] = text;
      this.data.looks[row] = next;
      this.change();
    };
    const options = FOUND.map(([value, label]) => {
      const onchange = () => set(0, value);
      const input = h("input", {
        type: "radio",
        name: `look-${row}`,
        value,
        checked: seen[0] === value,
        onchange,
      });
      return h("label", { class: "opt" }, input, label);
    });
    const note = h("input", {
      value: seen[1],
      maxlength: 200,
      autocomplete: "off",
      "aria-label": `${name}户说明`,
      placeholder: "哪里不符，或找过谁",
      oninput: (event) => set(1, fieldOf(event).value.trim()),
    });
    return h(
      "fieldset",
      { id: `look-${row}` },
      h("legend", null, `${name}户 · ${groupText(group)}`),
      h("p", { class: "quiet" }, reason),
      h("div", { class: "inline" }, options),
      note,
      phone ? h("a", { class: "button", href: `tel:${phone}` }, "打电话") : null,
    );
  }

  /** @param {FormQuestion} question */
  cell(question) {
    /** @type {Asked} */
    const asked = {
      question: () => ({ ...question, short: question.label }),
      values: this.data.values,
      known: () => [],
    };
    const { name, label } = question;
    return cellElement(asked, { name, label, group: "", questions: [name] }, (_, value) => {
      if (value === null) delete this.data.values[name];
      else this.data.values[name] = value;
      this.change();
    });
  }

  /** @param {boolean} completed */
  finish(completed) {
    const { households, place } = this.errand;
    const bare = households.find(({ row }) => {
      const [found, note] = this.data.looks[row] || ["", ""];
      return found === "differs" && !note;
    });
    if (bare) {
      this.point(`${bare.head}户与表不符，请写明哪里不符。`, this.looks.querySelector(`#look-${bare.row}`));
      return;
    }
    const open = (this.form?.points || []).filter((name) => this.data.values[name] === undefined);
    if (completed && open.length) {
      this.point(`核查表还有 ${open.length} 项没选，请选完再交。`, this.paper.querySelector(`#c-${open[0]}`));
      return;
    }
    this.store(completed, `${place}${completed ? "的核查结果" : "看到的"}存好了。`);
  }
}
