// Making elements, safely: texts are texts, never markup.

/**
 * @param {string} tag @param {Record<string, any> | null} [given] attributes; `on…` are listeners, `class` a class
 * @param {...any} children elements, texts, lists of them; null and false are nothing
 * @returns {any}
 */
export const h = (tag, given, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value") /** @type {any} */ (made).value = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat(9).filter((child) => child !== null && child !== false && child !== undefined));
  return made;
};

/** Say something to everybody, also to who listens. @param {string} words */
export const say = (words) => {
  const live = document.getElementById("live");
  if (live) live.textContent = words;
};

/** @param {string} id */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));
