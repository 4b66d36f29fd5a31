// What is done with the rows: timeline, stacks, columns, several logs in one result.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventXml, zipOf } from "./harness/bad-input.js";
import { makeCase } from "./harness/case.js";
import { CORPUS, NO_CORPUS, commandLine, log } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

inBothBrowsers("workbench", (page, kind) => {
  /** @type {string} */
  let home;
  /** @type {string[]} */
  let logs;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-workbench-"));
    logs = await makeCase(home);
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** @param {string[]} [paths] */
  const read = async (paths = logs) => {
    await page().open();
    await page().run(() => localStorage.clear());
    await page().open();
    await page().drop(paths);
    await page().done({ within: 60_000 });
    await page().until("rows, hints and timeline are there", () => document.querySelector("[data-row='0']") !== null
      && document.querySelector("#hint-bar:not([hidden]) button") !== null && document.querySelector("#timeline:not([hidden]) path") !== null);
  };
  const rowCount = () => page().run(() => Number(document.getElementById("grid")?.getAttribute("aria-rowcount")) - 1);
  const cells = (/** @type {string} */ name) => page().run((/** @type {string} */ name) => [...document.querySelectorAll(`#grid .grid-body .c-${name}`)].map((cell) => cell.textContent), name);
  const events = async () => Number((await page().text("[data-step=shown] b")).replaceAll(",", ""));

  test("the place of the timeline is kept until it comes", { skip: kind === "firefox" && "its page does not see what a script of the driver changes" }, async () => {
    await page().open();
    await page().run(() => {
      const timeline = /** @type {HTMLElement} */ (document.getElementById("timeline"));
      /** @type {{ coming: boolean, height: number }[]} */
      const heights = [];
      Object.assign(window, { heights });
      new MutationObserver(() => heights.push({ coming: timeline.classList.contains("coming"), height: timeline.offsetHeight }))
        .observe(timeline, { attributes: true, attributeFilter: ["class", "hidden"] });
      // As a large log does: the answer comes long after the rows.
      const send = Worker.prototype.postMessage;
      Worker.prototype.postMessage = /** @this {Worker} @param {any} message @param {any} transfer */ function later(message, transfer) {
        if (message.method === "timeline") setTimeout(() => send.call(this, message, transfer), 500);
        else send.call(this, message, transfer);
      };
    });
    await page().drop(logs.slice(0, 1));
    await page().until("the timeline is there", () => document.querySelector("#timeline:not([hidden], .coming) path") !== null);
    /** @type {{ coming: boolean, height: number }[]} */
    const heights = await page().run(() => /** @type {any} */ (window).heights);
    const before = heights.filter(({ coming }) => coming);
    assert.ok(before.length > 0, JSON.stringify(heights));
    for (const { height } of before) assert.equal(height, heights.at(-1)?.height, JSON.stringify(heights));
    await page().assertQuiet();
  });

  test("the toolbar is one line, whatever the rows are stacked by", async () => {
    await read();
    for (const field of ["", "process_name", "parent_process"]) {
      await page().select("#stack", field);
      await page().until("the rows are of it", (/** @type {string} */ field) => document.querySelector("[data-row='0']")?.classList.contains("stacked") === (field !== "")
        && (document.querySelector(".row-count")?.textContent ?? "").includes(field), { args: [field] });
      const middles = await page().run(() => [...document.querySelectorAll(".toolbar > :not(.grow)")].filter((part) => part.checkVisibility()).map((part) => {
        const { top, bottom } = part.getBoundingClientRect();
        return Math.round((top + bottom) / 2);
      }));
      assert.ok(middles.length >= 6, middles.join());
      assert.ok(Math.max(...middles) - Math.min(...middles) <= 1, `${field}: ${middles.join()}`);
    }
    await page().assertQuiet();
  });

  test("a stretch of the timeline is chosen by keys", async () => {
    await read();
    const all = await rowCount();
    const lanes = await page().texts("#timeline .lane-name");
    assert.equal(lanes.length, 4);
    const sums = await page().run(() => [...document.querySelectorAll("#timeline .lane-events")].reduce((sum, lane) => sum + Number(lane.textContent), 0));
    assert.equal(sums, await events(), "each event stands in a lane");
    const table = await page().run(() => [...document.querySelectorAll("#timeline-table tbody tr")].reduce((sum, row) => sum + Number(row.lastElementChild?.textContent), 0));
    assert.equal(table, await events(), "and in the table for screen readers");
    const perHost = await page().run(() => [...document.querySelectorAll("#timeline-table th")].slice(2, -1).map((head, at) => [
      head.textContent, [...document.querySelectorAll(`#timeline-table tbody td:nth-child(${at + 3})`)].reduce((sum, cell) => sum + Number(cell.textContent), 0)]));
    const drawn = await page().texts("#timeline .lane-events");
    assert.deepEqual(perHost, lanes.map((/** @type {string} */ lane, /** @type {number} */ at) => [lane, Number(drawn[at])]), "by host");
    assert.ok(await page().run(() => {
      const caption = /** @type {Element} */ (document.querySelector("#timeline-table caption"));
      const { left, top, width, height } = caption.getBoundingClientRect();
      return width === 0 || document.elementFromPoint(left + width / 2, top + height / 2) !== caption;
    }), "which covers nothing");

    await page().press("t");
    await page().until("it has the focus", () => document.activeElement?.id === "timeline-plot");
    await page().press("HOME");
    await page().chord("SHIFT", "PAGE_DOWN", "PAGE_DOWN", "PAGE_DOWN", "PAGE_DOWN");
    const said = await page().run(() => document.activeElement?.getAttribute("aria-valuetext"));
    const wanted = Number(/: ([\d,]+) events?/.exec(said)?.[1]);
    assert.ok(wanted > 0, said);
    await page().press("ENTER");
    await page().until("the table is narrowed", () => document.querySelector("#chip-range") !== null && /of/.test(document.querySelector(".row-count")?.textContent ?? ""));
    assert.ok((await rowCount()) < all);
    await page().press("ESCAPE");
    await page().rows(all);
    await page().press("ESCAPE");
    await page().until("Esc leads back to the table", () => document.activeElement?.id === "grid");
    await page().assertQuiet();
  });

  test("the timeline counts hosts that have no lane of their own", async () => {
    const path = join(home, "hosts.xml");
    // Most hosts have two events at the start; the last ones have a single one, some alone in their bar.
    const hosts = Array.from({ length: 60 }, (_, at) => `ws${at}.example`);
    const seen = hosts.flatMap((host, at) => (at < 50 ? [{ host, second: 0 }, { host, second: 1 }] : [{ host, second: at }]));
    await writeFile(path, seen.map((one, at) => eventXml({ record: at + 1, ...one })).join("\n"));
    await read([path]);
    const all = await rowCount();
    const sum = (/** @type {string} */ cells) => page().run((/** @type {string} */ cells) => [...document.querySelectorAll(cells)].reduce((sum, cell) => sum + Number(cell.textContent), 0), cells);
    assert.equal(await sum("#timeline .lane-events"), seen.length);
    assert.equal((await page().texts("#timeline .lane-name")).at(-1), "10 other hosts");
    assert.equal(await sum("#timeline-table td:last-child"), seen.length);
    await page().press("t");
    await page().until("it has the focus", () => document.activeElement?.id === "timeline-plot");
    await page().press("HOME");
    await page().chord("SHIFT", "END");
    assert.match(await page().run(() => document.activeElement?.getAttribute("aria-valuetext")), /: 110 events \(ws\d+\.example 2, ws\d+\.example 2, ws\d+\.example 2, other hosts 104\)$/);
    assert.equal((await page().texts("#timeline-table th")).at(-2), "50 other hosts");
    await page().press("ESCAPE");

    // The last bar is of such a host alone: a press on it filters as on any other.
    const last = await page().run(() => {
      const bars = document.querySelector("#timeline .lane-bars");
      bars?.scrollIntoView({ block: "center" });
      const { right, top, height } = /** @type {Element} */ (bars).getBoundingClientRect();
      return { x: Math.floor(right) - 1, y: Math.round(top + height / 2) };
    });
    await page().driver.actions().move(last).press().release().perform();
    await page().rows(1);
    assert.match(await page().text("#timeline-readout"), /: 1 event\b/);
    await page().click("#clear-range");
    await page().rows(all);
    await page().assertQuiet();
  });

  test("times on a timeline of less than a second are told to the millisecond", async () => {
    const path = join(home, "short.xml");
    await writeFile(path, [eventXml({ record: 1 }), eventXml({ record: 2 }).replaceAll(":00.123", ":00.173")].join("\n"));
    await read([path]);
    const labels = await page().texts("#timeline .tick");
    assert.equal(new Set(labels).size, labels.length, labels.join());
    await page().press("t");
    await page().until("it has the focus", () => document.activeElement?.id === "timeline-plot");
    await page().press("HOME");
    const bar = "2024-05-01T10:00:00.123 to 10:00:00.124";
    assert.equal(await page().text("#timeline-readout"), `${bar}: 1 event`);
    await page().press("ENTER");
    await page().rows(1);
    assert.equal(await page().text("#chip-range"), bar);
    assert.equal(await page().run(() => document.querySelectorAll("#timeline-table tbody tr")[1]?.firstElementChild?.textContent), "2024-05-01T10:00:00.173");
    await page().click("#clear-range");
    await page().assertQuiet();
  });

  test("a stretch of the timeline is chosen by a drag", async () => {
    await read();
    const all = await rowCount();
    const box = await page().run(() => {
      const bars = document.querySelector("#timeline .lane-bars");
      bars?.scrollIntoView({ block: "center" });
      const { left, top, width, height } = /** @type {Element} */ (bars).getBoundingClientRect();
      return { left, top: top + height / 2, width };
    });
    const at = (/** @type {number} */ share) => ({ x: Math.round(box.left + box.width * share), y: Math.round(box.top) });
    await page().driver.actions().move(at(0.1)).press().move(at(0.3)).move(at(0.5)).release().perform();
    await page().until("the table is narrowed", () => document.querySelector("#chip-range") !== null && /of/.test(document.querySelector(".row-count")?.textContent ?? ""));
    const some = await rowCount();
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
    await page().click("#clear-range");
    await page().rows(all);
    await page().assertQuiet();
  });

  for (const field of ["process_name", "process", "user", "dest", "parent_process"]) {
    test(`stacked by ${field}, the rarest first, and back to its rows`, async () => {
      await read();
      const groups = await rowCount();
      const all = await events();
      await page().select("#stack", field);
      await page().until("the stack is there", () => document.querySelector("#grid .row.stacked") !== null);
      const counts = (await cells("events")).map((/** @type {string} */ text) => Number(text.replace(/\D/g, "")));
      assert.deepEqual(counts, counts.toSorted((/** @type {number} */ a, /** @type {number} */ b) => a - b), "the rarest stand first");
      assert.equal(counts.reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0), all);
      const rows = (await cells("groups")).map((/** @type {string} */ text) => Number(text.replace(/\D/g, "")));
      assert.equal(rows.reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0), groups);
      const values = await page().run(() => [...document.querySelectorAll("#grid .c-value .evidence")].map((cell) => cell.textContent));
      const at = Math.min(1, values.length - 1);
      const value = values[at];
      await page().run(() => document.getElementById("grid")?.focus());
      await page().press(...(at === 1 ? ["ARROW_DOWN", "ENTER"] : ["ENTER"]));
      await page().rows(rows[at]);
      await page().until("only its rows", (/** @type {string} */ field, /** @type {string} */ value) =>
        [...document.querySelectorAll(`#grid .grid-body .c-${field} .evidence`)].every((cell) => cell.textContent === value), { args: [field, value] });
      assert.equal(await page().run(() => /** @type {HTMLSelectElement} */ (document.getElementById("stack")).value), "");
      await page().press("ESCAPE");
      await page().until("it is back at that value of the stack", (/** @type {string} */ value) => document.querySelector("#grid .row.stacked.at .c-value .evidence")?.textContent === value, { args: [value] });
      assert.deepEqual(await cells("events"), (await cells("events")).toSorted((/** @type {string} */ a, /** @type {string} */ b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)), "in its order");
      assert.equal(await page().run(() => /** @type {HTMLSelectElement} */ (document.getElementById("stack")).value), field);
      await page().select("#stack", "");
      await page().rows(groups);
      await page().assertQuiet();
    });
  }

  test("Esc leads back to a value of a stack wherever it stands, in the order that was chosen", async () => {
    const path = join(home, "values.xml");
    await writeFile(path, Array.from({ length: 800 }, (_, at) => eventXml({ record: at + 1, second: at, command: `tool.exe -enc ${String(at).padStart(4, "0")}` })).join("\n"));
    await read([path]);
    await page().select("#stack", "process");
    await page().until("the stack is there", () => document.querySelector("#grid .row.stacked") !== null);
    await page().click("#head-value button");
    await page().click("#head-value button");
    await page().until("the last value is the first", () => document.querySelector("[data-row='0'] .c-value .evidence")?.textContent === "tool.exe -enc 0799");
    await page().run(() => document.getElementById("grid")?.focus());
    await page().chord("CONTROL", "END");
    await page().until("its end is there", () => document.querySelector("#grid .row.at .c-value .evidence")?.textContent === "tool.exe -enc 0000");
    await page().press("ARROW_UP", "ENTER");
    await page().rows(1);
    await page().press("ESCAPE");
    await page().until("it is back", () => document.querySelector("#grid .row.at .c-value .evidence")?.textContent === "tool.exe -enc 0001");
    assert.equal(await page().run(() => document.querySelector("#grid .row.at")?.getAttribute("data-row")), "798");
    await page().assertQuiet();
  });

  test("what is searched for changes the height of nothing above it", async () => {
    await read();
    const place = () => page().run(() => Math.round((document.getElementById("search")?.getBoundingClientRect().top ?? 0) + scrollY));
    const before = await place();
    for (const [text, lanes] of /** @type {const} */ ([["SRV-DC01", 1], ["zzz", 0], ["WS-042.", 1]])) {
      await page().run(() => { const search = /** @type {HTMLInputElement} */ (document.getElementById("search")); search.focus(); search.select(); });
      await page().press(text);
      await page().until("the timeline is of it", (/** @type {number} */ lanes) => (lanes === 0 ? document.querySelector("#timeline.idle .timeline-head")?.textContent?.includes("No event passes the filters.")
        : document.querySelector("#timeline:not(.idle, .coming)") !== null && document.querySelectorAll("#timeline .lane").length === lanes), { args: [lanes] });
      assert.equal(await place(), before, text);
    }
    await page().press("ESCAPE");
    await page().until("it is whole again", () => document.querySelectorAll("#timeline:not(.idle) .lane").length === 4);
    assert.equal(await place(), before);
    assert.doesNotMatch(await page().text("#timeline"), /No event passes/);
    await page().assertQuiet();
  });

  test("columns are chosen, made wider by drag and by keys, and kept; evidence is not", async () => {
    await read();
    const width = (/** @type {string} */ name) => page().run((/** @type {string} */ name) => Math.round(document.getElementById(`head-${name}`)?.getBoundingClientRect().width ?? 0), name);
    await page().click("#open-columns");
    await page().click("#column-user");
    await page().click("#wider-dest");
    await page().click("#density-compact");
    await page().click("#columns-done");
    await page().until("it is gone", () => document.getElementById("head-user") === null && document.querySelector("#grid.compact") !== null);
    const dest = await width("dest");
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("HOME", "ARROW_RIGHT");
    await page().chord("SHIFT", "ARROW_RIGHT", "ARROW_RIGHT");
    await page().until("it is wider", (/** @type {number} */ dest) => (document.getElementById("head-dest")?.getBoundingClientRect().width ?? 0) > dest + 16, { args: [dest] });
    const handle = await page().driver.findElement({ css: "#head-dest .resize" });
    const before = await width("dest");
    await page().driver.actions().move({ origin: handle }).press().move({ origin: handle, x: 40 }).release().perform();
    await page().until("it is wider still", (/** @type {number} */ before) => (document.getElementById("head-dest")?.getBoundingClientRect().width ?? 0) >= before + 30, { args: [before] });
    const last = await width("dest");
    const height = await page().run(() => document.querySelector("[data-row='0']")?.getBoundingClientRect().height);
    assert.ok(height < 30, `${height}`);

    await page().open();
    const kept = await page().run(() => JSON.stringify({ ...localStorage }));
    assert.doesNotMatch(kept, /cmd\.exe|WS-117|alice|sysmon\.xml/i);
    await page().drop(logs);
    await page().done();
    await page().until("rows are there", () => document.querySelector("[data-row='0']") !== null);
    assert.equal(await page().run(() => document.getElementById("head-user")), null);
    assert.equal(await width("dest"), last);
    await page().click("#open-columns");
    await page().click("#columns-reset");
    await page().until("as it was", () => document.getElementById("head-user") !== null && document.querySelector("#grid.compact") === null);
    await page().run(() => localStorage.clear());
    await page().assertQuiet();
  });

  test("on a wide screen hosts have more room, and what is made wider there is", async () => {
    await read();
    const width = (/** @type {string} */ name) => page().run((/** @type {string} */ name) => Math.round(document.getElementById(`head-${name}`)?.getBoundingClientRect().width ?? 0), name);
    const before = await width("dest");
    await page().driver.manage().window().setRect({ width: 2400, height: 900 });
    await page().until("there is more room", (/** @type {number} */ before) => (document.getElementById("head-dest")?.getBoundingClientRect().width ?? 0) > before + 30, { args: [before] });
    const wide = await width("dest");
    for (const name of ["dest", "process"]) {
      const shown = await width(name);
      await page().click("#open-columns");
      await page().click(`#wider-${name}`);
      await page().click("#columns-done");
      assert.equal(await width(name), shown + 16);
    }
    // An edge stays under the pointer.
    const edge = () => page().run(() => Math.round(document.getElementById("head-process")?.getBoundingClientRect().right ?? 0));
    const [handle, from] = [await page().driver.findElement({ css: "#head-process .resize" }), await edge()];
    await page().driver.actions().move({ origin: handle }).press().move({ origin: handle, x: -60 }).release().perform();
    await page().until("it follows", (/** @type {number} */ from) => Math.abs((document.getElementById("head-process")?.getBoundingClientRect().right ?? 0) - (from - 60)) < 4, { args: [from] });
    await page().driver.manage().window().setRect({ width: 1280, height: 900 });
    assert.ok(wide > before);
    await page().run(() => localStorage.clear());
    await page().open();
    await page().assertQuiet();
  });

  test("/ leads to the search, also when no row is left", async () => {
    await read();
    const search = () => page().run(() => {
      const at = /** @type {HTMLInputElement} */ (document.getElementById("search"));
      return { focus: document.activeElement === at, text: at.value };
    });
    const noRow = () => page().until("no row is left", () => document.querySelector(".nothing")?.checkVisibility());
    await page().press("/", "zzz");
    await noRow();
    await page().run(() => /** @type {HTMLElement} */ (document.activeElement).blur());
    await page().press("/");
    assert.deepEqual(await search(), { focus: true, text: "zzz" });
    await page().press("ESCAPE", "ESCAPE");
    // Where the timeline is still to come, "t" leads nowhere.
    await page().until("the rows are back, and the timeline", () => document.getElementById("grid")?.checkVisibility()
      && document.querySelector("#timeline:not([hidden], .coming, .idle) .lane-bars") !== null);
    await page().press("t", "HOME");
    for (let i = 0; i < 160 && !/: 0 events$/.test(await page().text("#timeline-readout")); i += 1) await page().press("ARROW_RIGHT");
    await page().press("ENTER");
    await noRow();
    await page().press("/");
    assert.deepEqual(await search(), { focus: true, text: "" });
    await page().assertQuiet();
  });

  test("on a phone the keys reach what a card shows, and nothing else", async () => {
    await page().driver.manage().window().setRect({ width: 390, height: 900 });
    try {
      await read();
      for (const field of ["", "user"]) {
        await page().select("#stack", field);
        await page().until("the cards are of it", (/** @type {string} */ field) => document.querySelector("[data-row='0']")?.classList.contains("stacked") === (field !== ""), { args: [field] });
        await page().run(() => document.getElementById("grid")?.focus());
        await page().press("HOME");
        for (let at = 0; at < 12; at += 1) {
          // And one sees which value a key would exclude.
          assert.ok(await page().run(() => {
            const cell = document.querySelector("#grid .cell.cursor");
            return cell?.checkVisibility() && getComputedStyle(cell).outlineStyle !== "none";
          }), `${field} ${at}`);
          await page().press("ARROW_RIGHT");
        }
      }
      // A screen of 1280 by 1024 at 400 %: less high than the table, and nothing is wider than it.
      const frame = await page().run(() => outerHeight - innerHeight);
      await page().driver.manage().window().setRect({ width: 320, height: 256 + frame });
      await page().run(() => { scrollTo(0, 0); document.getElementById("grid")?.focus({ preventScroll: true }); });
      for (const key of ["ARROW_DOWN", "ARROW_DOWN", "ARROW_DOWN", "END", "ARROW_UP", "ARROW_UP"]) {
        await page().press(key);
        const at = await page().run(() => {
          const { top = 0, bottom = 0 } = document.querySelector("#grid .row.at")?.getBoundingClientRect() ?? {};
          return { top, bottom, high: innerHeight, bar: document.querySelector(".bar")?.getBoundingClientRect().bottom ?? 0 };
        });
        assert.ok(at.top >= at.bar && at.bottom <= at.high && at.bottom > at.top, `${key}: ${JSON.stringify(at)}`);
      }
      assert.deepEqual(await page().run(() => ({ page: document.documentElement.scrollWidth > innerWidth, keys: (document.getElementById("show-keys")?.getBoundingClientRect().right ?? 0) > innerWidth })), { page: false, keys: false });
    } finally {
      await page().driver.manage().window().setRect({ width: 1280, height: 900 });
    }
    await page().assertQuiet();
  });

  test("a column is sorted by a key", async () => {
    await read();
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("END", "s");
    await page().until("the last one", () => document.querySelector("#head-parent_process_id")?.getAttribute("aria-sort") === "ascending");
    await page().press("s");
    await page().until("turned round", () => document.querySelector("#head-parent_process_id")?.getAttribute("aria-sort") === "descending");
  });

  test("several logs are one result with their files named, filtered and taken out again", async () => {
    await read();
    const all = await rowCount();
    assert.ok(await page().run(() => document.getElementById("head-sources") !== null));
    assert.ok((await cells("sources")).every((/** @type {string} */ text) => /sysmon\.xml/.test(text)));
    assert.ok((await cells("sources")).length > 0);
    await page().select("#source-filter", "1");
    await page().until("only one file's", () => document.querySelector("#chip-source") !== null && /of/.test(document.querySelector(".row-count")?.textContent ?? ""));
    const servers = await rowCount();
    assert.ok(servers < all);
    await page().click("#clear-filters");
    await page().rows(all);

    await page().click("#toggle-files");
    await page().click("#remove-1");
    await page().until("one file is left", () => document.querySelectorAll("#files .file").length === 1 && document.getElementById("head-sources") === null);
    await page().until("its events are gone", () => document.querySelector("[data-step=matches] b")?.textContent === "70");
    const left = await page().exportJson();
    assert.equal(JSON.parse(left).totals.matches, 70);
    assert.ok((await rowCount()) < all);

    await page().drop([logs[1] ?? ""]);
    await page().until("it is asked", () => document.querySelector("#incoming[open]") !== null);
    await page().click("#incoming-add");
    await page().until("it is back", () => document.documentElement.dataset.phase === "done" && document.querySelector("[data-step=matches] b")?.textContent === "100");
    await page().rows(all);
    await page().assertQuiet();
  });

  test("the members of an archive are logs of their own", async () => {
    const path = join(home, "case.zip");
    const members = await Promise.all(logs.map(async (log, at) => ({ name: `hosts/${at === 0 ? "ws" : "srv"}.xml`, data: await readFile(log), deflated: true })));
    await writeFile(path, zipOf(members));
    await read([path]);
    const all = await rowCount();
    assert.equal(await events(), 100);
    assert.ok((await cells("sources")).every((/** @type {string} */ text) => /^hosts\/(ws|srv)\.xml( \+1)?$/.test(text)), (await cells("sources")).join("\n"));
    assert.deepEqual(await page().texts("#source-filter option"), ["All files", "hosts/ws.xml", "hosts/srv.xml"]);
    await page().select("#source-filter", "1");
    await page().until("only one member's", () => document.querySelector("#chip-source")?.textContent === "hosts/srv.xml");
    await page().until("its rows", (/** @type {number} */ all) => Number(document.getElementById("grid")?.getAttribute("aria-rowcount")) - 1 < all, { args: [all] });
    // The rows are those of the export; what passes of them stands beside it.
    const counts = (await cells("count")).map((/** @type {string} */ text) => text.replace(/ events?$/, ""));
    const passing = counts.map((/** @type {string} */ text) => Number(text.split(" of ")[0]));
    assert.equal(passing.reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0), 30, counts.join());
    assert.ok(counts.some((/** @type {string} */ text) => / of /.test(text)), counts.join());
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("ESCAPE");
    await page().rows(all);
    await page().give("search", "hosts/WS");
    await page().until("a member's name is searched", (/** @type {number} */ all) => Number(document.getElementById("grid")?.getAttribute("aria-rowcount")) - 1 < all, { args: [all] });
    await page().assertQuiet();
  });

  test("real logs: hints, files, members, stacks, timeline, search and tuning count what the command line says", { skip: NO_CORPUS }, async () => {
    const names = ["conv_splunk_xmlwineventlog_multihost.log", "conv_zip_of_mixed_formats.zip"];
    /** @type {{ groups: any[], totals: { matches: number } }} */
    const { groups, totals } = JSON.parse((await commandLine(["--format", "json", ...names], CORPUS)).stdout);
    const rows = (/** @type {(group: any) => boolean} */ test) => groups.filter(test).length;
    await read(names.map(log));
    await page().rows(groups.length);
    assert.equal(await events(), totals.matches);

    const chips = await page().run(() => [...document.querySelectorAll("#hint-bar button")].map((chip) => [chip.id.slice("hint-".length), Number(chip.querySelector("b")?.textContent)]));
    const hints = [...new Set(groups.flatMap((group) => group.hints))];
    assert.deepEqual(Object.fromEntries(chips), Object.fromEntries(hints.map((hint) => [hint, rows((group) => group.hints.includes(hint))])));
    for (const [hint, count] of chips) {
      await page().click(`#hint-${hint}`);
      await page().rows(count);
      await page().click("#chip-hint");
      await page().rows(groups.length);
    }

    const logs = await page().texts("#source-filter option");
    for (let at = 1; at < logs.length; at += 1) {
      const [file, member] = (logs[at] ?? "").split(" \u00b7 ");
      await page().select("#source-filter", String(at - 1));
      await page().rows(rows((group) => group.evidence.some((/** @type {any} */ one) => names[one.source] === file && (member === undefined || one.member === member))));
    }
    assert.ok(logs.length > 4, logs.join());
    await page().click("#clear-filters");
    await page().rows(groups.length);

    for (const field of ["process_name", "process", "user", "dest", "parent_process"]) {
      await page().select("#stack", field);
      await page().rows(new Set(groups.map((group) => group[field])).size);
      await page().until("the stack is there", () => document.querySelector("#grid .row.stacked") !== null);
      const counts = (await cells("events")).map((/** @type {string} */ text) => Number(text.replace(/\D/g, "")));
      assert.equal(counts.reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0), totals.matches, field);
    }
    await page().select("#stack", "");
    await page().rows(groups.length);
    assert.deepEqual((await page().texts("#timeline .lane-name")).toSorted(), [...new Set(groups.map(({ dest }) => dest))].toSorted());

    const { dest, user } = groups[0];
    await page().give("search", dest);
    await page().rows(rows((group) => JSON.stringify(Object.values(group)).toLowerCase().includes(JSON.stringify(dest).slice(1, -1).toLowerCase())));
    await page().press("ESCAPE");
    await page().rows(groups.length);
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("HOME", "ARROW_RIGHT", "ARROW_RIGHT", "x");
    await page().rows(rows((group) => group.user.toLowerCase() !== user.toLowerCase()));
    const shown = await events();
    const hidden = Number((await page().text("[data-step=hidden] b")).replaceAll(",", ""));
    assert.equal(shown + hidden, totals.matches);
    assert.ok(hidden > 0);
    await page().assertQuiet();
  });

  test("a stack within a stack keeps to the first one, and Esc leads out of both, back to their values", async () => {
    await read();
    const groups = await rowCount();
    const enter = async (/** @type {string} */ field) => {
      await page().select("#stack", field);
      await page().until("it is stacked", (/** @type {string} */ field) => (document.querySelector(".row-count")?.textContent ?? "").includes(field), { args: [field] });
      const [rows] = (await cells("groups")).map((/** @type {string} */ text) => Number(text.replace(/\D/g, "")));
      await page().run(() => document.getElementById("grid")?.focus());
      await page().press("ENTER");
      await page().rows(rows);
      return rows;
    };
    const outer = await enter("process_name");
    const inner = await enter("dest");
    assert.ok(inner < outer && outer < groups, `${inner} of ${outer} of ${groups}`);
    const chips = await page().texts("#filter-chips .filter-chip");
    assert.equal(chips.length, 2);
    assert.match(chips.join(" "), /^process_name = .* dest = /);
    for (const field of ["dest", "process_name"]) {
      await page().press("ESCAPE");
      await page().until("it is stacked again", (/** @type {string} */ field) => (document.querySelector(".row-count")?.textContent ?? "").includes(field)
        && document.querySelector("#grid .row.stacked.at[data-row='0']") !== null, { args: [field] });
    }
    assert.deepEqual(await page().texts("#filter-chips .filter-chip"), []);
    await page().assertQuiet();
  });

  test("the search finds times as they are shown", async () => {
    await read();
    const all = await rowCount();
    const shown = () => page().run(() => document.querySelector("[data-row='0'] .c-firstTime")?.textContent?.slice(11));
    const utc = await shown();
    await page().click("#zone-local");
    await page().until("it is shown by another clock", (/** @type {string} */ utc) => document.querySelector("[data-row='0'] .c-firstTime")?.textContent?.slice(11) !== utc, { args: [utc] });
    const local = await shown();
    await page().give("search", local);
    await page().until("what is shown is found", (/** @type {[number, string]} */ [all, local]) => Number(document.getElementById("grid")?.getAttribute("aria-rowcount")) - 1 < all
      && [...document.querySelectorAll("#grid .grid-body .row")].every((row) => row.textContent?.includes(local)), { args: [[all, local]] });
    // The same text by another clock.
    await page().click("#zone-utc");
    await page().until("it is shown no more", (/** @type {string} */ local) => document.querySelector("#table .nothing")?.checkVisibility()
      || [...document.querySelectorAll("#grid .grid-body .row")].every((row) => row.textContent?.includes(local)), { args: [local] });
    await page().assertQuiet();
  });

  test("starting over asks first", async () => {
    await read();
    const all = await rowCount();
    await page().click("#again");
    assert.match(await page().focus(), /#again-no /);
    await page().press("ENTER");
    await page().rows(all);
    await page().click("#again");
    await page().press("ESCAPE");
    assert.match(await page().focus(), /#again /);
    await page().rows(all);
    await page().click("#again");
    await page().click("#again-yes");
    await page().until("it is empty", () => document.documentElement.dataset.phase === "empty");
    await page().assertQuiet();
  });

  test("leaving the page asks first, if a note or a tuning would go with it, or while it reads", async () => {
    // A driver leaves without a question, so the page is told that it is to be left.
    const asks = () => page().run(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
    const one = join(home, "asks.xml");
    // A small one is read from one drawing to the next.
    await writeFile(one, `${eventXml()}\n`.repeat(40_000));
    await page().open();
    assert.equal(await asks(), false, "nothing is there");
    await page().run(() => {
      new MutationObserver(() => {
        if (document.documentElement.dataset.phase === "reading") /** @type {any} */ (window).asked ??= !dispatchEvent(new Event("beforeunload", { cancelable: true }));
      }).observe(document.documentElement, { attributes: true });
    });
    await page().drop([one]);
    await page().done();
    await page().rows(1);
    assert.equal(await page().run(() => /** @type {any} */ (window).asked), true, "it reads");
    assert.equal(await asks(), false, "a drop brings it back");
    await page().press("e");
    await page().until("the report can be made", () => document.querySelector("dialog[open] #report-markdown") !== null);
    await page().click("#report-markdown");
    await page().click("#report-note");
    await page().press("seen");
    assert.equal(await asks(), true, "a note is there");
    await page().press("ESCAPE");
    await page().assertQuiet();
  });

  test("taking out the only file asks first, if a note or a tuning would go with it", async () => {
    const [one, two] = [join(home, "one.xml"), join(home, "two.xml")];
    await writeFile(one, [0, 1].map((record) => eventXml({ record, command: `cmd.exe /c ${record}` })).join("\n"));
    await writeFile(two, eventXml({ record: 3, command: "other.exe" }));
    const takeOut = async () => {
      // The list of files closes when they are read.
      await page().done();
      await page().run(() => { if (document.getElementById("remove-0")?.checkVisibility() !== true) document.getElementById("toggle-files")?.click(); });
      await page().until("the list is open", () => document.getElementById("remove-0")?.checkVisibility() === true);
      await page().click("#remove-0");
    };
    const isEmpty = () => page().until("it is empty", () => document.documentElement.dataset.phase === "empty");
    await page().open();
    await page().drop([one]);
    await page().rows(2);
    await takeOut();
    await isEmpty();

    await page().drop([one]);
    await page().rows(2);
    await page().run(() => document.getElementById("grid")?.focus());
    await page().press("HOME", "x");
    await page().rows(1);
    await takeOut();
    assert.match(await page().text("#again-dialog[open]"), /your note/);
    assert.match(await page().focus(), /#again-no /);
    await page().press("ENTER");
    await page().rows(1);
    assert.match(await page().focus(), /#remove-0 /);

    // What it says of a result that is tuned is what it shows.
    await page().drop([two]);
    await page().until("it is asked", () => document.querySelector("#incoming[open]") !== null);
    assert.match(await page().text("#incoming-anew"), /your note/);
    await page().click("#incoming-add");
    await page().rows(2);
    // What was said of the result before stands there until then.
    await page().until("it is said", () => /^Done.*hidden/.test(document.getElementById("status")?.textContent ?? ""));
    assert.match(await page().text("#status"), /^Done: 2 groups, 2 matching events, 1 more event hidden by tuning, 0 problems\.$/);
    assert.match(await page().text("#verdict"), /2 groups \(2 events\)/);
    await page().click("#remove-1");
    await page().rows(1);
    await takeOut();
    await page().click("#again-yes");
    await isEmpty();
    await page().assertQuiet();
  });

  test("where the clocks were turned in between, each local time says its offset", async () => {
    const path = join(home, "turned.xml");
    // In the zone of these tests, 01:50 came before 01:10 that night.
    const day = Date.UTC(2024, 10, 3);
    await writeFile(path, ["04:20", "04:40"].map((time, record) => eventXml({ record, day, second: Date.parse(`2024-11-03T${time}Z`) / 1000 - day / 1000 - 36_000 })).join("\n"));
    await page().open();
    await page().drop([path]);
    await page().done();
    await page().until("the timeline is there", () => document.querySelector("#timeline:not([hidden]) path") !== null);
    await page().click("#zone-local");
    const turned = /2024-11-03T01:50:00 UTC\u221202:30 to 01:1\d:\d\d UTC\u221203:30$/;
    await page().until("it is local time", () => /UTC\u2212/.test(document.querySelector(".span")?.textContent ?? ""));
    assert.match((await page().text(".verdict-region .span")).trim(), turned);
    await page().run(() => document.getElementById("timeline-plot")?.focus());
    await page().press("HOME");
    await page().chord("SHIFT", "END");
    await page().press("ENTER");
    await page().until("the table is narrowed", () => document.getElementById("chip-range") !== null);
    assert.match((await page().text("#chip-range")).trim(), turned);
    await page().click("#zone-utc");
    await page().assertQuiet();
  });

  test("the rule in other languages", async () => {
    await page().open();
    await page().until("the core is there", () => document.querySelector("#form-tab-sigma") !== null);
    await page().click("#rule-panel summary");
    const tabs = await page().texts(".tab");
    assert.ok(tabs.length >= 6, tabs.join());
    assert.match(await page().text("#form-text"), /tstats/);
    await page().click("#form-tab-sigma");
    assert.match(await page().text("#form-text"), /logsource:/);
    for (let at = 1; at < tabs.length; at += 1) {
      assert.match(await page().text("#form-text"), /WmiPrvSE\.exe/i);
      await page().press("ARROW_RIGHT");
    }
    await page().until("round to the first", () => document.activeElement?.id === "form-tab-spl");
    await page().assertQuiet();
  });
});
