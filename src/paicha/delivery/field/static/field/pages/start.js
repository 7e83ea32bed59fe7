// Nobody has signed in on this phone yet.

import { OLDEST, offlineReason } from "../capable.js";
import { h } from "../dom.js";

export const startPage = () =>
  h(
    "main",
    { class: "plain" },
    h("h1", { tabindex: -1 }, "农户排查"),
    h("p", null, "在有信号的地方登录一次，取走名册；以后没有信号也能填，回到有信号的地方自己传上去。"),
    offlineReason()
      ? h("p", { class: "say hard" }, offlineReason(), " ", h("a", { href: "/certificate/" }, "怎样装证书"))
      : null,
    h("a", { class: "button main", href: "/field/enrol/" }, "联网登录"),
    h("p", { class: "quiet" }, `要用${OLDEST}。在微信里打开的，请点右上角“在浏览器打开”。`),
  );
