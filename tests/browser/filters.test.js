// The filters of the table and the details: the event that opens is one that passes them.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventXml } from "./harness/bad-input.js";
import { inBothBrowsers } from "./harness/suite.js";

inBothBrowsers("filters", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-filters-"));
    // One row of two events, an hour apart, in two files.
    await writeFile(join(home, "early.xml"), eventXml({ second: 0 }));
    await writeFile(join(home, "late.xml"), eventXml({ second: 3600 }));
  });
  after(() => rm(home, { recursive: true, force: true }));

  const read = async () => {
    await page().open();
    await page().drop(["early.xml", "late.xml"].map((name) => join(home, name)));
    await page().done();
    await page().rows(1);
  };
  /** The event that is shown, and that its text is of that one. @param {string} position @param {string} time */
  const shows = (position, time) => page().until(`${position} shows`, (/** @type {string} */ position, /** @type {string} */ time) =>
    document.querySelector("#details .position")?.textContent === position && document.querySelector(".details-place time")?.textContent?.includes(time)
    && document.querySelector("#details .raw")?.textContent?.includes(time), { args: [position, time] });
  const isPart = () => page().until("one of two events passes", () => document.querySelector("[data-row='0'] .c-count")?.textContent?.startsWith("1 of 2"));

  test("of a chosen file, its event opens, and the other one is marked", async () => {
    await read();
    await page().select("#source-filter", "1");
    await isPart();
    await page().click("[data-row='0'] .c-process_name");
    await shows("Event 2 of 2", "11:00:00");
    await page().press("[");
    await shows("Event 1 of 2 (filtered out)", "10:00:00");
    await page().click("#chip-source");
    await shows("Event 1 of 2", "10:00:00");
    await page().assertQuiet();
  });

  test("of a chosen time, its event opens", async () => {
    await read();
    await page().until("the timeline is there", () => document.querySelector("#timeline:not([hidden]) path") !== null);
    await page().press("t", "END");
    await page().chord("SHIFT", "PAGE_UP");
    await page().press("ENTER");
    await isPart();
    await page().click("[data-row='0'] .c-process_name");
    await shows("Event 2 of 2", "11:00:00");
    assert.match(await page().text("#details .raw"), /11:00:00/);
  });
});
