// The service worker of the phone's pages: installed, tried again until it is, and in charge of the page that is open.

import { say } from "./dom.js";
import { pause } from "./send.js";

let tries = 0;
/** @type {ServiceWorkerRegistration | null} */
let registration = null;

/**
 * Install the service worker. `take` is called whenever a newer one may wait, with that one or null.
 * A phone that loses its signal on the way tries again, later and later.
 * @param {(waiting: ServiceWorker | null) => void} take
 */
export const install = (take) => {
  if (!("serviceWorker" in navigator)) return;
  reloadOnChange();
  attempt(take);
};

/** Ask the browser to send what waits once there is a signal, even when no page is open. */
export const askForSync = () => {
  registration?.sync?.register("outbox").catch(() => {});
};

/** @param {(waiting: ServiceWorker | null) => void} take */
const attempt = async (take) => {
  try {
    registration = await navigator.serviceWorker.register("/field/sw.js", {
      scope: "/field/",
      type: "module",
    });
  } catch {
    retry(take);
    return;
  }
  const own = registration;
  // A page that was loaded while the worker started belongs to no worker, until that worker claims it.
  if (own.active && !navigator.serviceWorker.controller) own.active.postMessage("claim");
  const follow = () => {
    const worker = own.installing;
    if (!worker) return;
    worker.onstatechange = () => {
      if (worker.state === "redundant" && !own.active) retry(take);
      else take(own.waiting);
    };
  };
  follow();
  own.onupdatefound = follow;
  if (own.waiting) take(own.waiting);
};

/** @param {(waiting: ServiceWorker | null) => void} take */
const retry = (take) => {
  if (tries === 0) say("离线用的程序还没有装上，有信号时照常能填，会自动再装。");
  tries += 1;
  setTimeout(() => attempt(take), pause(tries));
};

/** Reload the page when a newer worker takes over from an older one. */
const reloadOnChange = () => {
  let isControlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (isControlled) location.reload();
    isControlled = true;
  });
};
