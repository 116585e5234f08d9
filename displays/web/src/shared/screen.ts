// What every hall display needs: a size that fits any panel, care for the panel, new versions.

// The layout is drawn for 1920 × 1080 (or turned) at 16 px a rem; a 4K panel doubles it.
const WIDE_REM = { across: 120, down: 67.5 };
// A panel that shows the same edges for months burns in: move all by some pixels, slowly.
const SHIFT_EVERY_MS = 120_000;
const SHIFT_PX: readonly (readonly [number, number])[] = [
  [0, 0],
  [2, 1],
  [4, 3],
  [2, 4],
  [-1, 3],
  [-3, 1],
  [-4, -2],
  [-2, -4],
  [1, -3],
];
// Screens that learn of a new version return over this time, not all in one instant.
const RELOAD_SPREAD_MS = 30_000;

/** Keep the root font size in step with the panel; returns the way out. */
export function fitToScreen(): () => void {
  const fit = (): void => {
    const isWide = window.innerWidth >= window.innerHeight;
    const across = isWide ? WIDE_REM.across : WIDE_REM.down;
    const down = isWide ? WIDE_REM.down : WIDE_REM.across;
    const rem = Math.min(window.innerWidth / across, window.innerHeight / down);
    document.documentElement.style.fontSize = `${Math.max(6, rem).toFixed(2)}px`;
    document.documentElement.setAttribute("data-shape", isWide ? "wide" : "tall");
  };
  fit();
  window.addEventListener("resize", fit);
  return () => window.removeEventListener("resize", fit);
}

/** Move `element` by a few pixels every two minutes; returns the way out. */
export function shiftPixels(element: HTMLElement): () => void {
  let step = 0;
  const timer = window.setInterval(() => {
    step = (step + 1) % SHIFT_PX.length;
    const [x, y] = SHIFT_PX[step] as readonly [number, number];
    element.style.transform = `translate(${x}px, ${y}px)`;
  }, SHIFT_EVERY_MS);
  return () => window.clearInterval(timer);
}

/** Returns a function for each hello's version: a new one loads the page again, once. */
export function reloadOnNewVersion(): (version: string) => void {
  let first = "";
  let isDue = false;
  return (version) => {
    first = first || version;
    if (version && version !== first && !isDue) {
      isDue = true;
      window.setTimeout(() => location.reload(), Math.random() * RELOAD_SPREAD_MS);
    }
  };
}
