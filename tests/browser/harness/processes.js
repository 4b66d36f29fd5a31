// What the browsers took that this process started: memory, and the processors' time. Where the system does not tell, none.

import { readdir, readFile } from "node:fs/promises";

/** Linux counts a process's time in hundredths of a second. */
const TICKS = 100;
/** How often it is looked at. */
const SAMPLE_MS = 50;

/** @typedef {{ pid: string, status: string, command: string }} Started */

/** All processes that this one started, and those that they did. @returns {Promise<Started[]>} */
async function started() {
  /** @type {Map<string, Started & { parent: string }>} */
  const all = new Map();
  for (const pid of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const [status, command] = await Promise.all([read(pid, "status"), read(pid, "cmdline")]);
    all.set(pid, { pid, status, command, parent: /^PPid:\s*(\d+)/m.exec(status)?.[1] ?? "" });
  }
  const isOurs = (/** @type {string} */ pid) => {
    for (let at = all.get(pid); at; at = all.get(at.parent)) if (at.parent === String(process.pid)) return true;
    return false;
  };
  return [...all.values()].filter(({ pid }) => isOurs(pid));
}

/** @param {string} pid @param {string} file @returns {Promise<string>} none of a process that ended meanwhile */
const read = (pid, file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");

/** The most memory that a tab of theirs ever took, in KiB. */
export async function peak() {
  const tabs = (await started()).filter(({ command }) => /--type=renderer|-contentproc.*\btab\b/s.test(command));
  const found = tabs.map(({ status }) => Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0));
  return found.length > 0 ? Math.max(...found) : null;
}

/** Notes again and again how much of the processors' time the browsers took: when a page is over is heard late, but it says when that was. */
export class ProcessorClock {
  static async start() {
    return new ProcessorClock((await started()).map(({ pid }) => pid));
  }

  /** @param {string[]} pids */
  constructor(pids) {
    this.pids = pids;
    /** @type {{ at: number, seconds: number }[]} */
    this.samples = [];
    this.timer = setInterval(() => this.look(), SAMPLE_MS);
  }

  async look() {
    const at = Date.now();
    const seconds = (await Promise.all(this.pids.map(secondsOf))).reduce((sum, one) => sum + one, 0);
    this.samples.push({ at, seconds });
  }

  stop() {
    clearInterval(this.timer);
  }

  /** What was taken between two moments, in seconds. @param {number} from @param {number} to in ms since 1970 */
  between(from, to) {
    const [first, last] = [this.until(from), this.until(to)];
    return first === null || last === null ? null : last - first;
  }

  /** What was taken until then. @param {number} moment */
  until(moment) {
    const after = this.samples.findIndex(({ at }) => at >= moment);
    const [a, b] = [this.samples[after - 1], this.samples[after]];
    if (!a || !b || b.seconds === 0) return null;
    return a.seconds + ((b.seconds - a.seconds) * (moment - a.at)) / (b.at - a.at);
  }
}

/** @param {string} pid */
async function secondsOf(pid) {
  const stat = await read(pid, "stat");
  // Behind the name, which may hold anything, the 12th and 13th: its own time, and that of the system for it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return stat === "" ? 0 : (Number(fields[11]) + Number(fields[12])) / TICKS;
}
