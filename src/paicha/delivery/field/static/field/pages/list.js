// Whom to visit: who is due first, found by name, initials, group or number.

import { h } from "../dom.js";
import { head } from "../head.js";
import * as store from "../store.js";
import { isDue, isMet } from "../survey.js";
import { DUE, groupText, ORDER, STATES } from "../words.js";
import { errandRows } from "./errands.js";

/** @import { Household, Shell } from "#phone" */
/** @import { Rules } from "#rules" */

const STEP = 60;
const BAR_MS = 30000;
/** Stays while the phone is open: what was looked for, and where the list was left. */
const view = { text: "", only: "due", scroll: 0, drawn: STEP };
const FILTERS = [
  ["due", "还差"],
  ["waiting", "待传"],
  ["back", "要改的"],
  ["all", "全部"],
];

/**
 * Who is not done: also whoever was away and is to be visited again.
 * @param {Rules | null} rules @param {Household} row
 */
const isOpen = (rules, row) => {
  if (DUE.has(row.state)) return true;
  if (!rules?.outcome || row.outcome === null) return false; // how it stands on the phone tells
  return row.state !== "waiting" && isDue(rules.outcome, row.outcome);
};

/** @param {Rules | null} rules @param {Household} row @param {string} only */
const passes = (rules, row, only) => {
  if (only === "due") return isOpen(rules, row);
  if (only === "waiting") return row.state === "waiting";
  if (only === "back") return ["refused", "returned", "conflict", "held"].includes(row.state);
  return true;
};

/** A member whom a text names, by name or initials. @param {Household} row @param {string} text */
const memberNamed = ({ people }, text) => {
  const upper = text.toUpperCase();
  return people.find(
    ({ name, initials }) => name.includes(text) || initials.split(" ").some((each) => each.startsWith(upper)),
  );
};

/** @param {Household} row @param {string} text */
const matches = (row, text) => {
  const upper = text.toUpperCase();
  if (row.head.includes(text) || row.initials.split(" ").some((each) => each.startsWith(upper))) return true;
  if (memberNamed(row, text)) return true;
  if (groupText(row.group).includes(text) || row.group === text) return true;
  return Boolean(row.number) && text.length > 2 && String(row.number).endsWith(text);
};

/** Who is due first, then as one walks. @param {Rules | null} rules @param {Household[]} rows */
const inOrder = (rules, rows) => {
  const rank = new Map(ORDER.map((state, i) => [state, i]));
  const rankOf = (/** @type {Household} */ row) => rank.get(row.state) || 0;
  return rows.sort(
    (a, b) =>
      Number(isOpen(rules, b)) - Number(isOpen(rules, a)) ||
      rankOf(a) - rankOf(b) ||
      a.village.localeCompare(b.village) ||
      a.group.localeCompare(b.group, "zh", { numeric: true }) ||
      a.number - b.number,
  );
};

/** @param {Rules | null} rules @param {Household} row @param {string} village its name, or "" */
const item = (rules, row, village) => {
  const people = row.population ? `${row.population} 口人` : "";
  const found = view.text && !row.head.includes(view.text) ? memberNamed(row, view.text) : undefined;
  const member = found ? `${found.relation || "成员"} ${found.name}` : "";
  const facts = [village, groupText(row.group), people, member].filter(Boolean).join(" · ");
  return h(
    "li",
    null,
    h(
      "a",
      { href: `#/h/${row.id}` },
      h("span", { class: "who" }, row.head),
      h("small", null, facts),
      h("span", { class: `state ${row.state}` }, stateText(rules, row)),
    ),
  );
};

/** @param {Rules | null} rules @param {Household} row */
const stateText = (rules, row) => {
  const outcome = rules?.outcome;
  const blankOrMet = !outcome || row.outcome === null || isMet(outcome, row.outcome);
  if (blankOrMet || ["draft", "refused", "returned"].includes(row.state)) return STATES[row.state];
  const option = rules.questions[outcome.question].options?.find(({ number }) => number === row.outcome);
  return `${option ? option.label : ""}${row.state === "waiting" ? " · 待传" : ""}`;
};

/** @param {Shell} shell */
export const listPage = (shell) => {
  const count = h("p", { class: "quiet", id: "count", "aria-live": "polite" });
  const box = h("ul", { class: "rows" });
  const more = h("button", { type: "button", class: "more", hidden: true, onclick: () => grow() });
  const small = h("small");
  const name = h("h1", { tabindex: -1 });
  const bar = h("div");
  /** @type {Household[]} */
  let all = [];
  /** @type {Household[]} */
  let rows = [];
  let drawn = 0;
  let timer = 0;
  /** @type {Map<string, string>} */
  let names = new Map();

  /** Everything that may change while the page is shown; what is typed stays. */
  const renew = () => {
    const places = store.assignment()?.villages || [];
    names = new Map(places.length > 1 ? places.map((place) => [place.code, place.name]) : []);
    all = inOrder(shell.rules, store.list());
    const due = all.filter((row) => isOpen(shell.rules, row)).length;
    name.textContent = places.length === 1 ? places[0].name : "农户排查";
    small.textContent = due ? `还差 ${due} 户，共 ${all.length} 户` : `${all.length} 户都排查了`;
    if (!all.length) small.textContent = "";
    bar.replaceChildren(...lines());
    finder.hidden = count.hidden = box.hidden = !all.length;
    add.hidden = !places.length; // none before the first pull, nor for who only visits
    draw(Math.max(drawn, view.drawn));
  };
  const lines = () => {
    const words = [];
    const status = { role: "status" };
    const left = shell.bar.at + BAR_MS - Date.now();
    if (left > 0) {
      words.push(h("p", { class: "toast", ...status }, shell.bar.words, next()));
      clearTimeout(timer);
      timer = setTimeout(() => bar.querySelector(".toast")?.remove(), left);
    }
    if (shell.why) words.push(h("p", { class: "say soft", ...status }, shell.why));
    const errands = errandRows();
    if (errands) words.push(errands);
    const none = store.assignment() ? "没有分给您的户，请联系给您分工的人。" : "正在取名册，请等一下……";
    if (!all.length && !errands) words.push(h("p", null, none));
    return words;
  };
  /** Whom to go to next: the first who is due. */
  const next = () => {
    const [first] = all;
    const isDueNow = first && isOpen(shell.rules, first);
    return isDueNow ? h("a", { href: `#/h/${first.id}` }, `下一户：${first.head}`) : " 都排查完了。";
  };
  const grow = (upto = drawn + STEP) => {
    const next = rows.slice(drawn, upto);
    box.append(...next.map((row) => item(shell.rules, row, names.get(row.village) || "")));
    drawn = Math.min(rows.length, upto);
    view.drawn = drawn;
    more.hidden = drawn >= rows.length;
    more.textContent = `再看 ${Math.min(STEP, rows.length - drawn)} 户`;
  };
  const draw = (upto = STEP) => {
    const { text, only } = view;
    rows = all.filter((row) => (text ? matches(row, text) : passes(shell.rules, row, only)));
    box.replaceChildren();
    drawn = 0;
    count.textContent = text ? `找到 ${rows.length} 户` : `${rows.length} 户`;
    grow(upto);
    const none = text ? "没有找到，换个字或拼音首字母试试。" : only === "due" ? "都排查完了。" : "没有。";
    if (!rows.length) box.append(h("li", { class: "none" }, none));
  };
  const search = h("input", {
    type: "search",
    id: "search",
    value: view.text,
    placeholder: "姓名、拼音首字母、组、编号",
    "aria-label": "找一户",
    autocomplete: "off",
    oninput: () => {
      view.text = search.value.trim();
      draw();
    },
    onshown: () => window.scrollTo(0, view.scroll),
  });
  const chips = FILTERS.map(([key, words]) => {
    const onclick = () => {
      view.only = key;
      for (const other of chips) other.setAttribute("aria-pressed", String(other === chip));
      draw();
    };
    const chip = h("button", { type: "button", "aria-pressed": String(view.only === key), onclick }, words);
    return chip;
  });
  const filters = h("div", { class: "chips", role: "group", "aria-label": "看哪些" }, chips);
  const finder = h("div", { class: "finder" }, search, filters);
  box.addEventListener("click", () => {
    view.scroll = window.scrollY;
  });
  if ("IntersectionObserver" in window) {
    new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting && !more.hidden) grow();
    }).observe(more);
  }
  const link = (/** @type {string} */ href, /** @type {string} */ words) =>
    h("a", { class: "button", href }, words);
  const add = link("#/new", "添一户");
  renew();
  shell.renew = renew;
  return [
    head(h("div", { class: "title" }, name, small)),
    h("main", null, bar, finder, count, box, more),
    h("footer", { class: "one" }, add, link("#/device", "这部手机")),
  ];
};
