// Pictures by the library of charts: drawn where there is room, as wide as their place, gone with their page.

import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type ECharts, getInstanceByDom, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export type Option = Parameters<ECharts["setOption"]>[0];
export type Root = HTMLElement | DocumentFragment;

export const CHART_FONT = '"PingFang SC","Noto Sans CJK SC","Microsoft YaHei","WenQuanYi Zen Hei",sans-serif';

/** Draw into the place of this name; one that is closed has no width, and is drawn when it opens. */
export function chart(root: Root, name: string, option: Option): void {
  const place = root.querySelector<HTMLElement>(`[data-chart=${name}]`);
  if (!place || place.clientWidth === 0) {
    return;
  }
  const made = getInstanceByDom(place) || fitted(place);
  made.resize();
  made.setOption(option, true);
}

export function dispose(root: Root): void {
  root.querySelectorAll<HTMLElement>("[data-chart]").forEach((place) => {
    const made = getInstanceByDom(place);
    if (made) {
      made.dispose();
    }
  });
}

// A tablet is turned, a window made narrower: the library itself keeps the width that it found.
function fitted(place: HTMLElement): ECharts {
  const made = init(place);
  const watch = new ResizeObserver(() => {
    if (made.isDisposed()) {
      watch.disconnect();
    } else if (place.clientWidth > 0) {
      made.resize();
    }
  });
  watch.observe(place);
  return made;
}
