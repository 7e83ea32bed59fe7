// What the server said of items, taken in: the one way by which something leaves the outbox.
// Apart from the store, so that the service worker takes receipts in without keys or households in memory.

import { isFull, write } from "./db.js";

/**
 * What the server said of items: each leaves the outbox and tells its household, in one transaction.
 * @param {IDBDatabase} database @param {any[]} receipts @param {(value: unknown) => Promise<any>} [box] null while locked
 */
export const takeReceipts = async (database, receipts, box) => {
  const said = new Map();
  for (const receipt of receipts) {
    const words = receipt.messages.some((/** @type {any} */ m) => m.message);
    said.set(receipt.item, words && box ? await box(receipt.messages) : null);
  }
  try {
    await settle(database, receipts, said);
  } catch (error) {
    if (!isFull(error)) throw error;
    // A full phone takes no more words; what is received still leaves it, which makes room.
    await write(database, ["outbox"], (tx) => { for (const one of receipts) tx.objectStore("outbox").delete(one.item); });
  }
};

/** @param {IDBDatabase} database @param {any[]} receipts @param {Map<string, any>} said */
const settle = (database, receipts, said) => {
  return write(database, ["work", "outbox", "meta"], (tx) => {
    if (receipts.length) tx.objectStore("meta").put(Date.now(), "sent");
    const rows = tx.objectStore("work");
    const out = tx.objectStore("outbox");
    for (const receipt of receipts) {
      const sent = out.get(receipt.item);
      sent.onsuccess = () => {
        if (!sent.result) return;
        out.delete(receipt.item);
        const asks = rows.get(sent.result.household || "");
        asks.onsuccess = () => received(rows, asks.result, receipt, said.get(receipt.item));
      };
    }
  });
};

/** @param {IDBObjectStore} rows @param {any} row @param {any} receipt @param {any} said */
const received = (rows, row, receipt, said) => {
  if (!row) return;
  const next = { ...row, revision: Math.max(row.revision, receipt.revision || 0) };
  if (row.item === receipt.item && row.state === "waiting") {
    const good = ["stored", "unchanged", "merged"].includes(receipt.status);
    next.state = good ? "stored" : receipt.status;
    next.codes = receipt.messages.map((/** @type {any} */ m) => ({ code: m.code, severity: m.severity }));
    next.said = said;
  }
  const id = receipt.household_id;
  if (id && id !== row.id) {  // found on the spot, and known to the register already
    rows.delete(row.id);
    rows.put({ ...next, id }, id);
  } else {
    rows.put(next, row.id);
  }
};

/** Rows of the outbox as they were finished: what is made from another follows it. @param {any[]} rows */
export const inOrder = (rows) => rows.sort((a, b) => a.at - b.at || (a.item < b.item ? -1 : 1));

/** @param {Uint8Array} bytes */
export const base64 = (bytes) => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
};
