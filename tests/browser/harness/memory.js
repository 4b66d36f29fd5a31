// How much memory the tabs of the browsers took that this process started.

import { readdir, readFile } from "node:fs/promises";

/** The most memory that one of them ever took, in KiB; none where the system does not tell. */
export async function peak() {
  /** @type {Map<string, { parent: string, kib: number, tab: boolean }>} */
  const all = new Map();
  for (const pid of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const [status, command] = await Promise.all([
      readFile(`/proc/${pid}/status`, "utf8").catch(() => ""),
      readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
    ]);
    all.set(pid, {
      parent: /^PPid:\s*(\d+)/m.exec(status)?.[1] ?? "",
      kib: Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0),
      tab: /--type=renderer|-contentproc.*\btab\b/s.test(command),
    });
  }
  const ours = (/** @type {string} */ pid) => {
    for (let at = all.get(pid), id = pid; at; id = at.parent, at = all.get(id)) if (id === String(process.pid)) return true;
    return false;
  };
  const found = [...all].filter(([pid, { tab }]) => tab && ours(pid)).map(([, { kib }]) => kib);
  return found.length > 0 ? Math.max(...found) : null;
}
