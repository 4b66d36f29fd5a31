// Pasted files, or pasted text as a file of its own.

/**
 * @param {Document} target
 * @param {(inputs: App.Input[]) => void} open
 */
export function listenForPaste(target, open) {
  let texts = 0;
  target.addEventListener("paste", (event) => {
    const data = event.clipboardData;
    if (!data) return;
    const files = [...data.files];
    if (files.length > 0) {
      event.preventDefault();
      open(files.map((file) => ({ file, name: file.name })));
      return;
    }
    const at = /** @type {Element | null} */ (event.target instanceof Element ? event.target : null);
    if (at?.closest("input, textarea")) return;
    const text = data.getData("text/plain");
    if (text.trim() === "") return;
    event.preventDefault();
    texts += 1;
    const name = `pasted-${texts}.txt`;
    open([{ file: new File([text], name, { type: "text/plain" }), name }]);
  });
}
