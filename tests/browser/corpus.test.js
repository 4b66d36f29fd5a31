// Real logs of every form through the built page: its own JSON export is the command line's, byte for byte, and
// both say what an independent program found.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CORPUS, NO_CORPUS, assertSameReport, comparable, expected, log } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

/** All of them: EVTX, XML, JSON and CSV, plain and in archives, whole and damaged. */
const LOGS = NO_CORPUS ? [] : readdirSync(join(CORPUS, "expected")).map((name) => name.replace(/\.json$/, "")).sort();

/**
 * Where the expected number of records is known to be wrong: two events have no event_data, which that program takes
 * for no events.
 * @type {Record<string, number>}
 */
const RECORDS = { "json_winlogbeat6_empire_invoke_wmi.tar.gz": 5189 };

inBothBrowsers("real logs", (page) => {
  test("the real logs are there", { skip: NO_CORPUS }, () => assert.ok(LOGS.length >= 12));

  for (const name of LOGS) {
    test(name, async () => {
      await page().open();
      await page().drop([log(name)]);
      await page().done({ within: 120_000 });
      await page().hashed();
      const exported = await page().exportJson();

      await assertSameReport(exported, ["--sha256", name], CORPUS);

      const report = JSON.parse(exported);
      const known = await expected(name);
      const groups = comparable(report.groups);
      const lost = comparable(known.groups).filter((group) => !groups.includes(group));
      assert.deepEqual(lost, [], "no group is lost");
      assert.equal(report.sources[0].sha256, known.sha256);
      const { totals } = report;
      // Classic WinEventLog text is no event here: it is counted as not understood.
      if (known.format === "splunk-classic-text") totals.records = totals.unreadable;
      const wanted = { records: RECORDS[name] ?? known.records, process_creations: known.process_creations, matches: known.matches, groups: known.groups.length };
      for (const [count, number] of Object.entries(wanted)) {
        // Of a damaged file, more than the other program read is no fault.
        if (known.damaged) assert.ok(totals[count] >= number, `${count}: ${totals[count]}, not ${number}`);
        else assert.equal(totals[count], number, count);
      }
      await page().assertQuiet();
    });
  }

  test("several at once, in the order they were dropped", { skip: NO_CORPUS }, async () => {
    const names = [
      "conv_evtx_dump.jsonl", "evtx_wmiexec_impacket.evtx", "conv_splunk_xmlwineventlog.log.gz",
      "conv_splunk_xmlwineventlog_nomatch_crlf.log", "conv_zip_of_mixed_formats.zip",
    ];
    await page().open();
    await page().drop(names.map(log));
    await page().done({ within: 120_000 });
    await page().hashed();
    const exported = await page().exportJson();
    await assertSameReport(exported, ["--sha256", ...names], CORPUS);
    const report = JSON.parse(exported);
    assert.deepEqual(report.sources.map((/** @type {{ name: string }} */ source) => source.name), names);
  });
});
