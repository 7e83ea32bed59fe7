// What somebody at the door brings up: a problem, a petition, changed base information, a photo of a signed sheet.

import { app, head } from "../app.js";
import { h } from "../dom.js";
import { shrink } from "../photo.js";
import * as store from "../store.js";
import { today } from "../words.js";

/** @param {string} id */
export const raisePage = (id) => {
  const known = store.one(id);
  if (!known) return [head(h("h1", { tabindex: -1 }, "没有这一户"), "#/"), h("main", null)];
  const work = store.assignment();
  const name = `${known.row.head}户`;
  /** @param {string} title @param {any[]} fields @param {(data: FormData) => any} read */
  const card = (title, fields, read) => {
    const said = h("p", { class: "say hard", role: "alert", hidden: true });
    const submit = async (/** @type {any} */ event) => {
      event.preventDefault();
      try {
        const raised = await read(new FormData(event.target));
        await store.raise(id, raised);
        app.bar = { words: [`${name}：${title}存好了。`], at: Date.now() };
        app.go("#/");
      } catch (error) {
        said.textContent = error instanceof Error ? error.message : String(error);
        said.hidden = false;
      }
    };
    return h("details", { class: "card" }, h("summary", null, title), h("form", { onsubmit: submit }, fields, said, h("button", { class: "main" }, "存好")));
  };
  const text = (/** @type {string} */ label, /** @type {string} */ key, max = 500) => h("label", { class: "field" }, label, h("textarea", { name: key, rows: 3, maxlength: max }));
  const line = (/** @type {string} */ label, /** @type {string} */ key, type = "text", value = "") => h("label", { class: "field" }, label, h("input", { name: key, type, value, maxlength: 100 }));
  const pick = (/** @type {string} */ label, /** @type {string} */ key, /** @type {any[]} */ choices) => h("label", { class: "field" }, label, h("select", { name: key }, choices));
  /** @param {FormData} data @param {string} key @param {string} words */
  const need = (data, key, words) => {
    const value = String(data.get(key) || "").trim();
    if (!value) throw new Error(words);
    return value;
  };
  return [
    head(h("h1", { tabindex: -1 }, name), `#/h/${id}`),
    h("main", { class: "plain" },
      card("问题", [pick("哪一类", "type", work.problem_types.map((/** @type {any} */ t) => h("option", { value: t.number }, t.label))), text("具体问题", "text"), line("整改措施（可以回村再写）", "measure")],
        (data) => ({ kind: "problem", type: Number(data.get("type")), text: need(data, "text", "请写明是什么问题。"), measure: String(data.get("measure") || "").trim() })),
      card("信访、诉求", [line("反映人（没留名写“匿名”）", "from", "text", known.row.head), text("反映什么、要求什么", "demand"), line("哪天反映的", "on", "date", today())],
        (data) => ({ kind: "petition", from_whom: need(data, "from", "请写明反映人。"), demand: need(data, "demand", "请写明反映什么。"), received_on: need(data, "on", "请写明哪天反映的。") })),
      card("信息变更（要录入全国系统的）", [pick("哪一项", "field", work.change_fields.map((/** @type {string} */ f) => h("option", null, f))), line("原来", "old"), line("现在", "new")],
        (data) => ({ kind: "change", field: String(data.get("field")), old: String(data.get("old") || "").trim(), new: need(data, "new", "请写明现在的情况。") })),
      card("拍签了字的表", [h("label", { class: "field" }, "照片（会自动缩小）", h("input", { name: "photo", type: "file", accept: "image/*", capture: "environment" }))],
        async (data) => {
          const file = data.get("photo");
          if (!(file instanceof Blob) || !file.size) throw new Error("请先拍照。");
          return { kind: "photo", form: known.row.form, name: "签字表.jpg", data: await shrink(file) };
        })),
  ];
};
