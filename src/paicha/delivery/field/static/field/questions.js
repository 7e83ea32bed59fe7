// One question of the pack as a phone asks it: real radios, checkboxes and fields, large enough for a thumb, with last
// round's answer beside. It knows no question by name.

import { h } from "./dom.js";
import { answerText } from "./words.js";

/**
 * @typedef {{rules: any, values: Record<string, any>, last: Record<string, any> | null, set: (name: string, value: any) => void}} Sheet
 */

/** The cells of a form in paper order, then what isn't printed; the named ones left out.
 * @param {any} rules @param {any} form @param {Set<string>} without */
export const cells = (rules, form, without) => {
  const found = [];
  const beside = new Set(Object.values(rules.questions).flatMap((/** @type {any} */ q) => (q.options || []).map((/** @type {any} */ o) => o.text)));
  for (const column of form.columns) {
    if (column.parts?.length) {
      found.push({ name: column.name, label: column.label, group: column.group || "", questions: column.parts.map((/** @type {any} */ p) => p.question) });
    } else if (column.question && !without.has(column.question)) {
      found.push({ name: column.name, label: rules.questions[column.question].label, group: column.group || "", questions: [column.question] });
    }
  }
  const shown = new Set(found.flatMap((cell) => cell.questions));
  const more = form.unprinted.filter((/** @type {string} */ name) => !without.has(name) && !shown.has(name) && !beside.has(name));
  for (const name of more) found.push({ name, label: rules.questions[name].label, group: "表上不印的", questions: [name] });
  return found;
};

/** A cell as a fieldset. @param {Sheet} sheet @param {any} cell */
export const cellElement = (sheet, cell) => {
  const questions = cell.questions.map((/** @type {string} */ name) => sheet.rules.questions[name]);
  const help = questions.flatMap((/** @type {any} */ q) => q.help || []);
  return h("fieldset", { id: `c-${cell.name}`, "data-cell": cell.name },
    h("legend", null, cell.label),
    help.length ? h("details", { class: "help" }, h("summary", null, "怎么算？"), help.map((/** @type {string} */ line) => h("p", null, line))) : null,
    cell.questions.map((/** @type {string} */ name) => input(sheet, name, cell.questions.length > 1)),
    counts(questions) ? h("p", { class: "sum", id: `sum-${cell.name}`, "aria-live": "polite" }) : null,
    h("div", { class: "said", id: `s-${cell.name}`, "aria-live": "polite" }));
};

/** Whether a cell is several counts of the same thing. @param {any[]} questions */
const counts = (questions) => questions.length > 1 && questions.every((q) => q.type === "integer" && q.unit && q.unit === questions[0].unit);

/** Add up the cells of several counts, beside how many people there are. @param {Sheet} sheet @param {any[]} listed @param {ParentNode} root */
export const addUp = (sheet, listed, root) => {
  const whole = sheet.values[sheet.rules.roles.population];
  for (const cell of listed) {
    const place = root.querySelector(`#sum-${cell.name}`);
    if (!place) continue;
    const given = cell.questions.map((/** @type {string} */ name) => sheet.values[name]).filter((/** @type {any} */ v) => v !== undefined);
    const total = given.reduce((/** @type {number} */ sum, /** @type {number} */ v) => sum + v, 0);
    const { unit } = sheet.rules.questions[cell.questions[0]];
    const people = whole !== undefined && unit === sheet.rules.questions[sheet.rules.roles.population].unit;
    place.textContent = given.length ? `合计 ${total} ${unit}${people ? `，家里 ${whole} ${unit}` : ""}` : "";
    place.className = given.length === cell.questions.length && people && total !== whole ? "sum off" : "sum";
  }
};

/** @param {Sheet} sheet @param {string} name @param {boolean} part */
const input = (sheet, name, part) => {
  const question = sheet.rules.questions[name];
  if (question.type === "choice" || question.type === "choices") return options(sheet, name, question);
  if (question.type === "integer") return stepper(sheet, name, question, part);
  return field(sheet, name, question);
};

/** @param {Sheet} sheet @param {string} name @param {any} question */
const options = (sheet, name, question) => {
  const many = question.type === "choices";
  const value = sheet.values[name];
  const last = sheet.last ? sheet.last[name] : undefined;
  const is = (/** @type {any} */ given, /** @type {number} */ n) => (Array.isArray(given) ? given.includes(n) : given === n);
  return question.options.map((/** @type {any} */ option) => [
    h("label", { class: "opt" },
      h("input", {
        type: many ? "checkbox" : "radio", name, value: option.number, checked: is(value, option.number),
        onchange: (/** @type {any} */ event) => chosen(sheet, name, question, option, event.target),
      }),
      h("span", { class: "no" }, String(option.number)), h("span", null, option.label),
      is(last, option.number) ? h("span", { class: "was" }, "上次") : null),
    option.text ? h("div", { class: "beside", "data-of": `${name}-${option.number}`, hidden: !is(value, option.number) },
      field(sheet, option.text, sheet.rules.questions[option.text])) : null,
  ]);
};

/** @param {Sheet} sheet @param {string} name @param {any} question @param {any} option @param {HTMLInputElement} box */
const chosen = (sheet, name, question, option, box) => {
  const all = /** @type {HTMLElement} */ (box.closest("fieldset"));
  if (question.type === "choices") {
    const boxes = /** @type {HTMLInputElement[]} */ ([...all.querySelectorAll(`input[name="${name}"]`)]);
    if (box.checked) {
      for (const other of boxes) {
        const theirs = question.options.find((/** @type {any} */ o) => String(o.number) === other.value);
        if (other !== box && (option.exclusive || theirs.exclusive)) other.checked = false;
      }
    }
    const numbers = boxes.filter((one) => one.checked).map((one) => Number(one.value));
    sheet.set(name, numbers.length ? numbers : null);
  } else {
    sheet.set(name, option.number);
  }
  for (const beside of /** @type {NodeListOf<HTMLElement>} */ (all.querySelectorAll(".beside"))) {
    const [of, number] = (beside.dataset.of || "").split(/-(?=\d+$)/);
    const value = sheet.values[of];
    beside.hidden = !(Array.isArray(value) ? value.includes(Number(number)) : value === Number(number));
  }
};

/** @param {Sheet} sheet @param {string} name @param {any} question @param {boolean} part */
const stepper = (sheet, name, question, part) => {
  const shown = h("input", {
    id: `q-${name}`, name, inputmode: "numeric", pattern: "[0-9]*", autocomplete: "off", maxlength: 9, class: "number",
    value: sheet.values[name] ?? "", "aria-label": part ? question.short : question.label,
    oninput: (/** @type {any} */ event) => {
      const text = event.target.value.replace(/[^0-9]/g, "");
      if (text !== event.target.value) event.target.value = text;
      sheet.set(name, text === "" ? null : Number(text));
    },
  });
  const step = (/** @type {number} */ by) => () => {
    const next = Math.max(question.low || 0, (sheet.values[name] ?? (by > 0 ? (question.low || 1) - 1 : 0)) + by);
    shown.value = String(next);
    sheet.set(name, next);
  };
  const last = sheet.last ? sheet.last[name] : undefined;
  const wide = (question.high || 0) > 100;
  return h("div", { class: "steps" }, h("span", { class: "what" }, part ? question.short : ""),
    wide ? null : h("button", { type: "button", "aria-label": `${question.short}减一`, onclick: step(-1) }, "−"),
    shown, wide ? null : h("button", { type: "button", "aria-label": `${question.short}加一`, onclick: step(1) }, "+"),
    h("span", null, question.unit || ""), last !== undefined && last !== null ? h("span", { class: "was" }, `上次 ${last}`) : null);
};

/** @param {Sheet} sheet @param {string} name @param {any} question */
const field = (sheet, name, question) => {
  const last = sheet.last ? sheet.last[name] : undefined;
  return h("div", { class: "field" },
    h("input", {
      id: `q-${name}`, name, type: question.type === "date" ? "date" : question.format === "phone" ? "tel" : "text", value: sheet.values[name] ?? "",
      maxlength: 200, autocomplete: "off", "aria-label": question.label, placeholder: question.hint || "",
      oninput: (/** @type {any} */ event) => sheet.set(name, event.target.value.trim() || null),
    }),
    last && last !== sheet.values[name] ? h("button", {
      type: "button", class: "as-was", onclick: (/** @type {any} */ event) => {
        const box = event.target.parentElement.querySelector("input");
        box.value = String(last);
        sheet.set(name, last);
      },
    }, `上次：${answerText(question, last)}`) : null);
};
