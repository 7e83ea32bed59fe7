// A photo of a sheet, small enough for a weak signal and still legible.

import { base64 } from "./receipts.js";

const LONGEST = 1600;
const MOST = 450000;

/** @param {Blob} file @returns {Promise<string>} a JPEG of at most 1600 pixels, as base64 */
export const shrink = async (file) => {
  let image;
  try {
    image = await createImageBitmap(file);
  } catch {
    throw new Error("这张照片打不开，请重新拍。");
  }
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  for (const quality of [0.8, 0.6, 0.4, 0.25]) {
    /** @type {Blob | null} */
    const jpeg = await new Promise((resolve) => {
      canvas.toBlob(resolve, "image/jpeg", quality);
    });
    if (!jpeg) break;
    const bytes = new Uint8Array(await jpeg.arrayBuffer());
    if (bytes.length <= MOST || quality === 0.25) return base64(bytes);
  }
  return "";
};
