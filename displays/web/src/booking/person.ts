// What a person types about themselves: checked here so that a slip of the finger is told at once.

import type { TextKey } from "../shared/i18n";

// GB 11643-1999: weights of the first 17 digits, and the check characters by the sum modulo 11.
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECKS = "10X98765432";
// Passports and permits have other forms; the shortest known has 6 characters.
const OTHER_DOCUMENT = /^[A-Z0-9()-]{6,30}$/;

/** Upper case without spaces: what is sent and compared. */
export function normalId(typed: string): string {
  return typed.normalize("NFKC").replace(/\s/g, "").toUpperCase();
}

/** What is wrong with an ID number, or null. */
export function idFault(typed: string): TextKey | null {
  const id = normalId(typed);
  if (!id) {
    return "book.id.missing";
  }
  if (/^\d{17}[\dX]$/.test(id)) {
    return checkOf(id) === id[17] ? null : "book.id.check";
  }
  if (/^\d+X?$/.test(id) && id.length > 9 && id.length !== 15) {
    return "book.id.length";
  }
  return OTHER_DOCUMENT.test(id) ? null : "book.id.form";
}

/** The check character of an 18-character ID number. */
export function checkOf(id: string): string {
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(id[place]), 0);
  return CHECKS[sum % 11] as string;
}

export function normalPhone(typed: string): string {
  return typed.normalize("NFKC").replace(/[\s()-]/g, "");
}

/** The one form by which a person is known again, however the number was written: without China's prefix. */
export function phoneAsPerson(typed: string): string {
  return normalPhone(typed).replace(/^(\+|00)86(?=1\d{10}$)/, "");
}

/** What is wrong with a phone number, or null; none at all is for the server to allow. */
export function phoneFault(typed: string): TextKey | null {
  const phone = normalPhone(typed);
  return phone === "" || /^\+?\d{6,15}$/.test(phone) ? null : "book.phone.form";
}
