// Everything unsent, sent as it lies on disk: by the page, by the worker, with the PIN or without it.
// What holds: an item leaves the outbox by its receipt alone; a lost reply is healed by sending the same again; two
// tabs and the worker never send at once; what can't be sent by itself never stops the rest; a full phone that has sent
// keeps its reserve again.

import { learn } from "./clock.js";
import { entries, get, passes, refillReserve } from "./db.js";
import { base64, inOrder, takeReceipts } from "./receipts.js";

/** @import { BatchIn, BatchOut, Message, Receipt, Refusal } from "#payloads" */
/** @import { Box, OutboxRow } from "#phone" */

const MOST_ITEMS = 50;
const MOST_BYTES = 1000000;

/** @typedef {{sent: number, left: number, again: boolean, why: string}} Outcome */
/**
 * Who sends. `token`: gives the full one, null while locked; `box`: the vault's, while it is open.
 * @typedef {{db: IDBDatabase, token?: () => Promise<string | null>, box?: (value: Message[]) => Promise<Box>,
 *   shell?: string, fetch?: typeof fetch}} Sender
 */
/** @typedef {{status: number, receipts?: Receipt[], time?: string, retry?: boolean, why: string}} Reply */

/**
 * Drain the outbox. Never throws: `again` says that trying later may help, `why` in one sentence what is in the way.
 * @param {Sender} sender @returns {Promise<Outcome>}
 */
export const send = (sender) =>
  exclusive(async () => {
    /** @type {Outcome} */
    const outcome = { sent: 0, left: 0, again: false, why: "" };
    /** @type {Set<string>} */
    const skip = new Set();
    let size = MOST_ITEMS;
    for (;;) {
      const all = (await entries(sender.db, "outbox")).map(([, row]) => row);
      const rows = all.filter((row) => !skip.has(row.item));
      outcome.left = rows.length + skip.size;
      if (rows.length === 0) {
        await refillReserve(sender.db);
        return outcome;
      }
      const part = cut(rows, size);
      const households = new Set(rows.map((row) => row.household || row.item));
      const reply = await post(sender, part, households.size - part.length);
      if (reply.receipts) {
        outcome.sent += await receive(sender, part, reply, skip);
        continue;
      }
      if (reply.retry) return { ...outcome, again: true, why: reply.why };
      if (reply.status === 401 || reply.status === 403) return { ...outcome, why: reply.why };
      if (part.length > 1) {
        size = Math.max(1, Math.floor(part.length / 2));
        continue;
      }
      skip.add(part[0].item); // alone, and still not taken: it stays, and the others go on
      outcome.why = reply.why;
    }
  });

/**
 * One sender at a time over all tabs and the worker.
 * @param {() => Promise<Outcome>} work @returns {Promise<Outcome>}
 */
const exclusive = async (work) => {
  if (!navigator.locks) return work();
  return navigator.locks.request("paicha-outbox", { ifAvailable: true }, (lock) =>
    lock ? work() : Promise.resolve({ sent: 0, left: 0, again: true, why: "" }),
  );
};

/**
 * Take the receipts of a part in; what got none is not sent again this time. Resolves with how many there were.
 * @param {Sender} sender @param {OutboxRow[]} part @param {Reply} reply @param {Set<string>} skip
 */
const receive = async (sender, part, reply, skip) => {
  const items = new Set(part.map((row) => row.item));
  const receipts = (reply.receipts || []).filter((receipt) => items.has(receipt.item));
  if (reply.time) await learn(sender.db, reply.time);
  passes("receipts:before");
  await takeReceipts(sender.db, receipts, sender.box);
  for (const receipt of receipts) items.delete(receipt.item);
  for (const item of items) skip.add(item);
  return receipts.length;
};

/** The first items, as many as go into one batch. @param {OutboxRow[]} rows @param {number} size */
const cut = (rows, size) => {
  /** @type {OutboxRow[]} */
  const part = [];
  let bytes = 0;
  for (const row of inOrder(rows)) {
    bytes += row.sealed.length * 1.34 + 80;
    if (part.length && (part.length === size || bytes > MOST_BYTES)) break;
    part.push(row);
  }
  return part;
};

/** @param {Sender} sender @param {OutboxRow[]} part @param {number} waiting @returns {Promise<Reply>} */
const post = async (sender, part, waiting) => {
  const me = await get(sender.db, "me");
  if (!me) return { status: 401, why: "这部手机还没有登录。" };
  /** @type {BatchIn} */
  const batch = {
    batch: part[0].item,
    device: me.device,
    pack: "",
    now: new Date().toISOString(),
    waiting: Math.max(waiting, 0),
    shell: sender.shell || "",
    items: part.map((row) => ({ item: row.item, sealed: base64(row.sealed) })),
  };
  const body = JSON.stringify(batch);
  const full = sender.token ? await sender.token() : null;
  const reply = await ask(sender, body, full || me.upload);
  return full && reply.status === 401 ? ask(sender, body, me.upload) : reply;
};

/** @param {Sender} sender @param {string} body @param {string} token @returns {Promise<Reply>} */
const ask = async (sender, body, token) => {
  try {
    passes("send:before");
    const response = await (sender.fetch || fetch)("/api/v1/sync/batches", {
      method: "POST",
      body,
      cache: "no-store",
      credentials: "omit",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    });
    passes("send:after");
    const reply = await response.json();
    if (response.status === 200) {
      const batch = /** @type {BatchOut} */ (reply);
      return { status: 200, receipts: batch.receipts, time: batch.server_time, why: "" };
    }
    const refusal = /** @type {Refusal} */ (reply);
    const retry = response.status >= 500 || response.status === 429;
    return { status: response.status, retry, why: refusal.message || "服务器没有收下，过一会儿再传。" };
  } catch (error) {
    if (error instanceof Error && error.name === "Crash") throw error;
    return { status: 0, retry: true, why: "没有信号，或服务器没有回应。" };
  }
};

/**
 * How long to wait before trying again, in milliseconds: doubling, never more than five minutes, never all at once.
 * @param {number} tries
 */
export const pause = (tries) => Math.min(300000, 2000 * 2 ** Math.min(tries, 8)) * (0.5 + Math.random());
