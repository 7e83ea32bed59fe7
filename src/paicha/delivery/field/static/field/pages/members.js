// Who belongs to a household besides its head: added, corrected and ended here, sent as everything else is.

import { newId } from "../db.js";
import { h } from "../dom.js";
import { fieldKeeper, fillFields, readFields, submitOnce } from "../fields.js";
import { head } from "../head.js";
import { holdsIdentity, refuseIdentity } from "../identity.js";
import * as store from "../store.js";

/** @import { Fields, Member, Shell } from "#phone" */

/** @type {[keyof import("#phone").MemberTexts, string, number][]} */
const ASKED = [
  ["name", "姓名", 40],
  ["relation", "与户主关系", 20],
  ["health", "健康状况", 40],
  ["labour", "劳动技能", 40],
  ["work", "务工情况", 40],
  ["school", "在校生状况", 40],
];
const MOST_WORDS = 12;

/** What is known of somebody, in one line. @param {Member} member */
export const memberText = ({ name, relation, health, labour, work, school }) =>
  [name, relation, health, labour, work, school].filter(Boolean).join(" · ");

/** The words that the village has for a field already. @param {keyof import("#phone").MemberTexts} name */
const words = (name) => {
  const found = new Set(store.list().flatMap((row) => row.people.map((member) => member[name])));
  found.delete("");
  const options = [...found].slice(0, MOST_WORDS).map((word) => h("option", { value: word }));
  return h("datalist", { id: `words-${name}` }, options);
};

/** @param {Member | null} member */
const inputs = (member) =>
  ASKED.map(([name, label, maxlength]) => {
    const list = name === "name" ? null : `words-${name}`;
    const value = member ? member[name] : "";
    const input = h("input", { name, value, maxlength, list, autocomplete: "off" });
    return h("label", { class: "field" }, label, input);
  });

/** What is in a form, every field of it. Throws where something is wrong. @param {HTMLFormElement} form */
const read = (form) => {
  const fields = readFields(form);
  const texts = ASKED.map(([name, label]) => {
    const text = (fields[name] || "").trim();
    refuseIdentity(label, text);
    return [name, text];
  });
  /** @type {import("#phone").MemberTexts} */
  const found = Object.fromEntries(texts);
  if (!found.name) throw new Error("请写姓名。");
  return found;
};

/** @param {Shell} shell @param {string} id @param {Record<string, Fields>} typed what was being typed, by member */
export const membersPage = (shell, id, typed) => {
  const household = store.one(id)?.row;
  if (!household) return [head(h("h1", { tabindex: -1 }, "没有这一户"), "#/"), h("main", null)];
  shell.renew = null;
  /** @type {{key: string, form: HTMLFormElement, empty: string}[]} */
  const forms = [];
  const all = () =>
    Object.fromEntries(
      forms
        .map(({ key, form, empty }) => ({ key, empty, fields: readFields(form) }))
        .filter(({ fields, empty }) => JSON.stringify(fields) !== empty)
        .filter(({ fields }) => !Object.values(fields).some(holdsIdentity))
        .map(({ key, fields }) => [key, fields]),
    );
  const keeper = fieldKeeper(`${id} members`, all);
  /** @param {import("#phone").MemberChange} change @param {string} key @param {string} said */
  const save = async (change, key, said) => {
    keeper.stop();
    await store.changeMember(id, change, { ...all(), [key]: {} });
    shell.bar = { words: [said], at: Date.now() };
    shell.go(`#/h/${id}`);
  };
  const card = (/** @type {Member | null} */ member) => {
    const key = member?.id || "new";
    const made = newId(); // of this form: the same tapped twice is one person
    const alert = h("p", { class: "say hard", role: "alert", hidden: true });
    const submit = submitOnce(alert, async () => {
      const now = read(form);
      const same = household.people.find((other) => other.name === now.name && other.id !== member?.id);
      if (same || now.name === household.head) throw new Error(`这一户已经有“${now.name}”，不用再添。`);
      const change = member ? { act: "change", member, now } : { act: "add", member: null, now };
      await save(/** @type {any} */ ({ ...change, id: made }), key, `${now.name}的情况存好了。`);
    });
    const attributes = { id: `member-${key}`, onsubmit: submit, oninput: keeper.later };
    const form = h("form", attributes, inputs(member), member ? leaving(member) : null, alert);
    forms.push({ key, form, empty: JSON.stringify(readFields(form)) });
    const title = member ? `${memberText(member)}${member.waits ? "（待传）" : ""}` : "添一个人";
    const open = Object.keys(typed[key] || {}).length > 0;
    fillFields(form, typed[key] || {});
    return h("details", { class: "card", open, "data-form": form.id }, h("summary", null, title), form);
  };
  const leaving = (/** @type {Member} */ member) => {
    let asked = false;
    const onclick = async () => {
      if (asked)
        return save(
          { act: "end", member, now: member, id: newId() },
          member.id,
          `${member.name}不在这一户了。`,
        );
      asked = true;
      button.textContent = `再点一次：${member.name}不在这一户了`;
    };
    const button = h("button", { type: "button", onclick }, "嫁出、迁走、去世了");
    return button;
  };
  const cards = [...household.people.map(card), card(null)];
  const button = h("button", { class: "main", disabled: true }, "存好");
  const opened = (/** @type {HTMLDetailsElement} */ one) => {
    for (const other of cards) if (other !== one) other.open = false;
    button.setAttribute("form", one.dataset.form || "");
    button.disabled = false;
  };
  for (const one of cards) one.addEventListener("toggle", () => one.open && opened(one));
  return [
    head(h("h1", { tabindex: -1 }, `${household.head}户家庭成员`), `#/h/${id}`),
    h(
      "main",
      { class: "plain" },
      h("p", { class: "quiet" }, "户主以外的人。只写知道的；不写身份证号。"),
      cards,
      ASKED.slice(1).map(([name]) => words(name)),
    ),
    h("footer", null, h("small", null, "点开一个人，改完存好。"), button),
  ];
};
