// Turns the outlines of GNU Unifont back into the bitmaps they were drawn from, for LED strips.
//
// Reads the WOFF file of @fontsource/unifont (OFL) and writes src/generated/unifont.json:
// printable ASCII at 8×16 dots, and the characters of GB 2312 (every character that a public
// notice in simplified Chinese needs) at 16×16, rows top to bottom, one bit a dot, base64.

import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";

const FONT = "node_modules/@fontsource/unifont/files/unifont-latin-400-normal.woff";
const ROWS = 16;
// Unifont's baseline stands two dots above the bottom of its cell.
const DESCENT_ROWS = 2;

export default async function generate({ web, generated }) {
  const source = path.join(web, FONT);
  const target = path.join(generated, "unifont.json");
  if (await isNewer(target, [source, fileURLToPath(import.meta.url)])) {
    return;
  }
  const font = openFont(await readFile(source));
  const narrow = asciiCharacters();
  const wide = gb2312Characters().filter((character) => font.has(character));
  const made = {
    narrow: bitmaps(font, { characters: narrow, columns: 8 }),
    wideCharacters: wide.join(""),
    wide: bitmaps(font, { characters: wide, columns: 16 }),
  };
  await writeFile(target, JSON.stringify(made), "utf8");
}

async function isNewer(target, sources) {
  try {
    const made = (await stat(target)).mtimeMs;
    const read = await Promise.all(sources.map((source) => stat(source)));
    return read.every((one) => one.mtimeMs < made);
  } catch {
    return false;
  }
}

function asciiCharacters() {
  return Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
}

// Rows 1–3 are marks and full-width forms, 16–55 and 56–87 the characters of levels 1 and 2.
function gb2312Characters() {
  const decoder = new TextDecoder("gb2312", { fatal: true });
  const found = [];
  for (let row = 1; row <= 87; row += 1) {
    for (let cell = 1; cell <= 94 && (row <= 3 || row >= 16); cell += 1) {
      try {
        found.push(decoder.decode(Uint8Array.of(0xa0 + row, 0xa0 + cell)));
      } catch {
        // Five cells at the end of level 1 are empty.
      }
    }
  }
  return found;
}

function bitmaps(font, { characters, columns }) {
  const bytesPerRow = columns / 8;
  const all = Buffer.alloc(characters.length * ROWS * bytesPerRow);
  characters.forEach((character, i) => {
    font.bitmap(character, columns).forEach((bits, row) => {
      all.writeUIntBE(bits, (i * ROWS + row) * bytesPerRow, bytesPerRow);
    });
  });
  return all.toString("base64");
}

function openFont(file) {
  const tables = readTables(file);
  const head = tables.get("head");
  const unitsPerDot = head.readUInt16BE(18) / ROWS;
  const offsets = readLoca(tables.get("loca"), head.readInt16BE(50));
  const glyphOf = readCmap(tables.get("cmap"));
  const glyf = tables.get("glyf");
  return {
    has: (character) => glyphOf(character.codePointAt(0)) > 0,
    bitmap(character, columns) {
      const glyph = glyphOf(character.codePointAt(0));
      return rasterize(readOutline(glyf, offsets, glyph), { unitsPerDot, columns });
    },
  };
}

function readTables(file) {
  if (file.toString("latin1", 0, 4) !== "wOFF") {
    throw new Error("Unifont is not a WOFF file");
  }
  const tables = new Map();
  for (let i = 0; i < file.readUInt16BE(12); i += 1) {
    const entry = 44 + 20 * i;
    const [offset, packed, size] = [4, 8, 12].map((at) => file.readUInt32BE(entry + at));
    const bytes = file.subarray(offset, offset + packed);
    tables.set(file.toString("latin1", entry, entry + 4), packed < size ? inflateSync(bytes) : bytes);
  }
  return tables;
}

function readLoca(loca, format) {
  const size = format === 0 ? 2 : 4;
  return Array.from({ length: loca.length / size }, (_, i) =>
    format === 0 ? 2 * loca.readUInt16BE(2 * i) : loca.readUInt32BE(4 * i),
  );
}

// The subtable of format 4 covers the basic plane, where all our characters are.
function readCmap(cmap) {
  let table = 0;
  for (let i = 0; i < cmap.readUInt16BE(2); i += 1) {
    const offset = cmap.readUInt32BE(4 + 8 * i + 4);
    table = cmap.readUInt16BE(offset) === 4 ? offset : table;
  }
  const segments = cmap.readUInt16BE(table + 6) / 2;
  const field = (part, i) => table + 14 + 2 * part * segments + (part > 0 ? 2 : 0) + 2 * i;
  return (code) => {
    for (let i = 0; i < segments; i += 1) {
      if (code <= cmap.readUInt16BE(field(0, i))) {
        const start = cmap.readUInt16BE(field(1, i));
        const range = cmap.readUInt16BE(field(3, i));
        const delta = cmap.readUInt16BE(field(2, i));
        if (code < start) {
          return 0;
        }
        const at = field(3, i) + range + 2 * (code - start);
        const glyph = range === 0 ? code : cmap.readUInt16BE(at);
        return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
      }
    }
    return 0;
  };
}

// Outlines of a bitmap font have straight edges between on-curve points only.
function readOutline(glyf, offsets, glyph) {
  const start = offsets[glyph];
  if (offsets[glyph + 1] === start) {
    return [];
  }
  const contours = glyf.readInt16BE(start);
  if (contours < 0) {
    throw new Error(`glyph ${glyph} is composite, which Unifont's are not`);
  }
  const ends = Array.from({ length: contours }, (_, i) => glyf.readUInt16BE(start + 10 + 2 * i));
  const count = contours ? ends[contours - 1] + 1 : 0;
  let at = start + 10 + 2 * contours;
  at += 2 + glyf.readUInt16BE(at);
  const flags = [];
  while (flags.length < count) {
    const flag = glyf[at++];
    const repeats = flag & 8 ? glyf[at++] : 0;
    for (let i = 0; i <= repeats; i += 1) {
      flags.push(flag);
    }
  }
  const xs = readCoordinates(glyf, { at, flags, short: 2, same: 16 });
  const ys = readCoordinates(glyf, { at: xs.at, flags, short: 4, same: 32 });
  return ends.map((end, i) => {
    const first = i ? ends[i - 1] + 1 : 0;
    return flags.slice(first, end + 1).map((_, j) => [xs.values[first + j], ys.values[first + j]]);
  });
}

function readCoordinates(glyf, { at, flags, short, same }) {
  const values = [];
  let value = 0;
  for (const flag of flags) {
    if (flag & short) {
      value += flag & same ? glyf[at] : -glyf[at];
      at += 1;
    } else if (!(flag & same)) {
      value += glyf.readInt16BE(at);
      at += 2;
    }
    values.push(value);
  }
  return { values, at };
}

// A dot is lit if its centre is inside: the winding number of the edges to its left is not zero.
function rasterize(contours, { unitsPerDot, columns }) {
  const rows = [];
  for (let row = 0; row < ROWS; row += 1) {
    const y = (ROWS - DESCENT_ROWS - row - 0.5) * unitsPerDot;
    const crossings = contours.flatMap((points) => crossingsAt(points, y));
    let bits = 0;
    for (let column = 0; column < columns; column += 1) {
      const x = (column + 0.5) * unitsPerDot;
      const winding = crossings.reduce((sum, edge) => sum + (edge.x < x ? edge.turn : 0), 0);
      bits = bits * 2 + (winding !== 0 ? 1 : 0);
    }
    rows.push(bits);
  }
  return rows;
}

function crossingsAt(points, y) {
  const found = [];
  points.forEach(([x1, y1], i) => {
    const [x2, y2] = points[(i + 1) % points.length];
    if (y1 > y !== y2 > y) {
      found.push({ x: x1 + ((y - y1) / (y2 - y1)) * (x2 - x1), turn: y2 > y1 ? 1 : -1 });
    }
  });
  return found;
}
