// The phone's disk: one IndexedDB, and transactions that are over only when the disk has them.
// What holds: `write` resolves after the transaction is complete with strict durability; migrations only ever add.

const VERSION = 1;
export const STORES = ["meta", "villages", "work", "outbox"];

/** @type {null | ((point: string) => void)} a test's hook: throws where the process is to die */
let fault = null;
/** @param {null | ((point: string) => void)} hook */
export const setFault = (hook) => { fault = hook; };
/** @param {string} point */
export const passes = (point) => { if (fault) fault(point); };

/**
 * Open the database, made or brought up to date where needed. Nothing that is in it is ever dropped.
 * @param {string} [name] @returns {Promise<IDBDatabase>}
 */
export const open = (name = "paicha-field") => new Promise((resolve, reject) => {
  const asked = indexedDB.open(name, VERSION);
  asked.onupgradeneeded = () => {
    const db = asked.result;
    for (const store of STORES) {
      if (!db.objectStoreNames.contains(store)) db.createObjectStore(store);
    }
  };
  asked.onsuccess = () => {
    asked.result.onversionchange = () => asked.result.close();  // a newer page upgrades; this one reloads
    resolve(asked.result);
  };
  asked.onerror = () => reject(asked.error);
  asked.onblocked = () => reject(new Error("别的页面还开着旧版，请都关掉再打开。"));
});

/**
 * Change some stores in one transaction: all of it is on disk when this resolves, or none.
 * `change` must not await anything but requests of the transaction.
 * @template T
 * @param {IDBDatabase} db @param {string[]} stores @param {(tx: IDBTransaction) => T} change
 * @returns {Promise<T>}
 */
export const write = (db, stores, change) => new Promise((resolve, reject) => {
  passes("write:before");
  const tx = db.transaction(stores, "readwrite", { durability: "strict" });
  /** @type {any} */
  let made;
  tx.oncomplete = () => {
    try { passes("write:after"); } catch (error) { reject(error); return; }
    resolve(made);
  };
  tx.onerror = () => reject(tx.error);
  tx.onabort = () => reject(tx.error || new Error("写入中断"));
  try {
    made = change(tx);
  } catch (error) {
    tx.abort();
    reject(error);
  }
});

/** What is kept free, so that a full phone can still store what was just typed; lies in meta as "reserve". */
export const RESERVE = 512 * 1024;

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
      await write(db, ["meta"], (tx) => { tx.objectStore("meta").delete("reserve"); });
      await write(db, stores, change);
    } catch (again) {
      if (!isFull(again)) throw again;
      throw new FullError("手机存满了，这一步没有存上；请删些照片、视频再存，已经存好的都在。");
    }
  }
};

/** @param {IDBDatabase} db @param {string} store @param {IDBValidKey} key @returns {Promise<any>} */
export const get = (db, store, key) => asked(db.transaction(store).objectStore(store).get(key));

/** Every [key, value] of a store, in order of key. @param {IDBDatabase} db @param {string} store */
export const entries = async (db, store) => {
  const source = db.transaction(store).objectStore(store);
  const [keys, values] = await Promise.all([asked(source.getAllKeys()), asked(source.getAll())]);
  return /** @type {[any, any][]} */ (keys.map((/** @type {any} */ key, /** @type {number} */ i) => [key, values[i]]));
};

/** @param {IDBDatabase} db @param {string} store @returns {Promise<number>} */
export const count = (db, store) => asked(db.transaction(store).objectStore(store).count());

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export const asked = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** Whether an error means that the phone is full. @param {any} error */
export const isFull = (error) => Boolean(error) && (error.name === "QuotaExceededError"
  || (error.name === "AbortError" && /quota/i.test(error.message || "")));

/**
 * A UUIDv7: in order of time. @returns {string}
 */
export const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let at = Date.now();
  for (let i = 5; i >= 0; i -= 1) { bytes[i] = at % 256; at = Math.floor(at / 256); }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
