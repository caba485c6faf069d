// Charts of the page of figures.
(function () {
  "use strict";
  var charts = window.yitihuaCharts, colours = charts.colours, safe = charts.safe, number = charts.number;
  var shades = window.yitihuaShades;

  function words(zh, en) { return charts.say([zh, en]); }

  function shade(share, scale) { return shades.css(shades.shade(share, scale)); }

  function names(list, extra) {
    return charts.axis(Object.assign({ type: "category", data: list, inverse: true, splitLine: { show: false } }, extra || {}));
  }

  // Cells of a table: [column, row, value, colour].
  function cells(data) {
    return {
      type: "custom", data: data, encode: { x: 0, y: 1 },
      renderItem: function (params, api) {
        var at = api.coord([api.value(0), api.value(1)]), size = api.size([1, 1]);
        return {
          type: "rect", style: { fill: data[params.dataIndex][3] },
          shape: { x: at[0] - size[0] / 2, y: at[1] - size[1] / 2, width: size[0] + 0.5, height: size[1] + 0.5 }
        };
      }
    };
  }

  // A line from one value to another in every row: [from, row, to].
  function spans(list, colour, width) {
    return {
      type: "custom", silent: true, z: 1, data: list, encode: { x: [0, 2], y: 1 },
      renderItem: function (params, api) {
        var a = api.coord([api.value(0), api.value(1)]), b = api.coord([api.value(2), api.value(1)]);
        return { type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke: colour, lineWidth: width } };
      }
    };
  }

  function dots(list, name, colour, symbol, size) {
    return { type: "scatter", name: name, data: list, symbol: symbol || "circle", symbolSize: size || 8, itemStyle: { color: colour, opacity: 1 }, z: 3 };
  }

  charts.kinds.heat = function (data) {
    var all = window.yitihuaCompare, english = charts.say([0, 1]) === 1;
    var columns = all.rows.map(function (row) { return charts.say(row.name); });
    var units = data.units.map(function (place) { return all.units[place][english ? 2 : 1]; });
    var list = [];
    data.units.forEach(function (place, row) {
      all.points[place].forEach(function (value, column) {
        var share = value === null ? null : (value - all.range[0]) / (all.range[1] - all.range[0]);
        list.push([column, row, value, shade(share, shades.SEQUENCE)]);
      });
    });
    return {
      grid: { left: 8, right: 12, top: 70, bottom: 8, containLabel: true },
      xAxis: charts.axis({ type: "category", data: columns, position: "top", splitLine: { show: false }, axisLabel: { color: colours.soft, rotate: 60, fontSize: 10, interval: 0, width: 90, overflow: "truncate", formatter: function (name, k) { return all.rows[k].depth === 1 ? name : ""; } } }),
      yAxis: names(units, { axisLabel: { color: colours.soft, fontSize: 10, interval: 0 } }),
      tooltip: { formatter: function (one) {
        var cell = list[one.dataIndex];
        return "<b>" + safe(units[cell[1]]) + "</b><br>" + safe(columns[cell[0]]) + " " + number(cell[2], all.pointDigits);
      } },
      series: [cells(list)]
    };
  };

  charts.kinds.ranges = function (data) {
    var units = data.names.map(charts.say);
    return {
      grid: { left: 8, right: 20, top: 40, bottom: 8, containLabel: true },
      xAxis: charts.axis({ type: "value", min: 1, max: data.of, position: "top", name: words("排名", "rank"), nameLocation: "middle", nameGap: 22 }),
      yAxis: names(units, { axisLabel: { color: colours.soft, fontSize: 10, interval: 0 } }),
      tooltip: { formatter: function (one) {
        var k = one.dataIndex;
        return "<b>" + safe(units[k]) + "</b><br>" + words("排名 ", "rank ") + data.ranks[k] + words("，区间 ", ", range ") + data.low[k] + "–" + data.high[k];
      } },
      series: [
        spans(data.low.map(function (low, k) { return [low, k, data.high[k]]; }), colours.sky, 5),
        dots(data.ranks.map(function (rank, k) { return [rank, k]; }), "", colours.accent, "circle", 6)
      ]
    };
  };

  charts.kinds.densities = function (data) {
    var top = Math.max.apply(null, data.map(function (one) { return Math.max.apply(null, one.f); }));
    var count = data.length, rise = 1.4 / top;
    return {
      grid: { left: 8, right: 20, top: 60, bottom: 30, containLabel: true },
      xAxis: charts.axis({ type: "value", min: data[0].x[0], max: data[0].x[data[0].x.length - 1], name: words("得分", "score"), nameLocation: "middle", nameGap: 24 }),
      yAxis: charts.axis({ type: "value", min: 0, max: count, interval: 1, axisLabel: { color: colours.ink, margin: 12, verticalAlign: "bottom", formatter: function (at) {
        var one = data[count - 1 - at];
        return one ? charts.say(one.name) + words("（", " (") + one.count + words("）", ")") : "";
      } } }),
      series: data.map(function (one, k) {
        var base = count - 1 - k;
        return {
          type: "line", symbol: "none", lineStyle: { color: colours.accent, width: 1.5 }, z: k + 1,
          data: one.x.map(function (x, j) { return [x, base + one.f[j] * rise]; }),
          markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: colours.other, width: 2, type: "solid" }, data: [[{ coord: [one.median, base] }, { coord: [one.median, base + 0.35] }]] }
        };
      })
    };
  };

  charts.kinds.weights = function (data) {
    var parts = data.map(function (one) { return charts.say(one.name); });
    var row = function (key) { return data.map(function (one, k) { return [one[key] * 100, k]; }); };
    return {
      grid: { left: 8, right: 20, top: 34, bottom: 34, containLabel: true }, legend: { left: 0, top: 0 },
      xAxis: charts.axis({ type: "value", min: 0, name: words("权重（%）", "weight (%)"), nameLocation: "middle", nameGap: 24 }), yAxis: names(parts),
      tooltip: { formatter: function (one) { return safe(parts[one.dataIndex]) + "<br>" + safe(one.seriesName) + " " + number(one.value[0], 1) + "%"; } },
      series: [
        spans(data.map(function (one, k) { return [one.nominal * 100, k, one.effective * 100]; }), colours.line, 3),
        dots(row("nominal"), words("名义权重", "nominal"), colours.soft, "emptyCircle", 11),
        dots(row("effective"), words("有效权重", "effective"), colours.accent, "circle", 11)
      ]
    };
  };

  charts.kinds.sobol = function (data) {
    var factors = data.map(function (one) { return charts.say(one.name); });
    var part = function (key, shift) { return data.map(function (one, k) { return [one[key + "_low"], k, one[key + "_high"], shift]; }); };
    return {
      grid: { left: 8, right: 20, top: 34, bottom: 34, containLabel: true }, legend: { left: 0, top: 0 },
      xAxis: charts.axis({ type: "value", name: words("Sobol指数", "Sobol' index"), nameLocation: "middle", nameGap: 24 }), yAxis: names(factors),
      tooltip: { formatter: function (one) { return safe(factors[one.dataIndex]) + "<br>" + safe(one.seriesName) + " " + number(one.value[0], 2); } },
      series: [
        spans(part("total"), colours.sky, 6), spans(part("first"), colours.other, 2),
        dots(data.map(function (one, k) { return [one.total, k]; }), words("连同交互作用", "total"), colours.accent, "circle", 11),
        dots(data.map(function (one, k) { return [one.first, k]; }), words("单独", "first"), colours.other, "diamond", 11)
      ]
    };
  };

  charts.kinds.matrix = function (data) {
    var list = [];
    data.cells.forEach(function (row, y) {
      row.forEach(function (r, x) { list.push([x, y, r, shade(r === null ? null : (r + 1) / 2, shades.DIVERGING)]); });
    });
    var label = { color: colours.soft, fontSize: 10, interval: 0 };
    return {
      grid: { left: 8, right: 12, top: 50, bottom: 8, containLabel: true },
      xAxis: charts.axis({ type: "category", data: data.codes, position: "top", splitLine: { show: false }, axisLabel: Object.assign({ rotate: 90 }, label) }),
      yAxis: names(data.codes, { axisLabel: label }),
      tooltip: { formatter: function (one) {
        var cell = list[one.dataIndex];
        return safe(charts.say(data.names[cell[1]])) + "<br>" + safe(charts.say(data.names[cell[0]])) + "<br>r = " + number(cell[2], 2);
      } },
      series: [cells(list)]
    };
  };
}());
