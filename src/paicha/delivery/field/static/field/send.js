// Everything unsent, sent as it lies on disk: by the page, by the worker, with the PIN or without it.
// What holds: an item leaves the outbox by its receipt alone; a lost reply is healed by sending the same again; two
// tabs and the worker never send at once; what can't be sent by itself never stops the rest.

import { entries, get, passes } from "./db.js";
import { base64, inOrder, takeReceipts } from "./receipts.js";

const MOST_ITEMS = 50;
const MOST_BYTES = 1000000;

/** @typedef {{sent: number, left: number, again: boolean, why: string}} Outcome */

/**
 * Drain the outbox. Never throws: `again` says that trying later may help, `why` in one sentence what is in the way.
 * @param {{db: IDBDatabase, token?: () => Promise<string | null>, box?: (value: unknown) => Promise<any>, shell?: string,
 *   fetch?: typeof fetch}} given `token`: the full one, null while locked; `box`: the vault's, while it is open
 * @returns {Promise<Outcome>}
 */
export const send = (given) => exclusive(async () => {
  /** @type {Outcome} */
  const outcome = { sent: 0, left: 0, again: false, why: "" };
  const skip = new Set();
  let size = MOST_ITEMS;
  for (;;) {
    const rows = (await entries(given.db, "outbox")).map(([, row]) => row).filter((row) => !skip.has(row.item));
    outcome.left = rows.length + skip.size;
    if (rows.length === 0) return outcome;
    const part = cut(rows, size);
    const answer = await post(given, part, new Set(rows.map((row) => row.household || row.item)).size - part.length);
    if (answer.receipts) {
      const known = new Set(part.map((row) => row.item));
      const receipts = answer.receipts.filter((/** @type {any} */ r) => known.has(r.item));
      passes("receipts:before");
      await takeReceipts(given.db, receipts, given.box);
      outcome.sent += receipts.length;
      const named = new Set(receipts.map((/** @type {any} */ r) => r.item));
      for (const row of part) if (!named.has(row.item)) skip.add(row.item);
      continue;
    }
    if (answer.retry) return { ...outcome, again: true, why: answer.why };
    if (answer.status === 401 || answer.status === 403) return { ...outcome, why: answer.why };
    if (part.length > 1) { size = Math.max(1, Math.floor(part.length / 2)); continue; }
    skip.add(part[0].item);  // alone, and still not taken: it stays, and the others go on
    outcome.why = answer.why;
  }
});

/** One sender at a time over all tabs and the worker. @param {() => Promise<Outcome>} work @returns {Promise<Outcome>} */
const exclusive = async (work) => {
  if (!navigator.locks) return work();
  return navigator.locks.request("paicha-outbox", { ifAvailable: true }, (lock) => (
    lock ? work() : { sent: 0, left: 0, again: true, why: "" }
  ));
};

/** @param {any[]} rows @param {number} size */
const cut = (rows, size) => {
  const part = [];
  let bytes = 0;
  for (const row of inOrder(rows)) {
    bytes += row.sealed.length * 1.34 + 80;
    if (part.length && (part.length === size || bytes > MOST_BYTES)) break;
    part.push(row);
  }
  return part;
};

/** @param {any} given @param {any[]} part @param {number} waiting @returns {Promise<any>} */
const post = async (given, part, waiting) => {
  const me = await get(given.db, "meta", "me");
  if (!me) return { status: 401, why: "这部手机还没有登录。" };
  const body = JSON.stringify({
    batch: part[0].item, device: me.device, pack: "", now: new Date().toISOString(), waiting: Math.max(waiting, 0),
    shell: given.shell || "", items: part.map((row) => ({ item: row.item, sealed: base64(row.sealed) })),
  });
  const full = given.token ? await given.token() : null;
  let answer = await ask(given, body, full || me.upload);
  if (full && answer.status === 401) answer = await ask(given, body, me.upload);
  return answer;
};

/** @param {any} given @param {string} body @param {string} token */
const ask = async (given, body, token) => {
  try {
    passes("send:before");
    const reply = await (given.fetch || fetch)("/api/v1/sync/batches", {
      method: "POST", body, cache: "no-store", credentials: "omit",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    });
    passes("send:after");
    const told = await reply.json();
    if (reply.status === 200) return { status: 200, receipts: told.receipts };
    const retry = reply.status >= 500 || reply.status === 429;
    return { status: reply.status, retry, why: told.message || "服务器没有收下，过一会儿再传。" };
  } catch (error) {
    if (error instanceof Error && error.name === "Crash") throw error;
    return { status: 0, retry: true, why: "没有信号，或服务器没有回应。" };
  }
};

/** How long to wait before trying again: doubling, never more than five minutes, never all at once. @param {number} tries */
export const pause = (tries) => Math.min(300000, 2000 * 2 ** Math.min(tries, 8)) * (0.5 + Math.random());
