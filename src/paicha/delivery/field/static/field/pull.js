// What changed at the server, taken along: where the person works, and of each village the rows that differ.

import { have, isCurrent } from "./roster.js";
import * as store from "./store.js";

export class SignedOut extends Error {}

const RULES = "paicha-rules";

/**
 * Bring the phone up to date. Throws SignedOut where the token is no longer good, else whatever the network says.
 * @param {{fetch?: typeof fetch, told?: (done: number, all: number) => void}} [given]
 */
export const pull = async (given = {}) => {
  const token = await store.token();
  if (!token) return;
  const work = await call(given, "/api/v1/field/assignment", token);
  if (work.round) await keepRules(work.round.rules);
  await store.takeAssignment(work);
  let done = 0;
  for (const place of work.villages) {
    if (isCurrent(place)) { done += 1; continue; }
    const taken = await call(given, `/api/v1/field/villages/${place.code}`, token, { have: have(place.code) });
    await store.takeVillage(place, taken);
    done += 1;
    if (given.told) given.told(done, work.villages.length);
  }
  await store.refresh();
};

/** @param {any} given @param {string} address @param {string} token @param {unknown} [body] */
const call = async (given, address, token, body) => {
  const reply = await (given.fetch || fetch)(address, {
    method: body === undefined ? "GET" : "POST", body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store", credentials: "omit",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
  });
  const told = await reply.json();
  if (reply.status === 401) throw new SignedOut(told.message);
  if (!reply.ok) throw new Error(told.message || "服务器没有回应，过一会儿再试。");
  return told;
};

/** The rules of the round, kept for offline; those of another round stay until the phone is left. @param {string} address */
const keepRules = async (address) => {
  if (typeof caches === "undefined") return;
  const kept = await caches.open(RULES);
  if (!(await kept.match(address))) await kept.add(address);
};
