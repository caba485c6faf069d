// Names of units in the language of the page, and their tile map: a page of an indicator holds the Chinese names alone.
(function () {
  "use strict";
  var shades = window.yitihuaShades;
  var known = window.yitihuaNames;
  // All rows, in the order of the file, before a long table is shown in part or anybody sorts it.
  var rows = Array.prototype.map.call(document.querySelectorAll("#all tbody tr"), function (row) {
    var link = row.querySelector("a"), file = /([^/]+)\.html/.exec(link.getAttribute("href"))[1];
    var unit = known[decodeURIComponent(file)];
    return { row: row, link: link, names: [unit[0], unit[1]], place: unit.length > 2 ? [unit[2], unit[3]] : null };
  });
  window.yitihuaRows = rows;

  function english() { return document.documentElement.dataset.lang === "en" ? 1 : 0; }

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
      var share = high > low ? (tile.value - low) / (high - low) : 0.5;
      var colour = shades.shade(empty ? null : 0.1 + 0.85 * share, shades.SEQUENCE);
      box.className = "tile";
      box.style.gridArea = (tile.one.place[0] - least[0] + 1) + " / " + (tile.one.place[1] - least[1] + 1);
      box.style.background = shades.css(colour);
      box.style.color = shades.ink(colour);
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
