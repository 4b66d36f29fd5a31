// Takes the picture of the README: the built page with its sample and the details of a row.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { start } from "./harness/browsers.js";
import { Page } from "./harness/page.js";

const [path] = process.argv.slice(2);
if (!path) throw new Error("usage: node screenshot.js FILE.png");
const browser = await start("chromium", { width: 1560, height: 1040 });
try {
  const page = new Page(browser);
  await page.open();
  await page.click("#try-sample");
  await page.done();
  await page.hashed();
  await page.until("rows are there", () => document.querySelector("[data-row='1']") !== null);
  await page.click("[data-row='1'] .c-process_name");
  await page.until("the event is there", () => document.querySelector("#details .raw") !== null);
  // Notices go by themselves.
  await page.until("the page is at rest", () => document.getAnimations().length === 0);
  const picture = await browser.driver.takeScreenshot();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Buffer.from(picture, "base64"));
  console.log(path);
} finally {
  await browser.quit();
}
