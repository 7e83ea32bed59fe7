// Who hears that something changed: this page, and every other of the phone.

/** @type {Set<(change: string) => void>} */
const listeners = new Set();
const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("paicha-field") : null;

/** Tell this page. @param {string} change */
export const tell = (change) => {
  for (const listener of listeners) listener(change);
};

/** Tell this page and every other. @param {string} change */
export const tellAll = (change) => {
  tell(change);
  if (channel) channel.postMessage(change);
};

/** Called on every change, also of another tab or the worker. @param {(change: string) => void} listener */
export const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What comes first where another page changed something. @param {() => Promise<void>} reload */
export const whenOthers = (reload) => {
  if (!channel) return;
  channel.onmessage = async () => {
    await reload();
    tell("other");
  };
};
