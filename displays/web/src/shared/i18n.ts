// The language of a page: Chinese first, English beside it, the person's choice kept locally.

import { texts } from "./texts";
import type { Text } from "./types";

export type Language = "zh" | "en";
export type TextKey = keyof typeof texts;
export type Values = Record<string, string | number>;

const STORED = "ow.language";
const listeners = new Set<() => void>();
let chosen: Language | null = null;

export function language(): Language {
  if (chosen === null) {
    chosen = stored() === "en" ? "en" : "zh";
  }
  return chosen;
}

export function setLanguage(wanted: Language): void {
  chosen = wanted;
  store(wanted);
  applyLanguage();
  for (const listener of Array.from(listeners)) {
    listener();
  }
}

/** Write the language where screen readers look for it. */
export function applyLanguage(): void {
  document.documentElement.lang = langTag(language());
}

export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** One text of the catalogue in the chosen language, `{name}` replaced from `values`. */
export function t(key: TextKey, values: Values = {}): string {
  return pick(text(key, values));
}

/** The same in both languages, for headings of boards and for messages. */
export function text(key: TextKey, values: Values = {}): Text {
  const [zh, en] = texts[key];
  return { zh: fill(zh, values), en: fill(en, values) };
}

/** Is there a text of that name? For names that come from the server, such as states. */
export function hasText(key: string): key is TextKey {
  return Object.prototype.hasOwnProperty.call(texts, key);
}

/** The chosen language of a text from the server; the other one if it is missing. */
export function pick(both: Text | string | null | undefined): string {
  if (!both) {
    return "";
  }
  if (typeof both === "string") {
    return both;
  }
  return (language() === "zh" ? both.zh || both.en : both.en || both.zh) || "";
}

/** The other language, for the line beside; empty if it would only repeat the first. */
export function beside(both: Text | string | null | undefined): string {
  if (!both || typeof both === "string") {
    return "";
  }
  const other = (language() === "zh" ? both.en : both.zh) || "";
  return other === pick(both) ? "" : other;
}

export function langTag(of: Language): string {
  return of === "zh" ? "zh-CN" : "en";
}

export function otherTag(): string {
  return langTag(language() === "zh" ? "en" : "zh");
}

function fill(template: string, values: Values): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.prototype.hasOwnProperty.call(values, name) ? String(values[name]) : whole,
  );
}

// Private windows and some kiosk browsers refuse storage: the choice then lasts for the page.
function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

function store(wanted: Language): void {
  try {
    localStorage.setItem(STORED, wanted);
  } catch {
    return;
  }
}
