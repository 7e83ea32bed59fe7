// A household that the roster doesn't have.

import { app, head } from "../app.js";
import { newId } from "../db.js";
import { h } from "../dom.js";
import * as store from "../store.js";
import { fillIn, keeper, once, read } from "../typed.js";
import { groupText } from "../words.js";

const NAME = /^[\u3400-\u9fff\u{20000}-\u{323af}·〇]{2,6}$/u;

/** @param {Record<string, any>} typed what was being typed: under `new` */
export const addPage = (typed) => {
  app.renew = null;
  const id = newId();  // of this form: the same tapped twice is one household
  const places = store.assignment()?.villages || [];
  const rows = store.list();
  const classes = Object.entries(app.rules?.forms || {});
  const said = h("p", { class: "say hard", role: "alert", hidden: true });
  const village = h("select", { name: "village" }, places.map((/** @type {any} */ p) => h("option", { value: p.code }, p.name)));
  const groups = h("datalist", { id: "groups" });
  const fill = () => groups.replaceChildren(...[...new Set(rows.filter((r) => r.village === village.value).map((r) => r.group))].map((g) => h("option", { value: g }, groupText(g))));
  const submit = once(said, async (made) => {
    const given = read(made);
    const name = (given.head || "").trim();
    if (!NAME.test(name)) throw new Error("请写户主姓名，2 到 6 个汉字。");
    const group = (given.group || "").trim().replace(/^第|组$/g, "");
    const same = rows.find((r) => r.village === given.village && r.head === name && r.group === group);
    const class_ = rows.find((r) => r.form === given.form)?.class || given.form;
    keep.stop();
    if (!same) await store.addHousehold({ village: given.village, group, head: name, class: class_, form: given.form, phone: (given.phone || "").trim() }, id);
    await store.keepTyped("new", {});
    app.go(`#/h/${same ? same.id : id}`);
  });
  const form = h("form", { id: "add", onsubmit: submit, oninput: () => keep.later() },
    h("label", { class: "field", hidden: places.length < 2 }, "村", village),
    h("label", { class: "field" }, "户主姓名", h("input", { name: "head", maxlength: 6, autocomplete: "off" })),
    h("label", { class: "field" }, "村民小组", h("input", { name: "group", list: "groups", maxlength: 20, autocomplete: "off" })), groups,
    h("label", { class: "field" }, "联系电话（没有可不写）", h("input", { name: "phone", type: "tel", maxlength: 13, autocomplete: "off" })),
    h("fieldset", null, h("legend", null, "类别"), classes.map(([name, one], i) => h("label", { class: "opt" },
      h("input", { type: "radio", name: "form", value: name, checked: i === 0 }), /** @type {any} */ (one).label))), said);
  const keep = keeper("new", () => ({ new: read(form) }));
  fillIn(form, typed.new || {});
  village.addEventListener("change", fill);
  fill();
  return [
    head(h("h1", { tabindex: -1 }, "添一户"), "#/"),
    h("main", { class: "plain" }, h("p", null, "名册里没有、村里有的户。和名册里同组同名的，直接打开那一户。"), form),
    h("footer", null, h("button", { class: "main wide", form: "add" }, "添上，填这一户")),
  ];
};
