// Whom to visit: who is due first, found by name, initials, group or number.

import { app, head } from "../app.js";
import { h } from "../dom.js";
import * as store from "../store.js";
import { DUE, groupText, ORDER, STATES } from "../words.js";

const STEP = 60;
/** @type {{text: string, only: string, scroll: number}} kept while the phone is open */
const kept = { text: "", only: "due", scroll: 0 };
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
  const all = store.list();
  const rank = new Map(ORDER.map((state, i) => [state, i]));
  all.sort((a, b) => (isDue(a) === isDue(b) ? 0 : isDue(a) ? -1 : 1) || (rank.get(a.state) || 0) - (rank.get(b.state) || 0)
    || a.village.localeCompare(b.village) || a.group.localeCompare(b.group, "zh", { numeric: true }) || a.number - b.number);
  const due = all.filter(isDue).length;
  const places = store.assignment()?.villages || [];
  const several = places.length > 1;
  const names = new Map(places.map((/** @type {any} */ p) => [p.code, p.name]));
  const box = h("ul", { class: "rows" });
  const more = h("button", { type: "button", class: "more", hidden: true, onclick: () => grow() });
  const told = h("p", { class: "quiet", id: "count", "aria-live": "polite" });
  /** @type {any[]} */
  let found = [];
  let drawn = 0;

  const grow = () => {
    box.append(...found.slice(drawn, drawn + STEP).map((row) => line(row, several ? names.get(row.village) : "")));
    drawn = Math.min(found.length, drawn + STEP);
    more.hidden = drawn >= found.length;
    more.textContent = `再看 ${Math.min(STEP, found.length - drawn)} 户`;
  };
  const draw = () => {
    found = all.filter((row) => (kept.text ? matches(row, kept.text) : passes(row, kept.only)));
    box.replaceChildren();
    drawn = 0;
    told.textContent = kept.text ? `找到 ${found.length} 户` : `${found.length} 户`;
    grow();
    if (!found.length) box.append(h("li", { class: "none" }, kept.text ? "没有找到，换个字或拼音首字母试试。" : kept.only === "due" ? "都排查完了。" : "没有。"));
  };
  const search = h("input", {
    type: "search", id: "search", value: kept.text, placeholder: "姓名、拼音首字母、组、编号", "aria-label": "找一户", autocomplete: "off",
    oninput: (/** @type {any} */ event) => { kept.text = event.target.value.trim(); draw(); },
  });
  const chips = h("div", { class: "chips", role: "group", "aria-label": "看哪些" }, FILTERS.map(([key, words]) => h("button", {
    type: "button", "aria-pressed": String(kept.only === key), onclick: (/** @type {any} */ event) => {
      kept.only = key;
      for (const chip of event.target.parentElement.children) chip.setAttribute("aria-pressed", String(chip === event.target));
      draw();
    },
  }, words)));
  if ("IntersectionObserver" in window) new IntersectionObserver((seen) => { if (seen[0].isIntersecting && !more.hidden) grow(); }).observe(more);
  draw();
  const title = h("div", { class: "title" }, h("h1", { tabindex: -1 }, places.length === 1 ? places[0].name : "农户排查"),
    h("small", null, !all.length ? "" : due ? `还差 ${due} 户，共 ${all.length} 户` : `${all.length} 户都排查了`));
  const lately = Date.now() - app.bar.at < 10000 ? app.bar.words : null;
  return [
    head(title),
    h("main", null,
      lately ? h("p", { class: "say good", role: "status" }, lately) : null,
      app.why ? h("p", { class: "say soft", role: "status" }, app.why) : null,
      all.length ? null : h("p", null, store.assignment() ? "名册里没有您要排查的户，请联系村里分工。" : "正在取名册，请等一下……"),
      all.length ? [h("div", { class: "finder" }, search, chips), told, box, more] : null),
    h("footer", { class: "one" }, h("a", { class: "button", href: "#/new" }, "添一户"), h("a", { class: "button", href: "#/device" }, "这部手机")),
  ];
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
