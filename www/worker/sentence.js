// What is said of an error.

/** What Chromium and Firefox say when a file can't be read. Who reads it here would look for a network, or for a stream. */
const UNREADABLE = /^(network error|error in input stream)$/i;

/** @param {unknown} error */
export const sentence = (error) => {
  const said = error instanceof Error ? error.message : String(error);
  return UNREADABLE.test(said) ? "The browser could not read on: the file was changed or moved, or its disk is damaged." : said;
};
