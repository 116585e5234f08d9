// What screens share that ask one thing of a visitor: the scanner's hint, the large button, and refusals read from afar.

import { css, html, nothing } from "lit";

import { hintOf } from "../booking/refusal";
import type { Refused } from "../shared/api";
import { type TextKey, hasText, text } from "../shared/i18n";
import type { Text } from "../shared/types";
import type { Errand } from "./errand";
import { duo, refusalAt, say } from "./part";

export const errandLook = css`
  .lead {
    margin: 0.6rem 0 1rem;
    color: var(--ow-ink-2);
    font-size: 1.2rem;
  }
  .scan {
    display: flex;
    align-items: center;
    margin-top: 0.8rem;
    padding: 1rem 1.4rem;
    border-radius: 1rem;
    background: var(--ow-brand-soft);
    color: var(--ow-brand-strong);
    font-size: 1.3rem;
    font-weight: 600;
  }
  .scan svg {
    flex: none;
    width: 3.4rem;
    height: 3.4rem;
    margin-right: 1.2rem;
  }
  .scan .second {
    color: inherit;
  }
  .go {
    width: 100%;
    min-height: 6rem;
    margin: 1rem 0;
    border-radius: 1.2rem;
    font-size: 2.1rem;
  }
  .problem {
    margin: 1rem 0;
    padding: 1.6rem;
    border: 5px solid var(--ow-bad);
    border-radius: 1.2rem;
    background: var(--ow-bad-soft);
    color: var(--ow-bad);
    font-size: 2.3rem;
    font-weight: 700;
    line-height: 1.3;
  }
  .problem .second {
    color: inherit;
    font-size: 0.6em;
  }
  .problem .hint .second {
    font-size: 0.75em;
  }
  .problem .hint {
    margin-top: 0.8rem;
    font-size: 0.65em;
    font-weight: 400;
  }
  .problem button {
    width: 100%;
    min-height: 4.6rem;
    margin-top: 1.2rem;
    font-size: 1.5rem;
  }
  .large .problem {
    margin: 0.8rem 0;
    padding: 0.8rem 1.2rem;
    font-size: 1.6rem;
  }
  .large .problem button {
    min-height: 3.6rem;
    margin-top: 0.8rem;
  }
  .large .go {
    min-height: 4.4rem;
  }
  @media (orientation: landscape) {
    .go {
      min-height: 4.6rem;
    }
    .large .problem {
      font-size: 1.7rem;
    }
    .large .problem button,
    .large .go {
      min-height: 3.4rem;
    }
  }
`;

export function scanHint(words: TextKey) {
  return html`<p class="scan">
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2">
      <path d="M3 8V3h5M16 3h5v5M21 16v5h-5M8 21H3v-5"></path>
      <path d="M7 7h4v4H7zM13 7h4v4h-4zM7 13h4v4H7zM14 14h3v3h-3z" fill="currentColor" stroke="none"></path>
    </svg>
    <span>${say(words)}</span>
  </p>`;
}

/** What went wrong, with a way out where there is one. */
export function errandProblem(errand: Errand<never>, today: string, way: (code: string) => unknown = () => nothing) {
  if (errand.state === "unanswered") {
    return html`<div class="problem" role="alert" data-testid="problem" data-code="UNANSWERED">
      ${say("kiosk.unanswered")}
      <button class="primary" data-testid="retry" @click=${() => void errand.again()}>${say("button.retry")}</button>
    </div>`;
  }
  const { problem } = errand;
  return problem
    ? html`<div class="problem" role="alert" data-testid="problem" data-code=${problem.code}>
        ${duo(refusalAt(problem, today))}
        <p class="hint">${duo(whatNow(problem, today))}</p>
        ${way(problem.code)}
      </div>`
    : nothing;
}

// What to do now is said for the kiosk first, then as for every page.
function whatNow(problem: Refused, today: string): Text {
  const date = String(problem.facts.date || "");
  const isPast = problem.code === "WRONG_DAY" && date !== "" && date < today;
  const key = `kiosk.hint.${isPast ? "DAY_OVER" : problem.code}`;
  return hasText(key) ? text(key) : hintOf(problem.code) || text("kiosk.check.in.ask");
}

/** The button that asks; none while the answer of before is not known. */
export function errandGo(errand: Errand<never>, testId: string, words: TextKey, asking: TextKey) {
  return errand.state === "unanswered"
    ? nothing
    : html`<button class="go primary" data-testid=${testId} ?disabled=${!errand.mayAsk} @click=${() => void errand.submit()}>
        ${say(errand.state === "asking" ? asking : words)}
      </button>`;
}
