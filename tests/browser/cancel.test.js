// Cancelling answers at once, keeps what was found, and says that it is partial.

import assert from "node:assert/strict";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventXml } from "./harness/bad-input.js";
import { inBothBrowsers } from "./harness/suite.js";

/** Large enough that no machine has read it before the test cancels. */
const MEBIBYTES = 600;

/** The page promises 200 ms; the rest is for a busy machine. Who does not hear "cancel" is ended after 2000 ms only. */
const AT_ONCE_MS = 1800;

inBothBrowsers("cancel", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-cancel-"));
    const file = await open(join(home, "large.xml"), "w");
    let block = "";
    for (let record = 1; block.length < 1 << 20; record += 1) {
      const parent = record === 1 ? undefined : "C:\\Windows\\explorer.exe";
      block += `${eventXml({ record, second: record, parent })}\n`;
    }
    for (let i = 0; i < MEBIBYTES; i += 1) await file.write(block);
    await file.close();
  });
  after(() => rm(home, { recursive: true, force: true }));

  /**
   * Cancels what an element says of itself that it is at, and notes when it says "done".
   * @param {string} by @param {string} button @param {string} css @param {string} state the name of what it says
   */
  const cancel = async (by, button, css, state) => {
    await page().run((/** @type {string} */ css, /** @type {string} */ state) => {
      const press = () => { /** @type {any} */ (window).pressedAt ??= performance.now(); };
      for (const type of ["pointerdown", "keydown"]) addEventListener(type, press, { capture: true, once: true });
      const node = /** @type {HTMLElement} */ (document.querySelector(css));
      new MutationObserver(() => { if (node.dataset[state] === "done") /** @type {any} */ (window).doneAt ??= performance.now(); }).observe(node, { attributes: true });
    }, css, state);
    if (by === "Esc") await page().press("ESCAPE");
    else await page().click(button);
  };
  /** @param {import("node:test").TestContext} context */
  const atOnce = async (context) => {
    const took = await page().run(() => /** @type {any} */ (window).doneAt - /** @type {any} */ (window).pressedAt);
    context.diagnostic(`${Math.round(took)} ms from the press to what was found until then`);
    assert.ok(took < AT_ONCE_MS, `${took} ms`);
  };

  for (const by of ["the button", "Esc"]) {
    test(`by ${by}`, async (context) => {
      await page().open();
      await page().drop([join(home, "large.xml")]);
      await page().until("a match shows while reading goes on", () =>
        document.documentElement.dataset.phase === "reading" && /[1-9]/.test(document.getElementById("verdict")?.innerText ?? ""));
      await cancel(by, "#cancel", "html", "phase");
      await page().done({ within: 10_000 });
      await atOnce(context);

      const report = JSON.parse(await page().exportJson());
      const [source] = report.sources;
      assert.ok(report.groups.length > 0, "what was found is kept");
      assert.equal(source.complete, false);
      assert.ok(source.problems.some((/** @type {{ code: string }} */ problem) => problem.code === "cancelled"), JSON.stringify(source.problems));
      assert.match(await page().text("body"), /partial/i);
      await page().assertQuiet();
    });
  }

  for (const by of ["the button", "Esc"]) {
    test(`a context, by ${by}`, async (context) => {
      await page().open();
      await page().drop([join(home, "large.xml")]);
      await page().done({ within: 60_000 });
      await page().until("a row is there", () => document.querySelector("[data-row='0']") !== null);
      await page().click("[data-row='0'] .c-process_name");
      await page().until("the event is there", () => document.querySelector("#details .raw") !== null);
      await page().click("#context-read");
      await page().until("it reads", () => document.getElementById("context")?.dataset.state === "reading");
      await cancel(by, "#context-stop", "#context", "state");
      await page().until("the context is there", () => document.getElementById("context")?.dataset.state === "done");
      await atOnce(context);
      assert.match(await page().text("#context"), /Partial: reading was stopped/);
      assert.ok((await page().text("#details")).length > 0, "the details stay open");
      await page().assertQuiet();
    });
  }

  test("what a cancel left is read by one press", async () => {
    await page().open();
    await page().drop([join(home, "large.xml")]);
    await page().until("a match shows while reading goes on", () =>
      document.documentElement.dataset.phase === "reading" && /[1-9]/.test(document.getElementById("verdict")?.innerText ?? ""));
    await page().press("ESCAPE");
    await page().done({ within: 10_000 });
    assert.match(await page().text("#incomplete"), /cancelled before 1 file was read to the end\./);
    await page().click("#read-on");
    await page().until("it is read again", () => document.documentElement.dataset.phase === "reading");
    await page().done({ within: 60_000 });
    const report = JSON.parse(await page().exportJson());
    assert.deepEqual(report.sources.map((/** @type {{ complete: boolean }} */ { complete }) => complete), [true]);
    assert.equal(report.totals.incomplete, 0);
    assert.equal(await page().run(() => document.getElementById("incomplete")?.checkVisibility()), false);
    await page().assertQuiet();
  });

  test("Esc closes what is open first", async () => {
    await page().open();
    await page().drop([join(home, "large.xml")]);
    await page().until("a row is there while reading goes on", () => document.documentElement.dataset.phase === "reading" && document.querySelector("[data-row='0']") !== null);
    const reads = async () => assert.equal(await page().run(() => document.documentElement.dataset.phase), "reading");
    await page().press("f", "ESCAPE");
    await page().until("the drawer is closed", () => document.getElementById("tuning")?.checkVisibility() === false);
    await reads();
    await page().press("/", "c", "ESCAPE");
    await page().until("the search is empty", () => /** @type {HTMLInputElement} */ (document.getElementById("search")).value === "");
    await reads();
    await page().press("ESCAPE");
    await page().until("and left", () => document.activeElement?.id === "grid");
    await reads();
    await page().press("ESCAPE");
    await page().done({ within: 10_000 });
    assert.match(await page().text("body"), /partial/i);
    await page().assertQuiet();
  });
});
