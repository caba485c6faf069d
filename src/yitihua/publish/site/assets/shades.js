// Colours of cells and tiles, as in yitihua.publish.colours: from light to dark, and letters that are read on them.
(function () {
  "use strict";
  var SEQUENCE = ["#f4f8fb", "#cfe1f2", "#93c4de", "#4b98c9", "#1a64a5", "#08306b"], MISSING = "#e3e3e3";
  var DIVERGING = ["#b24a00", "#f0a25e", "#ffffff", "#6fb1dc", "#00527f"];

  function channels(colour) { return [1, 3, 5].map(function (at) { return parseInt(colour.slice(at, at + 2), 16); }); }

  function css(colour) { return "rgb(" + colour.join(",") + ")"; }

  // The colour at a share of the way through a scale; null is missing.
  function shade(share, scale) {
    if (share === null) { return channels(MISSING); }
    var at = Math.min(Math.max(share, 0), 1) * (scale.length - 1), first = Math.min(Math.floor(at), scale.length - 2);
    var a = channels(scale[first]), b = channels(scale[first + 1]);
    return a.map(function (value, k) { return Math.round(value + (b[k] - value) * (at - first)); });
  }

  function luminance(colour) {
    var linear = colour.map(function (c) { c /= 255; return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4); });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }

  // Black letters or white: one of the two has a contrast of 4.5 to 1 on any colour.
  function ink(colour) {
    var light = luminance(colour) + 0.05;
    return light / 0.05 >= 1.05 / light ? "#000000" : "#ffffff";
  }

  window.yitihuaShades = { SEQUENCE: SEQUENCE, DIVERGING: DIVERGING, shade: shade, ink: ink, css: css };
}());
