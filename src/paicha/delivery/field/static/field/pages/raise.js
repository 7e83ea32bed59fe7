// What somebody at the door brings up: a problem, a petition, changed base information, a photo of a signed sheet.

import { today } from "../clock.js";
import { newId } from "../db.js";
import { h } from "../dom.js";
import { fieldKeeper, fillFields, readFields, submitOnce } from "../fields.js";
import { head } from "../head.js";
import { refuseIdentity } from "../identity.js";
import { shrink } from "../photo.js";
import * as store from "../store.js";

/** @import { Assignment, Raised } from "#payloads" */
/** @import { Child, Fields, Household, Shell } from "#phone" */
/**
 * What can be raised: its fields on the page, and what is read from them. `read` throws where something is missing.
 * @typedef {{kind: Raised["kind"], title: string, fields: Child[],
 *   read: (fields: Fields, form: HTMLFormElement) => Promise<Record<string, string | number>>}} Kind
 */

/** @param {string} label @param {string} name */
const textArea = (label, name) =>
  h("label", { class: "field" }, label, h("textarea", { name, rows: 3, maxlength: 500 }));
/** @param {string} label @param {string} name @param {string} [type] @param {string} [value] */
const textField = (label, name, type = "text", value = "") =>
  h("label", { class: "field" }, label, h("input", { name, type, value, maxlength: 100 }));
/** @param {string} label @param {string} name @param {string[]} choices @param {string} [none] what "" means */
const selectField = (label, name, choices, none = "请选") => {
  const options = choices.map((choice) => h("option", null, choice));
  return h(
    "label",
    { class: "field" },
    label,
    h("select", { name }, h("option", { value: "" }, none), options),
  );
};
/**
 * What a field holds. Throws `words` where it is empty.
 * @param {Fields} fields @param {string} name @param {string} words
 */
const need = (fields, name, words) => {
  const value = (fields[name] || "").trim();
  if (!value) throw new Error(words);
  return value;
};

/** @param {Assignment | null} work @returns {Kind} */
const problem = (work) => {
  const types = (work?.problem_types || []).map(({ number, label }) =>
    h("label", { class: "opt" }, h("input", { type: "radio", name: "type", value: number }), label),
  );
  return {
    kind: "problem",
    title: "问题",
    fields: [
      h("fieldset", null, h("legend", null, "哪一类"), types),
      textArea("具体问题", "text"),
      textField("整改措施（可以回村再写）", "measure"),
    ],
    read: async (fields) => ({
      type: Number(need(fields, "type", "请选是哪一类问题。")),
      text: need(fields, "text", "请写明是什么问题。"),
      measure: (fields.measure || "").trim(),
    }),
  };
};

/** @param {Household} household @returns {Kind} */
const petition = (household) => ({
  kind: "petition",
  title: "信访、诉求",
  fields: [
    textField("反映人（没留名写“匿名”）", "from", "text", household.head),
    textArea("反映什么、要求什么", "demand"),
    textField("哪天反映的", "on", "date", today()),
  ],
  read: async (fields) => ({
    from_whom: need(fields, "from", "请写明反映人。"),
    demand: need(fields, "demand", "请写明反映什么。"),
    received_on: need(fields, "on", "请写明哪天反映的。"),
  }),
});

/** @param {Assignment | null} work @param {Household} household @returns {Kind} */
const change = (work, { head: first, people }) => ({
  kind: "change",
  title: "信息变更（要录入全国系统的）",
  fields: [
    selectField(
      "哪个人",
      "person",
      people.map(({ name }) => name),
      `${first}（户主）`,
    ),
    selectField("哪一项", "field", work?.change_fields || []),
    textField("原来", "old"),
    textField("现在", "new"),
  ],
  read: async (fields) => {
    const words = need(fields, "new", "请写明现在的情况。");
    for (const text of [fields.old || "", words]) refuseIdentity("这一项", text);
    const field = need(fields, "field", "请选是哪一项变了。");
    return { person: fields.person || "", field, old: (fields.old || "").trim(), new: words };
  },
});

/** @param {Household} household @returns {Kind} */
const photo = (household) => ({
  kind: "photo",
  title: "拍签了字的表",
  fields: [camera()],
  read: async (_, form) => {
    const file = new FormData(form).get("photo");
    if (!(file instanceof Blob) || !file.size) throw new Error("请先拍照。");
    return { form: household.form, name: "签字表.jpg", data: await shrink(file) };
  },
});

const camera = () => {
  const status = h("span", { class: "quiet", role: "status" });
  const box = h("input", {
    name: "photo",
    type: "file",
    accept: "image/*",
    capture: "environment",
    class: "unseen",
    onchange: () => {
      status.textContent = box.files?.length ? "拍好了，存的时候自动缩小。" : "";
    },
  });
  return [h("label", { class: "button" }, "拍照", box), status];
};

/** @param {Shell} shell @param {string} id @param {Record<string, Fields>} typed what was being typed, by kind */
export const raisePage = (shell, id, typed) => {
  const household = store.one(id)?.row;
  if (!household) return [head(h("h1", { tabindex: -1 }, "没有这一户"), "#/"), h("main", null)];
  shell.renew = null;
  const work = store.assignment();
  /** @type {{kind: string, form: HTMLFormElement, empty: string}[]} */
  const forms = [];
  const all = () =>
    Object.fromEntries(
      forms
        .map(({ kind, form, empty }) => ({ kind, empty, fields: readFields(form) }))
        .filter(({ fields, empty }) => JSON.stringify(fields) !== empty)
        .map(({ kind, fields }) => [kind, fields]),
    );
  const keeper = fieldKeeper(id, all);
  const kinds = [problem(work), petition(household), change(work, household), photo(household)];
  const cards = kinds.map(({ kind, title, fields, read }) => {
    const thing = newId(); // of this form: the same tapped twice is one
    const alert = h("p", { class: "say hard", role: "alert", hidden: true });
    const submit = submitOnce(alert, async () => {
      const raised = { ...(await read(readFields(form), form)), id: thing, kind };
      keeper.stop();
      await store.raise(id, raised, { ...all(), [kind]: {} });
      shell.bar = { words: [`${household.head}户：${title}存好了。`], at: Date.now() };
      shell.go("#/");
    });
    const form = h("form", { id: `raise-${kind}`, onsubmit: submit, oninput: keeper.later }, fields, alert);
    forms.push({ kind, form, empty: JSON.stringify(readFields(form)) });
    const isOpen = Object.keys(typed[kind] || {}).length > 0;
    const attributes = { class: "card", open: isOpen, "data-kind": kind };
    const card = h("details", attributes, h("summary", null, title), form);
    fillFields(form, typed[kind] || {});
    return card;
  });
  const button = h("button", { class: "main", disabled: true }, "存好");
  for (const card of cards) {
    card.addEventListener("toggle", () => {
      if (!card.open) return;
      for (const other of cards) if (other !== card) other.open = false;
      button.setAttribute("form", `raise-${card.dataset.kind}`);
      button.disabled = false;
    });
  }
  return [
    head(h("h1", { tabindex: -1 }, `${household.head}户`), `#/h/${id}`),
    h("main", { class: "plain" }, cards),
    h("footer", null, h("small", null, "点开要记的一项，写完存好。"), button),
  ];
};
