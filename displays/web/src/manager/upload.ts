// A file goes to the server as a form, which the command client does not send; the cookie signs it.

import { text } from "../shared/i18n";
import type { Text } from "../shared/types";
import { settingsTexts } from "./settings-texts";
import type { DayTold } from "./day-told";

// A workbook of a thousand items has some hundred kilobytes; a slow line may still take this long.
const TIMEOUT_MS = 60_000;

export interface Uploaded<T> extends DayTold {
  ok: boolean;
  imported?: T;
  checked_only?: boolean;
  title?: Text;
  errors?: { field: string; message: string }[];
  /** The file on the disk is another one now, so it must be chosen again. */
  isGone?: boolean;
}

/** What the server made of a file; a lost answer reads as a fault, and sending again is safe. */
export async function upload<T>(address: string, file: File): Promise<Uploaded<T>> {
  if (!(await isReadable(file))) {
    const [zh, en] = settingsTexts["settings.file_changed"];
    return { ok: false, title: { zh, en }, isGone: true };
  }
  const body = new FormData();
  body.append("file", file);
  const aborter = new AbortController();
  const timer = window.setTimeout(() => aborter.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(address, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" }, signal: aborter.signal });
    const told = (await answer.json()) as Uploaded<T>;
    return { ...told, ok: answer.ok };
  } catch {
    return { ok: false, title: text("fault.unanswered") };
  } finally {
    window.clearTimeout(timer);
  }
}

/** A chosen file that was saved again since cannot be read any more. */
function isReadable(file: File): Promise<boolean> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(true);
    reader.onerror = () => resolve(false);
    reader.readAsArrayBuffer(file.slice(0, 1));
  });
}

/** Forget a file that is gone: the same name may be chosen again then. */
export function forget(root: ParentNode): void {
  const field = root.querySelector<HTMLInputElement>("input[type=file]");
  if (field) {
    field.value = "";
  }
}
