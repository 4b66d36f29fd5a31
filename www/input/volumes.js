// Volumes that come together are one log again.

import { bytesOf, volumesOf } from "./log.js";

/** By so many first bytes the core knows whether a file is one of its own. */
const HEAD_BYTES = 16;

/** How the first of some volumes may be called. */
const FIRST = /(\.00[01]|\.z01|([._-]|(^|\/)x)00|aa)$/i;

/** Only then the core is asked which files are one. @param {App.Input[]} inputs */
export const mayHoldVolumes = (inputs) => inputs.length > 1 && inputs.some(({ name }) => FIRST.test(name));

/** What tells whether a file is a volume. @param {App.Input} input @returns {Promise<Core.Volume>} */
export const asVolume = async ({ name, file }) => ({ name, size: file.size, head: await headOf(file) });

/** @param {App.Log} file @returns {Promise<number[]>} nothing if it can't be read: it is told of when all of it is to be */
const headOf = (file) => bytesOf(file, 0, HEAD_BYTES).arrayBuffer().then((bytes) => [...new Uint8Array(bytes)], () => []);

/**
 * @param {App.Input[]} inputs
 * @param {Core.Joined[]} joined which of them are volumes of one file, as the core says
 * @returns {App.Input[]} that log in the place of the first of them
 */
export function joinVolumes(inputs, joined) {
  /** What comes in the place of an input; null: nothing. @type {Map<number, App.Input | null>} */
  const instead = new Map();
  for (const { name, files } of joined) {
    const volumes = files.flatMap((at) => inputs[at] ?? []);
    for (const at of files) instead.set(at, null);
    instead.set(Math.min(...files), joinedInput(name, volumes));
  }
  return inputs.flatMap((input, at) => (instead.has(at) ? instead.get(at) ?? [] : input));
}

/** @param {string} name @param {App.Input[]} volumes @returns {App.Input} */
function joinedInput(name, volumes) {
  const files = volumes.flatMap(({ file }) => volumesOf(file));
  const lastModified = files.reduce((last, file) => Math.max(last, file.lastModified), 0);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return { file: { name, size, lastModified, volumes: files }, name, volumes: volumes.map((volume) => ({ name: volume.name, size: volume.file.size })) };
}

/**
 * Volumes that were read without the others: of a file that is there as a whole now they would count twice.
 * @param {App.Input[]} fresh @param {readonly (App.Input | null)[]} known
 * @returns {App.Input[]} those of the known ones
 */
export function piecesOf(fresh, known) {
  const joined = fresh.flatMap(({ volumes }) => (volumes ? [new Set(volumes.map(glance))] : []));
  const isPiece = (/** @type {App.Input} */ { file, name, volumes }) =>
    joined.some((whole) => (volumes ?? [{ name, size: file.size }]).every((volume) => whole.has(glance(volume))));
  return known.filter((input) => input !== null).filter(isPiece);
}

/** @param {Core.Volume} volume */
const glance = ({ name, size }) => `${name}\n${size}`;
