// A household that the roster doesn't have.

import { newId } from "../db.js";
import { h } from "../dom.js";
import { fieldKeeper, fillFields, readFields, submitOnce } from "../fields.js";
import { head } from "../head.js";
import * as store from "../store.js";
import { groupText } from "../words.js";

/** @import { Attributes, Fields, Shell } from "#phone" */

const NAME = /^[\u3400-\u9fff\u{20000}-\u{323af}·〇]{2,6}$/u;

/** @param {string} label @param {Attributes} attributes */
const textField = (label, attributes) =>
  h("label", { class: "field" }, label, h("input", { ...attributes, autocomplete: "off" }));

/** @param {Shell} shell @param {Record<string, Fields>} typed what was being typed: under `new` */
export const addPage = (shell, typed) => {
  shell.renew = null;
  const id = newId(); // of this form: the same tapped twice is one household
  const places = store.assignment()?.villages || [];
  const rows = store.list();
  const alert = h("p", { class: "say hard", role: "alert", hidden: true });
  const villages = places.map((place) => h("option", { value: place.code }, place.name));
  const village = h("select", { name: "village" }, villages);
  const groups = h("datalist", { id: "groups" });
  const fillGroups = () => {
    const names = new Set(rows.filter((row) => row.village === village.value).map((row) => row.group));
    groups.replaceChildren(...[...names].map((name) => h("option", { value: name }, groupText(name))));
  };
  const submit = submitOnce(alert, async () => {
    const fields = readFields(form);
    const name = (fields.head || "").trim();
    if (!NAME.test(name)) throw new Error("请写户主姓名，2 到 6 个汉字。");
    const group = (fields.group || "").trim().replace(/^第|组$/g, "");
    const same = rows.find(
      (row) => row.village === fields.village && row.head === name && row.group === group,
    );
    keeper.stop();
    if (!same) {
      const class_ = rows.find((row) => row.form === fields.form)?.class || fields.form;
      const phone = (fields.phone || "").trim();
      const household = {
        village: fields.village,
        group,
        head: name,
        class: class_,
        form: fields.form,
        phone,
      };
      await store.addHousehold(household, id);
    }
    await store.keepFields("new", {});
    shell.go(`#/h/${same ? same.id : id}`);
  });
  const classes = Object.entries(shell.rules?.forms || {}).map(([name, { label }], i) =>
    h(
      "label",
      { class: "opt" },
      h("input", { type: "radio", name: "form", value: name, checked: i === 0 }),
      label,
    ),
  );
  const form = h(
    "form",
    { id: "add", onsubmit: submit, oninput: () => keeper.later() },
    h("label", { class: "field", hidden: places.length < 2 }, "村", village),
    textField("户主姓名", { name: "head", maxlength: 6 }),
    textField("村民小组", { name: "group", list: "groups", maxlength: 20 }),
    groups,
    textField("联系电话（没有可不写）", { name: "phone", type: "tel", maxlength: 13 }),
    h("fieldset", null, h("legend", null, "类别"), classes),
    alert,
  );
  const keeper = fieldKeeper("new", () => ({ new: readFields(form) }));
  fillFields(form, typed.new || {});
  village.addEventListener("change", fillGroups);
  fillGroups();
  const words = "名册里没有、村里有的户。和名册里同组同名的，直接打开那一户。";
  return [
    head(h("h1", { tabindex: -1 }, "添一户"), "#/"),
    h("main", { class: "plain" }, h("p", null, words), form),
    h("footer", null, h("button", { class: "main wide", form: "add" }, "添上，填这一户")),
  ];
};
