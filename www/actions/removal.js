// Files that are taken out of a result, or read once more.

import { isLocked, present } from "../state/files.js";
import { hasWork } from "../state/loss.js";
import { en } from "../text/en.js";

/** @param {import("./page.js").Page} page @param {ReturnType<typeof import("./reading.js").createReading>} reading @param {() => void} reset starts over */
export function removalActions(page, { read, takeOut }, reset) {
  const { store } = page;

  const actions = {
    /** @param {number} index */
    async remove(index) {
      const { pool } = page;
      const { phase, files } = store.get();
      const file = files[index];
      if (!pool || !file || phase !== "done") return;
      // Without a file there is no result, so the note and the tuning go with the last one.
      if (files.every((one) => one === file || one.status === "removed")) return hasWork(store.get()) ? page.app.again.open() : reset();
      const anew = await takeOut(pool, index);
      if (anew === null) return;
      page.say(anew ? en.say.anew(anew) : en.say.removed(file.name));
      // To the next one, as there may be more to take out.
      page.show();
      const buttons = [...document.querySelectorAll(".file-remove")].filter((button) => button.checkVisibility());
      const next = buttons.find((button) => Number(button.id.slice("remove-".length)) > index) ?? buttons.at(-1) ?? document.getElementById("toggle-files");
      if (next instanceof HTMLElement) next.focus();
    },
    /** Reads files of which nothing or not all was read once more, from their beginning. @param {number[]} indexes */
    async retry(indexes) {
      const { pool } = page;
      /** @type {App.Input[]} */
      const inputs = [];
      for (const index of indexes) {
        const input = page.inputs[index];
        if (!pool || pool !== page.pool || !input || store.get().phase !== "done") break;
        if (await takeOut(pool, index) !== null) inputs.push(input);
      }
      if (inputs.length > 0) read(inputs);
    },
    /** Reads the encrypted archives once more, with this password too. @param {string} password */
    unlock(password) {
      page.passwords = [password, ...page.passwords.filter((one) => one !== password)];
      const { files, summary } = store.get();
      actions.retry(present(files).map(({ source }) => source).filter((source) => isLocked(summary?.sources[source])));
    },
    /** Reads what a cancelled reading left. */
    readOn() {
      const { files } = store.get();
      actions.retry(files.flatMap(({ status }, index) => (status === "cancelled" ? [index] : [])));
    },
  };
  return actions;
}
