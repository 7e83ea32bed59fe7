// The day it is: by the server's time as it was last heard, since a phone's own clock may be weeks away.
// What holds: dated rules ask here alone; what is sent says what the phone's own clock said, and the server has both.

import { get, isFull, write } from "./db.js";

const DAY_MS = 24 * 3600000;
const RENEW_MS = 10 * 60000;
const NEAR_MS = 2 * 60000; // a reply takes a while; less than this is no fault of the clock

/** How far the phone's clock is behind the server's, in milliseconds, and the server's time when that was heard. */
let behind = 0;
let heard = 0;
let stored = 0; // `heard` as it is on disk

/** Read what was heard last. @param {IDBDatabase} db */
export const start = async (db) => {
  const row = await get(db, "clock");
  if (row) {
    behind = row.behind;
    heard = row.heard;
    stored = heard;
  }
};

/**
 * Hear the server's time. A full phone keeps what it heard before: answers need the room.
 * @param {IDBDatabase} db @param {string} serverTime
 */
export const learn = async (db, serverTime) => {
  const at = Date.parse(serverTime);
  if (Number.isNaN(at)) return;
  const off = at - Date.now();
  const stale = at - stored > RENEW_MS || Math.abs(off - behind) > NEAR_MS;
  behind = Math.abs(off) > NEAR_MS ? off : 0;
  heard = at;
  if (!stale) return;
  try {
    await write(db, ["meta"], (tx) => {
      tx.objectStore("meta").put({ behind, heard }, "clock");
    });
    stored = at;
  } catch (error) {
    if (!isFull(error)) throw error; // said by whoever stores answers
  }
};

/**
 * Now: the phone's clock put right by what was heard, and never before that. A clock that somebody has set since then
 * is seen by where it stands, and is believed.
 */
const now = () => {
  const own = Date.now();
  const since = own >= heard && (behind > 0 || own < heard - behind);
  return since ? own : Math.max(own + behind, heard);
};

/** Today in China, as YYYY-MM-DD. */
export const today = () => new Date(now() + 8 * 3600000).toISOString().slice(0, 10);

/** What is wrong with the phone's clock, in one sentence, or "". */
export const complaint = () => {
  const off = now() - Date.now();
  const amount =
    Math.abs(off) >= DAY_MS
      ? `${Math.round(Math.abs(off) / DAY_MS)} 天`
      : `${Math.round(Math.abs(off) / 60000)} 分钟`;
  if (Math.abs(off) <= NEAR_MS) return "";
  const [, month, day] = today().split("-").map(Number);
  const server = `日期按服务器的算（今天是 ${month} 月 ${day} 日）`;
  return `手机的时间${off > 0 ? "慢" : "快"}了 ${amount}，${server}；请在手机设置里校准时间。`;
};
