// The service worker's own part; the server puts VERSION and FILES before it. It keeps the shell, whole and of one
// version, and sends what waits when the network is back. It never keeps an answer of the API.

import { open } from "/static/field/db.js";
import { send } from "/static/field/send.js";

const SHELL = `paicha-shell-${VERSION}`;
const RULES = "paicha-rules";

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const shell = await caches.open(SHELL);
      await shell.addAll(FILES.map((address) => new Request(address, { cache: "reload" })));
    })(),
  );
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("paicha-shell-") && name !== SHELL) await caches.delete(name);
      }
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== worker.location.origin) return;
  if (event.request.mode === "navigate") {
    if (FILES.includes(address.pathname)) event.respondWith(shell(address.pathname, event.request));
    return;
  }
  if (address.pathname.startsWith("/field/rules/")) event.respondWith(rules(event.request));
  else if (FILES.includes(address.pathname)) event.respondWith(shell(address.pathname, event.request));
});

/** @param {string} path @param {Request} request */
const shell = async (path, request) => {
  const stored = await (await caches.open(SHELL)).match(path);
  return stored || fetch(request);
};

/** @param {Request} request */
const rules = async (request) => {
  const stored = await (await caches.open(RULES)).match(request);
  return stored || fetch(request);
};

worker.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(drain());
});

worker.addEventListener("message", (event) => {
  if (event.data === "take over") worker.skipWaiting();
  if (event.data === "claim") event.waitUntil(worker.clients.claim());
});

const drain = async () => {
  const outcome = await send({ db: await open(), shell: VERSION });
  const channel = new BroadcastChannel("paicha-field");
  channel.postMessage("receipts");
  channel.close();
  if (outcome.again && outcome.left) throw new Error(outcome.why); // the browser tries again later
};
