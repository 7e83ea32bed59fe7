// The phone is locked: the PIN opens it; without the PIN what waits can still be sent.

import { h, reasonOf } from "../dom.js";
import * as store from "../store.js";

/** @import { Shell } from "#phone" */

/** @param {Shell} shell */
export const pinPage = (shell) => {
  const alert = h("p", { class: "say hard", role: "alert", hidden: true });
  const pin = h("input", {
    id: "pin",
    type: "password",
    inputmode: "numeric",
    maxlength: 6,
    autocomplete: "off",
    "aria-label": "口令",
  });
  const tell = (/** @type {string} */ words) => {
    alert.textContent = words;
    alert.hidden = false;
  };
  const unlock = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      await shell.unlock(pin.value);
    } catch (error) {
      pin.value = "";
      tell(reasonOf(error));
      pin.focus();
    }
  };
  const form = h(
    "form",
    { onsubmit: unlock },
    h("label", { class: "field", for: "pin" }, "口令（6 位数字）", pin),
    alert,
    h("button", { class: "main" }, "打开"),
  );
  pin.addEventListener("input", () => {
    if (pin.value.length === 6) form.requestSubmit();
  });
  setTimeout(() => pin.focus(), 50);
  const leave = async () => {
    await shell.sync();
    try {
      await store.leave();
      location.href = "/field/enrol/";
    } catch (error) {
      tell(`${reasonOf(error)} ${shell.why}`);
    }
  };
  const name = store.person()?.user.name || "农户排查";
  const words = "没传的不用口令也能传上去。传完以后，这部手机上的名册清空，重新登录就行。";
  return [
    h("header", null, h("h1", { tabindex: -1 }, name), h("span", { id: "outbox", class: "outbox" })),
    h(
      "main",
      { class: "plain" },
      form,
      h(
        "details",
        null,
        h("summary", null, "忘了口令"),
        h("p", null, words),
        h("button", { type: "button", onclick: leave }, "传完没传的，重新登录"),
        h("button", { type: "button", onclick: () => handOver() }, "没信号，交接成文件"),
      ),
    ),
  ];
};

/** Give the outbox as a file. */
export const handOver = async () => {
  const file = await store.exportOutbox();
  const link = h("a", { href: URL.createObjectURL(file.blob), download: file.name });
  document.body.append(link);
  link.click();
  link.remove();
  return file;
};
