// Spoken calls: one queue per audio zone, one announcement at a time, none cut off, none late.
//
// The queue is bounded and its entries expire; when it grows long the announcements get shorter.
// Tabs of one machine that share a zone take turns through a browser lock. A browser speaks only
// after a person touched the page once, or when it was started as signage: `isLocked` says so.

import { unitOf } from "./format";

export type VoiceLanguage = "zh" | "en" | "yue";

export interface Announcement {
  /** The same key is announced once: ticket and ring counter, for instance. */
  key: string;
  number: string;
  label: string;
}

export interface Announced extends Announcement {
  atMs: number;
  how: "spoken" | "chime" | "silent" | "locked" | "expired" | "crowded-out" | "failed";
  said: string[];
  endedMs: number;
}

export interface VoiceOptions {
  zone: string;
  languages?: VoiceLanguage[];
  mode?: "speak" | "silent";
  /** An announcement that has waited longer is of no use to anybody. */
  expiryMs?: number;
}

declare global {
  interface Window {
    /** What was announced on this page, newest last; bounded; for tests and for the curious. */
    __announced?: Announced[];
  }
}

/** Who decides whether a screen speaks: its address (`?voice=zh,en` or `?voice=silent`) before the hall's setting. */
export function voiceMode(asked: string, hallVoice: string): "speak" | "silent" {
  return asked ? (asked === "silent" ? "silent" : "speak") : hallVoice === "browser" ? "speak" : "silent";
}

const LANGUAGES: readonly VoiceLanguage[] = ["zh", "en", "yue"];

/**
 * The languages that an address asks for (`?voice=zh,en`), in its order; none of an address without. A strip speaks in these
 * alone, whatever its hall is set to: the board beside it speaks the same calls, and both would double every sentence.
 */
export function spokenLanguages(asked: string): VoiceLanguage[] {
  return asked.split(",").filter((one): one is VoiceLanguage => LANGUAGES.some((known) => known === one));
}

const DEFAULT_EXPIRY_MS = 60_000;
// At 3 s an announcement, more than this would expire anyway.
const QUEUE_LIMIT = 32;
// From this many waiting on, only the first language is spoken.
const SHORT_FROM = 4;
const LOG_LIMIT = 200;
// Chrome's speech sometimes never reports its end; a sentence takes about 200 ms a character.
const SPEECH_BASE_MS = 4000;
const SPEECH_PER_CHARACTER_MS = 200;
const CHIME_S = 0.9;

const ZH_DIGITS = "零一二三四五六七八九";
const TAGS: Record<VoiceLanguage, string[]> = {
  zh: ["zh-CN", "cmn", "zh-TW", "zh"],
  yue: ["zh-HK", "yue"],
  en: ["en-GB", "en-US", "en"],
};

export class Voice {
  private readonly queue: (Announcement & { queuedMs: number })[] = [];
  private readonly heard: string[] = [];
  private readonly log: Announced[] = [];
  private readonly languages: VoiceLanguage[];
  private readonly expiryMs: number;
  private readonly changed = new Set<() => void>();
  private audio: AudioContext | null = null;
  private isBusy = false;
  private unlocked = false;
  mode: "speak" | "silent";

  constructor(private readonly options: VoiceOptions) {
    this.languages = options.languages && options.languages.length ? options.languages : ["zh", "en"];
    this.expiryMs = options.expiryMs || DEFAULT_EXPIRY_MS;
    this.mode = options.mode || "speak";
    window.__announced = this.log;
  }

  /** Would a sound be blocked until a person touches the page? */
  get isLocked(): boolean {
    return this.mode === "speak" && !this.unlocked;
  }

  onChange(listener: () => void): () => void {
    this.changed.add(listener);
    return () => {
      this.changed.delete(listener);
    };
  }

  /** Find out whether sound is allowed; from a click or key press it will be. */
  async unlock(): Promise<boolean> {
    const audio = this.context();
    if (audio && audio.state !== "running") {
      // Without a gesture the promise waits for one: do not wait with it.
      const settled = new Promise((done) => window.setTimeout(done, 300));
      await Promise.race([audio.resume().catch(() => undefined), settled]);
    }
    this.unlocked = !!audio && audio.state === "running";
    this.changed.forEach((listener) => listener());
    return this.unlocked;
  }

  /** Queue an announcement; never interrupts the one that is being spoken. */
  announce(call: Announcement): void {
    if (this.heard.indexOf(call.key) >= 0) {
      return;
    }
    this.heard.push(call.key);
    this.heard.splice(0, Math.max(0, this.heard.length - LOG_LIMIT));
    this.queue.push({ ...call, queuedMs: performance.now() });
    while (this.queue.length > QUEUE_LIMIT) {
      this.record(this.queue.shift() as Announcement, { how: "crowded-out", said: [] });
    }
    void this.work();
  }

  private async work(): Promise<void> {
    if (this.isBusy) {
      return;
    }
    this.isBusy = true;
    try {
      for (let next = this.queue.shift(); next; next = this.queue.shift()) {
        if (performance.now() - next.queuedMs > this.expiryMs) {
          this.record(next, { how: "expired", said: [] });
        } else {
          await this.perform(next);
        }
      }
    } finally {
      this.isBusy = false;
    }
  }

  private async perform(call: Announcement): Promise<void> {
    if (this.mode === "silent" || !this.unlocked) {
      this.record(call, { how: this.mode === "silent" ? "silent" : "locked", said: [] });
      return;
    }
    const entry = this.record(call, { how: "chime", said: [] });
    const languages = this.queue.length >= SHORT_FROM ? this.languages.slice(0, 1) : this.languages;
    try {
      await inTurn(`ow-audio-${this.options.zone}`, async () => {
        await this.chime();
        for (const spoken of languages) {
          const sentence = sentenceOf(call, spoken);
          if (await speak(sentence, spoken)) {
            entry.how = "spoken";
            entry.said.push(sentence);
          }
        }
      });
    } catch (fault) {
      entry.how = "failed";
      console.error("voice: an announcement failed", fault);
    }
    entry.endedMs = Date.now();
  }

  private record(call: Announcement, outcome: { how: Announced["how"]; said: string[] }): Announced {
    const now = Date.now();
    const entry = {
      key: call.key,
      number: call.number,
      label: call.label,
      atMs: now,
      endedMs: now,
      ...outcome,
    };
    this.log.push(entry);
    this.log.splice(0, Math.max(0, this.log.length - LOG_LIMIT));
    return entry;
  }

  private context(): AudioContext | null {
    if (!this.audio && typeof AudioContext === "function") {
      this.audio = new AudioContext();
    }
    return this.audio;
  }

  // Two soft falling tones, a third apart: heard in a hall, not startling.
  private async chime(): Promise<void> {
    const audio = this.context();
    if (!audio || audio.state !== "running") {
      return;
    }
    [659.3, 523.3].forEach((hertz, i) => {
      const start = audio.currentTime + i * 0.32;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0.0001, start);
      volume.gain.exponentialRampToValueAtTime(0.35, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.55);
      tone.connect(volume);
      volume.connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.6);
    });
    await new Promise((done) => window.setTimeout(done, CHIME_S * 1000));
  }
}

/** What is said: digits one by one, as every hall in China reads them. */
export function sentenceOf(call: Announcement, spoken: VoiceLanguage): string {
  if (spoken === "en") {
    return `Number ${spaced(call.number)}, please go to window ${spaced(call.label)}.`;
  }
  const digits = call.number.replace(/\d/g, (digit) => ZH_DIGITS[Number(digit)] as string);
  return `请 ${spaced(digits)} 号，到 ${call.label} ${unitOf(call.label, "号窗口")}。`;
}

function spaced(text: string): string {
  return /^\d{1,2}$/.test(text) ? text : Array.from(text).join(" ");
}

async function speak(sentence: string, spoken: VoiceLanguage): Promise<boolean> {
  const voice = voiceFor(spoken);
  if (!voice) {
    return false;
  }
  const limitMs = SPEECH_BASE_MS + SPEECH_PER_CHARACTER_MS * sentence.length;
  return new Promise((resolve) => {
    const utterance = new SpeechSynthesisUtterance(sentence);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = 0.95;
    const timer = window.setTimeout(() => {
      // It hangs: without this, everything after it would stay silent.
      speechSynthesis.cancel();
      resolve(false);
    }, limitMs);
    const done = (wasSpoken: boolean): void => {
      window.clearTimeout(timer);
      resolve(wasSpoken);
    };
    utterance.onend = () => done(true);
    utterance.onerror = () => done(false);
    speechSynthesis.speak(utterance);
  });
}

function voiceFor(spoken: VoiceLanguage): SpeechSynthesisVoice | null {
  if (typeof speechSynthesis === "undefined") {
    return null;
  }
  const voices = speechSynthesis.getVoices();
  for (const tag of TAGS[spoken]) {
    const wanted = tag.toLowerCase();
    const found = voices.find((voice) => voice.lang.toLowerCase().replace("_", "-").startsWith(wanted));
    if (found) {
      return found;
    }
  }
  return null;
}

// Without the Web Locks API (plain http on old browsers) each tab only waits for itself.
async function inTurn(lock: string, work: () => Promise<void>): Promise<void> {
  const locks = (navigator as { locks?: LockManager }).locks;
  if (locks && typeof locks.request === "function") {
    await locks.request(lock, work);
  } else {
    await work();
  }
}
