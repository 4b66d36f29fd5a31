// Blocks of the page that carry base64 of gzipped bytes: the core, the workers' script and the sample log.

/** @param {string} id */
export function packedBlock(id) {
  const text = document.getElementById(id)?.textContent ?? "";
  if (text === "") throw new Error(`This page is damaged: its part "${id}" is missing.`);
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
}

/** @param {string} id */
const unpacked = (id) => new Response(packedBlock(id)).arrayBuffer();

/** Logs that the scanners may read before there is one: the forms that most logs have. */
export async function warmSamples() {
  return Promise.all(["sample", "warm"].map(async (id) => new Uint8Array(await unpacked(id))));
}

/** @returns {Promise<App.Input>} */
export async function sampleInput() {
  const bytes = await unpacked("sample");
  return { file: new File([bytes], "sample.xml", { lastModified: 0 }), name: "sample.xml" };
}
