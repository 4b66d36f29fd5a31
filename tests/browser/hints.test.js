// Hints: what they are, what they filter, and what they count beside other filters.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { makeCase } from "./harness/case.js";
import { inBothBrowsers } from "./harness/suite.js";

inBothBrowsers("hints", (page) => {
  /** @type {string} */
  let home;
  /** @type {string[]} */
  let logs;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-hints-"));
    logs = await makeCase(home);
  });
  after(() => rm(home, { recursive: true, force: true }));

  const read = async () => {
    await page().open();
    await page().drop(logs);
    await page().done({ within: 60_000 });
    await page().until("rows and hints are there", () => document.querySelector("[data-row='0']") !== null && document.querySelector("#hint-bar:not([hidden]) button") !== null);
  };
  const rowCount = () => page().run(() => Number(document.getElementById("grid")?.getAttribute("aria-rowcount")) - 1);

  test("hints are tags with words, filter the table, and say why in the details", async () => {
    await read();
    const chips = await page().run(() => [...document.querySelectorAll("#hint-bar button")].map((chip) => ({
      id: chip.id, label: chip.querySelector("span")?.textContent, rows: Number(chip.querySelector("b")?.textContent), why: chip.getAttribute("title") })));
    assert.ok(chips.length >= 3, JSON.stringify(chips));
    for (const { label, rows, why } of chips) assert.ok(label && rows > 0 && why.length > label.length);
    const tags = await page().texts("#grid .hint-tag:not(.more)");
    assert.ok(tags.length > 0 && tags.every((tag) => chips.some((/** @type {{ label: string }} */ chip) => chip.label === tag)), tags.join());
    const all = await rowCount();
    const [first] = chips;
    await page().click(`#${first.id}`);
    await page().rows(first.rows);
    assert.ok(first.rows < all);
    assert.match(await page().text(".row-count"), /of/);
    await page().click("#chip-hint");
    await page().rows(all);

    await page().click(`#${first.id}`);
    await page().rows(first.rows);
    await page().click("[data-row='0'] .c-process_name");
    await page().until("the event is there", () => document.querySelector("#details .raw") !== null);
    const reasons = await page().texts("#details .hint-why li");
    assert.ok(reasons.some((reason) => reason.includes(first.label)), reasons.join("\n"));
    assert.doesNotMatch(await page().text("#details"), /score: |hint score/i);
    await page().assertQuiet();
  });

  test("hints count what the other filters leave, and Esc takes off one after another", async () => {
    await read();
    const all = await rowCount();
    const chips = () => page().run(() => [...document.querySelectorAll("#hint-bar button")].map((chip) => ({ id: chip.id, rows: Number(chip.querySelector("b")?.textContent) })));
    const before = await chips();
    await page().select("#source-filter", "0");
    await page().until("the hints are counted anew", (/** @type {number} */ sum) => [...document.querySelectorAll("#hint-bar b")].reduce((all, one) => all + Number(one.textContent), 0) < sum, { args: [before.reduce((/** @type {number} */ sum, /** @type {{ rows: number }} */ { rows }) => sum + rows, 0)] });
    const ofFile = await rowCount();
    assert.ok(ofFile < all);
    const after = await chips();
    assert.deepEqual(after.map((/** @type {{ id: string }} */ { id }) => id), before.map((/** @type {{ id: string }} */ { id }) => id));
    for (const { id, rows } of after.filter((/** @type {{ rows: number }} */ { rows }) => rows > 0)) {
      await page().click(`#${id}`);
      await page().rows(rows);
      await page().click("#chip-hint");
      await page().rows(ofFile);
    }
    const [{ id, rows }] = after.filter((/** @type {{ rows: number }} */ { rows }) => rows > 0 && rows < ofFile);
    await page().click(`#${id}`);
    await page().rows(rows);
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("ESCAPE");
    await page().rows(ofFile);
    await page().press("ESCAPE");
    await page().rows(all);
    await page().assertQuiet();
  });
});
