// This phone: what waits on it, how it stands, how to leave it.

import { complaint } from "../clock.js";
import { h, reasonOf, say } from "../dom.js";
import { head } from "../head.js";
import { isLarge, turnLetters } from "../letters.js";
import * as store from "../store.js";
import { STATES, timeText } from "../words.js";
import { handOver } from "./pin.js";

/** @import { Child, Shell } from "#phone" */

const MOST_NAMES = 12;
const SAFE = "浏览器答应不清理";
const UNSAFE = "浏览器没有答应不清理：手机快满时请先传上去；把本页“添加到主屏幕”更稳妥";

/** How many wait, and who. */
const waitingText = () => {
  const count = store.waiting();
  if (!count) return "没有，都传了";
  const names = store.waitingHeads();
  const more = names.length > MOST_NAMES ? "等" : "";
  return `${count} 户${names.length ? `：${names.slice(0, MOST_NAMES).join("、")}${more}` : ""}`;
};

const receivedText = () => {
  const counts = store.countsByState().map(([state, count]) => `${STATES[state]} ${count} 户`);
  return counts.join("，") || "还没有";
};

/** When this phone got the program that it runs, as people say it. @param {number} since */
const versionText = (since) => {
  if (!since) return "刚装上的";
  return since > new Date().setHours(0, 0, 0, 0) ? "今天的版本" : `${timeText(since).split(" ")[0]}的版本`;
};

/** How the phone stands. @param {Shell} shell @param {number} sent when a receipt last came */
const facts = (shell, sent) => {
  const me = store.person();
  const drafts = store.drafts();
  const row = (/** @type {string} */ term, /** @type {Child} */ words, id = "") => [
    h("dt", null, term),
    h("dd", { id: id || null }, words),
  ];
  const update = shell.update ? "（有新版，传完自动换上）" : "";
  return h(
    "dl",
    null,
    row("待传", waitingText(), "waits"),
    row("传过的", receivedText(), "answered"),
    drafts ? row("填了一半", `${drafts} 户`) : null,
    row("名字", me?.name),
    row("谁", me?.user.name),
    row("上次传上去", sent ? timeText(sent) : "还没有传过", "sent"),
    complaint() ? row("时间", complaint(), "clock") : null,
    row("登录到", me?.expires),
    row("存放", shell.persisted ? SAFE : UNSAFE),
    row("版本", `${versionText(shell.since)}${update}`, "version"),
  );
};

/** @param {Shell} shell @param {number} sent when a receipt last came */
export const devicePage = (shell, sent) => {
  const drafts = store.drafts();
  let isWarned = false;
  const status = h("p", { class: "say soft", role: "status", hidden: !shell.why }, shell.why);
  const tell = (/** @type {string} */ words) => {
    status.textContent = words;
    status.hidden = false;
    say(words);
  };
  const leave = async () => {
    if (drafts && !isWarned) {
      isWarned = true;
      tell(`还有 ${drafts} 户只填了一半，退出就没有了。先填完；不要了，再点一次退出。`);
      return;
    }
    try {
      await shell.sync();
      await store.leave();
      location.hash = "";
      location.reload();
    } catch (error) {
      shell.why = reasonOf(error);
      shell.lock();
    }
  };
  const give = async () => {
    const file = await handOver();
    const way = "拷给村里，在网页“上传”旁的“手机交接”里收下";
    const rest = "文件只有系统打得开；手机上的要等收到回执才算传完。";
    tell(`${file.items} 份已存成文件“${file.name}”，${way}。${rest}`);
  };
  const sendNow = () => shell.sync().then(() => tell(shell.why || "传过了。"));
  const stand = h("div", null, facts(shell, sent));
  const giving = h("button", { onclick: give }, "没信号，交接成文件");
  const leaving = h("button", { onclick: leave });
  const letters = h("button", {
    onclick: () => {
      turnLetters();
      drawButtons();
    },
  });
  const signal = h("small");
  const drawButtons = () => {
    giving.disabled = !store.waiting();
    letters.textContent = isLarge() ? "字小一点" : "大字";
    leaving.textContent = store.waiting() ? "传完退出" : "退出这部手机";
    signal.textContent = navigator.onLine ? "" : "现在没有信号";
  };
  drawButtons();
  shell.renew = async () => {
    drawButtons();
    stand.replaceChildren(facts(shell, await store.sentAt()));
  };
  return [
    head(h("h1", { tabindex: -1 }, "这部手机"), "#/"),
    h(
      "main",
      { class: "plain" },
      status,
      stand,
      h("button", { onclick: () => shell.lock() }, "锁上"),
      letters,
      giving,
      leaving,
      h("a", { class: "button", href: "#/help" }, "怎么用"),
      h("a", { class: "button", href: "/" }, "打开网页版"),
      h("p", { class: "quiet" }, "没传完的，退出、停用、忘口令、升级都不会丢：只会先锁上。"),
    ),
    h("footer", null, signal, h("button", { class: "main", onclick: sendNow }, "现在就传")),
  ];
};
