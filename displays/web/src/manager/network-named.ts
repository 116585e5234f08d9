// How halls and templates are named on the network's page: by name, with the code small beside it.

import { html, type TemplateResult } from "lit";

import { pick } from "../shared/i18n";
import type { Text } from "../shared/types";
import { type Network, templateName } from "./network-types";

export function named(name: Text, code: string): TemplateResult {
  return html`${pick(name)} <small class="code">${code}</small>`;
}

export function templateNamed(network: Network, code: string): TemplateResult {
  const name = templateName(network.templates, code);
  return name ? named(name, code) : html`${code}`;
}
