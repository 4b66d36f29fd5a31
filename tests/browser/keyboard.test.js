// The whole way by keys alone: picker, table, details and back, search, tuning, every form of the report.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { inBothBrowsers } from "./harness/suite.js";

const SAMPLE = fileURLToPath(new URL("../../www/sample/sample.xml", import.meta.url));

inBothBrowsers("by keyboard alone", (page) => {
  /** Presses Tab until the focus is on what the selector names. @param {string} css */
  const tabTo = async (css) => {
    for (let i = 0; i < 40; i += 1) {
      if (await page().run((/** @type {string} */ css) => document.activeElement?.matches(css), css)) {
        // A busy Firefox shows it a moment after the focus is there.
        await page().until(`the focus on ${css} can be seen`, () => {
          const at = /** @type {Element} */ (document.activeElement);
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
          return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none" || at.querySelector(".cursor") !== null;
        }, { within: 2000 });
        return;
      }
      await page().press("TAB");
    }
    assert.fail(`Tab never reached ${css}; the focus is on ${await page().focus()}`);
  };

  test("from the picker to the report", async () => {
    await page().open();
    // The dialog behind it is the system's: it is held back, and answered.
    await page().run(() => document.getElementById("file-input")?.addEventListener("click", (event) => {
      event.preventDefault();
      document.title = "asked for files";
    }, { once: true }));
    await tabTo("#pick-files");
    await page().press("ENTER");
    await page().until("files are asked for", () => document.title === "asked for files");
    await tabTo("#try-sample");
    await page().choose([SAMPLE]);
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
    // Exclude, look at the tuning, switch a preset on, undo both.
    const hidden = (/** @type {boolean} */ some) => page().until(some ? "rows are hidden" : "nothing is hidden", (/** @type {boolean} */ some) =>
      (document.querySelector("[data-step=hidden] b")?.textContent !== "0") === some, { args: [some] });
    await page().press("x");
    await hidden(true);
    await page().press("f");
    await page().until("the drawer is open and has the focus", () => document.getElementById("tuning")?.contains(document.activeElement));
    await tabTo("#entry-0-on");
    await page().press(" ");
    await hidden(false);
    await tabTo("#preset-werfault");
    await page().press(" ");
    await hidden(true);
    await page().press("u", "u");
    await page().until("the line is on again", () => /** @type {HTMLInputElement} */ (document.querySelector("#entry-0-on"))?.checked);
    await page().press("u");
    await hidden(false);
    await page().press("ESCAPE");
    await page().until("Esc leads back to the table", () => document.activeElement?.id === "grid");

    // Narrow by time, and stack.
    await page().press("t", "HOME", "ENTER");
    await page().until("the table is narrowed", () => document.querySelector("#chip-range") !== null);
    await page().press("ESCAPE");
    await page().until("Esc lets go of the range", () => document.querySelector("#filter-chips")?.checkVisibility() === false);
    await page().press("ESCAPE");
    await page().until("and the table has the focus", () => document.querySelector("#chip-range") === null && document.activeElement?.id === "grid");
    await page().press("HOME", "ARROW_RIGHT", "m");
    await page().until("the menu is open", () => document.activeElement?.getAttribute("role") === "menuitem");
    await page().press("ARROW_DOWN", "ARROW_DOWN", "ARROW_DOWN", "ENTER");
    await page().until("stacked by dest", () => document.querySelector("#grid .row.stacked") !== null);
    await page().press("ENTER");
    await page().until("its rows", () => document.querySelector("#chip-only") !== null && document.querySelector("#grid .row:not(.stacked)[data-row]") !== null);
    await page().press("ESCAPE");

    await page().press("?");
    await page().until("the keys are shown", () => document.querySelector("dialog#keys[open]") !== null);
    await page().press("ESCAPE");
    await page().until("and hidden", () => document.querySelector("dialog#keys[open]") === null);
    // Last, as Firefox shows downloads in a panel of its own that takes the keys.
    const offered = async (/** @type {string} */ form) => {
      await page().press("e");
      await page().until("the report is offered", (/** @type {string} */ id) => document.querySelector("dialog#report[open]") !== null && document.activeElement?.id === id, { args: [`report-${form}`] });
    };
    await offered("csv");
    await page().press("ARROW_DOWN", "ARROW_DOWN");
    // Before that Tab passes over it, leaves the page for Firefox's own controls, and a page that comes back from there shows
    // no focus without a screen.
    await page().until("the form can carry a note", () => !(/** @type {HTMLTextAreaElement} */ (document.getElementById("report-note"))).disabled);
    await tabTo("#report-note");
    await page().press("Seen at night.");
    await tabTo("#report-defang");
    await page().press(" ");
    await tabTo("#report-go");
    const markdown = await page().download(() => page().press("ENTER"));
    assert.match(markdown.name, /\.md$/);
    assert.match(markdown.bytes.toString("utf8"), /Seen at night\./);
    await offered("markdown");
    await page().press("ARROW_DOWN");
    const html = await page().download(() => page().press("ENTER"));
    assert.match(html.name, /\.html$/);
    assert.match(html.bytes.toString("utf8"), /Seen at night\./);
    // The dialog behind it is the system's, as the picker's is.
    await page().run(() => {
      window.print = () => {
        document.title = `printed: ${document.getElementById("paper")?.textContent}`;
        window.dispatchEvent(new Event("afterprint"));
      };
    });
    await offered("html");
    await page().press("ARROW_DOWN", "ENTER");
    await page().until("it is printed, with the note", () => /^printed: .*Seen at night\./s.test(document.title));
    await offered("print");
    await page().press("ARROW_UP", "ARROW_UP", "ARROW_UP");
    const json = await page().download(() => page().press("ENTER"));
    assert.match(json.name, /\.json$/);
    await offered("json");
    await page().press("ARROW_UP");
    const csv = await page().download(() => page().press("ENTER"));
    assert.match(csv.name, /\.csv$/);
    await page().until("the focus is where it was", () => document.activeElement?.id === "grid");

    await page().assertQuiet();
  });
});
