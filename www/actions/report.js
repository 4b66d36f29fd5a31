// What is taken along: the report in its forms, and on paper.

import { exportName, present } from "../state/files.js";
import { en } from "../text/en.js";
import { download } from "../view/dom.js";
import { sentence } from "./page.js";
import { keep } from "./preferences.js";

const FORMS = /** @type {const} */ ({
  csv: { extension: "csv", type: "text/csv" },
  json: { extension: "json", type: "application/json" },
  markdown: { extension: "md", type: "text/markdown" },
  html: { extension: "html", type: "text/html" },
});

/** @param {import("./page.js").Page} page */
export function reportActions(page) {
  const { store } = page;

  /** @satisfies {Partial<App.Actions>} */
  const actions = {
    report() {
      if (store.get().summary) page.app.report.open();
    },
    /** @param {App.Format} format */
    async exportAs(format) {
      const { phase, files, summary, note, defang } = store.get();
      if (!page.pool || !summary) return false;
      try {
        if (format === "print") {
          page.app.print(await page.pool.ask("paper", { defang, note }), store.get());
          return true;
        }
        const { content, neutralised } = /** @type {{ content: Blob, neutralised: number }} */ (
          await page.pool.ask("export", { format, options: { note, defang } }));
        const here = present(files);
        const name = exportName(here.map((file) => file.name), FORMS[format].extension, new Date());
        download(name, content, FORMS[format].type);
        // A CSV carries no hashes.
        const pending = format === "csv" ? 0 : here.filter((file) => file.hash === "pending" || file.hash === "none").length;
        if (phase === "reading") page.say(en.say.exportReading(name), "warning");
        else if (pending > 0) page.say(en.say.exportPending(name, pending), "warning");
        else if (neutralised > 0) page.say(en.say.exportNeutralised(name, neutralised), "warning");
        else page.say(en.say.exported(name));
        return true;
      } catch (error) {
        page.say(en.say.exportFailed(sentence(error)), "error");
        return false;
      }
    },
    /** @param {string} note */
    note: (note) => store.set({ note }),
    /** @param {App.Format} format */
    format(format) {
      keep("format", format);
      store.set({ format });
    },
    /** @param {boolean} defang */
    defang(defang) {
      keep("defang", defang ? "on" : "off");
      store.set({ defang });
    },
  };
  return actions;
}
