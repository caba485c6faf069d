// Charts of Apache ECharts in the one style. A kind is a function (data, say) -> option; say picks a language.
(function () {
  "use strict";
  var FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
  var INK = "#1a1a1a", SOFT = "#595959", LINE = "#d9d9d9";
  var kinds = {};
  var drawn = [];

  function say(pair) {
    return Array.isArray(pair) ? pair[document.documentElement.dataset.lang === "en" ? 1 : 0] : pair;
  }

  // Text in a tooltip is HTML: whatever comes from the data is written through this.
  function safe(text) {
    return String(text).replace(/[&<>"']/g, function (sign) { return "&#" + sign.charCodeAt(0) + ";"; });
  }

  function number(value, digits) {
    return value === null || value === undefined ? "–" : Number(value).toFixed(digits).replace("-", "−");
  }

  function axis(extra) {
    return Object.assign({
      axisLine: { lineStyle: { color: "#8c8c8c" } }, axisTick: { show: false },
      axisLabel: { color: SOFT, fontFamily: FONT }, splitLine: { lineStyle: { color: LINE } },
      nameTextStyle: { color: SOFT, fontFamily: FONT }
    }, extra || {});
  }

  function draw(one) {
    var option = kinds[one.kind](one.data, say);
    option.animation = false;
    option.textStyle = Object.assign({ fontFamily: FONT, color: INK, fontSize: 12 }, option.textStyle || {});
    one.chart.setOption(option, true);
  }

  function start() {
    Array.prototype.forEach.call(document.querySelectorAll("[data-chart]"), function (place) {
      var data = place.querySelector('script[type="application/json"]');
      if (data) { put(place, JSON.parse(data.textContent)); }
    });
  }

  // Draw a chart in its place, or draw it anew with other data.
  function put(place, data) {
    var one = drawn.filter(function (known) { return known.place === place; })[0];
    if (!one) {
      var canvas = document.createElement("div");
      canvas.style.height = "100%";
      place.appendChild(canvas);
      one = { place: place, kind: place.dataset.chart, chart: window.echarts.init(canvas, null, { renderer: "svg" }) };
      drawn.push(one);
    }
    one.data = data;
    draw(one);
  }

  function fit() { drawn.forEach(function (one) { one.chart.resize(); }); }

  window.yitihuaCharts = {
    kinds: kinds, say: say, safe: safe, number: number, axis: axis, put: put,
    colours: { ink: INK, soft: SOFT, line: LINE, accent: "#0072b2", other: "#e69f00", faint: "#8c8c8c", sky: "#56b4e9", rise: "#009e73", fall: "#d55e00" }
  };
  window.addEventListener("resize", fit);
  window.addEventListener("beforeprint", fit);
  document.addEventListener("yitihua-lang", function () { drawn.forEach(draw); });
  document.addEventListener("DOMContentLoaded", start);
}());
