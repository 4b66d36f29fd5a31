// What is read side by side: the members of an archive and the parts of a CSV give the report of the command line,
// which reads both front to back.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventXml, zipOf } from "./harness/bad-input.js";
import { assertSameReport } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

const MIB = 1024 * 1024;

/** @param {number} number */
const event = (number) => eventXml({ id: number % 9 ? 11 : 1, record: number + 1, second: number % 86_400, command: `tool.exe --number ${number % 50}`, image: `C:\\Tools\\t${number % 9}.exe`, host: `ws${number % 7}.example` });

/** Event XML of about this size. @param {number} bytes @param {number} first */
function log(bytes, first) {
  const lines = [];
  for (let length = 0, number = first; length < bytes; number += 1) {
    lines.push(event(number), "\n");
    length += (lines.at(-2)?.length ?? 0) + 1;
  }
  return Buffer.from(lines.join(""));
}

/** Rows whose message has many lines, and quotes. @param {number} bytes */
function csv(bytes) {
  const rows = ["\"_raw\",\"Message\"\r\n"];
  for (let length = 0, number = 0; length < bytes; number += 1) {
    const message = `Process Create:\r\nCommandLine: "tool.exe" -n ${number}\r\n\r\n`.repeat(1 + (number % 40));
    const row = [event(number), message].map((cell) => `"${cell.replaceAll("\"", "\"\"")}"`).join(",");
    rows.push(row, "\r\n");
    length += row.length + 2;
  }
  return rows.join("");
}

inBothBrowsers("files that are read side by side", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-parts-"));
    const members = Array.from({ length: 9 }, (_, index) => ({ name: `logs/${index}.xml`, data: log(index === 4 ? 6 * MIB : MIB, 1000 * index), deflated: index % 2 === 1 }));
    const others = [{ name: "readme.txt", data: Buffer.from("Collected by night.\n") }, { name: "secret.evtx", data: Buffer.alloc(3 * MIB, 7), encrypted: true }];
    await writeFile(join(home, "logs.zip"), zipOf([...members, ...others]));
    await writeFile(join(home, "messages.csv"), csv(34 * MIB));
  });
  after(() => rm(home, { recursive: true, force: true }));

  for (const name of ["logs.zip", "messages.csv"]) {
    test(name, async () => {
      await page().open();
      await page().drop([join(home, name)]);
      await page().done({ within: 180_000 });
      await page().hashed();
      const told = await assertSameReport(await page().exportJson(), ["--sha256", name], home);
      const { totals } = JSON.parse(told.stdout);
      assert.ok(totals.matches > 1000, `${totals.matches} matches`);
      await page().assertQuiet();
    });
  }
});
