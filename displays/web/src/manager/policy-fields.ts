// The rules of a hall as fields: where each stands in the policy, its unit, and what it means to people.
//
// The words explain hall/policy.py; numbers are stored in milliseconds or minutes and shown in people's units.

export type Unit = "min" | "s" | "n" | "clock" | "yes" | "pick";

export interface PolicyField {
  group: string;
  name: string;
  unit: Unit;
  words: [string, string];
  why: [string, string];
  /** For `pick`: the codes and their words. */
  options?: { value: string; words: [string, string] }[];
  /** Least and most that the server takes, in the unit of the field. */
  range?: [number, number];
}

export interface PolicyGroup {
  group: string;
  words: [string, string];
  fields: PolicyField[];
}

type Row = [name: string, unit: Unit, words: [string, string], why: [string, string], range?: [number, number]];

// No length of time is longer than a year, no count longer than a person can read.
const MOST: Partial<Record<Unit, number>> = { min: 527_040, s: 31_622_400, n: 1_000_000 };

export const POLICY_GROUPS: readonly PolicyGroup[] = [
  group("issuing", ["取号", "Giving numbers"], [
    ["before_open_ms", "min", ["开门前可取号", "Before opening"], ["门口排队的人提前取号", "People at the door get numbers early"]],
    ["stop_before_close_ms", "min", ["关门前停止取号", "Stop before closing"], ["0 为到关门", "0: until closing"]],
    ["in_breaks", "yes", ["午间也取号", "In breaks"], ["中午休息时仍发号", "Numbers in the lunch break, too"]],
    ["remote", "yes", ["手机远程取号", "By phone"], ["不到现场也可取号", "Phones may take numbers from outside"]],
    ["one_open_per_person", "yes", ["同人同事项一张号", "One per person and item"], ["防止重复占号", "Nobody holds two numbers for one item"]],
    ["max_items", "n", ["一张号最多事项", "Items per ticket"], ["一次来办多件事", "Several matters in one visit"], [1, 100]],
    ["max_quantity", "n", ["每事项最多件数", "Quantity per item"], ["企业批量申办", "A firm may file many identical cases"], [1, 999]],
    ["half_day_min", "clock", ["下午从", "Afternoon begins"], ["限额按上下午分", "Quotas count by half-day"]],
  ]),
  group("calling", ["叫号", "Calling"], [
    ["idle", "pick", ["无人等候时按下一位", "Next while nobody waits"], ["来人自动呼叫，或再按一次", "Call the next arrival at once, or on a key"]],
    ["recall_cooldown_ms", "s", ["重呼间隔", "Between calls"], ["给人走过来的时间", "Time to walk over"]],
    ["recall_limit", "n", ["最多呼叫次数", "Calls in all"], ["含第一次", "The first included"], [1, 20]],
    ["miss_calls", "n", ["过号前至少呼叫", "Calls before a miss"], ["次数不足不能过号", "Fewer calls cannot be a miss"], [1, 20]],
    ["miss_ms", "s", ["过号前至少等", "Time before a miss"], ["从第一次呼叫起", "Since the first call"]],
    ["start_implied", "yes", ["填结果即开始办理", "Result implies start"], ["省去按开始", "No need to press start"]],
    ["undo_ms", "s", ["可撤销时间", "Undo within"], ["误按可以退回", "A slip of the hand can be taken back"]],
    ["ring_limit_ms", "s", ["屏幕补响期限", "Late rings"], ["断线恢复后只响这么新的呼叫", "A screen that returns rings only younger calls"]],
    ["recent", "n", ["屏幕保留呼叫数", "Recent calls shown"], ["大厅屏的历史条数", "What boards remember"], [1, 200]],
  ]),
  group("missed", ["过号", "Missed calls"], [
    ["rejoin", "pick", ["过号后重排", "Rejoining"], ["隔几位、排队尾，或作废", "After some people, at the end, or void"]],
    ["places", "n", ["隔几位", "After people"], ["重排后前面的人数", "How many go first"]],
    ["limit", "n", ["最多重排次数", "Times"], ["超过须重新取号", "Then a new number is needed"]],
    ["timeout_ms", "min", ["多久后弃号", "Given up after"], ["过号后一直未回", "When nobody comes back"]],
  ]),
  group("delay", ["让号", "Letting others pass"], [
    ["max_places", "n", ["一次最多让几位", "Most places"], ["手机上“稍后再叫我”", "“Call me later” on the phone"]],
    ["limit", "n", ["最多次数", "Times"], ["0 为不允许", "0: not allowed"]],
  ]),
  group("hold", ["挂起", "Holds"], [["per_window", "n", ["每窗口最多挂起", "Per window"], ["同时放在一旁的人数", "People parked at once"]]]),
  group("warnings", ["提醒与承诺", "Warnings and promise"], [
    ["wait_warn_ms", "min", ["等候提醒", "Wait warns"], ["超过即提醒管理员", "The manager is told"]],
    ["wait_alarm_ms", "min", ["等候告警", "Wait alarms"], ["超过即告警", "An alarm is raised"]],
    ["idle_others_wait_ms", "min", ["有窗空闲他人久等", "Idle while others wait"], ["空闲超过即提醒", "A window idle so long"]],
    ["no_clerk_ms", "min", ["窗口无人", "No clerk"], ["开放后窗口无人或人员断开，超过即提醒", "Nobody there after the opening, or the clerk gone, so long"]],
    ["promise_ms", "min", ["服务承诺", "Promise"], ["在此时间内叫到号", "Called within this time"]],
    ["near_places", "n", ["快到号提示", "Turn is near"], ["前面剩几人时通知手机", "People ahead when the phone is told"]],
  ]),
  group("", ["日终", "End of day"], [["end_day_min", "clock", ["自动日终", "Ends by itself"], ["到点自动结束当日", "The day is closed then"]]]),
];

const PICKS: Record<string, PolicyField["options"]> = {
  idle: [
    { value: "at_once", words: ["来人即呼", "At once"] },
    { value: "on_key", words: ["再按一次", "On a key"] },
  ],
  rejoin: [
    { value: "after_k", words: ["隔几位", "After some people"] },
    { value: "end", words: ["排队尾", "At the end"] },
    { value: "void", words: ["作废", "Void"] },
  ],
};

function group(name: string, words: [string, string], rows: Row[]): PolicyGroup {
  return { group: name, words, fields: rows.map(([field, unit, label, why, range]) => ({ group: name, name: field, unit, words: label, why, ...(range ? { range } : {}) })) };
}

/** Least and most that a number may be. */
export function rangeOf(field: PolicyField): [number, number] {
  return field.range || [0, MOST[field.unit] || Infinity];
}

export function optionsOf(field: PolicyField): NonNullable<PolicyField["options"]> {
  return PICKS[field.name] || [];
}
