// Times of a day as the studio draws them: clock times, opening times, and half-hours.

export const STEP_MIN = 30;
// Half-hours until six in the morning of the next day.
export const SLOTS = 60;

/** A minute after midnight as people write it. */
export function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** Minutes after midnight of what people write. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":");
  return Number(hours) * 60 + Number(minutes || 0);
}

/** The opening times in what is written; what is none is passed over. */
export function spansOf(hours: string): [number, number][] {
  const found = hours.match(/\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}/g) || [];
  return found
    .map((one) => one.split("-").map((end) => minutesOf(end.trim())) as [number, number])
    .filter(([from, to]) => from < to && to <= SLOTS * STEP_MIN);
}

/** What of some times, ascending, lies outside others. */
export function without(spans: [number, number][], others: [number, number][]): [number, number][] {
  return others.reduce((left, [from, to]) => left.reduce<[number, number][]>((all, [start, end]) => {
    const parts: [number, number][] = [[start, Math.min(end, from)], [Math.max(start, to), end]];
    return all.concat(to <= start || from >= end ? [[start, end]] : parts.filter(([one, other]) => one < other));
  }, []), spans);
}

/** Whether a half-hour of the day lies, in part at least, in some times. */
export function isWithin(slot: number, spans: [number, number][]): boolean {
  return spans.some(([from, to]) => from < (slot + 1) * STEP_MIN && slot * STEP_MIN < to);
}
