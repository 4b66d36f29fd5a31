// A reader that breaks down costs its file only, says so, and the file can be read again.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { eventXml } from "./harness/bad-input.js";
import { PAGE } from "./harness/page.js";
import { inBothBrowsers } from "./harness/suite.js";
import { withWorker } from "./harness/worker.js";
import { grainBytes, joined } from "../../www/worker/plan.js";

const MIB = 1024 * 1024;
/** More than what is read at a stretch. */
const LARGE = 40 * MIB;
/** The second part begins before. */
const PART_FROM = 12 * MIB;

/** Traps as a core does: by an instruction, and by calls without end that use up the stack. */
const TRAPS = `;
  const trapOf = (body) => new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0, 10, body.length + 4, 1, body.length + 2, 0, ...body, 11,
  ]))).exports.t;
  const traps = { unreachable: trapOf([0]), stack: trapOf([16, 0]) };
`;

/** Breaks the core down, as a bug in it would, when the first file is read; read again it has another number. @param {string} trap */
const breaksReading = (trap) => `${TRAPS}{
  const { Scan } = wasm_bindgen;
  wasm_bindgen.Scan = new Proxy(Scan, {
    construct(target, args) {
      const scan = new target(...args);
      if (args[0] === 0 && args[1] === "breaks.xml") scan.push = traps.${trap};
      return scan;
    },
  });
}`;

/** Breaks down the core that holds the result when it is given what was found in that file. */
const BREAKS_SESSION = `${TRAPS}{
  const { absorb } = wasm_bindgen.Session.prototype;
  wasm_bindgen.Session.prototype.absorb = function (found) {
    if (new TextDecoder().decode(found).includes("/c one")) traps.unreachable();
    return absorb.call(this, found);
  };
}`;

/** Breaks it down whenever it is asked for an export. */
const BREAKS_EXPORT = `${TRAPS}wasm_bindgen.Session.prototype.export = traps.unreachable;`;

/** Breaks down at the second part of that file, when the parts beside it, of both files, have handed over what they found so far. */
const BREAKS_PART = `${TRAPS}{
  const { of_part } = wasm_bindgen.Scan;
  wasm_bindgen.Scan.of_part = function (...args) {
    const scan = of_part.apply(this, args);
    const breaks = args[1] === "breaks.xml" && args[5] > 0 && args[5] < ${PART_FROM};
    const began = performance.now();
    const { push } = scan;
    scan.push = (bytes) => {
      for (const until = performance.now() + 4; performance.now() < until; );
      if (breaks && performance.now() - began > 400) traps.unreachable();
      return push.call(scan, bytes);
    };
    return scan;
  };
}`;

/** A log that is read in parts, and where its events begin. @param {string} name */
function largeLog(name) {
  const events = [];
  const begins = [];
  for (let at = 0; at < LARGE; at += events.at(-1)?.length ?? 0) {
    begins.push(at);
    events.push(`${eventXml({ record: begins.length, second: begins.length % 86_400, command: `cmd.exe /c ${name} ${begins.length % 5}` })}\n`);
  }
  return { text: events.join(""), begins };
}

inBothBrowsers("crash", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-crash-"));
    const built = await readFile(PAGE, "utf8");
    for (const [name, code] of [["unreachable", breaksReading("unreachable")], ["stack", breaksReading("stack")], ["session", BREAKS_SESSION], ["export", BREAKS_EXPORT], ["part", BREAKS_PART]]) {
      await writeFile(join(home, `${name}.html`), withWorker(built, (script) => script + code));
    }
    await writeFile(join(home, "breaks.xml"), eventXml({ record: 1, command: "cmd.exe /c one" }));
    await writeFile(join(home, "good.xml"), eventXml({ record: 2, command: "cmd.exe /c two" }));
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** @param {string} name */
  const open = (name) => page().open(pathToFileURL(join(home, `${name}.html`)).href);
  const both = () => page().drop([join(home, "breaks.xml"), join(home, "good.xml")]);
  const crashed = () => page().until("it is told", () => document.querySelector('#files .file:first-child .problem[data-code="reader_crashed"]') !== null);

  for (const trap of ["unreachable", "stack"]) {
    test(`the file is named, the others go on, and it can be tried again (${trap})`, async () => {
      await open(trap);
      await both();
      await page().done();
      const problem = '#files .file:first-child .problem[data-code="reader_crashed"]';
      assert.match(await page().text(problem), /broke down/);
      assert.match(await page().text("#files .file:first-child"), /breaks\.xml/);
      const report = JSON.parse(await page().exportJson());
      assert.deepEqual(report.sources.map((/** @type {any} */ source) => source.matches), [0, 1]);
      assert.deepEqual(report.sources[0].problems.map((/** @type {any} */ one) => one.code), ["reader_crashed"]);

      await page().click("#retry-0");
      await page().until("it is read again", () => document.querySelectorAll(".problem[data-code=reader_crashed]").length === 0
        && document.documentElement.dataset.phase === "done");
      const again = JSON.parse(await page().exportJson());
      assert.deepEqual(again.groups.map((/** @type {any} */ group) => group.process).sort(), ["cmd.exe /c one", "cmd.exe /c two"]);
      assert.ok(!JSON.stringify(again).includes("reader_crashed"));
    });
  }

  test("a file that was read in part is read anew when it is added again, once and in place of that part", async () => {
    await open("unreachable");
    await both();
    await page().done();
    await crashed();
    await page().choose(["breaks.xml", "good.xml", "breaks.xml"].map((name) => join(home, name)));
    await page().until("it is read", () => document.querySelectorAll(".problem[data-code=reader_crashed]").length === 0
      && document.documentElement.dataset.phase === "done");
    // Between taking the part out and reading the file anew, nothing is read either.
    await page().rows(2);
    assert.match(await page().text(".toast"), /^This file is in the result already.*: good\.xml\./);
    const report = JSON.parse(await page().exportJson());
    assert.deepEqual(report.groups.map((/** @type {any} */ group) => [group.process, group.count]).sort(), [["cmd.exe /c one", 1], ["cmd.exe /c two", 1]]);
    assert.equal(await page().run(() => document.querySelectorAll("#files .file").length), 2);
  });

  test("a part of a file costs itself alone, and what was read beside it counts once", async () => {
    const large = join(home, "large");
    await mkdir(large, { recursive: true });
    const [breaks, good] = [largeLog("one"), largeLog("two")];
    await writeFile(join(large, "breaks.xml"), breaks.text);
    await writeFile(join(large, "good.xml"), good.text);
    await open("part");
    await page().drop([join(large, "breaks.xml"), join(large, "good.xml")]);
    await page().done({ within: 60_000 });
    await crashed();

    const workers = await page().run(() => Math.min(4, navigator.hardwareConcurrency));
    const size = breaks.text.length;
    const grains = Array.from({ length: Math.ceil(size / grainBytes(size)) }, (_, index) => index * grainBytes(size));
    const [, from = 0, to = 0] = joined(grains, size, workers);
    assert.ok(from > 0 && from < PART_FROM, `the second part begins at ${from}`);
    const lost = breaks.begins.filter((at) => at >= from && at < to).length;
    assert.ok(lost > 1000, `${lost} events are lost`);
    const { sources, groups } = JSON.parse(await page().exportJson());
    const counted = [breaks.begins.length - lost, good.begins.length];
    assert.deepEqual(sources.map((/** @type {any} */ source) => [source.records, source.matches]), counted.map((count) => [count, count]));
    assert.deepEqual(sources.map((/** @type {any} */ source) => source.problems.map((/** @type {any} */ one) => one.code)), [["reader_crashed"], []]);
    assert.equal(groups.reduce((/** @type {number} */ sum, /** @type {any} */ group) => sum + group.count, 0), counted[0] + counted[1]);
  });

  test("what breaks the result down costs its file alone", async () => {
    await open("session");
    await both();
    await page().done();
    await crashed();
    const report = JSON.parse(await page().exportJson());
    assert.deepEqual(report.groups.map((/** @type {any} */ group) => group.process), ["cmd.exe /c two"]);
    assert.deepEqual(report.sources.map((/** @type {any} */ source) => source.problems.map((/** @type {any} */ one) => one.code)), [["reader_crashed"], []]);
  });

  test("a result that is built again hides what it hid", async () => {
    await open("export");
    await both();
    await page().done();
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("HOME", "x");
    const banner = () => page().run(() => (document.querySelector("#tuning-banner:not([hidden])")?.textContent ?? "").trim());
    await page().until("a row is hidden", () => document.querySelector("#tuning-banner:not([hidden])") !== null);
    const [said, rows] = [await banner(), await page().texts("#grid .grid-body .c-process .evidence")];
    assert.equal(rows.length, 1);
    await page().run(() => { /** @type {any} */ (document.getElementById("grid")).mark = "before"; });
    const { length } = await page().texts("#files .file");
    assert.equal(length, 2);
    await page().run(() => {
      const { Worker } = window;
      /** @type {any} */ (window).made = 0;
      /** @type {any} */ (window).Worker = function Counted(/** @type {URL} */ url) {
        /** @type {any} */ (window).made += 1;
        return new Worker(url);
      };
    });
    await page().click("#export-csv");
    await page().until("it is there again", () => /** @type {any} */ (window).made > 0
      && document.documentElement.dataset.phase === "done" && document.querySelector("[data-row='0']") !== null);
    await page().until("it hides a row again", () => document.querySelector("#tuning-banner:not([hidden])") !== null);
    assert.equal(await banner(), said);
    assert.deepEqual(await page().texts("#grid .grid-body .c-process .evidence"), rows);
  });

  test("a result that breaks down without a file at fault is built again, but not without end", async () => {
    await open("export");
    await page().drop([join(home, "good.xml")]);
    await page().done();
    // Whoever begins anew has new workers.
    await page().run(() => {
      const { Worker } = window;
      const counts = /** @type {any} */ (window);
      counts.workers = 0;
      counts.Worker = function Counted(/** @type {URL} */ url) {
        counts.workers += 1;
        return new Worker(url);
      };
    });
    for (let time = 0; time < 3; time += 1) {
      const before = await page().run(() => /** @type {any} */ (window).workers);
      await page().click("#export-csv");
      await page().until("it is there again", (/** @type {number} */ before) => /** @type {any} */ (window).workers > before
        && document.documentElement.dataset.phase === "done" && document.querySelector("[data-row='0']") !== null, { args: [before] });
    }
    await page().click("#export-csv");
    await page().until("it says that it can't go on", () => document.querySelector("#fatal:not([hidden])") !== null);
    assert.match(await page().text("#fatal"), /unreachable/);
  });
});
