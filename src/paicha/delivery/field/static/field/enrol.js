// Setting a phone up: the desk's session gives the tokens, the PIN never leaves the phone.

import { newId, open } from "./db.js";
import * as store from "./store.js";
import { offlineReason } from "./capable.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("enrol"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));

/** @param {string} words */
const say = (words) => { said.textContent = words; said.hidden = false; };

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const data = new FormData(form);
  const pin = String(data.get("pin") || "");
  if (pin !== data.get("again")) { say("两次的口令不一样，请再输一遍。"); return; }
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  button.disabled = true;
  try {
    await setUp(String(data.get("name") || "").trim(), pin, String(data.get("csrfmiddlewaretoken")));
    location.replace("/field/#/");
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    button.disabled = false;
  }
});

/** @param {string} name @param {string} pin @param {string} csrf */
const setUp = async (name, pin, csrf) => {
  if (!crypto.subtle) throw new Error(offlineReason());
  const db = await open();
  await store.start(db);
  if (store.waiting()) throw new Error(`这部手机上还有 ${store.waiting()} 户没传上去，请先打开排查，联网传完再重新登录。`);
  const reply = await fetch("/api/v1/field/devices", {
    method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify({ device: newId(), name, platform: navigator.userAgent.slice(0, 120) }),
  });
  const given = await reply.json();
  if (!reply.ok) throw new Error(given.message || "没有登录成，请再试。");
  await store.leave();  // whoever was here before, with nothing unsent
  await store.setUp(given, name, pin);
  store.lock();
};
