// Forms beside the household's own: what is typed in them is kept, and one form is stored once.

import { say } from "./dom.js";
import * as store from "./store.js";

const KEPT_AFTER_MS = 300;

/** What a form holds, texts alone. @param {HTMLFormElement} form @returns {Record<string, string>} */
export const read = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string" && value !== "").map(([name, value]) => [name, String(value)]));

/** Put back what was typed. @param {HTMLFormElement} form @param {Record<string, string>} values */
export const fillIn = (form, values) => {
  for (const [name, value] of Object.entries(values)) {
    const field = /** @type {any} */ (form.elements.namedItem(name));
    if (field) field.value = value;
  }
};

/**
 * Keep what is typed in some forms: after a pause, and at once where the page is left.
 * @param {string} place a household's id, or "new" @param {() => Record<string, any>} all what is typed now
 * @returns {{later: () => void, stop: () => void}}
 */
export const keeper = (place, all) => {
  /** @type {any} */
  let timer = null;
  const now = () => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    store.keepTyped(place, all()).catch((error) => say(error instanceof Error ? error.message : String(error)));
  };
  document.addEventListener("visibilitychange", now);
  window.addEventListener("hashchange", () => { document.removeEventListener("visibilitychange", now); now(); }, { once: true });
  return {
    later: () => { clearTimeout(timer); timer = setTimeout(now, KEPT_AFTER_MS); },
    stop: () => { clearTimeout(timer); timer = null; },
  };
};

/**
 * A form's handler that runs once at a time: a second tap meanwhile does nothing. What it throws is said.
 * @param {HTMLElement} said @param {(form: HTMLFormElement) => Promise<void>} work
 */
export const once = (said, work) => {
  let runs = false;
  return async (/** @type {any} */ event) => {
    event.preventDefault();
    if (runs) return;
    runs = true;
    said.hidden = true;
    try {
      await work(event.target);
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
      said.hidden = false;
      said.scrollIntoView({ block: "center" });
    } finally {
      runs = false;
    }
  };
};
