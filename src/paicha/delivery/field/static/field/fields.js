// Forms beside the household's own: what is typed in them is kept, and one form is stored once.

import { reasonOf, say } from "./dom.js";
import * as store from "./store.js";

/** @import { Fields } from "#phone" */

const KEEP_AFTER_MS = 300;

/** What a form holds, texts alone. @param {HTMLFormElement} form */
export const readFields = (form) => {
  /** @type {Fields} */
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value !== "") fields[name] = value;
  }
  return fields;
};

/** Put back what was typed. @param {HTMLFormElement} form @param {Fields} fields */
export const fillFields = (form, fields) => {
  for (const [name, value] of Object.entries(fields)) {
    const field = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
    if (field) field.value = value;
  }
};

/**
 * Keep what is typed in some forms: after a pause, and at once where the page is left.
 * @param {string} place a household's id, or "new" @param {() => Record<string, Fields>} all what is typed now, by kind
 * @returns {{later: () => void, stop: () => void}}
 */
export const fieldKeeper = (place, all) => {
  let timer = 0;
  const stop = () => {
    clearTimeout(timer);
    timer = 0;
  };
  const now = () => {
    if (timer === 0) return;
    stop();
    store.keepFields(place, all()).catch((error) => say(reasonOf(error)));
  };
  const leave = () => {
    document.removeEventListener("visibilitychange", now);
    now();
  };
  document.addEventListener("visibilitychange", now);
  window.addEventListener("hashchange", leave, { once: true });
  const later = () => {
    stop();
    timer = setTimeout(now, KEEP_AFTER_MS);
  };
  return { later, stop };
};

/**
 * A form's handler that runs once at a time: a second tap meanwhile does nothing. What it throws is said.
 * @param {HTMLElement} alert where @param {(form: HTMLFormElement) => Promise<void>} work
 */
export const submitOnce = (alert, work) => {
  let runs = false;
  return async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (runs) return;
    runs = true;
    alert.hidden = true;
    try {
      await work(/** @type {HTMLFormElement} */ (event.target));
    } catch (error) {
      alert.textContent = reasonOf(error);
      alert.hidden = false;
      alert.scrollIntoView({ block: "center" });
    } finally {
      runs = false;
    }
  };
};
