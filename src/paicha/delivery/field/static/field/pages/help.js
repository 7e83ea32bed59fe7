// How one surveys with a phone: the server's words, kept with the shell, so that they are there without a signal.

import { h } from "../dom.js";
import { head } from "../head.js";

const ADDRESS = "/field/help/";

/** @param {HTMLElement} place */
const bring = async (place) => {
  try {
    const response = await fetch(ADDRESS);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    place.replaceChildren(...page.querySelectorAll("main > section"));
  } catch {
    place.textContent = "这一页还没取来，请到有信号的地方再点一次。";
  }
};

export const helpPage = () => {
  const place = h("main", { class: "plain how" }, h("p", null, "正在打开……"));
  bring(place);
  return [head(h("h1", { tabindex: -1 }, "手机上怎么排查"), "#/"), place];
};
