// Whom to visit: who is due first, found by name, initials, group or number.

import { app, head } from "../app.js";
import { h } from "../dom.js";
import * as store from "../store.js";
import { DUE, groupText, ORDER, STATES } from "../words.js";

const STEP = 60;
/** Kept while the phone is open: what was looked for, and where the list was left. */
const kept = { text: "", only: "due", scroll: 0, drawn: STEP };
const FILTERS = [["due", "还差"], ["waiting", "待传"], ["back", "要改的"], ["all", "全部"]];

/** @param {any} row @param {string} only */
const passes = (row, only) => {
  if (only === "due") return isDue(row);
  if (only === "waiting") return row.state === "waiting";
  if (only === "back") return ["refused", "returned", "conflict", "held"].includes(row.state);
  return true;
};

/** Who is not done: also whoever was away and is to be visited again. @param {any} row */
const isDue = (row) => DUE.has(row.state)
  || (app.rules && app.rules.outcome && row.outcome !== null && app.rules.outcome.stays_due.includes(row.outcome) && row.state !== "waiting");

/** @param {any} row @param {string} text */
const matches = (row, text) => {
  if (!text) return true;
  const upper = text.toUpperCase();
  return row.head.includes(text) || row.initials.split(" ").some((/** @type {string} */ i) => i.startsWith(upper))
    || groupText(row.group).includes(text) || row.group === text || (row.number && String(row.number).endsWith(text) && text.length > 2);
};

export const listPage = () => {
  const told = h("p", { class: "quiet", id: "count", "aria-live": "polite" });
  const box = h("ul", { class: "rows" });
  const more = h("button", { type: "button", class: "more", hidden: true, onclick: () => grow() });
  const small = h("small");
  const name = h("h1", { tabindex: -1 });
  const says = h("div");
  /** @type {any[]} */
  let all = [];
  /** @type {any[]} */
  let found = [];
  let drawn = 0;
  let names = new Map();

  /** Everything that may change while the page is shown; what is typed stays. */
  const renew = () => {
    const places = store.assignment()?.villages || [];
    names = new Map(places.length > 1 ? places.map((/** @type {any} */ p) => [p.code, p.name]) : []);
    all = sorted(store.list());
    const due = all.filter(isDue).length;
    name.textContent = places.length === 1 ? places[0].name : "农户排查";
    small.textContent = !all.length ? "" : due ? `还差 ${due} 户，共 ${all.length} 户` : `${all.length} 户都排查了`;
    const lately = Date.now() - app.bar.at < 10000 ? app.bar.words : null;
    const none = store.assignment() ? "名册里没有您要排查的户，请联系村里分工。" : "正在取名册，请等一下……";
    says.replaceChildren(...[
      lately ? h("p", { class: "say good", role: "status" }, lately) : null,
      app.why ? h("p", { class: "say soft", role: "status" }, app.why) : null,
      all.length ? null : h("p", null, none)].filter((one) => one !== null));
    finder.hidden = told.hidden = box.hidden = !all.length;
    draw(Math.max(drawn, kept.drawn));
  };
  const grow = (upto = drawn + STEP) => {
    box.append(...found.slice(drawn, upto).map((row) => line(row, names.get(row.village) || "")));
    drawn = Math.min(found.length, upto);
    kept.drawn = drawn;
    more.hidden = drawn >= found.length;
    more.textContent = `再看 ${Math.min(STEP, found.length - drawn)} 户`;
  };
  const draw = (upto = STEP) => {
    found = all.filter((row) => (kept.text ? matches(row, kept.text) : passes(row, kept.only)));
    box.replaceChildren();
    drawn = 0;
    told.textContent = kept.text ? `找到 ${found.length} 户` : `${found.length} 户`;
    grow(upto);
    if (!found.length) box.append(h("li", { class: "none" }, kept.text ? "没有找到，换个字或拼音首字母试试。" : kept.only === "due" ? "都排查完了。" : "没有。"));
  };
  const search = h("input", {
    type: "search", id: "search", value: kept.text, placeholder: "姓名、拼音首字母、组、编号", "aria-label": "找一户", autocomplete: "off",
    oninput: (/** @type {any} */ event) => { kept.text = event.target.value.trim(); draw(); },
    onshown: () => window.scrollTo(0, kept.scroll),
  });
  const chips = h("div", { class: "chips", role: "group", "aria-label": "看哪些" }, FILTERS.map(([key, words]) => h("button", {
    type: "button", "aria-pressed": String(kept.only === key), onclick: (/** @type {any} */ event) => {
      kept.only = key;
      for (const chip of event.target.parentElement.children) chip.setAttribute("aria-pressed", String(chip === event.target));
      draw();
    },
  }, words)));
  const finder = h("div", { class: "finder" }, search, chips);
  box.addEventListener("click", () => { kept.scroll = window.scrollY; });
  if ("IntersectionObserver" in window) new IntersectionObserver((seen) => { if (seen[0].isIntersecting && !more.hidden) grow(); }).observe(more);
  renew();
  app.renew = renew;
  return [
    head(h("div", { class: "title" }, name, small)),
    h("main", null, says, finder, told, box, more),
    h("footer", { class: "one" }, h("a", { class: "button", href: "#/new" }, "添一户"), h("a", { class: "button", href: "#/device" }, "这部手机")),
  ];
};

/** Who is due first, then as one walks. @param {any[]} rows */
const sorted = (rows) => {
  const rank = new Map(ORDER.map((state, i) => [state, i]));
  return rows.sort((a, b) => (isDue(a) === isDue(b) ? 0 : isDue(a) ? -1 : 1) || (rank.get(a.state) || 0) - (rank.get(b.state) || 0)
    || a.village.localeCompare(b.village) || a.group.localeCompare(b.group, "zh", { numeric: true }) || a.number - b.number);
};

/** @param {any} row @param {string} village */
const line = (row, village) => h("li", null, h("a", { href: `#/h/${row.id}` },
  h("span", { class: "who" }, row.head), h("small", null, [village, groupText(row.group), row.population ? `${row.population} 口人` : ""].filter(Boolean).join(" · ")),
  h("span", { class: `state ${row.state}` }, label(row))));

/** @param {any} row */
const label = (row) => {
  const met = !app.rules?.outcome || row.outcome === null || app.rules.outcome.done.includes(row.outcome);
  if (met || ["draft", "refused", "returned"].includes(row.state)) return STATES[row.state];
  const words = app.rules.questions[app.rules.outcome.question].options.find((/** @type {any} */ o) => o.number === row.outcome);
  return `${words ? words.label : ""}${row.state === "waiting" ? " · 待传" : ""}`;
};
