// A session that answers late: what the page shows still belongs together, no key is lost, and starting over waits for
// nothing.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { eventJson, eventXml, zipOf } from "./harness/bad-input.js";
import { makeCase } from "./harness/case.js";
import { PAGE } from "./harness/page.js";
import { inBothBrowsers } from "./harness/suite.js";
import { withWorker } from "./harness/worker.js";

/** Answers come late and hashes later, and all messages of a worker in their order. */
const LATE = `;{
  const post = self.postMessage.bind(self);
  let last = Promise.resolve();
  self.postMessage = (message, transfer) => {
    const waits = { answer: 600, hashed: 5000 }[message.type] ?? 0;
    last = last.then(() => new Promise((done) => setTimeout(done, waits))).then(() => post(message, transfer ?? []));
  };
}
`;

inBothBrowsers("a slow session", (page) => {
  /** @type {string} */
  let home;
  /** @type {string[]} */
  let logs;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-slow-"));
    logs = await makeCase(home);
    const built = await readFile(PAGE, "utf8");
    await writeFile(join(home, "page.html"), withWorker(built, (script) => LATE + script));
  });
  after(() => rm(home, { recursive: true, force: true }));

  const read = async () => {
    await page().open(pathToFileURL(join(home, "page.html")).href);
    await page().drop(logs);
    await page().done();
    await page().rows(90);
  };

  test("the banner comes with what it says, and with the rows that are to go", async () => {
    await read();
    await page().run(() => {
      const banner = /** @type {HTMLElement} */ (document.getElementById("tuning-banner"));
      new MutationObserver(() => {
        /** @type {any} */ (window).first ??= { says: banner.textContent, rows: document.getElementById("grid")?.dataset.rows };
      }).observe(banner, { attributes: true, attributeFilter: ["hidden"] });
      document.getElementById("grid")?.focus();
    });
    await page().press("x");
    await page().until("rows are hidden", () => document.querySelector("#tuning-banner:not([hidden])") !== null);
    const { says, rows } = await page().run(() => /** @type {any} */ (window).first);
    assert.match(says, /1 exclusion/);
    assert.equal(rows, "coming");
    await page().assertQuiet();
  });

  test("a change is undone before it is there", async () => {
    await read();
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("x");
    await page().chord("CONTROL", "z");
    await page().until("it is undone", () => /^Undone/.test(document.querySelector(".toast")?.textContent ?? ""));
    await page().rows(90);
    await page().assertQuiet();
  });

  test("on the way to a timeline that is still to come, one gets there", async () => {
    await read();
    await page().press("/", "zzz");
    await page().until("no row is left, nor a timeline", () => document.querySelector(".nothing")?.checkVisibility() && document.querySelector("#timeline.idle") !== null);
    await page().press("ESCAPE");
    await page().run(() => /** @type {HTMLElement} */ (document.activeElement).blur());
    // It says no more why it is empty, and the rows are awaited, too.
    const coming = () => page().run(() => document.querySelector("#timeline.coming") !== null);
    for (let tries = 0; tries < 100 && !(await coming()); tries += 1);
    await page().press("t");
    assert.equal(await coming(), true, "it is still to come");
    await page().until("the focus is there", () => document.activeElement?.id === "timeline-plot");
    await page().assertQuiet();
  });

  test("nothing of an event stands, is copied or asked for under the number of the next", async () => {
    await read();
    await page().run(() => document.querySelector("#head-count button")?.dispatchEvent(new MouseEvent("click", { bubbles: true })));
    await page().run(() => document.querySelector("#head-count button")?.dispatchEvent(new MouseEvent("click", { bubbles: true })));
    await page().until("the row with most events is the first", () => document.querySelector("#grid[data-rows=here] [data-row='0'] .c-count")?.textContent === "2 events");
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("ENTER");
    await page().until("its event is there", () => document.querySelector("#details .raw") !== null);
    const raw = () => page().run(() => document.querySelector("#details .raw")?.textContent);
    const first = await raw();
    const next = await page().run(() => {
      const [copy] = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#details .head .button")].filter((one) => one.textContent === "Copy raw event"));
      const context = document.getElementById("context-read");
      copy?.focus();
      document.querySelector("#details .stepper .button:last-child")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
      const position = () => document.querySelector("#details .position")?.textContent;
      return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
        const before = position();
        copy?.click();
        context?.click();
        setTimeout(() => done({ before, after: position(), raw: document.querySelector("#details .raw") !== null, context: document.getElementById("context") !== null,
          says: document.querySelector("#details .details-body")?.textContent, toast: document.querySelector(".toast span")?.textContent ?? "" }), 300);
      })));
    });
    assert.deepEqual([next.before, next.after, next.raw, next.context], ["Event 2 of 2", "Event 2 of 2", false, false]);
    assert.match(next.says, /Reading this event again/);
    assert.doesNotMatch(await page().text(".toast"), /Copied/);
    await page().until("the next event is there", () => document.querySelector("#details .raw") !== null);
    assert.notEqual(await raw(), first);
    assert.equal(await page().run(() => document.querySelector("#context")?.getAttribute("data-state")), "idle", "no context was asked for");
    await page().assertQuiet();
  });

  /** What was hashed is written out, and what has the focus is the same as before. */
  const hashedBeside = async () => {
    await page().run(() => { /** @type {any} */ (window).held = document.activeElement; });
    await page().until("a SHA-256 is there", () => document.querySelector("#files .sha code") !== null);
    assert.equal(await page().run(() => document.activeElement === /** @type {any} */ (window).held), true, await page().focus());
  };

  test("a SHA-256 that arrives takes the focus from nobody", async () => {
    await writeFile(join(home, "none.xml"), eventXml({ parent: "C:\\Windows\\explorer.exe" }));
    await page().open(pathToFileURL(join(home, "page.html")).href);
    await page().drop([join(home, "none.xml")]);
    await page().done();
    await page().click("#toggle-files");
    await page().run(() => /** @type {HTMLElement} */ (document.querySelector("#no-match h2")).focus());
    await hashedBeside();
    await page().open(pathToFileURL(join(home, "page.html")).href);
    await page().drop([join(home, "none.xml")]);
    await page().done();
    await page().click("#toggle-files");
    await page().click("#funnel [data-step=records]");
    await page().until("its panel is there", () => document.querySelector("#funnel-panel [role=region]") !== null);
    await page().run(() => /** @type {HTMLElement} */ (document.querySelector("#funnel-panel [role=region]")).focus());
    await hashedBeside();
    await page().assertQuiet();
  });

  test("of a file, what was unfolded stays so when its SHA-256 arrives", async () => {
    const broken = Buffer.from(`${eventJson(1)}\n{"Event": oh\n${eventJson(2)}\n{"Event": no\n`);
    await writeFile(join(home, "two.zip"), zipOf(["a.jsonl", "b.jsonl"].map((name) => ({ name, data: broken }))));
    await page().open(pathToFileURL(join(home, "page.html")).href);
    await page().drop([join(home, "two.zip")]);
    await page().done();
    const unfolded = () => page().run(() => [.../** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("#files details"))].map((one) => `${one.className} ${one.open}`));
    await page().run(() => document.querySelector("#files details.members")?.setAttribute("open", ""));
    assert.deepEqual(await unfolded(), ["places false", "places false", "members true"]);
    await page().until("its SHA-256 is there", () => document.querySelector("#files .sha code") !== null);
    assert.deepEqual(await unfolded(), ["places false", "places false", "members true"]);
    await page().assertQuiet();
  });

  test("started over while rows are awaited, it shows the next ones, and they can be tuned", async () => {
    await read();
    // Both at once, so that no answer comes between.
    await page().run(() => {
      document.getElementById("head-process")?.querySelector("button")?.click();
      return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
        document.getElementById("again")?.click();
        document.getElementById("again-yes")?.click();
        done(null);
      })));
    });
    await page().until("it is empty", () => document.documentElement.dataset.phase === "empty");
    await page().drop(logs);
    await page().done();
    await page().rows(90);
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("x");
    await page().until("rows are hidden", () => document.querySelector("#tuning-banner:not([hidden])") !== null);
    await page().assertQuiet();
  });
});
