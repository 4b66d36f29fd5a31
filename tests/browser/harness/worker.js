// The workers' script in the built page, packed there as the core is. No hash of the policy covers it: a test can change it.

import { gunzipSync, gzipSync } from "node:zlib";

const BLOCK = /(<script type="text\/plain" id="worker">)([^<]*)/;

/** @param {string} page the built page */
export function workerOf(page) {
  const [, , packed] = BLOCK.exec(page) ?? [];
  if (!packed) throw new Error("The page has no worker.");
  return gunzipSync(Buffer.from(packed, "base64")).toString("utf8");
}

/** The page with another script for its workers. @param {string} page the built page @param {(script: string) => string} change */
export function withWorker(page, change) {
  const script = change(workerOf(page));
  return page.replace(BLOCK, (_, tag) => tag + gzipSync(script).toString("base64"));
}
