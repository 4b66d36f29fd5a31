// Input that is made to bring the page down: it goes on answering, its memory stays bounded, it names what it met, and
// the file beside it counts.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { eventJson, eventXml } from "./harness/bad-input.js";
import { peak } from "./harness/processes.js";
import { inBothBrowsers } from "./harness/suite.js";

const MIB = 1 << 20;
/** The page's own thread answers after so long at the latest, on a machine that has much else to do. */
const DEAF_MS = 5000;
/** What a tab may take, of which a browser's own share is a few hundred MiB. */
const TAB_MIB = 1500;

/** So many events, each a row of its own. @param {number} first @param {number} count @param {string} [filling] */
const rows = (first, count, filling = "") => Array.from({ length: count }, (_, at) => eventXml({ record: first + at, command: `x ${first + at} ${filling}` })).join("\n");

/** Unpacked, the same bytes over and over. @param {Buffer} bytes @param {number} times */
const repeated = (bytes, times) => Buffer.concat(Array.from({ length: times }, () => bytes));
const letters = gzipSync(Buffer.alloc(32 * MIB, "a"));

/** A zip of so many empty members, whose directory says so. @param {number} members */
function zipOf(members) {
  const local = Buffer.alloc(40);
  local.write("PK\x03\x04", "latin1");
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(10, 26);
  const central = Buffer.alloc(56);
  central.write("PK\x01\x02", "latin1");
  central.writeUInt16LE(20, 4);
  central.writeUInt16LE(20, 6);
  central.writeUInt16LE(10, 28);
  const [files, directory] = [Buffer.alloc(40 * members), Buffer.alloc(56 * members)];
  for (let at = 0; at < members; at += 1) {
    const name = String(at).padStart(10, "0");
    local.copy(files, 40 * at);
    files.write(name, 40 * at + 30);
    central.copy(directory, 56 * at);
    directory.writeUInt32LE(40 * at, 56 * at + 42);
    directory.write(name, 56 * at + 46);
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(members, 8);
  end.writeUInt16LE(members, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(files.length, 16);
  return Buffer.concat([files, directory, end]);
}

/** A member of a tar, without the end of the archive. @param {string} name @param {string} text */
function tarMember(name, text) {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write(`${Buffer.byteLength(text).toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0        0", 136);
  header.write("ustar\x0000", 257);
  header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
  body.write(text);
  return Buffer.concat([header, body]);
}

/**
 * Each bomb: its bytes, the kinds of problems that must be told of it, and what the page must say.
 * @type {Record<string, { bytes: () => Buffer, codes: string[], says?: RegExp, matches?: number, mib?: number }>}
 */
const BOMBS = {
  // A label for each of these, in each row, would be a million elements.
  "rows of what can't be seen.xml": { bytes: () => Buffer.from(rows(1, 60, "\u200b\u200c".repeat(16_000))), codes: [], matches: 60 },
  "values of megabytes.xml": { bytes: () => Buffer.from(rows(1, 6, "<a>".repeat(400_000))), codes: [], matches: 6 },
  "half a gigabyte of zeros.gz": { bytes: () => repeated(gzipSync(Buffer.alloc(32 * MIB)), 16), codes: ["not_a_log", "unknown_format"], says: /no event log/i },
  "an event of a quarter of a gigabyte.xml.gz": {
    bytes: () => Buffer.concat([gzipSync(`${eventXml({ record: 7 })}\n<Event><EventData><Data>`), repeated(letters, 8)]),
    codes: ["over_limit"], says: /16 MiB/, matches: 1,
  },
  "a JSON text of a quarter of a gigabyte.json.gz": {
    bytes: () => Buffer.concat([gzipSync(`${eventJson(7)}\n{"EventID":1,"a":"`), repeated(letters, 8)]),
    codes: ["over_limit"], says: /64 MiB/, matches: 1,
  },
  "keys and depth.json.gz": {
    bytes: () => repeated(gzipSync(`{"${"k".repeat(10 * MIB)}":1}\n{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}\n${eventJson(7)}\n`), 5),
    codes: ["damaged_record", "not_an_event"], matches: 5,
  },
  "eight layers.gz": {
    bytes: () => Array.from({ length: 8 }).reduce((/** @type {Buffer} */ inner) => gzipSync(inner), Buffer.from(eventXml())),
    codes: ["nested_too_deep"], says: /layers/,
  },
  "entities.xml": {
    bytes: () => Buffer.from(`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">${Array.from({ length: 30 }, (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`).join("")}]><Events>${eventXml({ record: 7, command: "ENTITY" }).replace("ENTITY", "&a30;")}</Events>`),
    codes: ["stray_text"], matches: 1,
  },
  "sixty thousand members.zip": { bytes: () => zipOf(60_000), codes: ["not_a_log", "unknown_format"] },
  "ten thousand logs.tar.gz": {
    bytes: () => repeated(gzipSync(repeated(tarMember("a.xml", eventXml({ record: 7 })), 1000)), 10), codes: ["no_end", "same_events"], matches: 10_000,
  },
  "twenty thousand rows.xml.gz": {
    bytes: () => gzipSync(rows(0, 20_000, "y".repeat(1000)), { level: 1 }),
    codes: [], matches: 20_000,
  },
};
// Two minutes, so by hand: `BY_HAND=1 cargo xtask test browser`. The most memory goes into the JSON export of all rows kept.
if (process.env.BY_HAND) {
  BOMBS["three million rows.xml.gz"] = {
    bytes: () => Buffer.concat(Array.from({ length: 30 }, (_, part) => gzipSync(rows(part * 100_000, 100_000), { level: 1 }))),
    codes: ["rows_left_out"], says: /512 MiB/, matches: 3_000_000, mib: 3000,
  };
}

inBothBrowsers("hostile", (page, kind) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-hostile-"));
    await writeFile(join(home, "good.xml"), eventXml({ command: "cmd.exe /c beside" }));
  });
  after(() => rm(home, { recursive: true, force: true }));

  for (const [name, { bytes, codes, says, matches, mib = TAB_MIB }] of Object.entries(BOMBS)) {
    test(name, async () => {
      await writeFile(join(home, name), bytes());
      await page().open();
      // The longest that the page's own thread was deaf, from the drop to the result.
      await page().run(() => {
        const page = document.documentElement;
        let last = performance.now();
        let worst = 0;
        setInterval(() => {
          const now = performance.now();
          worst = Math.max(worst, now - last);
          last = now;
          page.dataset.deaf = String(Math.round(worst));
        }, 20);
      });
      await page().drop([join(home, "good.xml"), join(home, name)]);
      await page().done({ within: 300_000 });
      const report = JSON.parse(await page().exportJson());
      const deaf = Number(await page().run(() => document.documentElement.dataset.deaf));
      const kib = await peak();
      console.log(`${kind}: ${name}: deaf for ${deaf} ms, ${kib === null ? "memory not told" : `${Math.round(kib / 1024)} MiB`}`);

      const [good, bomb] = report.sources;
      assert.deepEqual([...new Set(bomb.problems.map((/** @type {any} */ one) => one.code))].sort(), codes);
      assert.equal(bomb.matches, matches ?? 0);
      assert.deepEqual([good.matches, good.problems], [1, []], "the file beside it");
      assert.ok(report.groups.some((/** @type {any} */ row) => row.process === "cmd.exe /c beside"));
      for (const code of codes) assert.ok((await page().text(`#files .problem[data-code="${code}"]`)).length > 20, code);
      if (says) assert.match(await page().text("#files"), says);
      assert.ok(deaf > 0 && deaf < DEAF_MS, `deaf for ${deaf} ms`);
      if (kib !== null) assert.ok(kib > 10 * 1024 && kib < mib * 1024, `${Math.round(kib / 1024)} MiB`);
      await page().assertQuiet();
      await rm(join(home, name));
    });
  }

  test("unlike characters that can't be seen, in a row, are broken into lines", async () => {
    await writeFile(join(home, "unlike.xml"), eventXml({ command: `cmd.exe /c ${"\u200b\u200c".repeat(60)}whoami` }));
    await page().open();
    await page().drop([join(home, "unlike.xml")]);
    await page().done();
    await page().click("#grid [data-row='0'] .c-process_name");
    await page().until("the event is there", () => document.querySelector("#details .raw") !== null);
    const wide = await page().run(() => [...document.querySelectorAll("#details, #details *")].filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1 && !one.closest(".raw")).map((one) => `${one.tagName} ${one.className}`));
    assert.deepEqual(wide, []);
    await page().assertQuiet();
  });

  test("a tooltip cuts no character in two", async () => {
    await writeFile(join(home, "pair.xml"), eventXml({ command: `${"a".repeat(999)}\u{1f642}${"a".repeat(99)}` }));
    await page().open();
    await page().drop([join(home, "pair.xml")]);
    await page().done();
    await page().until("the row is there", () => document.querySelector("#grid [data-row='0'] .c-process") !== null);
    assert.equal(await page().run(() => document.querySelector("#grid [data-row='0'] .c-process")?.getAttribute("title")), "a".repeat(999));
  });

  test("what can't be seen pushes nothing out of sight", async () => {
    await writeFile(join(home, "unseen.xml"), eventXml({ command: `cmd.exe /c ${"\u200b".repeat(32_000)}whoami` }));
    await page().open();
    await page().drop([join(home, "unseen.xml")]);
    await page().done();
    await page().until("the row is there", () => document.querySelector("#grid [data-row='0'] .c-process .evidence") !== null);
    assert.equal(await page().run(() => document.querySelector("#grid [data-row='0'] .c-process .evidence")?.textContent), "cmd.exe /c \u2039U+200B\u203a\u00d732000whoami");
  });

  test("two rows that differ in a blank at the end look different", async () => {
    await writeFile(join(home, "ends.xml"), ["cmd.exe", "cmd.exe "].map((command) => eventXml({ command })).join("\n"));
    await page().open();
    await page().drop([join(home, "ends.xml")]);
    await page().done();
    await page().until("the rows are there", () => document.querySelectorAll("#grid .c-process .evidence").length === 2);
    const shown = await page().run(() => [...document.querySelectorAll("#grid .c-process .evidence")].map((one) => one.textContent).sort());
    assert.deepEqual(shown, ["cmd.exe", "cmd.exe\u2423"]);
  });
});
