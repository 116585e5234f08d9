// Tells a person that it is their turn: vibration, the page's title, a notification if allowed.

// Two long pulses are told apart from a message's short one, also in a pocket.
const PULSES_MS = [500, 200, 500, 200, 900];

export function alertTurn(message: { title: string; body: string; tag: string }): void {
  document.title = `● ${message.title}`;
  // Before the first touch a browser refuses to vibrate, and logs that as an error.
  const touched = (navigator as { userActivation?: { hasBeenActive: boolean } }).userActivation;
  if (typeof navigator.vibrate === "function" && (!touched || touched.hasBeenActive)) {
    navigator.vibrate(PULSES_MS);
  }
  if (mayNotify() === "granted") {
    try {
      new Notification(message.title, { body: message.body, tag: message.tag, renotify: true } as NotificationOptions);
    } catch {
      // Android's Chrome allows notifications from service workers only; the rest still tells.
      return;
    }
  }
}

/** WeChat's browser and plain http have no notifications at all. */
export function mayNotify(): "granted" | "askable" | "no" {
  if (typeof Notification === "undefined" || !window.isSecureContext) {
    return "no";
  }
  if (Notification.permission === "granted") {
    return "granted";
  }
  return Notification.permission === "default" ? "askable" : "no";
}

export async function askToNotify(): Promise<void> {
  await Notification.requestPermission();
}
