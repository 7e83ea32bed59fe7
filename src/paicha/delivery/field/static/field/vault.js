// What keeps a lost phone silent: a data key under the PIN and under a key that can't leave this browser.
// What holds: everything readable is under the data key; the data key is in memory only between unlock and lock;
// what is sealed to the server opens nowhere else, so that sending needs no PIN.

import { get, write } from "./db.js";

/** @import { Box, Bytes, VaultRow } from "#phone" */

const ROUNDS = 310000;
const FREE_TRIES = 5;
const WAIT_MS = 30000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class PinError extends Error {}

/** @type {CryptoKey | null} */
let dataKey = null;

/** @returns {boolean} */
export const isOpen = () => dataKey !== null;

/** Forget the data key. */
export const lock = () => {
  dataKey = null;
};

/** @param {string} pin */
const checkPin = (pin) => {
  if (!/^[0-9]{6}$/.test(pin)) throw new PinError("口令是 6 位数字。");
  if (/^(\d)\1{5}$/.test(pin) || "01234567890".includes(pin) || "09876543210".includes(pin)) {
    throw new PinError("这个口令太容易猜，请换一个。");
  }
};

/** @param {string} pin @param {Bytes} salt @param {number} rounds */
const fromPin = async (pin, salt, rounds) => {
  const raw = await crypto.subtle.importKey("raw", encoder.encode(pin), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds },
    raw,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
};

/** @param {CryptoKey} key @param {Bytes} plain @returns {Promise<Box>} */
const encrypt = async (key, plain) => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, box: new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain)) };
};

/** @param {CryptoKey} key @param {Box} row */
const decrypt = (key, row) => crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, key, row.box);

/** @param {Bytes} raw */
const asKey = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

/** @param {Bytes} raw @param {string} pin @param {CryptoKey} device @returns {Promise<VaultRow>} */
const wrap = async (raw, pin, device) => {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const inner = await encrypt(await fromPin(pin, salt, ROUNDS), raw);
  const packed = new Uint8Array(12 + inner.box.length);
  packed.set(inner.iv);
  packed.set(inner.box, 12);
  return { salt, rounds: ROUNDS, device, tries: 0, triedAt: 0, ...(await encrypt(device, packed)) };
};

/**
 * A fresh vault under a PIN: returned to be written with whatever belongs to it; it is open at once.
 * @param {string} pin
 */
export const fresh = async (pin) => {
  checkPin(pin);
  const device = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const row = await wrap(raw, pin, device);
  dataKey = await asKey(raw);
  raw.fill(0);
  return row;
};

/** The data key's bytes. @param {VaultRow} row @param {string} pin */
const unwrap = async (row, pin) => {
  const packed = new Uint8Array(await decrypt(row.device, row));
  const key = await fromPin(pin, row.salt, row.rounds);
  return new Uint8Array(await decrypt(key, { iv: packed.slice(0, 12), box: packed.slice(12) }));
};

/**
 * Open the vault. Wrong PINs are counted on disk, and after some each waits longer. Throws PinError.
 * @param {IDBDatabase} db @param {string} pin
 */
export const unlock = async (db, pin) => {
  const row = await get(db, "vault");
  if (!row) throw new PinError("这部手机还没有登录。");
  const waits = row.tries < FREE_TRIES ? 0 : WAIT_MS * 2 ** Math.min(row.tries - FREE_TRIES, 7);
  const left = Math.ceil((Math.min(row.triedAt, Date.now()) + waits - Date.now()) / 1000);
  if (waits && left > 0)
    throw new PinError(`错了 ${row.tries} 次，请过 ${left} 秒再试。忘了口令也能先把没传的传上去。`);
  let raw;
  try {
    raw = await unwrap(row, pin);
  } catch {
    await write(db, ["meta"], (tx) =>
      tx.objectStore("meta").put({ ...row, tries: row.tries + 1, triedAt: Date.now() }, "vault"),
    );
    throw new PinError("口令不对。");
  }
  dataKey = await asKey(raw);
  raw.fill(0);
  if (row.tries) await write(db, ["meta"], (tx) => tx.objectStore("meta").put({ ...row, tries: 0 }, "vault"));
};

/** Under the data key. @param {unknown} value @returns {Promise<Box>} */
export const box = (value) => {
  if (!dataKey) throw new PinError("手机锁着，请先输口令。");
  return encrypt(dataKey, encoder.encode(JSON.stringify(value)));
};

/** What is in a box, as it was put there. @param {Box} row @returns {Promise<unknown>} */
export const unbox = async (row) => {
  if (!dataKey) throw new PinError("手机锁着，请先输口令。");
  return JSON.parse(decoder.decode(await decrypt(dataKey, row)));
};

/**
 * Seal to the server's public key: 0x01 | ephemeral key | iv | box (docs/decisions/0014).
 * @param {unknown} value @param {string} item @param {string} device @param {JsonWebKey} jwk
 * @returns {Promise<Bytes>}
 */
export const seal = async (value, item, device, jwk) => {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await crypto.subtle.importKey("jwk", jwk, curve, false, []);
  const mine = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const point = new Uint8Array(
    await crypto.subtle.exportKey("raw", /** @type {CryptoKey} */ (mine.publicKey)),
  );
  const secret = await crypto.subtle.deriveBits(
    { name: "ECDH", public: theirs },
    /** @type {CryptoKey} */ (mine.privateKey),
    256,
  );
  const source = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: point, info: encoder.encode("paicha-field-1") },
    source,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt"],
  );
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: encoder.encode(`${item}|${device}`) },
      key,
      encoder.encode(JSON.stringify(value)),
    ),
  );
  const envelope = new Uint8Array(1 + point.length + iv.length + sealed.length);
  envelope[0] = 1;
  envelope.set(point, 1);
  envelope.set(iv, 1 + point.length);
  envelope.set(sealed, 1 + point.length + iv.length);
  return envelope;
};
