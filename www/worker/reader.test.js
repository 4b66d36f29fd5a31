import assert from "node:assert/strict";
import { test } from "node:test";
import { Reader } from "./reader.js";
import { Watchdog } from "./watchdog.js";

const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
const file = new Blob([bytes]);

/** Reads a range in pieces of at most `most` and gives a copy. */
async function readAll(reader, offset, length, most) {
  const got = [];
  for (let at = offset; at < offset + length; ) {
    const piece = await reader.next(at, offset + length - at, most);
    if (piece === null) break;
    assert.ok(piece.length > 0 && piece.length <= most);
    for (const byte of piece) got.push(byte);
    at += piece.length;
  }
  return got;
}

test("a range is read whole, in pieces of any size", async () => {
  for (const most of [7, 4096, 1 << 20]) {
    const reader = new Reader(file, "stalled");
    const length = most === 7 ? 1000 : bytes.length;
    assert.deepEqual(await readAll(reader, 0, length, most), [...bytes.subarray(0, length)]);
    reader.close();
  }
});

test("it goes on where another range begins, forwards and backwards", async () => {
  const reader = new Reader(file, "stalled");
  assert.deepEqual(await readAll(reader, 199_000, 1000, 300), [...bytes.subarray(199_000)]);
  assert.deepEqual(await readAll(reader, 10, 20, 300), [...bytes.subarray(10, 30)]);
  assert.deepEqual(await readAll(reader, 30, 20, 300), [...bytes.subarray(30, 50)]);
  reader.close();
});

test("what was read ahead of a shorter wish is not lost", async () => {
  const reader = new Reader(file, "stalled");
  assert.deepEqual([...(await reader.next(0, 5, 100))], [...bytes.subarray(0, 5)]);
  assert.deepEqual(await readAll(reader, 5, 70_000, 1 << 20), [...bytes.subarray(5, 70_005)]);
  reader.close();
});

test("a log in volumes is read volume by volume, and the one that breaks is named", async () => {
  const volumes = [0, 1, 2].map((at) => new File([bytes.subarray(at * 70_000, (at + 1) * 70_000)], `x.00${at + 1}`));
  const log = { name: "x", size: bytes.length, lastModified: 0, volumes };
  const reader = new Reader(log, "stalled");
  assert.deepEqual(await readAll(reader, 0, bytes.length, 999), [...bytes]);
  assert.deepEqual(await readAll(reader, 69_990, 20, 300), [...bytes.subarray(69_990, 70_010)]);
  assert.equal(await reader.next(bytes.length, 10, 10), null);
  reader.close();
  const stream = () => new ReadableStream({ pull: (control) => control.error(new TypeError("network error")) });
  volumes[1] = Object.assign(new File([new Uint8Array(70_000)], "x.002"), { slice: () => ({ stream }) });
  const broken = new Reader(log, "stalled");
  assert.deepEqual(await readAll(broken, 0, 70_000, 999), [...bytes.subarray(0, 70_000)]);
  await assert.rejects(broken.next(70_000, 10, 10), /^Error: x\.002: The browser could not read on/);
  assert.deepEqual(await readAll(broken, 140_000, 100, 999), [...bytes.subarray(140_000, 140_100)], "the others are read");
  broken.close();
});

test("the end of the file is null, not a hang", async () => {
  const reader = new Reader(file, "stalled");
  assert.equal(await reader.next(bytes.length, 10, 10), null);
  reader.close();
});

/** A file whose streams fill the reader's buffer, as those of browsers do, or give buffers of their own. */
function filling(type) {
  const pulled = [];
  return {
    pulled,
    size: bytes.length,
    slice(start, end) {
      let at = start;
      const pull = (control) => {
        const view = control.byobRequest?.view;
        pulled.push(view?.byteLength ?? 0);
        const count = Math.min(end - at, view?.byteLength ?? 50_000, 50_000);
        if (count === 0) {
          control.close();
          return control.byobRequest?.respond(0);
        }
        const piece = bytes.subarray(at, at + count);
        at += count;
        if (!view) return control.enqueue(piece.slice());
        new Uint8Array(view.buffer, view.byteOffset, count).set(piece);
        return control.byobRequest.respond(count);
      };
      return { stream: () => new ReadableStream({ type, pull }, { highWaterMark: 0 }) };
    },
  };
}

test("one buffer is filled again and again where a stream can, and pieces are taken as they come where not", async () => {
  for (const type of ["bytes", undefined]) {
    const file = filling(type);
    const reader = new Reader(file, "stalled");
    assert.deepEqual(await readAll(reader, 0, bytes.length, 30_000), [...bytes]);
    assert.deepEqual(await readAll(reader, 100, 9, 30_000), [...bytes.subarray(100, 109)]);
    // In a stream of bytes one wish lasts until the range is there.
    const rooms = [262_144, 212_144, 162_144, 112_144];
    assert.deepEqual(file.pulled.slice(0, 4), type ? rooms : [0, 0, 0, 0]);
    assert.equal(await reader.next(bytes.length, 10, 10), null);
    reader.close();
  }
});

/** A file whose first streams stop after some bytes, as blob streams do now and then. */
function stalling(times, type = undefined) {
  const opened = [];
  return {
    opened,
    size: bytes.length,
    slice(start, end) {
      opened.push(start);
      const whole = file.slice(start, end);
      if (opened.length > times) return whole;
      return { stream: () => new ReadableStream({ type, start: (control) => { if (opened.length === 1) control.enqueue(bytes.slice(start, start + 1000)); } }) };
    },
  };
}

test("a stream that stalls is opened again where it stopped", async () => {
  for (const type of ["bytes", undefined]) {
    const stalled = stalling(2, type);
    const reader = new Reader(stalled, "stalled", new Watchdog(20, 3));
    assert.deepEqual(await readAll(reader, 0, 5000, 1 << 20), [...bytes.subarray(0, 5000)]);
    // What a stream had put into a buffer that it did not fill is lost with it, and is read again.
    assert.deepEqual(stalled.opened, type ? [0, 0, 0] : [0, 1000, 1000]);
    reader.close();
  }
});

test("streams that all stall after a thousand bytes still give the whole range", async () => {
  for (const type of ["bytes", undefined]) {
    const opened = [];
    const slice = (start) => {
      opened.push(start);
      return { stream: () => new ReadableStream({ type, start: (control) => control.enqueue(bytes.slice(start, start + 1000)) }) };
    };
    const reader = new Reader({ size: bytes.length, slice }, "stalled", new Watchdog(20, 3));
    assert.deepEqual(await readAll(reader, 0, 3000, 1 << 20), [...bytes.subarray(0, 3000)]);
    // From then on what comes is taken.
    assert.deepEqual(opened, type ? [0, 0, 1000, 2000] : [0, 1000, 2000]);
    reader.close();
  }
});

test("buffers are given full, but for the last of a range", async () => {
  const reader = new Reader(filling("bytes"), "stalled");
  const sizes = [];
  for (let at = 0; at < bytes.length; at += sizes.at(-1)) sizes.push((await reader.next(at, bytes.length - at, 1 << 20)).length);
  assert.deepEqual(sizes, [bytes.length]);
  reader.close();
});

test("a file that is shorter than it was gives what there is", async () => {
  for (const type of ["bytes", undefined]) {
    const whole = filling(type);
    const reader = new Reader({ size: 300_000, slice: (start, end) => whole.slice(start, Math.min(end, bytes.length)) }, "stalled");
    assert.deepEqual(await readAll(reader, 0, 300_000, 1 << 20), [...bytes]);
    reader.close();
  }
});

test("all that a file gives before it breaks is given, and then why it broke", async () => {
  for (const type of ["bytes", undefined]) {
    const slice = (start) => {
      let at = start;
      const pull = (control) => {
        if (at >= 3000) return control.error(new Error("a bad sector"));
        const piece = bytes.slice(at, (at += 1000));
        if (!control.byobRequest) return control.enqueue(piece);
        control.byobRequest.view.set(piece);
        return control.byobRequest.respond(piece.length);
      };
      return { stream: () => new ReadableStream({ type, pull }, { highWaterMark: 0 }) };
    };
    const reader = new Reader({ size: bytes.length, slice }, "stalled");
    const got = [];
    await assert.rejects(async () => {
      for (let piece; (piece = await reader.next(got.length, bytes.length - got.length, 1 << 20)) !== null; ) got.push(...piece);
    }, /a bad sector/);
    assert.deepEqual(got, [...bytes.subarray(0, 3000)]);
    reader.close();
  }
});

test("a file that never gives data is an error, not a hang", async () => {
  const reader = new Reader(stalling(99), "No data.", new Watchdog(20, 1));
  await assert.rejects(readAll(reader, 0, 5000, 1 << 20), /No data\./);
  reader.close();
});
