// The rules of booking as fields: where each stands in the rules, its unit, and what it honestly does.
//
// The words explain hall/booking.py; numbers are stored in milliseconds or minutes and shown in people's units.

export type BookingUnit = "min" | "n" | "maybe" | "pct" | "clock" | "yes" | "release" | "class";

export interface BookingField {
  /** Path in the rules, such as `release.horizon_days`. */
  path: string;
  unit: BookingUnit;
  words: [string, string];
  why: [string, string];
}

export interface BookingFieldGroup {
  words: [string, string];
  fields: BookingField[];
}

type Row = [path: string, unit: BookingUnit, words: [string, string], why: [string, string]];

export const RULE_GROUPS: readonly BookingFieldGroup[] = [
  rows(["放号", "Release"], [
    ["release.horizon_days", "n", ["提前开放几个工作日", "Open days ahead"], ["只数开门的日子；0 为只约当天", "Only days the hall is open count; 0: today only"]],
    ["release.kind", "release", ["放号方式", "Release"], ["整天同时放出，或每个时段各自到点放出", "A whole day at once, or each slot at its own time"]],
    ["release.release_min", "clock", ["每天放号时间", "Time of release"], ["整天放号时用", "For whole days"]],
    ["lead_ms", "min", ["最晚提前多久预约", "Book at least before"], ["时段开始前多久停止预约", "Booking of a slot ends this long before it"]],
    ["hold_ms", "min", ["填表占号", "Hold while filling in"], ["占号期间别人约不到，过时自动放回", "Nobody else gets it; runs out by itself"]],
    ["max_held", "n", ["同时占号", "Places held at once"], ["同一人、手机或设备", "By one person, phone or device"]],
  ]),
  rows(["改期与取消", "Moving and cancelling"], [
    ["cancel_before_ms", "min", ["最晚取消", "Cancel at least before"], ["之后不来即为爽约", "Later, not coming is a no-show"]],
    ["move_before_ms", "min", ["最晚改期", "Move at least before"], ["大厅原因的改期不受限", "Moves that the hall causes are free"]],
    ["max_moves", "n", ["最多改期次数", "Moves"], ["每个预约", "Of each booking"]],
  ]),
  rows(["签到", "Checking in"], [
    ["early_ms", "min", ["提前签到", "Early check-in"], ["早到的人到时段才叫", "Early visitors are called from their slot on"]],
    ["grace_ms", "min", ["迟到宽限", "Grace"], ["宽限内仍按预约顺序", "Within it the booked order holds"]],
    ["absent_ms", "min", ["多久未到算爽约", "No-show after"], ["不少于宽限；此后号源归现场", "Not below the grace; the place then goes to walk-ins"]],
    ["klass", "class", ["预约人群类别", "Class of the booked"], ["须与普通取号同一通道", "Must share the lane of ordinary visitors"]],
    ["late_klass", "class", ["迟到后的类别", "Class when late"], ["从签到时起排队", "In line from check-in on"]],
  ]),
  rows(["候补", "Waitlist"], [
    ["max_waitlist", "n", ["候补人数上限", "Waitlist"], ["0 为不设候补", "0: no waitlist"]],
    ["offer_ms", "min", ["名额保留", "Offer lasts"], ["一次只通知一人，过时给下一位", "One person at a time, then the next"]],
  ]),
  rows(["公平", "Fairness"], [
    ["fairness.on_time_ms", "min", ["时段后多久内叫到", "Called within"], ["预约人的准时承诺", "The promise to booked visitors"]],
    ["fairness.on_time_pct", "pct", ["准时率目标", "Goal on time"], ["只用于统计和提醒，不改变叫号", "For figures only; calling is not changed by it"]],
    ["fairness.max_passed", "n", ["现场取号最多被越过", "Walk-ins passed at most"], ["达到后该号先叫，预约人再等", "Then the walk-in goes first, bookings wait"]],
  ]),
  rows(["限约", "Limits"], [
    ["same_item_once", "yes", ["同一事项只约一次", "One booking per item"], ["未使用前不能再约同一事项", "No second one while the first is unused"]],
    ["person.open", "maybe", ["每人未使用", "Person: open"], ["留空为不限", "Empty: no limit"]],
    ["person.day", "maybe", ["每人每天", "Person: day"], ["留空为不限", "Empty: no limit"]],
    ["person.week", "maybe", ["每人每周", "Person: week"], ["留空为不限", "Empty: no limit"]],
    ["person.month", "maybe", ["每人每月", "Person: month"], ["留空为不限", "Empty: no limit"]],
    ["phone.open", "maybe", ["每手机未使用", "Phone: open"], ["一家人可能共用手机", "A family may share a phone"]],
    ["phone.day", "maybe", ["每手机每天", "Phone: day"], ["留空为不限", "Empty: no limit"]],
    ["phone.week", "maybe", ["每手机每周", "Phone: week"], ["留空为不限", "Empty: no limit"]],
    ["phone.month", "maybe", ["每手机每月", "Phone: month"], ["留空为不限", "Empty: no limit"]],
    ["device.open", "maybe", ["每设备未使用", "Device: open"], ["防止一台设备代抢", "Against one device taking all"]],
    ["device.day", "maybe", ["每设备每天", "Device: day"], ["留空为不限", "Empty: no limit"]],
    ["device.week", "maybe", ["每设备每周", "Device: week"], ["留空为不限", "Empty: no limit"]],
    ["device.month", "maybe", ["每设备每月", "Device: month"], ["留空为不限", "Empty: no limit"]],
  ]),
];

export const GROUP_FIELDS: readonly BookingField[] = rows(["号源", "Places"], [
  ["slot_ms", "min", ["时段长度", "Slot length"], ["5 到 240 分钟；已约的日子仍用旧长度", "5 to 240 minutes; days already on sale keep theirs"]],
  ["places", "maybe", ["每时段号源", "Places a slot"], ["留空：按窗口、办理时间和下面两项计算", "Empty: from windows, service time and the shares below"]],
  ["walk_in_pct", "pct", ["留给现场取号", "Kept for walk-ins"], ["窗口时间中不卖预约的份额", "Share of window time that is not sold"]],
  ["no_show_pct", "pct", ["预计爽约", "Expected no-shows"], ["多卖的份额；以本厅数据为准", "Sold on top; take it from your own figures"]],
  ["windows", "n", ["计划窗口数", "Windows planned"], ["0：能办这些事项的全部窗口", "0: every window that serves them"]],
  ["unit_ms", "min", ["一个号代表的时间", "Time one place stands for"], ["0：按事项平均办理时间", "0: the mean of its items"]],
]).fields;

function rows(words: [string, string], list: Row[]): BookingFieldGroup {
  return { words, fields: list.map(([path, unit, label, why]) => ({ path, unit, words: label, why })) };
}

type Json = Record<string, unknown>;

/** What stands at a path of the rules. */
export function at(rules: Json, path: string): unknown {
  return path.split(".").reduce<unknown>((part, name) => (part && typeof part === "object" ? (part as Json)[name] : undefined), rules);
}

/** A copy with another value at a path. */
export function withAt<T extends Json>(rules: T, path: string, value: unknown): T {
  const [first, ...rest] = path.split(".") as [string, ...string[]];
  const inner = rest.length === 0 ? value : withAt((rules[first] as Json) || {}, rest.join("."), value);
  return { ...rules, [first]: inner };
}

/** The faults that stand at a field or inside it, and those of nobody's field. */
export function faultsAt(faults: readonly { field: string; message: string }[], field: string): string[] {
  return faults.filter((one) => one.field === field).map((one) => one.message);
}

/** What a hall begins with that has had no booking: the rules that halls commonly publish (hall/booking.py). */
export const FIRST_RULES: Json = {
  release: { horizon_days: 5, kind: "daily", release_min: 480 },
  lead_ms: 1_800_000,
  hold_ms: 300_000,
  max_held: 2,
  cancel_before_ms: 7_200_000,
  move_before_ms: 7_200_000,
  max_moves: 2,
  early_ms: 3_600_000,
  grace_ms: 600_000,
  absent_ms: 1_800_000,
  offer_ms: 900_000,
  max_waitlist: 100,
  person: { open: 2, day: 1, week: 2, month: 6 },
  phone: { open: 4, day: 2, week: 4, month: 12 },
  device: { open: 4, day: 4, week: 8, month: 24 },
  same_item_once: true,
  no_shows: [{ count: 2, within_days: 180, ban_days: 180 }],
  klass: "booked",
  late_klass: "ordinary",
  fairness: { max_passed: 5, on_time_ms: 600_000, on_time_pct: 95 },
};
