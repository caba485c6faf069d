// Charts of the framework: weights as areas, how an indicator lies over the units.
(function () {
  "use strict";
  var charts = window.yitihuaCharts;
  var safe = charts.safe, number = charts.number, colours = charts.colours;
  // Light enough for dark letters, told apart with every common colour-vision deficiency.
  var SHADES = ["#9ecae1", "#f6c877", "#8fd0b8", "#e3b7d3", "#c9d8e6", "#f0a985", "#efe79a", "#cccccc"];

  function percent(share) { return (share * 100).toFixed(2) + "%"; }

  function title(code, name) { return name === code ? code : code + " " + name; }

  charts.kinds.weights = function (data, say) {
    function branch(one, colour) {
      return {
        name: title(one.code, say(one.name)), code: one.code, value: one.value,
        itemStyle: { color: colour, borderColor: "#fff", borderWidth: 1, gapWidth: 1 },
        children: one.children && one.children.map(function (child) { return branch(child, colour); })
      };
    }
    return {
      tooltip: { formatter: function (at) { return safe(at.name) + "<br>" + percent(at.value); } },
      series: [{
        type: "treemap", left: 0, right: 0, top: 0, bottom: 0, roam: false, nodeClick: false, breadcrumb: { show: false },
        data: data.map(function (one, k) { return branch(one, SHADES[k % SHADES.length]); }),
        label: { color: colours.ink, fontSize: 12, overflow: "truncate" },
        upperLabel: { show: true, height: 24, color: colours.ink, fontWeight: "bold", fontSize: 13 },
        levels: [{ upperLabel: { show: false }, itemStyle: { gapWidth: 4, borderWidth: 0 } }]
      }]
    };
  };

  charts.kinds.spread = function (data, say) {
    var ends = data.bars.map(function (bar) { return bar[0]; }).concat(data.bars[data.bars.length - 1][1]);
    data.marks.forEach(function (mark) { ends.push(mark.at); });
    var low = Math.min.apply(null, ends), high = Math.max.apply(null, ends);
    var room = (high - low) * 0.03 || 1;
    var dots = data.dots.length > 0;
    var x = function (grid, words) {
      return charts.axis({
        gridIndex: grid, type: "value", min: low - room, max: high + room, name: words, nameLocation: "middle", nameGap: 28,
        axisLabel: { show: words !== "", color: colours.soft, showMinLabel: false, showMaxLabel: false, hideOverlap: true },
        splitLine: { show: false }
      });
    };
    var lines = data.marks.map(function (mark, k) {
      return {
        xAxis: mark.at,
        lineStyle: { color: k === data.marks.length - 1 ? colours.ink : colours.fall, type: k === data.marks.length - 1 ? "solid" : "dashed", width: 1.5 },
        // Words one above the other, so that lines close together do not cover them.
        label: { formatter: say(mark.word) + " " + number(mark.at, Number.isInteger(mark.at) ? 0 : data.digits), color: colours.ink, position: "end", distance: 4 + 15 * k, align: mark.at < low + (high - low) * 0.2 ? "left" : mark.at > high - (high - low) * 0.2 ? "right" : "center" }
      };
    });
    var top = 14 + 15 * data.marks.length;
    var grids = dots ? [{ left: 52, right: 16, top: top, bottom: 118 }, { left: 52, right: 16, height: 56, bottom: 48 }] : [{ left: 52, right: 16, top: top, bottom: 48 }];
    var series = [{
      type: "custom", name: "bars", data: data.bars, encode: { x: [0, 1], y: 2 },
      renderItem: function (params, api) {
        var a = api.coord([api.value(0), api.value(2)]), b = api.coord([api.value(1), 0]);
        return { type: "rect", shape: { x: a[0], y: a[1], width: Math.max(b[0] - a[0] - 1, 1), height: b[1] - a[1] }, style: { fill: colours.sky } };
      },
      tooltip: { formatter: function (at) {
        return safe(number(at.value[0], data.digits) + " – " + number(at.value[1], data.digits)) + "<br>" + safe(say(["单位数 ", "units "])) + at.value[2];
      } },
      markLine: { silent: true, symbol: "none", data: lines }
    }];
    if (dots) {
      series.push({
        type: "scatter", xAxisIndex: 1, yAxisIndex: 1, symbolSize: 7,
        // Dots are spread in height by their place alone, so that they do not cover each other.
        data: data.dots.map(function (dot, k) { return { value: [dot, (k * 37) % 101 / 10], name: say(window.yitihuaRows[k].names) }; }).filter(function (dot) { return dot.value[0] !== null; }),
        itemStyle: { color: colours.accent, opacity: 0.55 },
        tooltip: { formatter: function (at) { return safe(at.name) + "<br>" + safe(number(at.value[0], data.digits)); } }
      });
    }
    return {
      tooltip: { trigger: "item" },
      grid: grids,
      xAxis: dots ? [x(0, ""), x(1, say(data.what))] : [x(0, say(data.what))],
      yAxis: [charts.axis({ gridIndex: 0, type: "value", minInterval: 1, name: say(["单位数", "units"]), nameLocation: "middle", nameGap: 30 })].concat(
        dots ? [{ gridIndex: 1, type: "value", show: false, min: -1, max: 11 }] : []),
      series: series
    };
  };
}());
