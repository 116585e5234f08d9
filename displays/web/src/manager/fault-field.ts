// Which field a fault of the settings is about, in the words that stand beside it on the page.

import { pick } from "../shared/i18n";
import type { Text } from "../shared/types";
import { POLICY_GROUPS } from "./policy-fields";

interface Named {
  code?: string;
  label?: string;
  name?: Text;
}

/** `policy.calling.recall_limit` is the rule's name, `items[3].code` the fourth item's; what has no name stays as it is. */
export function fieldName(path: string, content: unknown): string {
  return ruleName(path) || entryName(path, content) || path;
}

function ruleName(path: string): string {
  const [root, ...rest] = path.split(".");
  const group = POLICY_GROUPS.find((one) => one.group === (rest.length > 1 ? rest[0] : ""));
  const field = group && group.fields.find((one) => one.name === rest[rest.length - 1]);
  return root === "policy" && group && field ? `${pick(both(group.words))} · ${pick(both(field.words))}` : "";
}

function entryName(path: string, content: unknown): string {
  const found = /^(\w+)\[(\d+)\]\.?(.*)$/.exec(path);
  const list = found && content ? (content as Record<string, unknown>)[found[1] as string] : null;
  const entry = found && Array.isArray(list) ? (list as Named[])[Number(found[2])] : undefined;
  const name = entry && (entry.name ? pick(entry.name) : entry.label || entry.code);
  return found && name ? `${name} · ${found[3]}` : "";
}

function both([zh, en]: [string, string]): Text {
  return { zh, en };
}
