// The sample log that the page carries, and the logs that its readers warm up with.

import { unpackedBlock } from "./blocks.js";

/** Logs that the scanners may read before there is one: the forms that most logs have. */
export async function warmSamples() {
  return Promise.all(["sample", "warm-evtx", "warm-json"].map(async (id) => new Uint8Array(await unpackedBlock(id))));
}

/** @returns {Promise<App.Input>} */
export async function sampleInput() {
  const bytes = await unpackedBlock("sample");
  return { file: new File([bytes], "sample.xml", { lastModified: 0 }), name: "sample.xml" };
}
