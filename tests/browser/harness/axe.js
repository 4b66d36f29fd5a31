// What axe objects to in what the page shows, light and dark.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What a theme changes; all else that axe looks at is the same in both. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/**
 * Runs an expression in the page, of a string or a promise of one. Firefox runs a driver's scripts in a sandbox, in which axe
 * takes twice as long.
 * @param {import("./page.js").Page} page @param {string} expression @returns {Promise<string>}
 */
async function evaluate({ browser, driver }, expression) {
  if (browser.kind !== "firefox") return driver.executeScript(`return ${expression};`);
  const bidi = await driver.getBidi();
  const target = { context: await driver.getWindowHandle() };
  const { result } = /** @type {any} */ (await bidi.send({ method: "script.evaluate", params: { expression, target, awaitPromise: true } }));
  if (result?.type !== "success") throw new Error(JSON.stringify(result));
  return result.result.value;
}

/**
 * What axe objects to, a line for each kind and the places below it; none is as it should be. The page is dark afterwards.
 * @param {import("./page.js").Page} page
 * @returns {Promise<string[]>}
 */
export async function objections(page) {
  await evaluate(page, `"axe" in window ? "" : (() => { ${axe}; return ""; })()`);
  const found = [];
  for (const [theme, rules] of /** @type {[string, string[] | null][]} */ ([["light", null], ["dark", COLOURS]])) {
    await page.run((/** @type {string} */ theme) => {
      document.documentElement.dataset.theme = theme;
      // A colour on its way from one to another has no contrast of its own.
      return Promise.all(document.getAnimations().map((animation) => animation.finish()));
    }, theme);
    const options = { resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) };
    const violations = JSON.parse(await evaluate(page, `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => JSON.stringify(violations))`));
    found.push(...violations.map((/** @type {any} */ { id, help, nodes }) => [
      `${theme}: ${id}: ${help}`, ...nodes.map((/** @type {any} */ node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`),
    ].join("\n  ")));
  }
  return found;
}
