// What the list of jobs, newest first, says to whoever opens the page or was refused a job.

import type { Failure, Job } from "./types";

/** The job of this account that runs, whichever page began it. */
export function ownRunning(jobs: readonly Job[]): Job | null {
  return jobs.find((one) => one.mine && one.state === "running") || null;
}

/** The newest job of this account, where a server that stopped ended it. */
export function leftBehind(jobs: readonly Job[]): Job | null {
  const newest = jobs.find((one) => one.mine);
  return newest && newest.failure && newest.failure.code === "STUDIO_SERVER_STOPPED" ? newest : null;
}

/** Somebody wanted no result: nothing has failed. */
export function isCancelled(failure: Failure): boolean {
  return failure.code === "STUDIO_CANCELLED";
}
