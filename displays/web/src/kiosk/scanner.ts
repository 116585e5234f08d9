// A code scanner that types like a keyboard: very fast, and ending with Enter.
//
// Laws: only what comes as fast as a machine and begins like one of our codes is taken; a person's typing and
// the Enter on a button are left alone.

// Scanners send a key every 1–20 ms; the fastest typists need 60.
const GAP_MS = 50;
const LONGEST = 200;
// A booking's code, or the address of a ticket's or a booking's page with its secret.
const OURS = /^(OW1:|https?:\/\/.+\/[at]\/.+#.)/;

export class Scanner {
  private read = "";
  private lastMs = 0;
  private readonly pressed = (event: KeyboardEvent): void => this.key(event);

  constructor(private readonly scanned: (text: string) => void) {}

  start(): void {
    window.addEventListener("keydown", this.pressed, { capture: true });
  }

  stop(): void {
    window.removeEventListener("keydown", this.pressed, { capture: true });
  }

  key(event: Pick<KeyboardEvent, "key" | "timeStamp" | "preventDefault" | "stopPropagation">): void {
    const isFast = event.timeStamp - this.lastMs <= GAP_MS;
    if (event.key === "Enter") {
      const text = this.read;
      this.read = "";
      if (isFast && OURS.test(text)) {
        // The button that has the focus must not take this Enter for a press.
        event.preventDefault();
        event.stopPropagation();
        this.scanned(text);
      }
      return;
    }
    if (Array.from(event.key).length !== 1) {
      return;
    }
    this.read = ((isFast ? this.read : "") + event.key.normalize("NFKC")).slice(-LONGEST);
    this.lastMs = event.timeStamp;
  }
}
