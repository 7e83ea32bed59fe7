// Setting a phone up: the desk's session gives the tokens, the PIN never leaves the phone.

import { offlineReason } from "./capable.js";
import { newId, open } from "./db.js";
import { reasonOf } from "./dom.js";
import * as store from "./store.js";

/** @import { DeviceOut, Refusal } from "#payloads" */

const form = /** @type {HTMLFormElement} */ (document.getElementById("enrol"));
const alert = /** @type {HTMLElement} */ (document.getElementById("said"));

/** @param {string} words */
const say = (words) => {
  alert.textContent = words;
  alert.hidden = false;
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const data = new FormData(form);
  const pin = String(data.get("pin") || "");
  if (pin !== data.get("again")) {
    say("两次的口令不一样，请再输一遍。");
    return;
  }
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  button.disabled = true;
  try {
    await setUp(String(data.get("name") || "").trim(), pin, String(data.get("csrfmiddlewaretoken")));
    location.replace("/field/#/");
  } catch (error) {
    say(reasonOf(error));
    button.disabled = false;
  }
});

/** @param {string} name @param {string} pin @param {string} csrf */
const setUp = async (name, pin, csrf) => {
  if (!crypto.subtle) throw new Error(offlineReason());
  const db = await open();
  await store.start(db);
  const waiting = store.waiting();
  if (waiting) throw new Error(`这部手机上还有 ${waiting} 户没传上去，请先打开排查，联网传完再重新登录。`);
  const response = await fetch("/api/v1/field/devices", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify({ device: newId(), name, platform: navigator.userAgent.slice(0, 120) }),
  });
  const reply = await response.json();
  if (!response.ok) throw new Error(/** @type {Refusal} */ (reply).message || "没有登录成，请再试。");
  await store.leave(); // whoever was here before, with nothing unsent
  await store.setUp(/** @type {DeviceOut} */ (reply), name, pin);
  store.lock();
};
