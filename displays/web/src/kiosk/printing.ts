// Slips on paper: through the print service of the kiosk box, or the browser's own silent print.

import type { Text } from "../shared/types";
import { showPaper } from "./paper";

/** The shape that the print service takes; waits are what was told when the number was taken. */
export interface Slip {
  hall: Text;
  number: string;
  items: { name: Text; quantity: number }[];
  at_ms: number;
  zone: string;
  ahead: number;
  wait_p50_ms: number | null;
  wait_p80_ms: number | null;
  windows: string[];
  qr: string;
  visitor_class: Text | null;
  notes: Text[];
  training: boolean;
  reprint: boolean;
  /** What stands for "your number", for the line about people ahead, and under the code; a number's own if missing. */
  heading?: Text;
  turn?: Text;
  qr_note?: Text;
}

export interface PrintResult {
  printed: boolean;
  reason: string;
}

export interface SlipPrinter {
  /** Print once per job; repeating a job gives the first answer. */
  print(job: string, slip: Slip): Promise<PrintResult>;
}

/** `agent`, `browser` or `none`, as the page's address says; null prints nothing. */
export function slipPrinter(kind: string, agentUrl: string): SlipPrinter | null {
  if (kind === "agent") {
    return new AgentPrinter(agentUrl || DEFAULT_AGENT_URL);
  }
  return kind === "browser" ? new BrowserPrinter() : null;
}

const DEFAULT_AGENT_URL = "http://127.0.0.1:9200";
// The service itself waits up to 8 s for a slow printer, and for one slip before this.
const AGENT_TIMEOUT_MS = 25_000;
const AGENT_TRIES = 3;
const AGENT_PAUSE_MS = 800;
// Some browsers never tell that printing is over.
const BROWSER_LIMIT_MS = 6000;

class AgentPrinter implements SlipPrinter {
  constructor(private readonly url: string) {}

  async print(job: string, slip: Slip): Promise<PrintResult> {
    for (let attempt = 1; attempt <= AGENT_TRIES; attempt += 1) {
      const result = await this.post(JSON.stringify({ job, slip }));
      if (result) {
        return result;
      }
      await new Promise((done) => window.setTimeout(done, AGENT_PAUSE_MS));
    }
    return { printed: false, reason: "NO_SERVICE" };
  }

  private async post(body: string): Promise<PrintResult | null> {
    const aborter = new AbortController();
    const timer = window.setTimeout(() => aborter.abort(), AGENT_TIMEOUT_MS);
    try {
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch(`${this.url}/print`, { method: "POST", headers, body, signal: aborter.signal });
      const result = (await answer.json()) as Partial<PrintResult> & { code?: string };
      return { printed: result.printed === true, reason: result.reason || result.code || "" };
    } catch {
      return null;
    } finally {
      window.clearTimeout(timer);
    }
  }
}

class BrowserPrinter implements SlipPrinter {
  private readonly done = new Map<string, PrintResult>();

  async print(job: string, slip: Slip): Promise<PrintResult> {
    const known = this.done.get(job);
    if (known) {
      return known;
    }
    // A browser does not say whether paper came out.
    const result = { printed: true, reason: "UNCONFIRMED" };
    this.done.clear();
    this.done.set(job, result);
    const remove = await showPaper(slip);
    await printed();
    remove();
    return result;
  }
}

function printed(): Promise<void> {
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, BROWSER_LIMIT_MS);
    window.addEventListener("afterprint", () => {
      window.clearTimeout(timer);
      resolve();
    }, { once: true });
    window.print();
  });
}
