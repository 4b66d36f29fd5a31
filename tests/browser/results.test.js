// The table and the evidence behind a row.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { eventJson, eventXml } from "./harness/bad-input.js";
import { CORPUS, NO_CORPUS, commandLine, log } from "./harness/corpus.js";
import { PAGE } from "./harness/page.js";
import { inBothBrowsers } from "./harness/suite.js";

/** What the details must show of one real event in each form a log has. */
const EVENTS = [
  { name: "evtx_wmiexec_impacket.evtx", form: /<ParentImage>|Name=["']ParentImage["']/ },
  { name: "conv_splunk_xmlwineventlog_multihost.log", form: /<Data Name='ParentImage'>/ },
  { name: "conv_eventviewer_utf16le_bom.xml", form: /<Event / },
  { name: "conv_evtx_dump.jsonl", form: /^\s*\{/ },
  { name: "conv_splunk_export.csv", form: /<Event / },
  { name: "conv_zip_of_mixed_formats.zip", form: /./ },
  { name: "json_winlogbeat6_empire_invoke_wmi.tar.gz", form: /^\s*\{/ },
];

inBothBrowsers("results", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-results-"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** @param {string} column @returns {Promise<string[]>} */
  const column = (column) => page().texts(`#grid .grid-body .c-${column} .evidence, #grid .grid-body .c-${column}.time .cell-text`);
  /** @param {number} rows */
  const rowsShown = (rows) => page().until(`the table has ${rows} rows`, (/** @type {number} */ rows) => {
    const grid = document.getElementById("grid");
    const drawn = document.querySelectorAll("#grid .grid-body .row").length;
    return grid?.getAttribute("aria-rowcount") === String(rows + 1) && drawn > 0 && drawn <= rows;
  }, { args: [rows] });
  const detailsShown = () => page().until("the event was read again", () => document.querySelector("#details .raw, #details [role=alert]") !== null);

  /** The details of the one row of a log. @param {string} path */
  const openOnly = async (path) => {
    await page().open();
    await page().drop([path]);
    await page().done();
    await rowsShown(1);
    await page().click("[data-row='0'] .c-process_name");
    await detailsShown();
  };

  test("started over, the page holds nothing of the case before", async () => {
    const path = join(home, "secret.xml");
    await writeFile(path, [1, 2, 3].map((record) => eventXml({ record, second: record, host: "host-secret", user: "EXAMPLE\\user-secret", image: "C:\\secret.exe", command: "secret.exe secret-value powershell -enc secret" })).join("\n"));
    await page().open();
    await page().drop([path]);
    await page().done();
    await page().click("[data-step=process_creations]");
    await page().select("#stack", "user");
    await page().until("it is stacked", () => document.querySelector("#grid .row.stacked") !== null);
    await page().select("#stack", "");
    await rowsShown(3);
    await page().click("[data-row='0'] .c-process_name");
    await detailsShown();
    await page().click("#context-read");
    await page().until("the context is there", () => document.querySelector("#context[data-state=done]") !== null);
    await page().run(() => document.getElementById("close-details")?.click());
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("x");
    await page().until("the row is hidden", () => document.querySelector("#no-match:not([hidden])") !== null);
    await page().press("f");
    await page().until("the tuning is open", () => /secret/.test(document.querySelector("#tuning")?.textContent ?? ""));
    await page().click("#no-match-show-all");
    // Rows of before may stand there until the table comes back.
    await page().until("the table has the focus", () => document.activeElement?.id === "grid");
    await rowsShown(3);
    await page().until("a row is there, and marked", () => {
      const marked = document.getElementById("grid")?.getAttribute("aria-activedescendant");
      return !!marked && (document.getElementById(marked)?.textContent ?? "") !== "";
    });
    await page().press("m");
    await page().until("the menu is open", () => document.querySelector("#menu:not([hidden])") !== null);
    await page().press("ESCAPE");
    await page().press("/", "no-secret");
    await page().until("nothing is found", () => /no-secret/.test(document.querySelector(".nothing")?.textContent ?? ""));
    await page().run(() => {
      document.getElementById("again")?.click();
      document.getElementById("again-yes")?.click();
    });
    await page().until("it is empty", () => document.documentElement.dataset.phase === "empty");
    const left = await page().run(() => [...document.body.querySelectorAll("*")].filter((one) => one.tagName !== "SCRIPT")
      .filter((one) => [...one.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && /secret/.test(child.textContent ?? "")) || [...one.attributes].some(({ value }) => /secret/.test(value)))
      .map((one) => `${one.closest("[id]")?.id}: ${/** @type {Element} */ (one.cloneNode(false)).outerHTML} ${one.textContent}`));
    assert.deepEqual(left, []);
    const told = await page().run(() => ["#funnel", "#verdict", "#status"].map((css) => document.querySelector(css)?.textContent?.replace(/[^0-9]/g, "")));
    assert.deepEqual(told, ["00000", "", ""]);
    await page().assertQuiet();
  });

  /** @param {number} count */
  const manyGroups = async (count) => {
    const path = join(home, `${count}.xml`);
    await writeFile(path, Array.from({ length: count }, (_, i) => eventXml({
      record: i + 1, second: (i * 7) % 60, command: `tool.exe --number ${String((i * 7919) % count).padStart(5, "0")}`, image: `C:\\Tools\\t${i % 9}.exe`,
    })).join("\n"));
    await page().open();
    await page().drop([path]);
    await page().done({ within: 60_000 });
    await rowsShown(count);
  };

  test("a table of thousands keeps few rows on screen, sorts and searches", async () => {
    await manyGroups(5000);
    const drawn = await page().run(() => document.querySelectorAll("#grid .grid-body .row").length);
    assert.ok(drawn > 5 && drawn < 200, `${drawn} rows are drawn`);

    await page().click("#head-process button");
    await page().until("it is sorted", () => document.querySelector("#head-process")?.getAttribute("aria-sort") === "ascending"
      && document.querySelector("[data-row='1'] .c-process")?.textContent?.includes("--number 00001"));
    const order = await page().run(() => [...document.querySelectorAll("#grid .grid-body .row")].map((row) => Number(/** @type {HTMLElement} */ (row).dataset.row)));
    assert.deepEqual(order, order.toSorted((/** @type {number} */ a, /** @type {number} */ b) => a - b), "the rows stand in the document as on screen");
    await page().click("#head-process button");
    await page().until("it is sorted the other way", () => document.querySelector("[data-row='0'] .c-process")?.textContent?.includes("04999"));

    await page().driver.findElement({ id: "search" }).sendKeys("NUMBER 00123");
    await rowsShown(1);
    assert.deepEqual(await column("process"), ["tool.exe --number 00123"]);
    await page().press("ESCAPE");
    await rowsShown(5000);

    await page().run(() => document.getElementById("grid")?.scrollTo(0, 1e9));
    await page().until("the last row is there", () => document.querySelector("[data-row='4999'] .c-process")?.textContent !== undefined);
    await page().assertQuiet();
  });

  test("rows that another log moves or adds to keep their nodes, and say what is true now", async () => {
    const logs = [
      eventXml({ record: 1, second: 30, command: "b.exe" }),
      eventXml({ record: 2, second: 40, command: "c.exe" }),
      [eventXml({ record: 3, second: 10, command: "a.exe" }), eventXml({ record: 1, second: 50, command: "b.exe" })].join("\n"),
    ];
    const paths = logs.map((_, at) => join(home, `row-${at}.xml`));
    await Promise.all(logs.map((log, at) => writeFile(String(paths[at]), log)));
    await page().open();
    // Two, so that there is a column for their names already.
    await page().drop(paths.slice(0, 2));
    await page().done();
    await rowsShown(2);
    await page().run(() => document.querySelectorAll("#grid .grid-body .row").forEach((row, at) => Object.assign(row, { was: at })));
    await page().press("j");
    assert.equal(await page().run(() => document.activeElement?.getAttribute("aria-activedescendant")), "cell-1-0");
    await page().drop(paths.slice(2));
    await page().until("it is asked", () => document.querySelector("#incoming[open]") !== null);
    await page().click("#incoming-add");
    await page().done();
    await rowsShown(3);
    const rows = await page().run(() => [...document.querySelectorAll("#grid .grid-body .row")].map((row) => ({
      was: /** @type {any} */ (row).was ?? null,
      place: [/** @type {HTMLElement} */ (row).dataset.row, row.getAttribute("aria-rowindex"), row.firstElementChild?.id, Math.round(row.getBoundingClientRect().top)],
      says: ["process", "count", "lastTime"].map((name) => row.querySelector(`.c-${name} .cell-text`)?.firstChild?.textContent),
    })));
    const top = rows[0]?.place[3];
    const height = Number(rows[1]?.place[3]) - Number(top);
    assert.deepEqual(rows, [["a.exe", "1", 10], ["b.exe", "2", 50], ["c.exe", "1", 40]].map(([process, count, second], at) => ({
      was: at === 0 ? null : at - 1,
      place: [String(at), String(at + 2), `cell-${at}-0`, Number(top) + at * height],
      says: [process, count, `2024-05-01T10:00:${second}`],
    })));
    // The keys are still at the row that they were at.
    await page().run(() => document.getElementById("grid")?.focus());
    assert.equal(await page().run(() => document.activeElement?.getAttribute("aria-activedescendant")), "cell-2-0");

    // A row that goes down leaves the others where they are: none is taken out of the document.
    await page().run(() => {
      let gone = 0;
      new MutationObserver((all) => {
        gone += all.reduce((sum, { removedNodes }) => sum + removedNodes.length, 0);
        document.documentElement.dataset.gone = String(gone);
      })
        .observe(/** @type {Node} */ (document.querySelector("#grid .grid-body")), { childList: true });
    });
    await page().click("#head-count button");
    await page().until("it is sorted by count", () => !document.querySelector("[data-row='1'] .c-process")?.textContent?.includes("b.exe"));
    const moved = await page().run(() => [document.documentElement.dataset.gone, [...document.querySelectorAll("#grid .grid-body .row")].map((row) => /** @type {HTMLElement} */ (row).dataset.row)]);
    assert.deepEqual(moved, ["1", ["0", "1", "2"]]);
    await page().assertQuiet();
  });

  test("the CSV export is the command line's", { skip: NO_CORPUS }, async () => {
    const name = "conv_splunk_xmlwineventlog_multihost.log";
    await page().open();
    await page().drop([log(name)]);
    await page().done();
    const { bytes } = await page().download(() => page().click("#export-csv"));
    const told = await commandLine(["--format", "csv", name], CORPUS);
    assert.equal(bytes.toString("utf8"), told.stdout);
    assert.match(bytes.toString("utf8").replace(/^\uFEFF/, ""), /^"?dest"?,"?user"?,"?parent_process"?,"?process_name"?,"?process"?,"?process_id"?,"?parent_process_id"?,"?count"?,"?firstTime"?,"?lastTime"?\r?\n/);
  });

  for (const { name, form } of EVENTS) {
    test(`the evidence behind a row of ${name}`, { skip: NO_CORPUS }, async () => {
      await page().open();
      await page().drop([log(name)]);
      await page().done({ within: 60_000 });
      await page().until("a row is there", () => document.querySelector("[data-row='0']") !== null);
      const row = await page().run(() => document.querySelector("[data-row='0'] .c-process .evidence")?.textContent);
      await page().click("[data-row='0'] .c-process_name");
      await detailsShown();

      const shown = await page().run(() => ({
        text: document.getElementById("details")?.innerText ?? "",
        holds: document.querySelectorAll("#details .clauses .holds").length,
        fails: document.querySelectorAll("#details .clauses .fails").length,
        clauses: [...document.querySelectorAll("#details .clauses li")].map((li) => /** @type {HTMLElement} */ (li).innerText),
        raw: document.querySelector("#details .raw")?.textContent ?? "",
        marks: [...document.querySelectorAll("#details .raw mark")].map((mark) => ({ field: mark.getAttribute("title"), text: mark.textContent ?? "" })),
        process: document.querySelector("#details .command .evidence")?.textContent,
      }));
      // A cell shows no more than a thousand characters of one.
      const [beginning, ...cut] = (row ?? "").split(/\u2026 and [^ ]+ characters? more, which copying gives$/);
      assert.equal(cut.length > 0 ? shown.process?.slice(0, 1000) : shown.process, beginning, "the details are the row's");
      assert.ok(shown.holds >= 1 && shown.fails === 0, shown.text);
      assert.ok(shown.clauses.some((/** @type {string} */ clause) => /parent_process_name/.test(clause) && /wmiprvse\.exe/i.test(clause)), shown.clauses.join("\n"));
      assert.match(shown.raw, form);
      assert.ok(shown.marks.some((/** @type {{ text: string }} */ mark) => /wmiprvse\.exe/i.test(mark.text)), JSON.stringify(shown.marks));
      for (const { field, text } of shown.marks) assert.ok(field && text, "every mark names its field");
      assert.ok(shown.text.includes(name), "the file is named");
      assert.match(shown.text, /CommandLine|process/);
      await page().assertQuiet();
    });
  }

  test("the events of one group are walked through", async () => {
    const path = join(home, "group.xml");
    await writeFile(path, [1, 2, 3].map((i) => eventXml({ record: 9, second: i * 10 })).join("\n"));
    await openOnly(path);
    const at = () => page().text("#details .position");
    assert.match(await at(), /1 of 3/);
    await page().press("]");
    await page().until("the second event shows", () => /10:00:20/.test(document.querySelector("#details .raw")?.textContent ?? ""));
    assert.match(await at(), /2 of 3/);
    await page().press("]", "]");
    await page().until("the last event shows", () => /10:00:30/.test(document.querySelector("#details .raw")?.textContent ?? ""));
    await page().assertQuiet();
  });

  test("of a long wrapper the evidence shows the part with the event", async () => {
    const path = join(home, "wrapper.json");
    await writeFile(path, `{"note":"${"x".repeat(200_000)}","records":[${eventJson(1)}]}`);
    await openOnly(path);
    const found = await page().run(() => ({
      raw: document.querySelector("#details .raw")?.textContent ?? "",
      marks: [...document.querySelectorAll("#details .raw mark")].map((mark) => mark.textContent),
    }));
    assert.ok(found.marks.includes("1001") && found.marks.some((/** @type {string} */ mark) => /WmiPrvSE\.exe"?$/.test(mark)), found.marks.join());
    assert.match(found.raw, /^\u2026 and [^ ]+ characters more/);
    assert.ok(found.raw.endsWith("}}}]}"));
    await page().assertQuiet();
  });

  test("markup in a log stays text", async () => {
    const path = join(home, "markup.xml");
    const command = "<img src=x onerror=alert(1)><script>alert(2)</script>\u202Egpj.exe";
    await writeFile(path, eventXml({ command }));
    await openOnly(path);
    const found = await page().run(() => ({
      made: document.querySelectorAll("#app img, #app script").length,
      bidi: document.body.innerText.includes("\u202E"),
      text: document.querySelector("#details .command")?.textContent ?? "",
    }));
    assert.equal(found.made, 0);
    assert.equal(found.bidi, false, "a character that turns the text round is made visible");
    assert.ok(found.text.includes("<img src=x onerror=alert(1)><script>"));
    await page().assertQuiet();
  });

  test("a CSV of a result that is not whole is told of", async () => {
    const path = join(home, "cut.xml");
    await writeFile(path, `${eventXml()}\n${eventXml({ record: 2 }).slice(0, 300)}`);
    await page().open();
    await page().drop([path]);
    await page().done();
    await rowsShown(1);
    await page().download(() => page().click("#export-csv"));
    await page().until("it is said", () => /Exported/.test(document.querySelector(".toast")?.textContent ?? ""));
    assert.match(await page().text(".toast"), /Not all was read, so rows may be missing; a CSV does not say so/);
  });

  test("where the clipboard is refused, what is copied is the event, byte for byte", async () => {
    const path = join(home, "copied.xml");
    const event = eventXml({ command: "a \u202e\u00e9 b" });
    await writeFile(path, event);
    await openOnly(path);
    await page().run(() => {
      Object.defineProperty(navigator, "clipboard", { value: { writeText: () => Promise.reject(new Error("refused")) } });
      document.execCommand = (what) => {
        const { value, selectionStart, selectionEnd } = /** @type {HTMLTextAreaElement} */ (document.querySelector("textarea.offscreen"));
        /** @type {any} */ (window).copied = [what, value.slice(selectionStart, selectionEnd)];
        return true;
      };
    });
    await page().run(() => [...document.querySelectorAll("#details button")].find((button) => button.textContent === "Copy raw event")?.dispatchEvent(new MouseEvent("click", { bubbles: true })));
    await page().until("it is said", () => /Copied/.test(document.querySelector(".toast")?.textContent ?? ""));
    assert.deepEqual(await page().run(() => /** @type {any} */ (window).copied), ["copy", event]);
  });

  test("more rows than the browser can draw are told of, and exported", async () => {
    const built = await readFile(PAGE, "utf8");
    const path = join(home, "low.html");
    // A table may have a few hundred pixels; the policy names the script by its hash.
    const script = /<script>("use strict";[\s\S]*?)<\/script>/.exec(built)?.[1] ?? "";
    const low = script.replace(/\b17e6\b/, "300");
    assert.notEqual(low, script);
    const hash = (/** @type {string} */ text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
    await writeFile(path, built.replace(script, () => low).replace(hash(script), hash(low)));
    await page().open(pathToFileURL(path).href);
    const events = Array.from({ length: 40 }, (_, index) => eventXml({ record: index + 1, command: `tool.exe ${index}` }));
    await writeFile(join(home, "forty.xml"), events.join("\n"));
    await page().drop([join(home, "forty.xml")]);
    await page().done();
    await page().until("it is said", () => document.querySelector("#rows-cut:not([hidden])") !== null);
    assert.match(await page().text("#rows-cut"), /first \d+ rows/i);
    assert.equal(JSON.parse(await page().exportJson()).groups.length, 40);
  });

  test("Esc in the tuning leads back to the details that it covered", async () => {
    await page().open();
    await page().click("#try-sample");
    await page().done();
    await page().until("a row is there", () => document.querySelector("[data-row='0']") !== null);
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("j", "k", "ENTER");
    await page().until("the event is there", () => document.querySelector("#details .raw") !== null);
    await page().press("f");
    await page().until("the tuning has the focus", () => document.getElementById("tuning")?.contains(document.activeElement));
    await page().press("ESCAPE");
    await page().until("the details are back", () => document.getElementById("details")?.checkVisibility() && document.getElementById("details")?.contains(document.activeElement));
    await page().press("ESCAPE");
    await page().until("the table has the focus", () => document.activeElement?.id === "grid" && document.getElementById("details")?.checkVisibility() !== true);
    await page().assertQuiet();
  });
});
