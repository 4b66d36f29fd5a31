// A reader that breaks down costs its file only, says so, and the file can be read again.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { eventXml } from "./harness/bad-input.js";
import { PAGE } from "./harness/page.js";
import { inBothBrowsers } from "./harness/suite.js";
import { withWorker } from "./harness/worker.js";

/** Breaks the core down, as a bug in it would, when the first file is read; read again it has another number. */
const BREAKS = `;{
  const { Scan } = wasm_bindgen;
  wasm_bindgen.Scan = new Proxy(Scan, {
    construct(target, args) {
      const scan = new target(...args);
      if (args[0] === 0 && args[1] === "breaks.xml") scan.push = () => { throw new WebAssembly.RuntimeError("unreachable"); };
      return scan;
    },
  });
}`;

inBothBrowsers("crash", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-crash-"));
    const built = await readFile(PAGE, "utf8");
    await writeFile(join(home, "page.html"), withWorker(built, (script) => script + BREAKS));
    await writeFile(join(home, "breaks.xml"), eventXml({ record: 1, command: "cmd.exe /c one" }));
    await writeFile(join(home, "good.xml"), eventXml({ record: 2, command: "cmd.exe /c two" }));
  });
  after(() => rm(home, { recursive: true, force: true }));

  test("the file is named, the others go on, and it can be tried again", async () => {
    await page().open(pathToFileURL(join(home, "page.html")).href);
    await page().drop([join(home, "breaks.xml"), join(home, "good.xml")]);
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
});
