// This phone: what waits on it, how it stands, how to leave it.

import { app, head } from "../app.js";
import { h, say } from "../dom.js";
import * as store from "../store.js";
import { timeText } from "../words.js";
import { handOver } from "./pin.js";

/** @param {number} sent when a receipt last came */
export const devicePage = (sent) => {
  const me = store.person();
  const waits = store.waiting();
  const drafts = store.drafts();
  let warned = false;
  const said = h("p", { class: "say soft", role: "status", hidden: !app.why }, app.why);
  const tell = (/** @type {string} */ words) => { said.textContent = words; said.hidden = false; say(words); };
  const leave = async () => {
    if (drafts && !warned) {
      warned = true;
      tell(`还有 ${drafts} 户只填了一半，退出就没有了。先填完；不要了，再点一次退出。`);
      return;
    }
    try {
      await app.sync();
      await store.leave();
      location.hash = "";
      location.reload();
    } catch (error) {
      app.why = error instanceof Error ? error.message : String(error);
      app.lock();
    }
  };
  const give = async () => {
    const made = await handOver();
    tell(`${made.items} 份已存成文件“${made.name}”，拷给村里，在网页“上传”旁的“手机交接”里收下。文件只有系统打得开；手机上的要等收到回执才算传完。`);
  };
  return [
    head(h("h1", { tabindex: -1 }, "这部手机"), "#/"),
    h("main", { class: "plain" }, said,
      h("dl", null,
        h("dt", null, "待传"), h("dd", { id: "waits" }, waits ? `${waits} 户` : "没有，都传了"),
        drafts ? [h("dt", null, "填了一半"), h("dd", null, `${drafts} 户`)] : null,
        h("dt", null, "名字"), h("dd", null, me.name), h("dt", null, "谁"), h("dd", null, me.user.name),
        h("dt", null, "上次传上去"), h("dd", { id: "sent" }, sent ? timeText(sent) : "还没有传过"),
        h("dt", null, "登录到"), h("dd", null, me.expires),
        h("dt", null, "存放"), h("dd", null, app.persisted ? "浏览器答应不清理" : "浏览器没有答应不清理：手机快满时请先传上去；把本页“添加到主屏幕”更稳妥"),
        h("dt", null, "版本"), h("dd", null, app.version, app.update ? "（有新版，传完自动换上）" : "")),
      h("button", { onclick: () => app.lock() }, "锁上"),
      h("button", { onclick: give, disabled: !waits }, "没信号，交接成文件"),
      h("button", { onclick: leave }, waits ? "传完退出" : "退出这部手机"),
      h("a", { class: "button", href: "/" }, "打开网页版"),
      h("p", { class: "quiet" }, "没传完的，退出、停用、忘口令、升级都不会丢：只会先锁上。")),
    h("footer", null, h("small", null, navigator.onLine ? "" : "现在没有信号"),
      h("button", { class: "main", onclick: () => app.sync().then(() => tell(app.why || "传过了。")) }, "现在就传")),
  ];
};
