// The whole way by keys alone: sample, table, details and back, search, export.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inBothBrowsers } from "./harness/suite.js";

inBothBrowsers("by keyboard alone", (page) => {
  /** Presses Tab until the focus is on what the selector names. @param {string} css */
  const tabTo = async (css) => {
    for (let i = 0; i < 40; i += 1) {
      if (await page().run((/** @type {string} */ css) => document.activeElement?.matches(css), css)) {
        const ring = await page().run(() => {
          const at = /** @type {Element} */ (document.activeElement);
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
          return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none" || at.querySelector(".cursor") !== null;
        });
        assert.ok(ring, `the focus on ${css} can be seen`);
        return;
      }
      await page().press("TAB");
    }
    assert.fail(`Tab never reached ${css}; the focus is on ${await page().focus()}`);
  };

  test("from the sample to the export", async () => {
    await page().open();
    await tabTo("#pick-files");
    await tabTo("#try-sample");
    await page().press("ENTER");
    await page().done();
    await page().until("rows are there", () => document.querySelector("[data-row='0']") !== null);

    await tabTo("#grid");
    const first = await page().run(() => document.getElementById("grid")?.getAttribute("aria-activedescendant"));
    await page().press("j");
    await page().until("the cursor moves down", (/** @type {string} */ first) =>
      ![null, first].includes(document.getElementById("grid")?.getAttribute("aria-activedescendant") ?? null), { args: [first] });
    await page().press("k", "ENTER");
    await page().until("the details show the event", () => document.querySelector("#details .raw") !== null);
    await page().until("and have the focus", () => document.getElementById("details")?.contains(document.activeElement));
    await page().press("ESCAPE");
    await page().until("Esc leads back to the table", () =>
      !document.getElementById("details")?.checkVisibility() && document.activeElement?.id === "grid");

    await page().press("/");
    await page().until("/ leads to the search", () => document.activeElement?.id === "search");
    await page().press("powershell");
    await page().until("the table is narrowed", () => /of/.test(document.querySelector(".row-count")?.textContent ?? ""));
    await page().press("ESCAPE");
    await page().until("Esc clears the search", () => /** @type {HTMLInputElement} */ (document.getElementById("search")).value === "");

    await tabTo("#grid");
    await page().press("e");
    await page().until("the report is offered", () => document.querySelector("dialog#report[open]") !== null && document.activeElement?.id === "report-csv");
    const csv = await page().download(() => page().press("ENTER"));
    assert.match(csv.name, /\.csv$/);
    await page().press("e");
    await page().until("it is offered again", () => document.activeElement?.id === "report-csv");
    await page().press("ARROW_DOWN");
    await tabTo("#report-go");
    const json = await page().download(() => page().press("ENTER"));
    assert.match(json.name, /\.json$/);
    await page().until("the focus is where it was", () => document.activeElement?.id === "grid");

    await page().press("?");
    await page().until("the keys are shown", () => document.querySelector("dialog#keys[open]") !== null);
    await page().press("ESCAPE");
    await page().until("and hidden", () => document.querySelector("dialog#keys[open]") === null);
    await page().assertQuiet();
  });
});
