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

  /** What is to be known of a report of now. @param {App.Format} format @param {number} neutralised cells of a CSV @returns {string[]} */
  function remarks(format, neutralised) {
    const t = en.say.remark;
    const { phase, files, summary, cancelled, zone } = store.get();
    // A CSV carries no hashes, and no word of what is missing.
    const isCsv = format === "csv";
    const pending = isCsv ? 0 : present(files).filter((file) => file.hash === "pending" || file.hash === "none").length;
    const inPart = cancelled || (summary?.totals.incomplete ?? 0) > 0;
    return [
      phase === "reading" ? t.reading : isCsv && inPart ? t.inPart : pending > 0 ? t.pending(pending) : "",
      neutralised > 0 ? t.neutralised(neutralised) : "",
      isCsv && zone === "local" ? t.utc : "",
    ].filter(Boolean);
  }

  /** @satisfies {Partial<App.Actions>} */
  const actions = {
    report() {
      if (store.get().summary) page.app.report.open();
    },
    /** @param {App.Format} format */
    async exportAs(format) {
      const { files, summary, note, defang } = store.get();
      if (!page.pool || !summary) return false;
      try {
        if (format === "print") {
          const paper = await page.pool.ask("paper", { defang, note });
          const missing = remarks(format, 0);
          page.app.print(paper, store.get());
          if (missing.length > 0) page.say(missing.join(" "), "warning");
          return true;
        }
        const { content, neutralised } = /** @type {{ content: Blob, neutralised: number }} */ (
          await page.pool.ask("export", { format, options: { note, defang } }));
        const said = remarks(format, neutralised);
        const name = exportName(present(files).map((file) => file.name), FORMS[format].extension, new Date());
        download(name, content, FORMS[format].type);
        page.say([en.say.exported(name), ...said].join(" "), said.length > 0 ? "warning" : "info");
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
