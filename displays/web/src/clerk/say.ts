// A page's own catalogue beside the shared one, so that a kiosk does not carry the words of the desks.

import { pick, type Values } from "../shared/i18n";

type Catalogue = Record<string, readonly [string, string]>;
type Suffix<Key, Prefix extends string> = Key extends `${Prefix}.${infer Rest}` ? Rest : never;

export type Say<Key> = (key: Key, values?: Values) => string;

/** The texts of one catalogue without its prefix: in the chosen language, with `{name}` filled in. */
export function sayer<C extends Catalogue, P extends string>(catalogue: C, prefix: P): Say<Suffix<keyof C, P>> {
  return (key, values = {}) => {
    const [zh, en] = catalogue[`${prefix}.${key}`] as readonly [string, string];
    return pick({ zh, en }).replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
  };
}

/** A text for a code that the server made (a reason, a channel): the catalogue's, or the code itself. */
export function codeSayer(catalogue: Catalogue, prefix: string): (code: string) => string {
  return (code) => {
    const found = catalogue[`${prefix}${code}`];
    return found ? pick({ zh: found[0], en: found[1] }) : code;
  };
}
