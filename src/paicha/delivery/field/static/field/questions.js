// One question of the pack as a phone asks it: real radios, checkboxes and fields, large enough for a thumb, with last
// round's answer beside. It knows no question by name.

import { fieldOf, h } from "./dom.js";
import { answerText } from "./words.js";

/** @import { Child } from "#phone" */
/** @import { Answer, Option, Question } from "#rules" */
/** @import { Cell, Survey } from "./survey.js" */
/** A survey, form 5 or a re-interview. @typedef {Pick<Survey, "question" | "values" | "known">} Asked */
/** Takes an answer, null for none. @typedef {(name: string, value: Answer) => void} Setter */

/** A cell as a fieldset. @param {Asked} survey @param {Cell} cell @param {Setter} set */
export const cellElement = (survey, cell, set) => {
  const questions = cell.questions.map((name) => survey.question(name));
  const help = questions.flatMap((question) => question.help || []);
  const lines = help.map((line) => h("p", null, line));
  return h(
    "fieldset",
    { id: `c-${cell.name}`, "data-cell": cell.name },
    h("legend", null, cell.label),
    help.length ? h("details", { class: "help" }, h("summary", null, "怎么算？"), lines) : null,
    cell.questions.map((name) => input(survey, name, cell.questions.length > 1, set)),
    areCounts(questions) ? h("p", { class: "sum", id: `sum-${cell.name}`, "aria-live": "polite" }) : null,
    h("div", { class: "said", id: `s-${cell.name}`, "aria-live": "polite" }),
  );
};

/** Whether a cell is several counts of the same thing. @param {Question[]} questions */
const areCounts = (questions) =>
  questions.length > 1 &&
  questions.every(({ type, unit }) => type === "integer" && unit && unit === questions[0].unit);

/**
 * Add up the cells of several counts, beside how many people there are.
 * @param {Survey} survey @param {ParentNode} root
 */
export const addUp = (survey, root) => {
  const { population } = survey.rules.roles;
  const whole = population && survey.values[population];
  for (const cell of survey.cells) {
    const place = root.querySelector(`#sum-${cell.name}`);
    if (!place) continue;
    const counts = cell.questions.map((name) => survey.values[name]).filter((count) => count !== undefined);
    const total = counts.reduce((/** @type {number} */ sum, count) => sum + Number(count), 0);
    const { unit } = survey.question(cell.questions[0]);
    const ofPeople = population && typeof whole === "number" && unit === survey.question(population).unit;
    const people = ofPeople ? `，家里 ${whole} ${unit}` : "";
    place.textContent = counts.length ? `合计 ${total} ${unit}${people}` : "";
    const isOff = counts.length === cell.questions.length && ofPeople && total !== whole;
    place.className = isOff ? "sum off" : "sum";
  }
};

/** @param {Asked} survey @param {string} name @param {boolean} isPart @param {Setter} set @returns {Child} */
const input = (survey, name, isPart, set) => {
  const question = survey.question(name);
  if (question.type === "choice" || question.type === "choices") return options(survey, name, set);
  if (question.type === "integer") return stepper(survey, name, isPart, set);
  return textField(survey, name, set);
};

/** Whether an option is chosen. @param {Answer | undefined} value @param {number} number */
const isChosen = (value, number) => (Array.isArray(value) ? value.includes(number) : value === number);

/** @param {Asked} survey @param {string} name @param {Setter} set @returns {Child} */
const options = (survey, name, set) => {
  const question = survey.question(name);
  const type = question.type === "choices" ? "checkbox" : "radio";
  const value = survey.values[name];
  return (question.options || []).map((option) => {
    const checked = isChosen(value, option.number);
    const onchange = (/** @type {Event} */ event) => choose(survey, name, option, fieldOf(event), set);
    const beside = { class: "beside", "data-of": `${name}-${option.number}`, hidden: !checked };
    return [
      h(
        "label",
        { class: "opt" },
        h("input", { type, name, value: option.number, checked, onchange }),
        h("span", { class: "no" }, String(option.number)),
        h("span", null, option.label),
        survey
          .known(name)
          .filter((each) => isChosen(each.value, option.number))
          .map(({ mark }) => h("span", { class: "was" }, mark)),
      ),
      option.text ? h("div", beside, textField(survey, option.text, set)) : null,
    ];
  });
};

/**
 * @param {Asked} survey @param {string} name @param {Option} option @param {HTMLInputElement} box
 * @param {Setter} set
 */
const choose = (survey, name, option, box, set) => {
  const { type, options: all = [] } = survey.question(name);
  const fieldset = /** @type {HTMLElement} */ (box.closest("fieldset"));
  if (type === "choices") {
    /** @type {NodeListOf<HTMLInputElement>} */
    const boxes = fieldset.querySelectorAll(`input[name="${name}"]`);
    for (const other of box.checked ? boxes : []) {
      const isExclusive = all.some((each) => String(each.number) === other.value && each.exclusive);
      if (other !== box && (option.exclusive || isExclusive)) other.checked = false;
    }
    const numbers = [...boxes].filter((each) => each.checked).map((each) => Number(each.value));
    set(name, numbers.length ? numbers : null);
  } else {
    set(name, option.number);
  }
  for (const beside of /** @type {NodeListOf<HTMLElement>} */ (fieldset.querySelectorAll(".beside"))) {
    const [of, number] = (beside.dataset.of || "").split(/-(?=\d+$)/);
    beside.hidden = !isChosen(survey.values[of], Number(number));
  }
};

/** @param {Asked} survey @param {string} name @param {boolean} isPart @param {Setter} set */
const stepper = (survey, name, isPart, set) => {
  const { short, label, low = 0, high = 0, unit = "" } = survey.question(name);
  const field = h("input", {
    id: `q-${name}`,
    name,
    inputmode: "numeric",
    pattern: "[0-9]*",
    autocomplete: "off",
    maxlength: 9,
    class: high > 100 ? "number wide" : "number",
    value: String(survey.values[name] ?? ""),
    "aria-label": isPart ? short : label,
    oninput: (event) => {
      const typed = fieldOf(event);
      const text = typed.value.replace(/[^0-9]/g, "");
      if (text !== typed.value) typed.value = text;
      set(name, text === "" ? null : Number(text));
    },
  });
  const button = (/** @type {string} */ sign, /** @type {string} */ verb, /** @type {number} */ by) => {
    const onclick = () => {
      const start = by > 0 ? (low || 1) - 1 : 0;
      const next = Math.max(low, Number(survey.values[name] ?? start) + by);
      field.value = String(next);
      set(name, next);
    };
    return h("button", { type: "button", "aria-label": `${short}${verb}一`, onclick }, sign);
  };
  const known = survey.known(name).map(({ mark, value }) => `${mark} ${value}`);
  const isWide = high > 100;
  return h(
    "div",
    { class: "steps" },
    h("span", { class: "what" }, isPart ? short : ""),
    isWide ? null : button("−", "减", -1),
    field,
    isWide ? null : button("+", "加", 1),
    h("span", null, unit),
    known.length ? h("span", { class: "was" }, known.join(" · ")) : null,
  );
};

/** @param {Asked} survey @param {string} name @param {Setter} set */
const textField = (survey, name, set) => {
  const question = survey.question(name);
  const field = h("input", {
    id: `q-${name}`,
    name,
    type: question.type === "date" ? "date" : question.format === "phone" ? "tel" : "text",
    value: String(survey.values[name] ?? ""),
    maxlength: 200,
    autocomplete: "off",
    "aria-label": question.label,
    placeholder: question.hint || "",
    oninput: (event) => set(name, fieldOf(event).value.trim() || null),
  });
  const known = survey.known(name).map(({ mark, value }) => {
    if (value === survey.values[name]) return h("span", { class: "was" }, `取自${mark}`);
    const onclick = () => {
      field.value = String(value);
      set(name, value);
    };
    const text = `${mark}：${answerText(question, value)}`;
    return h("button", { type: "button", class: "as-was", onclick }, text);
  });
  return h("div", { class: "field" }, field, known);
};
