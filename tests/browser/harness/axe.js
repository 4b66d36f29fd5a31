// What axe objects to in what the page shows, light and dark.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What a theme changes; all else that axe looks at is the same in both. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/**
 * What axe objects to, a line for each kind and the places below it; none is as it should be. The page is dark afterwards.
 * @param {import("./page.js").Page} page
 * @returns {Promise<string[]>}
 */
export async function objections(page) {
  const { driver } = page;
  if (!await page.run(() => "axe" in window)) await driver.executeScript(axe);
  const found = [];
  for (const [theme, rules] of /** @type {[string, string[] | null][]} */ ([["light", null], ["dark", COLOURS]])) {
    await page.run((/** @type {string} */ theme) => {
      document.documentElement.dataset.theme = theme;
      // A colour on its way from one to another has no contrast of its own.
      return Promise.all(document.getAnimations().map((animation) => animation.finish()));
    }, theme);
    const { violations } = await driver.executeAsyncScript((/** @type {string[] | null} */ rules, /** @type {(result: any) => void} */ done) => {
      const options = { resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) };
      /** @type {any} */ (window).axe.run(document, options).then(done, (/** @type {Error} */ error) => done({ violations: [{ id: String(error), nodes: [] }] }));
    }, rules);
    found.push(...violations.map((/** @type {any} */ { id, help, nodes }) => [
      `${theme}: ${id}: ${help}`, ...nodes.map((/** @type {any} */ node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`),
    ].join("\n  ")));
  }
  return found;
}
