// Names of units in the language of the page, and their tile map: a page of an indicator holds the Chinese names alone.
(function () {
  "use strict";
  var SHADES = ["#f4f8fb", "#cfe1f2", "#93c4de", "#4b98c9", "#1a64a5", "#08306b"], MISSING = "#e3e3e3", INK = "#000000";
  var known = window.yitihuaNames;
  // All rows, in the order of the file, before a long table is shown in part or anybody sorts it.
  var rows = Array.prototype.map.call(document.querySelectorAll("#all tbody tr"), function (row) {
    var link = row.querySelector("a"), file = /([^/]+)\.html/.exec(link.getAttribute("href"))[1];
    var unit = known[decodeURIComponent(file)];
    return { row: row, link: link, names: [unit[0], unit[1]], place: unit.length > 2 ? [unit[2], unit[3]] : null };
  });
  window.yitihuaRows = rows;

  function english() { return document.documentElement.dataset.lang === "en" ? 1 : 0; }

  function channels(colour) { return [1, 3, 5].map(function (at) { return parseInt(colour.slice(at, at + 2), 16); }); }

  function shade(share) {
    var at = Math.min(Math.max(share, 0), 1) * (SHADES.length - 1), first = Math.min(Math.floor(at), SHADES.length - 2);
    var a = channels(SHADES[first]), b = channels(SHADES[first + 1]);
    return a.map(function (value, k) { return Math.round(value + (b[k] - value) * (at - first)); });
  }

  function luminance(colour) {
    var linear = colour.map(function (c) { c /= 255; return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4); });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }

  // Black letters or white: one of the two has a contrast of 4.5 to 1 on any colour.
  function ink(colour) {
    var light = luminance(colour) + 0.05;
    return light / (luminance(channels(INK)) + 0.05) >= 1.05 / light ? INK : "#ffffff";
  }

  function short(names) {
    return english() ? names[1].replace(/ (Autonomous County|District|County|City)$/, "") : names[0].replace("畲族自治县", "县");
  }

  function tiles(place) {
    var column = Number(place.dataset.column);
    var found = rows.filter(function (one) { return one.place; }).map(function (one) {
      var shown = one.row.cells[column].textContent, value = parseFloat(shown.replace("−", "-").replace(/,/g, ""));
      return { one: one, value: value };
    });
    var values = found.map(function (tile) { return tile.value; }).filter(function (value) { return !isNaN(value); });
    var low = Math.min.apply(null, values), high = Math.max.apply(null, values);
    var least = [0, 1].map(function (k) { return Math.min.apply(null, found.map(function (tile) { return tile.one.place[k]; })); });
    var widest = Math.max.apply(null, found.map(function (tile) { return tile.one.place[1]; })) - least[1] + 1;
    place.style.setProperty("--columns", widest);
    place.replaceChildren.apply(place, found.map(function (tile) {
      var box = document.createElement("div"), empty = isNaN(tile.value);
      var colour = empty ? channels(MISSING) : shade(0.1 + 0.85 * (high > low ? (tile.value - low) / (high - low) : 0.5));
      box.className = "tile";
      box.style.gridArea = (tile.one.place[0] - least[0] + 1) + " / " + (tile.one.place[1] - least[1] + 1);
      box.style.background = "rgb(" + colour.join(",") + ")";
      box.style.color = ink(colour);
      box.append(short(tile.one.names), document.createElement("br"), empty ? "–" : tile.value.toFixed(Number(place.dataset.digits)).replace("-", "−"));
      return box;
    }));
  }

  function speak() {
    var which = english();
    rows.forEach(function (one) { one.link.textContent = one.names[which]; });
    Array.prototype.forEach.call(document.querySelectorAll("[data-tiles]"), tiles);
  }

  document.addEventListener("yitihua-lang", speak);
}());
