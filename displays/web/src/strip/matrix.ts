// A matrix of LEDs in memory: text is put on it dot by dot, with Unifont's bitmaps.

export type Colour = 0 | 1 | 2 | 3;
export const OFF: Colour = 0;
export const RED: Colour = 1;
export const GREEN: Colour = 2;
export const AMBER: Colour = 3;

export interface FontFile {
  /** Printable ASCII from the space on, 8 × 16, base64. */
  narrow: string;
  wideCharacters: string;
  /** The same order, 16 × 16, base64. */
  wide: string;
}

const ROWS = 16;
const FIRST_NARROW = 32;
const LAST_NARROW = 126;
// Shown for a character that the font was not made with (GETA MARK, as printers do).
const UNKNOWN = "〓";

export class Glyphs {
  private readonly narrow: Uint8Array;
  private readonly wide: Uint8Array;
  private readonly places = new Map<string, number>();

  constructor(file: FontFile) {
    this.narrow = bytesOf(file.narrow);
    this.wide = bytesOf(file.wide);
    Array.from(file.wideCharacters).forEach((character, place) => this.places.set(character, place));
  }

  /** How many dots wide `text` is at scale 1. */
  width(text: string): number {
    return Array.from(text).reduce((sum, character) => sum + (isNarrow(character) ? 8 : 16), 0);
  }

  /** The sixteen rows of one character, the leftmost dot in the highest bit. */
  rows(character: string): { columns: number; bits: number[] } {
    if (isNarrow(character)) {
      const at = (character.charCodeAt(0) - FIRST_NARROW) * ROWS;
      return { columns: 8, bits: Array.from(this.narrow.subarray(at, at + ROWS)) };
    }
    const known = this.places.get(character);
    const place = known === undefined ? this.places.get(UNKNOWN) : known;
    if (place === undefined) {
      return { columns: 16, bits: new Array<number>(ROWS).fill(0) };
    }
    const at = place * ROWS * 2;
    const bits = Array.from({ length: ROWS }, (_, row) => {
      const high = this.wide[at + 2 * row] as number;
      return high * 256 + (this.wide[at + 2 * row + 1] as number);
    });
    return { columns: 16, bits };
  }
}

export interface Placed {
  x: number;
  y: number;
  scale?: 1 | 2;
  colour: Colour;
  /** Dots outside these columns stay dark. */
  from?: number;
  to?: number;
}

export class Matrix {
  readonly dots: Uint8Array;

  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {
    this.dots = new Uint8Array(columns * rows);
  }

  clear(): void {
    this.dots.fill(OFF);
  }

  put(glyphs: Glyphs, text: string, placed: Placed): void {
    const scale = placed.scale || 1;
    const from = Math.max(0, placed.from || 0);
    const to = Math.min(this.columns, placed.to === undefined ? this.columns : placed.to);
    let x = placed.x;
    for (const character of Array.from(text)) {
      const columns = (isNarrow(character) ? 8 : 16) * scale;
      if (x + columns > from && x < to) {
        this.putOne(glyphs.rows(character), { ...placed, x, scale, from, to });
      }
      x += columns;
    }
  }

  private putOne(glyph: { columns: number; bits: number[] }, placed: Required<Placed>): void {
    glyph.bits.forEach((bits, row) => {
      for (let column = 0; column < glyph.columns; column += 1) {
        if ((bits >> (glyph.columns - 1 - column)) & 1) {
          this.light(placed.x + column * placed.scale, placed.y + row * placed.scale, placed);
        }
      }
    });
  }

  private light(x: number, y: number, { scale, from, to, colour }: Required<Placed>): void {
    for (let dy = 0; dy < scale; dy += 1) {
      for (let dx = 0; dx < scale; dx += 1) {
        const column = x + dx;
        const row = y + dy;
        if (column >= from && column < to && row >= 0 && row < this.rows) {
          this.dots[row * this.columns + column] = colour;
        }
      }
    }
  }
}

function isNarrow(character: string): boolean {
  const code = character.charCodeAt(0);
  return code >= FIRST_NARROW && code <= LAST_NARROW;
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
