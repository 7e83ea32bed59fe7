// What this browser can do, in words for whoever stands before it.

export const OLDEST = "Chrome 92、Edge 92、华为浏览器 13、小米浏览器 17 或更新的浏览器";

/** Why there is no working offline here, or ''. @returns {string} */
export const offlineReason = () => {
  if (!window.isSecureContext) return "这个地址不是 https，离线不能用；有信号时可以到网页上录入。";
  if (!("serviceWorker" in navigator) || !("indexedDB" in window) || !crypto.subtle) {
    return `这个浏览器太旧，离线不能用；请用${OLDEST}，或到网页上录入。`;
  }
  return "";
};

/** Ask that the browser never clears what is kept here. @returns {Promise<boolean>} */
export const persist = async () => {
  if (!navigator.storage?.persist) return false;
  return (await navigator.storage.persisted()) || navigator.storage.persist();
};
