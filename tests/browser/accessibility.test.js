// axe finds nothing to object to in any state, light and dark, wide and narrow.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { objections } from "./harness/axe.js";
import { eventXml } from "./harness/bad-input.js";
import { makeCase } from "./harness/case.js";
import { inBothBrowsers } from "./harness/suite.js";

inBothBrowsers("accessibility", (page, kind) => {
  /** @type {string} */
  let home;
  /** @type {string[]} */
  let logs;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-axe-"));
    logs = await makeCase(home);
    await writeFile(join(home, "one.xml"), eventXml());
    await writeFile(join(home, "none.xml"), eventXml({ parent: "C:\\Windows\\explorer.exe" }));
    await writeFile(join(home, "broken.xml"), `${eventXml()}${eventXml({ record: 2 }).slice(0, -80)}`);
  });
  after(() => rm(home, { recursive: true, force: true }));

  const sample = async () => {
    await page().click("#try-sample");
    await page().done();
    await page().until("rows are there", () => document.querySelector("[data-row='0']") !== null);
  };
  const several = async () => {
    await page().drop(logs);
    await page().done();
    await page().until("rows and the timeline are there", () => document.querySelector("[data-row='0']") !== null && document.querySelector("#timeline:not([hidden]) path") !== null);
  };
  /** @param {string} name */
  const file = async (name) => {
    await page().drop([join(home, name)]);
    await page().done();
  };
  const STATES = /** @type {[string, () => Promise<void>][]} */ ([
    ["empty", async () => {}],
    ["the rule unfolded", () => page().click("#rule-panel summary")],
    ["results", sample],
    ["details", async () => {
      await sample();
      await page().click("[data-row='0'] .c-process_name");
      await page().until("the event is there", () => document.querySelector("#details .raw") !== null);
    }],
    ["the funnel unfolded", async () => {
      await sample();
      await page().click("#funnel button");
    }],
    ["no match", () => file("none.xml")],
    ["a problem", () => file("broken.xml")],
    ["the tuning with a line, the banner", async () => {
      await several();
      await page().press("f");
      await page().until("the presets are there", () => document.querySelector("#presets input") !== null);
      await page().click("#add-entry");
      await page().press("tool.exe", "TAB", "ours", "ENTER");
      await page().until("the line is there", () => document.querySelector("#entry-0-hides") !== null && document.querySelector("#tuning-banner:not([hidden])") !== null);
      await page().click("#entry-0-edit");
    }],
    ["all hidden", async () => {
      await file("one.xml");
      await page().run(() => document.getElementById("grid")?.focus());
      await page().press("x");
      await page().until("all is hidden", () => document.querySelector("#no-match[data-kind=all_hidden]") !== null);
    }],
    ["a stack", async () => {
      await several();
      await page().select("#stack", "process");
      await page().until("the stack is there", () => document.querySelector("#grid .row.stacked") !== null);
    }],
    ["the timeline with a range and a chosen hint", async () => {
      await several();
      await page().press("t", "HOME");
      await page().chord("SHIFT", "PAGE_DOWN", "PAGE_DOWN", "PAGE_DOWN", "PAGE_DOWN");
      await page().press("ENTER");
      await page().until("the range is there", () => document.querySelector("#chip-range") !== null);
      await page().click("#hint-bar button");
      await page().until("the hint is chosen", () => document.querySelector("#chip-hint") !== null);
    }],
    ["the menu of a cell", async () => {
      await several();
      await page().run(() => document.getElementById("grid")?.focus());
      await page().press("m");
      await page().until("the menu is there", () => document.querySelector("#menu:not([hidden])") !== null);
    }],
    ["the report", async () => {
      await several();
      await page().press("e");
      await page().click("#report-markdown");
    }],
    ["starting over", async () => {
      await sample();
      await page().click("#again");
    }],
    ["a stack within a stack", async () => {
      await several();
      for (const field of ["process_name", "dest"]) {
        await page().select("#stack", field);
        await page().until("it is stacked", (/** @type {string} */ field) => (document.querySelector(".row-count")?.textContent ?? "").includes(field), { args: [field] });
        await page().run(() => document.getElementById("grid")?.focus());
        await page().press("ENTER");
        await page().until("its rows are there", () => document.querySelector("[data-row='0']:not(.stacked)") !== null);
      }
    }],
    ["columns", async () => {
      await several();
      await page().run(() => document.getElementById("open-columns")?.click());
    }],
    ["a second drop", async () => {
      await sample();
      await page().drop([join(home, "one.xml")]);
      await page().until("it is asked", () => document.querySelector("#incoming[open]") !== null);
    }],
    ["the files of several", async () => {
      await several();
      await page().click("#toggle-files");
    }],
    ["the keys", async () => {
      await sample();
      await page().press("?");
    }],
  ]);

  // Firefox makes no window narrower than 500, and in the wide one it is asked the same.
  for (const width of kind === "chromium" ? [1280, 390] : [1280]) {
    for (const [name, reach] of STATES) {
      if (width === 390 && name === "the keys") continue;
      test(`${name}, ${width === 390 ? "narrow" : "wide"}`, async () => {
        await page().driver.manage().window().setRect({ width, height: 900 });
        await page().open();
        await reach();
        assert.deepEqual(await objections(page()), []);
      });
    }
  }
});
