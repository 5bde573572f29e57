// An evaluator of the example experiment: how well and how fast do these settings compress real text?
// It reads the candidate as JSON from stdin and prints its metrics as JSON. Any language can do that.
import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';

const LARGEST_CORPUS = 96 * 1024;
const ROUNDS = 5;
const { constants } = zlib;

const candidate = JSON.parse(readFileSync(0, 'utf8'));
const corpus = readCorpus(process.env.CORPUS ?? '.');
const compress = compressorOf(candidate);

const size = compress(corpus).length;
const rounds = Array.from({ length: ROUNDS }, () => timed(() => compress(corpus)));
console.log(JSON.stringify({ size_ratio: size / corpus.length, milliseconds: Math.min(...rounds) }));

function compressorOf({ codec, level, memory_level, quality, window }) {
  if (codec === 'gzip') return (data) => zlib.gzipSync(data, { level, memLevel: memory_level });
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: window };
  return (data) => zlib.brotliCompressSync(data, { params });
}

function timed(work) {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Text files below a folder, in the order of their names, up to the largest corpus. */
function readCorpus(folder) {
  const parts = [];
  let bytes = 0;
  for (const file of textFiles(folder)) {
    if (bytes >= LARGEST_CORPUS) break;
    const content = readFileSync(file).subarray(0, LARGEST_CORPUS - bytes);
    parts.push(content);
    bytes += content.length;
  }
  if (bytes === 0) throw new Error(`no text below CORPUS=${folder}`);
  return Buffer.concat(parts);
}

function* textFiles(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* textFiles(path);
    else if (/\.(md|txt|json|js|mjs|ts)$/.test(entry.name)) yield path;
  }
}
