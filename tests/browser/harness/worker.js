// The workers' script in the built page, packed there as the core is. No hash of the policy covers it: a test can change it.

import { gunzipSync, gzipSync } from "node:zlib";
import { bytesOf } from "../../../www/input/blocks.js";

const BLOCK = /(<script type="text\/plain" id="worker">)([^<]*)/;

/** @param {string} page the built page */
export function workerOf(page) {
  const [, , packed] = BLOCK.exec(page) ?? [];
  if (!packed) throw new Error("The page has no worker.");
  return gunzipSync(bytesOf(packed)).toString("utf8");
}

/** The page with another script for its workers. @param {string} page the built page @param {(script: string) => string} change */
export function withWorker(page, change) {
  const script = change(workerOf(page));
  return page.replace(BLOCK, (_, tag) => tag + textOf(gzipSync(script)));
}

/** As xtask/src/base85.rs writes it. @param {Uint8Array} bytes */
function textOf(bytes) {
  const filling = -bytes.length & 3;
  const words = new DataView(Uint8Array.from([...bytes, 0, 0, 0]).buffer);
  let text = String(filling);
  for (let at = 0; at < bytes.length; at += 4) {
    let digits = "";
    for (let left = words.getUint32(at), digit = 0; digit < 5; digit += 1, left = Math.floor(left / 85)) {
      const code = 40 + (left % 85);
      digits = String.fromCharCode(code < 60 ? code : code + 1) + digits;
    }
    text += digits;
  }
  return text;
}
