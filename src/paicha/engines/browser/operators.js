// The operators of the rules' language, three-valued: null is unknown, as in SQL.
// Generated expressions call these; the conformance tests compare them with every other target.

/** @typedef {null | boolean} Truth */
/** @typedef {null | boolean | number | string} Value */

/** @param {Value} x @param {Value} y @returns {Truth} */
export const eq = (x, y) => (x === null || y === null ? null : x === y);

/** @param {Value} x @param {Value} y @returns {Truth} */
export const ne = (x, y) => (x === null || y === null ? null : x !== y);

/** @param {Value} x @param {Value} y @returns {Truth} */
export const lt = (x, y) => (x === null || y === null ? null : x < y);

/** @param {Value} x @param {Value} y @returns {Truth} */
export const le = (x, y) => (x === null || y === null ? null : x <= y);

/** @param {Value} x @param {Value} y @returns {Truth} */
export const gt = (x, y) => lt(y, x);

/** @param {Value} x @param {Value} y @returns {Truth} */
export const ge = (x, y) => le(y, x);

/** @param {null | number} x @param {null | number} y @returns {null | number} */
export const add = (x, y) => (x === null || y === null ? null : x + y);

/** @param {null | number} x @param {null | number} y @returns {null | number} */
export const sub = (x, y) => (x === null || y === null ? null : x - y);

/** @param {null | number} x @param {null | number} y @returns {null | number} */
export const mul = (x, y) => (x === null || y === null ? null : x * y);

/** @param {Truth} x @returns {Truth} */
export const not = (x) => (x === null ? null : !x);

/** False where one part is false, else unknown where one is unknown. @param {...Truth} parts @returns {Truth} */
export const and = (...parts) => (parts.includes(false) ? false : parts.includes(null) ? null : true);

/** True where one part is true, else unknown where one is unknown. @param {...Truth} parts @returns {Truth} */
export const or = (...parts) => (parts.includes(true) ? true : parts.includes(null) ? null : false);

/** @param {Value} x @param {Value[]} items @returns {Truth} */
export const within = (x, items) => (x === null ? null : items.includes(x));

/**
 * A list has the option, or a text the fragment.
 * @param {null | string | number[]} x @param {number | string} part @returns {Truth}
 */
export const has = (x, part) => {
  if (x === null) return null;
  return Array.isArray(x) ? x.some((option) => option === part) : x.includes(String(part));
};

/** A text has the form of a pattern. @param {null | string} x @param {RegExp} pattern @returns {Truth} */
export const matches = (x, pattern) => (x === null ? null : pattern.test(x));

/** A list has no option but these. @param {null | number[]} x @param {number[]} options @returns {Truth} */
export const allWithin = (x, options) => (x === null ? null : x.every((option) => options.includes(option)));
