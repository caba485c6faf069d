// Charts of the pages of units and of the comparing page. Numbers of all of them stand in tables of the same page.
(function () {
  "use strict";
  var charts = window.yitihuaCharts;
  var safe = charts.safe, number = charts.number, colours = charts.colours;
  var SYMBOLS = ["circle", "diamond", "triangle", "rect", "emptyDiamond", "emptyRect"];
  var MANY = [colours.accent, colours.fall, colours.rise, "#cc79a7", colours.other, "#000000"];

  function lang() { return document.documentElement.dataset.lang === "en" ? 1 : 0; }
  function both(zh, en) { return [zh, en][lang()]; }

  // The first name stands on top; a long name is broken into lines.
  function names(data, say) {
    return charts.axis({
      type: "category", inverse: true, data: data.names.map(say),
      axisLabel: { color: colours.ink, width: 112, overflow: "break", lineHeight: 14 }, splitLine: { show: false }
    });
  }

  function values(range) {
    return charts.axis({ type: "value", min: range ? range[0] : null, max: range ? range[1] : null });
  }

  function grid() { return { left: 128, right: 24, top: 40, bottom: 8, outerBoundsMode: "none", containLabel: false }; }

  function frame(data, say, range, series, tell) {
    var box = grid();
    box.bottom = 28;
    return {
      grid: box, xAxis: values(range), yAxis: names(data, say), series: series,
      legend: { top: 0, left: 0, itemWidth: 16, itemHeight: 10, data: series.map(function (one) { return one.name; }) },
      tooltip: {
        trigger: "axis", axisPointer: { type: "shadow" }, confine: true,
        formatter: function (points) { return tell(points[0].dataIndex); }
      }
    };
  }

  function line(words, value, digits) { return "<br>" + safe(words) + " " + number(value, digits); }

  // A band from the lower to the upper quartile.
  function band(data, name) {
    return {
      type: "custom", name: name, itemStyle: { color: "#c9dcea" }, silent: true, z: 1,
      data: data.low.map(function (low, k) { return low === null ? [0, k, 0] : [low, k, data.high[k]]; }),
      encode: { x: [0, 2], y: 1 },
      renderItem: function (params, api) {
        var from = api.coord([api.value(0), api.value(1)]), to = api.coord([api.value(2), api.value(1)]);
        return {
          type: "rect", shape: { x: from[0], y: from[1] - 8, width: Math.max(to[0] - from[0], 1), height: 16 },
          style: { fill: "#c9dcea" }
        };
      }
    };
  }

  function dots(list, name, symbol, size, colour) {
    return { type: "scatter", name: name, symbol: symbol, symbolSize: size, itemStyle: { color: colour }, z: 3,
      data: list.map(function (value, k) { return value === null ? ["-", k] : [value, k]; }) };
  }

  charts.kinds["unit-branches"] = function (data, say) {
    var own = say(data.name);
    var words = [both("同级四分位范围", "quartiles of level"), both("同级中位数", "median of level"), own];
    return frame(data, say, data.range, [
      band(data, words[0]),
      dots(data.middle, words[1], "rect", [3, 18], colours.ink),
      dots(data.points, words[2], "circle", 12, colours.accent)
    ], function (k) {
      return "<b>" + safe(say(data.names[k])) + "</b>" + line(own, data.points[k], data.digits) +
        line(words[1], data.middle[k], data.digits) +
        "<br>" + safe(words[0]) + " " + number(data.low[k], data.digits) + "–" + number(data.high[k], data.digits);
    });
  };

  charts.kinds["unit-sources"] = function (data, say) {
    var words = [both("得到的分", "points got"), both("失去的分", "points lost")];
    function bars(list, name, colour) {
      return { type: "bar", name: name, stack: "all", barWidth: 18, data: list, itemStyle: { color: colour, borderColor: "#fff", borderWidth: 1 },
        label: { show: true, color: colour === colours.accent ? "#fff" : colours.ink, fontSize: 11,
          formatter: function (point) { return number(point.value, data.digits > 2 ? 3 : 1); } }, labelLayout: { hideOverlap: true } };
    }
    return frame(data, say, null, [bars(data.got, words[0], colours.accent), bars(data.lost, words[1], "#dcdcdc")], function (k) {
      return "<b>" + safe(say(data.names[k])) + "</b>" + line(words[0], data.got[k], data.digits) + line(words[1], data.lost[k], data.digits);
    });
  };

  charts.kinds["unit-change"] = function (data, say) {
    var words = [say(data.then), both("本期", "this period")];
    var moved = {
      type: "custom", name: both("变化", "change"), silent: true, z: 1, encode: { x: [0, 2], y: 1 },
      data: data.now.map(function (now, k) { return now === null || data.before[k] === null ? [0, k, 0] : [data.before[k], k, now]; }),
      renderItem: function (params, api) {
        var from = api.coord([api.value(0), api.value(1)]), to = api.coord([api.value(2), api.value(1)]);
        return { type: "line", shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
          style: { stroke: api.value(2) >= api.value(0) ? colours.rise : colours.fall, lineWidth: 3 } };
      }
    };
    var option = frame(data, say, data.range, [
      moved, dots(data.before, words[0], "emptyCircle", 11, colours.faint), dots(data.now, words[1], "circle", 12, colours.accent)
    ], function (k) {
      return "<b>" + safe(say(data.names[k])) + "</b>" + line(words[0], data.before[k], data.digits) + line(words[1], data.now[k], data.digits);
    });
    option.legend.data = words;
    return option;
  };

  // Units side by side: every unit has a colour and a shape of its own.
  charts.kinds["compare-dots"] = function (data, say) {
    return frame(data, say, data.range, data.units.map(function (unit, k) {
      return dots(unit.points, say(unit.name), SYMBOLS[k], k > 3 ? 14 : 12, MANY[k]);
    }), function (k) {
      return "<b>" + safe(say(data.names[k])) + "</b>" + data.units.map(function (unit) {
        return line(say(unit.name), unit.points[k], data.digits);
      }).join("");
    });
  };
}());
