// The head of every page, with the number of those who wait.

import { byId, h } from "./dom.js";
import * as store from "./store.js";

/** @import { Child } from "#phone" */

/** Show in the head how many wait and whether there is a signal. */
export const badge = () => {
  const place = byId("outbox");
  if (!place) return;
  const count = store.waiting();
  const signal = navigator.onLine ? "" : "没信号 · ";
  place.textContent = count ? `${signal}待传 ${count} 户` : `${signal}都传了`;
  place.className = count ? "outbox some" : "outbox";
};

/** The head of a page. @param {Child} title @param {string} [back] */
export const head = (title, back) => {
  const link = back ? h("a", { class: "back", href: back, "aria-label": "返回" }, "‹") : null;
  queueMicrotask(badge);
  return h("header", null, link, title, h("a", { id: "outbox", class: "outbox", href: "#/device" }));
};
