// The network as the server tells it (docs/protocol.md §4), and what its page works out from it.

import type { Text } from "../shared/types";

export const SECTIONS = ["hours", "items", "windows", "policy"] as const;
export type Section = (typeof SECTIONS)[number];

export interface Member {
  hall: string;
  name: Text;
  level: string;
  kind: string;
  parent: string | null;
  served: boolean;
  yours: boolean;
  version: string | null;
  template: string | null;
  follows: Record<Section, string | null> | null;
}

export interface Template {
  code: string;
  name: Text;
}

export interface Network {
  halls: Member[];
  templates: Template[];
}

/** What a push would do, or did: sections by hall, and what stands against it. */
export interface Effect {
  changes: Record<string, string[]>;
  keeps: Record<string, string[]>;
  faults: Record<string, { where: string; zh: string; en: string }[]>;
  /** What each hall's open day said; only after a push. */
  days?: Record<string, string>;
}

export interface Revision {
  id: number;
  section: string;
  version: number;
  at_ms: number;
  actor: string;
  note: Text | null;
}

export interface Branch {
  member: Member;
  depth: number;
}

/** Halls as a tree in one list: each after the one that it stands below; one whose parent is not there is a root. */
export function branches(halls: readonly Member[]): Branch[] {
  const codes = new Set(halls.map((one) => one.hall));
  const below = new Map<string, Member[]>();
  for (const one of halls) {
    const parent = one.parent !== null && codes.has(one.parent) ? one.parent : "";
    below.set(parent, (below.get(parent) || []).concat(one));
  }
  const told: Branch[] = [];
  const grow = (parent: string, depth: number) => {
    for (const member of below.get(parent) || []) {
      told.push({ member, depth });
      grow(member.hall, depth + 1);
    }
  };
  grow("", 0);
  return told;
}

/** Sections in which a hall does not follow the template that it belongs to. */
export function ownSections(one: Member): Section[] {
  const { follows } = one;
  return follows ? SECTIONS.filter((section) => follows[section] === null) : [];
}

/** What a template is called; null for one that is not among them or has no name: its code must do. */
export function templateName(templates: readonly Template[], code: string): Text | null {
  const found = templates.find((one) => one.code === code);
  return found && (found.name.zh || found.name.en) ? found.name : null;
}
