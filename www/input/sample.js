// Blocks of the page that carry base64 of gzipped bytes: the core and the sample log.

/** @param {string} id */
export function packedBlock(id) {
  const text = document.getElementById(id)?.textContent ?? "";
  if (text === "") throw new Error(`This page is damaged: its part "${id}" is missing.`);
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
}

/** @returns {Promise<App.Input>} */
export async function sampleInput() {
  const bytes = await new Response(packedBlock("sample")).arrayBuffer();
  return { file: new File([bytes], "sample.xml", { lastModified: 0 }), name: "sample.xml" };
}
