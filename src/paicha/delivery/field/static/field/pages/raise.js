// What somebody at the door brings up: a problem, a petition, changed base information, a photo of a signed sheet.

import { app, head } from "../app.js";
import { newId } from "../db.js";
import { h } from "../dom.js";
import { shrink } from "../photo.js";
import * as store from "../store.js";
import { fillIn, keeper, once, read } from "../typed.js";
import { today } from "../words.js";

/** @param {string} label @param {string} key */
const text = (label, key) => h("label", { class: "field" }, label, h("textarea", { name: key, rows: 3, maxlength: 500 }));
/** @param {string} label @param {string} key @param {string} [type] @param {string} [value] */
const line = (label, key, type = "text", value = "") => h("label", { class: "field" }, label, h("input", { name: key, type, value, maxlength: 100 }));
/** @param {string} label @param {string} key @param {any[]} choices */
const pick = (label, key, choices) => h("label", { class: "field" }, label, h("select", { name: key }, h("option", { value: "" }, "请选"), choices));
/** @param {Record<string, string>} given @param {string} key @param {string} words */
const need = (given, key, words) => {
  const value = (given[key] || "").trim();
  if (!value) throw new Error(words);
  return value;
};

/** What can be raised. @param {any} work @param {any} row */
const kinds = (work, row) => [
  {
    kind: "problem", title: "问题",
    fields: [h("fieldset", null, h("legend", null, "哪一类"), work.problem_types.map((/** @type {any} */ t) => h("label", { class: "opt" },
      h("input", { type: "radio", name: "type", value: t.number }), t.label))), text("具体问题", "text"), line("整改措施（可以回村再写）", "measure")],
    read: (/** @type {any} */ g) => ({ type: Number(need(g, "type", "请选是哪一类问题。")), text: need(g, "text", "请写明是什么问题。"), measure: (g.measure || "").trim() }),
  },
  {
    kind: "petition", title: "信访、诉求",
    fields: [line("反映人（没留名写“匿名”）", "from", "text", row.head), text("反映什么、要求什么", "demand"), line("哪天反映的", "on", "date", today())],
    read: (/** @type {any} */ g) => ({ from_whom: need(g, "from", "请写明反映人。"), demand: need(g, "demand", "请写明反映什么。"), received_on: need(g, "on", "请写明哪天反映的。") }),
  },
  {
    kind: "change", title: "信息变更（要录入全国系统的）",
    fields: [pick("哪一项", "field", work.change_fields.map((/** @type {string} */ f) => h("option", null, f))), line("原来", "old"), line("现在", "new")],
    read: (/** @type {any} */ g) => ({ field: need(g, "field", "请选是哪一项变了。"), old: (g.old || "").trim(), new: need(g, "new", "请写明现在的情况。") }),
  },
  {
    kind: "photo", title: "拍签了字的表", fields: [camera()],
    read: async (/** @type {any} */ _, /** @type {HTMLFormElement} */ form) => {
      const file = new FormData(form).get("photo");
      if (!(file instanceof Blob) || !file.size) throw new Error("请先拍照。");
      return { form: row.form, name: "签字表.jpg", data: await shrink(file) };
    },
  },
];

const camera = () => {
  const taken = h("span", { class: "quiet", role: "status" });
  const box = h("input", { name: "photo", type: "file", accept: "image/*", capture: "environment", class: "unseen", onchange: () => { taken.textContent = box.files.length ? "拍好了，存的时候自动缩小。" : ""; } });
  return [h("label", { class: "button" }, "拍照", box), taken];
};

/** @param {string} id @param {Record<string, Record<string, string>>} typed what was being typed, by kind */
export const raisePage = (id, typed) => {
  const known = store.one(id);
  if (!known) return [head(h("h1", { tabindex: -1 }, "没有这一户"), "#/"), h("main", null)];
  app.renew = null;
  /** @type {{kind: string, form: HTMLFormElement, empty: string}[]} */
  const forms = [];
  const all = () => Object.fromEntries(forms.filter((f) => JSON.stringify(read(f.form)) !== f.empty).map((f) => [f.kind, read(f.form)]));
  const keep = keeper(id, all);
  const cards = kinds(store.assignment(), known.row).map((one) => {
    const made = newId();  // of this form: the same tapped twice is one
    const said = h("p", { class: "say hard", role: "alert", hidden: true });
    const submit = once(said, async (form) => {
      const raised = { id: made, kind: one.kind, ...(await one.read(read(form), form)) };
      keep.stop();
      await store.raise(id, raised, { ...all(), [one.kind]: {} });
      app.bar = { words: [`${known.row.head}户：${one.title}存好了。`], at: Date.now() };
      app.go("#/");
    });
    const form = h("form", { id: `raise-${one.kind}`, onsubmit: submit, oninput: keep.later }, one.fields, said);
    const was = typed[one.kind] || {};
    forms.push({ kind: one.kind, form, empty: JSON.stringify(read(form)) });
    const card = h("details", { class: "card", open: Object.keys(was).length > 0, "data-kind": one.kind }, h("summary", null, one.title), form);
    fillIn(form, was);
    return card;
  });
  const store_ = h("button", { class: "main", disabled: true }, "存好");
  const choose = (/** @type {any} */ card) => {
    for (const other of cards) if (other !== card) other.open = false;
    store_.setAttribute("form", `raise-${card.dataset.kind}`);
    store_.disabled = false;
  };
  for (const card of cards) card.addEventListener("toggle", () => { if (card.open) choose(card); });
  return [head(h("h1", { tabindex: -1 }, `${known.row.head}户`), `#/h/${id}`), h("main", { class: "plain" }, cards),
    h("footer", null, h("small", null, "点开要记的一项，写完存好。"), store_)];
};
