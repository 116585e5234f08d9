// Finds items by what people type on a kiosk: Chinese, pinyin, its initials, English, codes.
//
// Laws: every word of the query must be found; a better kind of match always comes before a worse
// one; among equals the shorter name, then the catalogue's order. Nothing here waits or remembers.

import { initialsOf } from "./initials";
import type { HallInfo, Text } from "../shared/types";

export interface Found {
  kind: "item" | "package";
  code: string;
  name: Text;
}

interface Entry extends Found {
  zh: string;
  id: string;
  initials: string[];
  latin: string[];
  english: string[];
  han: string[];
}

// More than this fits on no screen; whoever needs more types another letter.
export const MOST_FOUND = 60;
// Longer input is not a search; it also bounds the work per key.
const LONGEST_QUERY = 40;

const WORDS = /[\u3400-\u9fff\uf900-\ufaff]+|[\ud840-\ud8bf][\udc00-\udfff]|[a-z0-9]+/g;

export class SearchIndex {
  private readonly entries: Entry[];

  constructor(hall: Pick<HallInfo, "items" | "packages">) {
    const packages = hall.packages.map((one) => entryOf("package", one.code, one.name, ""));
    const items = hall.items.map((one) => entryOf("item", one.code, one.name, one.keywords));
    this.entries = packages.concat(items);
  }

  /** The best matches, best first; nothing for an empty query. */
  find(query: string, limit: number = MOST_FOUND): Found[] {
    const words = wordsOf(query.slice(0, LONGEST_QUERY));
    if (words.length === 0) {
      return [];
    }
    // "ying ye zhi" is one word of pinyin typed with pauses as well as three words.
    const joined = words.length > 1 && words.every((word) => /^[a-z0-9]/.test(word)) ? [words.join("")] : words;
    const scored: { entry: Entry; score: number; order: number }[] = [];
    this.entries.forEach((entry, order) => {
      const score = Math.max(scoreOf(entry, words), scoreOf(entry, joined));
      if (score > 0) {
        scored.push({ entry, score, order });
      }
    });
    scored.sort((a, b) => b.score - a.score || a.entry.zh.length - b.entry.zh.length || a.order - b.order);
    return scored.slice(0, limit).map(({ entry }) => ({ kind: entry.kind, code: entry.code, name: entry.name }));
  }
}

function entryOf(kind: Found["kind"], code: string, name: Text, keywords: string | string[]): Entry {
  const extra = wordsOf(typeof keywords === "string" ? keywords : keywords.join(" "));
  const latin = extra.filter((word) => /^[a-z0-9]+$/.test(word));
  const zh = normal(name.zh);
  return {
    kind,
    code,
    name,
    zh,
    id: normal(code).replace(/[^a-z0-9]/g, ""),
    // Keywords know the right reading of 行 and 重; the computed initials stand in where there are none.
    initials: [initialsOf(zh)].concat(latin.filter((word) => isAsLongAs(word, zh))),
    latin,
    english: wordsOf(name.en || ""),
    han: extra.filter((word) => !/^[a-z0-9]+$/.test(word)),
  };
}

function scoreOf(entry: Entry, words: string[]): number {
  let worst = Infinity;
  for (const word of words) {
    const score = /^[a-z0-9]/.test(word) ? latinScore(entry, word) : hanScore(entry, word);
    if (score === 0) {
      return 0;
    }
    worst = Math.min(worst, score);
  }
  return worst;
}

function hanScore(entry: Entry, word: string): number {
  if (entry.zh === word) {
    return 100;
  }
  const at = entry.zh.indexOf(word);
  if (at >= 0) {
    return at === 0 ? 90 : 80;
  }
  if (entry.han.some((one) => one.indexOf(word) >= 0)) {
    return 60;
  }
  return word.length > 1 && isInOrder(word, entry.zh) ? 40 : 0;
}

function latinScore(entry: Entry, word: string): number {
  const starts = (one: string) => one.lastIndexOf(word, 0) === 0;
  const holds = (one: string) => one.indexOf(word) >= 0;
  const same = (one: string) => one === word;
  const long = word.length > 2;
  const rules: [boolean, number][] = [
    [entry.id === word, 100],
    [entry.initials.some(same), 95],
    [entry.latin.some(same), 94],
    [entry.initials.some(starts), 85],
    [entry.latin.some(starts), 82],
    [entry.english.some(same), 78],
    [entry.english.some(starts), 74],
    [word.length > 1 && entry.initials.some(holds), 70],
    [long && entry.latin.some(holds), 60],
    [long && entry.english.some(holds), 55],
    [long && starts(entry.id), 50],
  ];
  const hit = rules.find(([isTrue]) => isTrue);
  return hit ? hit[1] : 0;
}

function wordsOf(text: string): string[] {
  return normal(text).match(WORDS) || [];
}

function normal(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

function isAsLongAs(word: string, zh: string): boolean {
  return word.length === zh.replace(/[^\u3400-\u9fffa-z0-9]/g, "").length;
}

/** Are all characters of `word` in `name`, in their order? People leave words out: 食品许可. */
function isInOrder(word: string, name: string): boolean {
  let at = -1;
  return Array.from(word).every((character) => {
    at = name.indexOf(character, at + 1);
    return at >= 0;
  });
}
