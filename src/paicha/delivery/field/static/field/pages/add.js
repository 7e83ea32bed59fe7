// A household that the roster doesn't have.

import { app, head } from "../app.js";
import { h } from "../dom.js";
import * as store from "../store.js";
import { groupText } from "../words.js";

export const addPage = () => {
  const places = store.assignment()?.villages || [];
  const rows = store.list();
  const said = h("p", { class: "say hard", role: "alert", hidden: true });
  const village = h("select", { name: "village" }, places.map((/** @type {any} */ p) => h("option", { value: p.code }, p.name)));
  const groups = h("datalist", { id: "groups" });
  const fill = () => groups.replaceChildren(...[...new Set(rows.filter((r) => r.village === village.value).map((r) => r.group))].map((g) => h("option", { value: g }, groupText(g))));
  village.addEventListener("change", fill);
  fill();
  const classes = Object.entries(app.rules?.forms || {});
  const submit = async (/** @type {any} */ event) => {
    event.preventDefault();
    const data = new FormData(event.target);
    const name = String(data.get("head") || "").trim();
    if (!/^[\u3400-\u9fff\u{20000}-\u{323af}·〇]{2,6}$/u.test(name)) { said.textContent = "请写户主姓名，2 到 6 个汉字。"; said.hidden = false; return; }
    const group = String(data.get("group") || "").trim().replace(/^第|组$/g, "");
    const same = rows.find((r) => r.village === data.get("village") && r.head === name && r.group === group);
    if (same) { app.go(`#/h/${same.id}`); return; }
    const form = String(data.get("form"));
    const class_ = rows.find((r) => r.form === form)?.class || form;
    const id = await store.addHousehold({ village: String(data.get("village")), group, head: name, class: class_, form, phone: String(data.get("phone") || "").trim() });
    app.go(`#/h/${id}`);
  };
  return [
    head(h("h1", { tabindex: -1 }, "添一户"), "#/"),
    h("main", { class: "plain" }, h("p", null, "名册里没有、村里有的户。和名册里同组同名的，直接打开那一户。"),
      h("form", { onsubmit: submit },
        h("label", { class: "field", hidden: places.length < 2 }, "村", village),
        h("label", { class: "field" }, "户主姓名", h("input", { name: "head", maxlength: 6, autocomplete: "off" })),
        h("label", { class: "field" }, "村民小组", h("input", { name: "group", list: "groups", maxlength: 20, autocomplete: "off" })), groups,
        h("label", { class: "field" }, "联系电话（没有可不写）", h("input", { name: "phone", type: "tel", maxlength: 13, autocomplete: "off" })),
        h("fieldset", null, h("legend", null, "类别"), classes.map(([name, form], i) => h("label", { class: "opt" },
          h("input", { type: "radio", name: "form", value: name, checked: i === 0 }), /** @type {any} */ (form).label))),
        said, h("button", { class: "main" }, "添上，填这一户"))),
  ];
};
