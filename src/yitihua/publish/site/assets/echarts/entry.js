// What of Apache ECharts the pages use; README.md says how echarts.min.js is made from it.
import * as echarts from "echarts/core";
import { BarChart, CustomChart, LineChart, ScatterChart, TreemapChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

echarts.use([
  BarChart, CustomChart, LineChart, ScatterChart, TreemapChart,
  GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer
]);
window.echarts = echarts;
