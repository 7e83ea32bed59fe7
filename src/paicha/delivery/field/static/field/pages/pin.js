// The phone is locked: the PIN opens it; without the PIN what waits can still be sent.

import { app } from "../app.js";
import { h } from "../dom.js";
import * as store from "../store.js";

export const pinPage = () => {
  const said = h("p", { class: "say hard", role: "alert", hidden: true });
  const pin = h("input", { id: "pin", type: "password", inputmode: "numeric", maxlength: 6, autocomplete: "off", "aria-label": "口令" });
  const tell = (/** @type {string} */ words) => { said.textContent = words; said.hidden = false; };
  const enter = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      await app.unlock(pin.value);
    } catch (error) {
      pin.value = "";
      tell(error instanceof Error ? error.message : String(error));
      pin.focus();
    }
  };
  const form = h("form", { onsubmit: enter }, h("label", { class: "field", for: "pin" }, "口令（6 位数字）", pin), said, h("button", { class: "main" }, "打开"));
  pin.addEventListener("input", () => { if (pin.value.length === 6) form.requestSubmit(); });
  setTimeout(() => pin.focus(), 50);
  const forgot = async () => {
    await app.sync();
    try {
      await store.leave();
      location.href = "/field/enrol/";
    } catch (error) {
      tell(`${error instanceof Error ? error.message : error} ${app.why}`);
    }
  };
  const person = store.person();
  return [
    h("header", null, h("h1", { tabindex: -1 }, person ? person.user.name : "农户排查"), h("span", { id: "outbox", class: "outbox" })),
    h("main", { class: "plain" }, form,
      h("details", null, h("summary", null, "忘了口令"),
        h("p", null, "没传的不用口令也能传上去。传完以后，这部手机上的名册清空，重新登录就行。"),
        h("button", { type: "button", onclick: forgot }, "传完没传的，重新登录"),
        h("button", { type: "button", onclick: () => handOver() }, "没信号，交接成文件"))),
  ];
};

/** Give the outbox as a file. */
export const handOver = async () => {
  const made = await store.exportOutbox();
  const link = h("a", { href: URL.createObjectURL(made.blob), download: made.name });
  document.body.append(link);
  link.click();
  link.remove();
  return made;
};
