// One household at the door: last answers beside, rules live, one tap where nobody is there.

import { complaint, today } from "../clock.js";
import { fieldOf, h, keepWhenLeft, reasonOf, say } from "../dom.js";
import { head } from "../head.js";
import { addUp, cellElement } from "../questions.js";
import * as store from "../store.js";
import { Survey } from "../survey.js";
import { groupText, STATES } from "../words.js";
import { memberText } from "./members.js";

/** @import { OpenHousehold, Shell } from "#phone" */
/** @import { Answer, Answers, Finding, Option, Rules } from "#rules" */
/** @import { Judgement } from "../survey.js" */

const DRAFT_MS = 300;
const REASONS = ["情况属实，已核对", "当面问过本人", "上次填错了，这次改正", "看过证件、票据"];
const SENT_BACK = ["refused", "conflict", "held"];

/** @param {Shell} shell @param {string} id */
export const householdPage = (shell, id) => {
  const household = store.one(id);
  if (!household || !shell.rules) {
    const words = "手机上没有这一户，请联网更新名册。";
    return [head(h("h1", { tabindex: -1 }, "没有这一户"), "#/"), h("main", null, h("p", null, words))];
  }
  shell.renew = null;
  return new HouseholdPage(shell, household, shell.rules).elements();
};

/** The days of the round for a household. @param {OpenHousehold} household */
const daysOf = (household) => {
  const opens_on = store.assignment()?.round?.opens_on || "";
  return { today: today(), opens_on, closes_on: household.place?.closes_on || opens_on };
};

/** The page of a survey: draws it, takes what is typed, keeps drafts. */
class HouseholdPage {
  /** @param {Shell} shell @param {OpenHousehold} household @param {Rules} rules */
  constructor(shell, household, rules) {
    this.shell = shell;
    this.household = household;
    this.id = household.row.id;
    this.survey = new Survey(household, rules, store.person()?.user.name || "", daysOf(household));
    this.body = h("div", { id: "sheet" });
    this.leads = h("section", { id: "leads", "aria-label": "会列为线索的" });
    this.left = h("button", { type: "button", class: "next", id: "left", onclick: () => this.toNext() });
    this.at = -1; // the cell that was gone to last
    this.button = h("button", { class: "main", id: "finish", onclick: () => this.finish() }, "存好这一户");
    this.timer = 0;
    this.changed = false; // since the draft was kept
    this.finished = false;
  }

  elements() {
    const { row } = this.household;
    const { form, rules } = this.survey;
    const facts = [groupText(row.group), form.label, row.population ? `${row.population} 口人` : ""];
    const name = h("h1", { tabindex: -1 }, `${row.head}户`);
    const title = h("div", { class: "title" }, name, h("small", null, facts.filter(Boolean).join(" · ")));
    const pending = rules.pending.map((check) => h("p", null, check.title));
    this.draw();
    keepWhenLeft(() => this.keep());
    return [
      head(title, "#/"),
      h(
        "main",
        null,
        complaint() ? h("p", { class: "say soft", id: "clock" }, complaint()) : null,
        this.notes(),
        this.endings(),
        this.sources(),
        this.body,
        this.leads,
        pending.length
          ? h("details", { class: "help" }, h("summary", null, "传上去以后才核对的"), pending)
          : null,
        this.members(),
        h(
          "p",
          null,
          h("a", { class: "button", href: `#/h/${this.id}/raise` }, "问题、信访、信息变更、拍照"),
          row.phone ? h("a", { class: "button", href: `tel:${row.phone}` }, "打电话") : null,
        ),
      ),
      h("footer", null, this.left, this.button),
    ];
  }

  /** What came back, and what the server alone can check. */
  notes() {
    const { row, state, messages } = this.household;
    const notes = [...(row.notes || [])];
    if (SENT_BACK.includes(state)) {
      const words = messages.map(({ message }) => message).filter(Boolean);
      notes.push(`${STATES[state]}：${words.join("；") || "联网打开后看得到原因"}`);
    }
    if (row.by && state === "done") notes.push(`${row.by}填过了；要改，改完再存。`);
    return notes.map((note) => h("p", { class: "say soft" }, note));
  }

  /** Where what stands beside the questions comes from. */
  sources() {
    const { last } = store.assignment()?.round || {};
    if (!this.household.before || !last) return null;
    return h("p", { class: "quiet" }, `标“上次”的是${last}填的，标“名册”的是名册上的。`);
  }

  /** Who belongs to the household besides its head; one that was met on the spot must be in the register first. */
  members() {
    const { people, number } = this.household.row;
    if (!number) return null;
    const lines = people.map((member) =>
      h("li", null, memberText(member), member.waits ? h("small", null, " 待传") : null),
    );
    return h(
      "section",
      { id: "members", "aria-label": "家庭成员" },
      h("h2", null, `家庭成员${people.length ? `（户主以外 ${people.length} 人）` : ""}`),
      people.length ? h("ul", { class: "people" }, lines) : null,
      h("p", null, h("a", { class: "button", href: `#/h/${this.id}/members` }, "添、改家庭成员")),
    );
  }

  /** Where nobody was met, one tap says how the visit ended. */
  endings() {
    if (!this.survey.rules.outcome) return null;
    const buttons = this.survey.endings(false).map((ending) => {
      const onclick = () => this.store(this.survey.awayAnswers(ending), ending.label);
      return h("button", { type: "button", onclick }, ending.label);
    });
    const words = h("span", { class: "quiet" }, "没见到人：");
    const keys = h("div", { class: "keys", role: "group", "aria-label": "没见到人" }, words, buttons);
    return h("section", { class: "visit" }, keys);
  }

  draw() {
    const { survey } = this;
    const parts = [];
    if (survey.hasLastForm && survey.isEmpty && !this.changed) {
      const onclick = () => this.takeLast();
      const attributes = { type: "button", class: "main wide", id: "as-last", onclick };
      parts.push(h("button", attributes, "和上次一样，只改变了的"));
    }
    if (survey.rules.outcome) parts.push(this.ways(survey.rules.outcome.question));
    let group = "";
    for (const cell of survey.cells) {
      if (cell.group !== group) {
        group = cell.group;
        if (group) parts.push(h("h2", null, group));
      }
      parts.push(cellElement(survey, cell, (name, value) => this.set(name, value)));
    }
    this.body.replaceChildren(...parts);
    this.judge();
  }

  /** 入户, or by telephone, or a neighbour. @param {string} name the question's */
  ways(name) {
    const option = (/** @type {Option} */ { number, label }) => {
      const checked = number === this.survey.ending;
      const onchange = () => this.set(name, number);
      const input = h("input", { type: "radio", name, value: number, checked, onchange });
      return h("label", { class: "opt" }, input, label);
    };
    const options = h("div", { class: "inline" }, this.survey.endings(true).map(option));
    return h("fieldset", { class: "how" }, h("legend", null, this.survey.question(name).label), options);
  }

  takeLast() {
    this.survey.takeLast();
    this.changed = true;
    this.draw();
    this.keepSoon();
    this.left.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} name @param {Answer} value */
  set(name, value) {
    this.survey.set(name, value);
    this.changed = true;
    this.judge();
    this.keepSoon();
  }

  keepSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), DRAFT_MS);
  }

  async keep() {
    clearTimeout(this.timer);
    if (!this.changed || this.finished) return;
    this.changed = false;
    try {
      await store.keepDraft(this.id, { ...this.survey.values }, { ...this.survey.confirmed });
    } catch (error) {
      this.changed = true;
      say(reasonOf(error));
      this.complain(error);
    }
  }

  /** Show what the rules find now. */
  judge() {
    const judgement = this.survey.judge();
    for (const cell of this.survey.cells) this.show(cell.name, judgement.byCell.get(cell.name) || []);
    addUp(this.survey, this.body);
    const leads = judgement.leads.map((lead) => h("p", { class: "say soft" }, lead.message));
    this.leads.replaceChildren(h("h2", null, "会列为线索的"), ...leads);
    this.leads.hidden = !leads.length;
    this.left.className = "next";
    this.left.textContent = this.leftText(judgement);
    return judgement;
  }

  /** Go to the next question that is asked for and open, or is wrong, below the last one; then from the top again. */
  toNext() {
    const { hard } = this.survey.judge();
    const { cells } = this.survey;
    const open = new Set(hard.map((each) => cells.indexOf(this.survey.cellOf(each))));
    const listed = [...open].sort((a, b) => a - b);
    if (!listed.length) return;
    this.at = listed.find((at) => at > this.at) ?? listed[0];
    const fieldset = this.body.querySelector(`#c-${cells[this.at].name}`);
    fieldset?.scrollIntoView({ block: "center" });
    fieldset?.querySelector("input")?.focus({ preventScroll: true });
    say(`第 ${this.at + 1} 题，共 ${cells.length} 题：${cells[this.at].label}`);
  }

  /** @param {Judgement} judgement */
  leftText({ hard, missing, leads }) {
    const wrong = hard.length - missing.length;
    const { answered, asked } = this.survey.progress();
    const more = `还差 ${missing.length} 项${wrong ? `，${wrong} 处要改` : ""}`;
    if (hard.length) return `${more}，去填 · 答了 ${answered}/${asked} 题`;
    if (leads.length) return `会列为线索 ${leads.length} 条，在上面`;
    return "都填好了；同村重名等传上去再核对";
  }

  /** @param {string} cell @param {Finding[]} findings */
  show(cell, findings) {
    const place = /** @type {HTMLElement | null} */ (this.body.querySelector(`#s-${cell}`));
    const mark = findings.map(({ id, message }) => `${id}${message}`).join("|");
    if (!place || (place.dataset.mark || "") === mark) return;
    place.dataset.mark = mark;
    const lines = findings.map((finding) => {
      const reason = finding.severity === "soft" ? this.reason(finding) : null;
      return h("div", { class: `say ${finding.severity}` }, finding.message, reason);
    });
    place.replaceChildren(...lines);
  }

  /** @param {Finding} finding */
  reason({ id }) {
    const box = h("input", {
      value: this.survey.confirmed[id] || "",
      "aria-label": "理由",
      placeholder: "确实如此，写一句理由",
      maxlength: 200,
      oninput: (event) => this.confirm(id, fieldOf(event).value),
    });
    const buttons = REASONS.map((words) => {
      const onclick = () => {
        box.value = words;
        this.confirm(id, words);
      };
      return h("button", { type: "button", onclick }, words);
    });
    return h("span", { class: "reason" }, box, buttons);
  }

  /** @param {string} rule @param {string} words */
  confirm(rule, words) {
    this.survey.confirmed[rule] = words;
    this.changed = true;
    this.keepSoon();
  }

  async finish() {
    this.survey.showsAll = true;
    const { hard } = this.judge();
    if (!hard.length) {
      await this.store(this.survey.metAnswers(), "");
      return;
    }
    const first = this.body.querySelector(".say.hard");
    const fieldset = first?.closest("fieldset");
    fieldset?.scrollIntoView({ block: "center" });
    fieldset?.querySelector("input")?.focus({ preventScroll: true });
    say(first?.textContent || "");
  }

  /** @param {Answers} answers @param {string} ending how it ended without meeting anybody, or "" */
  async store(answers, ending) {
    this.button.disabled = true;
    clearTimeout(this.timer);
    this.finished = true;
    try {
      await store.finish(this.id, { answers, confirmed: this.survey.confirmed });
    } catch (error) {
      this.finished = false;
      this.button.disabled = false;
      this.complain(error);
      return;
    }
    const again = h("a", { href: `#/h/${this.id}` }, "再看看");
    const name = this.household.row.head;
    const words = `${name}户${ending ? `：${ending}，` : ""}存好了。`;
    this.shell.bar = { words: [words, again], at: Date.now() };
    say(`${name}户存好了`);
    this.shell.go("#/");
  }

  /** @param {unknown} error */
  complain(error) {
    this.left.textContent = reasonOf(error);
    this.left.className = "next bad";
  }
}
