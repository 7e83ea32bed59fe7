// What changed at the server, taken along: where the person works, and of each village the rows that differ.

import { take } from "./errand_work.js";
import * as errands from "./errands.js";
import { have, isCurrent } from "./roster.js";
import * as store from "./store.js";

/** @import { Assignment, ErrandsOut, VillageOut } from "#payloads" */

export class SignedOut extends Error {}

const RULES = "paicha-rules";

/** @typedef {{fetch?: typeof fetch}} Network */

/**
 * Bring the phone up to date. Throws SignedOut where the token is no longer good, else whatever the network says.
 * @param {Network} [network]
 */
export const pull = async (network = {}) => {
  const token = await store.token();
  if (!token) return;
  const assignment = /** @type {Assignment} */ (await call(network, "/api/v1/field/assignment", token));
  await store.hearTime(assignment.server_time);
  if (assignment.round) await keepRules(assignment.round.rules);
  await store.takeAssignment(assignment);
  for (const place of assignment.villages) {
    const done = await store.receivedMembers(place.code);
    if (isCurrent(place) && !done.length) continue;
    const address = `/api/v1/field/villages/${place.code}`;
    const village = /** @type {VillageOut} */ (
      await call(network, address, token, { have: have(place.code) })
    );
    await store.takeVillage(place, village, done);
  }
  if (assignment.errands) {
    const body = { have: errands.have() };
    const answer = await call(network, "/api/v1/field/errands", token, body);
    await take(/** @type {ErrandsOut} */ (answer));
  }
  await store.refresh();
};

/**
 * @param {Network} network @param {string} address @param {string} token @param {unknown} [body]
 * @returns {Promise<unknown>}
 */
const call = async (network, address, token, body) => {
  const response = await (network.fetch || fetch)(address, {
    method: body === undefined ? "GET" : "POST",
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    credentials: "omit",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
  });
  const reply = await response.json();
  if (response.status === 401) throw new SignedOut(reply.message);
  if (!response.ok) throw new Error(reply.message || "服务器没有回应，过一会儿再试。");
  return reply;
};

/**
 * The rules of the round, kept for offline; those of another round stay until the phone is left.
 * @param {string} address
 */
const keepRules = async (address) => {
  if (typeof caches === "undefined") return;
  const cache = await caches.open(RULES);
  if (!(await cache.match(address))) await cache.add(address);
};
