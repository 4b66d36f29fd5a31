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

/** As xtask/src/base91.rs writes it. @param {Uint8Array} bytes */
function textOf(bytes) {
  const digits = [...Array(94).keys()].map((at) => String.fromCharCode(33 + at)).filter((digit) => !'!"<'.includes(digit));
  const pairs = Math.ceil((bytes.length * 8) / 13);
  let text = String(Math.floor((pairs * 13) / 8) - bytes.length);
  let [held, bits] = [0, 0];
  for (const byte of [...bytes, 0, 0]) {
    held |= byte << bits;
    bits += 8;
    if (bits < 13) continue;
    text += digits[(held & 8191) % 91] + digits[Math.floor((held & 8191) / 91)];
    [held, bits] = [held >> 13, bits - 13];
  }
  return text.slice(0, 1 + pairs * 2);
}
