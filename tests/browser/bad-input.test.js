// Bad input gets a sentence that says what, where, why and what next; the other files count all the same.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventXml, makeBadInput } from "./harness/bad-input.js";
import { NO_CORPUS, assertSameReport, log } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

inBothBrowsers("bad input", (page) => {
  /** @type {string} */
  let home;
  /** @type {Awaited<ReturnType<typeof makeBadInput>>} */
  let kinds;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-bad-"));
    await writeFile(join(home, "good.xml"), eventXml({ record: 77, command: "cmd.exe /c good" }));
    kinds = await makeBadInput(home);
    if (!NO_CORPUS) {
      const whole = await readFile(log("evtx_dirty_header_1_of_9_chunks.evtx"));
      const cut = { name: "cut.evtx", path: join(home, "cut.evtx"), matches: null, says: /cut|truncated|ends|incomplete/i };
      await writeFile(cut.path, whole.subarray(0, 4096 + 65536 + 30_000));
      kinds.push(/** @type {any} */ (cut));
    }
  });
  after(() => rm(home, { recursive: true, force: true }));

  test("each kind is explained at its file, beside a good one", async (context) => {
    for (const { name, path, matches, says } of kinds) {
      await context.test(name, async () => {
        await page().open();
        await page().drop([path, join(home, "good.xml")]);
        await page().done({ within: 60_000 });
        await page().hashed();
        const exported = await page().exportJson();
        const report = JSON.parse(exported);
        const [bad, good] = report.sources;
        assert.equal(good.matches, 1, "the good file counts");
        assert.ok(report.groups.some((/** @type {{ process: string }} */ group) => group.process === "cmd.exe /c good"));
        if (matches !== null) assert.equal(bad.matches, matches, "what stands in the bad file beside the damage");

        const said = bad.problems.map((/** @type {{ message: string }} */ problem) => problem.message).join("\n");
        if (says) {
          assert.match(said, says);
          for (const problem of bad.problems) {
            for (const part of ["severity", "code", "message", "next"]) assert.ok(problem[part], `${part} of ${JSON.stringify(problem)}`);
          }
          // What the report says stands on the page, at that file.
          if (!(await page().run(() => document.querySelector("#files-list")?.checkVisibility()))) await page().click("#toggle-files");
          const shown = await page().text("#files .file:first-child");
          assert.ok(shown.includes(bad.problems[0].code) || shown.includes(bad.problems[0].message), shown);
          assert.ok(shown.includes(bad.problems[0].next), shown);
        }
        await assertSameReport(exported, ["--sha256", name, "good.xml"], home);
        await page().assertQuiet();
      });
    }
  });

  test("all at once", async () => {
    await page().open();
    await page().drop([join(home, "good.xml"), ...kinds.map(({ path }) => path)]);
    await page().done({ within: 60_000 });
    const report = JSON.parse(await page().exportJson());
    assert.equal(report.sources.length, kinds.length + 1);
    assert.equal(report.sources[0].matches, 1);
    const names = await page().texts("#files .file-line .file-name");
    assert.equal(names.length, kinds.length + 1);
    assert.equal(names.at(-1), "good.xml", "those with something to tell stand before it");
    await page().assertQuiet();
  });
});
