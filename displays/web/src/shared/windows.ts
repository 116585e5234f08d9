// Window labels in few words: 1–10、12 instead of eleven numbers.

// From three in a row on, a range is shorter and is read at a glance.
const SHORTEST_RUN = 3;

/** Join runs of consecutive numbers; other labels stay as they are, in their order. */
export function ranges(labels: readonly string[]): string[] {
  const joined: string[] = [];
  let start = 0;
  while (start < labels.length) {
    let end = start;
    while (end + 1 < labels.length && follows(labels[end], labels[end + 1])) {
      end += 1;
    }
    const run = labels.slice(start, end + 1);
    joined.push(...(run.length >= SHORTEST_RUN ? [`${labels[start]}–${labels[end]}`] : run));
    start = end + 1;
  }
  return joined;
}

function follows(label: string | undefined, next: string | undefined): boolean {
  const isNumber = /^[1-9]\d{0,5}$/;
  return isNumber.test(label || "") && isNumber.test(next || "") && Number(label) + 1 === Number(next);
}
