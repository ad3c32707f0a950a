// Draws the figures with ECharts, in the page's own colours; the table under each chart says the same.
const root = document.documentElement, still = matchMedia("(prefers-reduced-motion: reduce)");
const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
const base = () => ({
  animation: !still.matches,
  textStyle: { fontFamily: "inherit", fontSize: 13, color: colour("--ink-soft") || colour("--ink") },
  tooltip: { renderMode: "richText", confine: true }, // its HTML tooltips break on our policy
  grid: { left: 8, right: 24, top: 16, bottom: 8, containLabel: true },
});
const faint = () => ({ lineStyle: { color: colour("--line") } });
const words = () => ({ color: colour("--ink"), overflow: "truncate", width: 130 });

const KINDS = {
  bars: ({ names, values }) => ({
    tooltip: { ...base().tooltip, trigger: "item" },
    xAxis: { type: "value", minInterval: 1, splitLine: faint(), axisLabel: { color: colour("--ink-faint") } },
    yAxis: { type: "category", inverse: true, data: names, axisTick: { show: false }, axisLine: faint(), axisLabel: words() },
    series: [{ type: "bar", data: values, barMaxWidth: 22, itemStyle: { color: colour("--brand"), borderRadius: [0, 4, 4, 0] }, label: { show: true, position: "right", color: colour("--ink") } }],
  }),
  columns: ({ names, values }) => ({
    tooltip: { ...base().tooltip, trigger: "item" },
    xAxis: { type: "category", data: names, axisTick: { show: false }, axisLine: faint(), axisLabel: { color: colour("--ink-faint") } },
    yAxis: { type: "value", minInterval: 1, splitLine: faint(), axisLabel: { color: colour("--ink-faint") } },
    series: [{ type: "bar", data: values, barMaxWidth: 28, itemStyle: { color: colour("--brand"), borderRadius: [4, 4, 0, 0] } }],
  }),
  heat: ({ days, cells, most }) => ({
    tooltip: { ...base().tooltip, formatter: ({ value }) => `${days[value[0]]} ${value[1]}—${value[1] + 1} 时：${value[2]} 句` },
    xAxis: { type: "category", data: days, position: "top", axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: colour("--ink") } },
    yAxis: { type: "category", inverse: true, data: [...Array(24).keys()].map((hour) => `${hour} 时`), axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: colour("--ink-faint"), interval: 2 } },
    visualMap: { min: 0, max: most, show: false, inRange: { color: [colour("--sunken"), colour("--brand")] } },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: colour("--surface"), borderWidth: 2, borderRadius: 3 } }],
  }),
};

const drawn = [];
for (const place of document.querySelectorAll("[data-chart]")) {
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  const draw = () => chart.setOption({ ...base(), ...KINDS[place.dataset.chart](JSON.parse(place.dataset.given)) }, true);
  draw();
  drawn.push([chart, draw]);
}
addEventListener("resize", () => drawn.forEach(([chart]) => chart.resize()));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach(([, draw]) => draw()));
