// What the server said of items, taken in: the one way by which something leaves the outbox.
// Apart from the store, so that the service worker takes receipts in without keys or households in memory.

import { isFull, write } from "./db.js";

/** @import { Message, Receipt, ReceiptStatus } from "#payloads" */
/** @import { Box, OutboxRow, Owner, WorkRow, WorkState } from "#phone" */

/** What a household's work becomes by its receipt. @type {Record<ReceiptStatus, WorkState>} */
const STATE_AFTER = {
  stored: "stored",
  unchanged: "stored",
  merged: "stored",
  held: "held",
  conflict: "conflict",
  refused: "refused",
};

/**
 * What the server said of items: each leaves the outbox and tells its household, in one transaction.
 * @param {IDBDatabase} database @param {Receipt[]} receipts
 * @param {(value: Message[]) => Promise<Box>} [box] absent while locked
 */
export const takeReceipts = async (database, receipts, box) => {
  /** @type {Map<string, Box | null>} */
  const boxes = new Map();
  for (const receipt of receipts) {
    const hasWords = receipt.messages.some((message) => message.message);
    boxes.set(receipt.item, hasWords && box ? await box(receipt.messages) : null);
  }
  try {
    await settle(database, receipts, boxes);
  } catch (error) {
    if (!isFull(error)) throw error;
    // A full phone takes no more words; what is received still leaves it, which makes room.
    await write(database, ["outbox"], (tx) => {
      for (const receipt of receipts) tx.objectStore("outbox").delete(receipt.item);
    });
  }
};

/** @param {IDBDatabase} database @param {Receipt[]} receipts @param {Map<string, Box | null>} boxes */
const settle = (database, receipts, boxes) =>
  write(database, ["work", "outbox", "meta"], (tx) => {
    if (receipts.length) tx.objectStore("meta").put(Date.now(), "sent");
    const rows = tx.objectStore("work");
    const outbox = tx.objectStore("outbox");
    for (const receipt of receipts) {
      /** @type {IDBRequest<OutboxRow | undefined>} */
      const sent = outbox.get(receipt.item);
      sent.onsuccess = () => {
        if (!sent.result) return;
        outbox.delete(receipt.item);
        /** @type {IDBRequest<WorkRow | undefined>} */
        const row = rows.get(sent.result.household || "");
        row.onsuccess = () => update(rows, row.result, receipt, boxes.get(receipt.item));
      };
    }
  });

/**
 * @param {IDBObjectStore} rows @param {WorkRow | undefined} row @param {Receipt} receipt
 * @param {Box | null | undefined} box
 */
const update = (rows, row, receipt, box) => {
  if (!row) return;
  const next = { ...row, revision: Math.max(row.revision, receipt.revision || 0) };
  if (row.item === receipt.item && row.state === "waiting") {
    next.state = STATE_AFTER[receipt.status];
    next.codes = receipt.messages.map(({ code, severity }) => ({ code, severity }));
    next.said = box;
  }
  const id = receipt.household_id;
  if (id && id !== row.id) {
    // met on the spot, and in the register already
    rows.delete(row.id);
    rows.put({ ...next, id }, id);
  } else {
    rows.put(next, row.id);
  }
};

/** Rows of the outbox as they were finished: what is made from another follows it. @param {OutboxRow[]} rows */
export const inOrder = (rows) => rows.sort((a, b) => a.at - b.at || (a.item < b.item ? -1 : 1));

/** @param {Uint8Array} bytes */
export const base64 = (bytes) => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
};

/** Rows of the outbox as a file for the village desk. @param {Owner} me @param {OutboxRow[]} rows */
export const handOverFile = ({ device, name }, rows) => {
  const items = inOrder(rows).map((row) => ({ item: row.item, sealed: base64(row.sealed) }));
  const made_at = new Date().toISOString();
  const body = JSON.stringify({ paicha: "handover", v: 1, device, device_name: name, made_at, items });
  return new Blob([body], { type: "application/json" });
};
