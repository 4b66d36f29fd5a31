// The answers without a row. None is bare, none is an all-clear, each says what to do next.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventXml } from "./harness/bad-input.js";
import { NO_CORPUS, log } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

const EXPLORER = "C:\\Windows\\explorer.exe";

const CASES = [
  {
    kind: "no_match",
    bytes: [1, 2, 3].map((record) => eventXml({ record, second: record, parent: EXPLORER, host: `ws${record}.example` })).join("\n"),
    says: [/3 process creations/, /ws1\.example/, /ws3\.example/, /2024-05-01/],
  },
  {
    kind: "no_process_creations",
    bytes: [3, 22, 22].map((id, record) => eventXml({ record, id })).join("\n"),
    says: [/no process creations/i, /22/, /Microsoft-Windows-Sysmon\/Operational/],
  },
  {
    kind: "no_process_creations",
    bytes: [1, 2].map((record) => eventXml({ record, id: 4688, provider: "Microsoft-Windows-Security-Auditing" }).replace("Microsoft-Windows-Sysmon/Operational", "Security")).join("\n"),
    says: [/no process creations of Sysmon/i, /The 2 events with EventID 4688 of the Security log are process creations too/],
  },
  {
    kind: "coverage_unknown",
    bytes: `${eventXml({ record: 1, parent: EXPLORER })}\n${eventXml({ record: 2 }).slice(0, -80)}`,
    says: [/not everything could be read/i],
  },
  { kind: "nothing_read", bytes: "this is no log\n".repeat(50), says: [/No event was read/] },
];

inBothBrowsers("no match", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-none-"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** @param {string} kind */
  const shown = async (kind) => {
    await page().done();
    const found = await page().run(() => {
      const node = document.getElementById("no-match");
      return node?.checkVisibility() ? { kind: node.dataset.kind, text: node.innerText } : null;
    });
    assert.equal(found?.kind, kind);
    assert.match(found.text, /Next/);
    await page().assertQuiet();
    return found.text;
  };

  for (const { kind, bytes, says } of CASES) {
    test(kind, async () => {
      const path = join(home, `${kind}.log`);
      await writeFile(path, bytes);
      await page().open();
      await page().drop([path]);
      const text = await shown(kind);
      for (const words of says) assert.match(text, words);
      assert.doesNotMatch(text, /\bsafe\b|\bclean\b|no threat/i);
    });
  }

  test("a real log without a match", { skip: NO_CORPUS }, async () => {
    await page().open();
    await page().drop([log("conv_splunk_xmlwineventlog_nomatch_crlf.log")]);
    assert.match(await shown("no_match"), /175 process creations/);
  });
});
