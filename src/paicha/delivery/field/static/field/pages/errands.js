// The visits and re-interviews of the list, and which page opens one.

import { today } from "../clock.js";
import { h } from "../dom.js";
import * as work from "../errand_work.js";
import { head } from "../head.js";
import { groupText, STATES } from "../words.js";
import { DONE, dayText } from "./errand.js";
import { InterviewPage } from "./interview.js";
import { VisitPage } from "./visit.js";

/** @import { OpenErrand, Shell } from "#phone" */

/** How an errand stands. @param {OpenErrand} open */
const stateText = ({ state, errand }) => {
  if (state === "todo") return errand.due && errand.due < today() ? "过了日子" : "还没去";
  if (state === "conflict") return "和网页上不一样";
  return state === "held" ? "先存着" : STATES[state];
};

/** The errands as a list, those to be done first; null where there are none. */
export const errandRows = () => {
  const all = work.list();
  if (!all.length) return null;
  const rank = (/** @type {OpenErrand} */ { state }) => Number(DONE.includes(state));
  all.sort((a, b) => rank(a) - rank(b) || a.errand.due.localeCompare(b.errand.due));
  const rows = all.map((open) => {
    const { errand, state } = open;
    const place = errand.kind === "visit" ? errand.title : `${errand.place}${groupText(errand.group)}`;
    const who = errand.kind === "visit" ? errand.place : errand.head;
    const facts = [
      place,
      errand.town,
      errand.due ? `${dayText(errand.due)}${errand.kind === "visit" ? "" : "前"}` : "",
    ];
    return h(
      "li",
      null,
      h(
        "a",
        { href: `#/errand/${errand.id}` },
        h("span", { class: "who" }, who),
        h("small", null, facts.filter(Boolean).join(" · ")),
        h("span", { class: `state ${state}` }, stateText(open)),
      ),
    );
  });
  const left = all.filter((open) => !rank(open)).length;
  return h(
    "section",
    { id: "errands", "aria-label": "核实、回访" },
    h("h2", null, left ? `核实、回访：还有 ${left} 件` : "核实、回访：都办了"),
    h("ul", { class: "rows" }, rows),
  );
};

/** @param {Shell} shell @param {string} id */
export const errandPage = (shell, id) => {
  const open = work.one(id);
  if (!open || !shell.rules) {
    const words = "手机上没有这件核实、回访，请联网更新。";
    return [head(h("h1", { tabindex: -1 }, "没有这一件"), "#/"), h("main", null, h("p", null, words))];
  }
  shell.renew = null;
  const { errand } = open;
  if (errand.kind === "visit") return new VisitPage(shell, open, errand).elements();
  return new InterviewPage(shell, open, errand, shell.rules).elements();
};
