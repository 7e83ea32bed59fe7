// The phone's disk: one IndexedDB, and transactions that are over only when the disk has them.
// What holds: `write` resolves after the transaction is complete with strict durability; migrations only ever add.

/** @import { Meta, Rows } from "#phone" */

const VERSION = 1;
export const STORES = ["meta", "villages", "work", "outbox"];

/** @type {null | ((point: string) => void)} a test's hook: throws where the process is to die */
let fault = null;
/** @param {null | ((point: string) => void)} hook */
export const setFault = (hook) => {
  fault = hook;
};
/** @param {string} point */
export const passes = (point) => {
  if (fault) fault(point);
};

/**
 * Open the database, made or brought up to date where needed. Nothing that is in it is ever dropped.
 * @param {string} [name] @returns {Promise<IDBDatabase>}
 */
export const open = (name = "paicha-field") =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(name, VERSION);
    request.onupgradeneeded = () => {
      const db = request.result;
      for (const store of STORES) {
        if (!db.objectStoreNames.contains(store)) db.createObjectStore(store);
      }
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close(); // a newer page upgrades; this one reloads
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("别的页面还开着旧版，请都关掉再打开。"));
  });

/**
 * Change some stores in one transaction: all of it is on disk when this resolves, or none.
 * `change` must not await anything but requests of the transaction.
 * @template T
 * @param {IDBDatabase} db @param {string[]} stores @param {(tx: IDBTransaction) => T} change
 * @returns {Promise<T>}
 */
export const write = (db, stores, change) =>
  new Promise((resolve, reject) => {
    passes("write:before");
    const tx = db.transaction(stores, "readwrite", { durability: "strict" });
    /** @type {T} */
    let result;
    tx.oncomplete = () => {
      try {
        passes("write:after");
      } catch (error) {
        reject(error);
        return;
      }
      resolve(result);
    };
    tx.onerror = () => reject(tx.error);
    tx.onabort = () => reject(tx.error || new Error("写入中断"));
    try {
      result = change(tx);
    } catch (error) {
      tx.abort();
      reject(error);
    }
  });

const RESERVE = 512 * 1024;

/** What is kept free, so that a full phone can still store what was just typed; lies in meta as "reserve". */
export const reserve = () => {
  const bytes = new Uint8Array(RESERVE); // of noise: a browser packs zeros, and keeps nothing free
  for (let i = 0; i < RESERVE; i += 65536) crypto.getRandomValues(bytes.subarray(i, i + 65536));
  return bytes;
};

export class FullError extends Error {}

/**
 * Write; where the phone is full, once more without the reserve that was kept for this. Throws FullError after that.
 * @param {IDBDatabase} db @param {string[]} stores @param {(tx: IDBTransaction) => void} change
 */
export const writeAnyway = async (db, stores, change) => {
  try {
    await write(db, stores, change);
  } catch (error) {
    if (!isFull(error)) throw error;
    try {
      await write(db, ["meta"], (tx) => {
        tx.objectStore("meta").delete("reserve");
      });
      await write(db, stores, change);
    } catch (again) {
      if (!isFull(again)) throw again;
      throw new FullError("手机存满了，这一步没有存上；请删些照片、视频再存，已经存好的都在。");
    }
  }
};

/**
 * Keep the reserve free again where it was given up; a phone that is still full goes on without. Only on a phone that
 * is set up: nothing lies on any other.
 * @param {IDBDatabase} db
 */
export const refillReserve = async (db) => {
  const old = await get(db, "reserve");
  if (old?.some(Boolean) || !(await get(db, "vault"))) return; // one of zeros is from before, and keeps nothing free
  try {
    await write(db, ["meta"], (tx) => {
      tx.objectStore("meta").put(reserve(), "reserve");
    });
  } catch (error) {
    if (!isFull(error)) throw error;
  }
};

/**
 * What lies under a key of `meta`.
 * @template {keyof Meta} K
 * @param {IDBDatabase} db @param {K} key @returns {Promise<Meta[K] | undefined>}
 */
export const get = (db, key) => answer(db.transaction("meta").objectStore("meta").get(key));

/**
 * What lies under the keys of `meta` that begin so.
 * @param {IDBDatabase} db @param {string} prefix @returns {Promise<unknown[]>}
 */
export const under = (db, prefix) =>
  answer(
    db
      .transaction("meta")
      .objectStore("meta")
      .getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`)),
  );

/**
 * Every [key, value] of a store, in order of key.
 * @template {keyof Rows} S
 * @param {IDBDatabase} db @param {S} store @returns {Promise<[string, Rows[S]][]>}
 */
export const entries = async (db, store) => {
  const source = db.transaction(store).objectStore(store);
  const [keys, values] = await Promise.all([answer(source.getAllKeys()), answer(source.getAll())]);
  return keys.map((key, i) => [String(key), values[i]]);
};

/** @param {IDBDatabase} db @param {string} store @returns {Promise<number>} */
export const count = (db, store) => answer(db.transaction(store).objectStore(store).count());

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Whether an error means that the phone is full. @param {unknown} error */
export const isFull = (error) =>
  error instanceof Error &&
  (error.name === "QuotaExceededError" || (error.name === "AbortError" && /quota/i.test(error.message)));

/**
 * When this version of the program first ran on the phone, in milliseconds; 0 before it was set up.
 * @param {IDBDatabase} db @param {string} version @returns {Promise<number>}
 */
export const since = async (db, version) => {
  if (!(await get(db, "vault"))) return 0;
  const known = await get(db, "shell");
  if (known?.version === version) return known.since;
  const shell = { version, since: Date.now() };
  await write(db, ["meta"], (tx) => {
    tx.objectStore("meta").put(shell, "shell");
  }).catch(() => {}); // a full phone
  return shell.since;
};

/**
 * Clear the disk where nothing is unsent, in one transaction.
 * @param {IDBDatabase} db @returns {Promise<number>} items in the outbox
 */
export const wipe = (db) =>
  new Promise((resolve, reject) => {
    const tx = db.transaction(STORES, "readwrite", { durability: "strict" });
    let left = 0;
    const count = tx.objectStore("outbox").count();
    count.onsuccess = () => {
      left = count.result;
      if (left === 0) for (const store of STORES) tx.objectStore(store).clear();
    };
    tx.oncomplete = () => resolve(left);
    tx.onabort = () => reject(tx.error);
  });

/**
 * A UUIDv7: in order of time. @returns {string}
 */
export const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let at = Date.now();
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = at % 256;
    at = Math.floor(at / 256);
  }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
