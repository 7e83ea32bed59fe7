// Making elements, safely: texts are texts, never markup.

/** @import { Attributes, Child } from "#phone" */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Attributes | null} [attributes] @param {...Child} children @returns {HTMLElementTagNameMap[T]}
 */
export const h = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "value") /** @type {HTMLInputElement} */ (element).value = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  const parts = /** @type {(string | Node | null | undefined | false)[]} */ (children.flat(9));
  element.append(...parts.filter((part) => part !== null && part !== undefined && part !== false));
  return element;
};

/** The field whose own listener hears the event. @param {Event} event */
export const fieldOf = (event) => /** @type {HTMLInputElement} */ (event.currentTarget);

/** Say something to everybody, also to who listens. @param {string} words */
export const say = (words) => {
  const live = document.getElementById("live");
  if (live) live.textContent = words;
};

/** The sentence of an error. @param {unknown} error */
export const reasonOf = (error) => (error instanceof Error ? error.message : String(error));

/** @param {string} id */
export const byId = (id) => document.getElementById(id);

/**
 * Keep what is typed whenever the page is out of sight, and once more when it is left.
 *
 * @param {() => void} keep
 */
export const keepWhenLeft = (keep) => {
  const leave = () => {
    document.removeEventListener("visibilitychange", keep);
    keep();
  };
  document.addEventListener("visibilitychange", keep);
  window.addEventListener("hashchange", leave, { once: true });
};
