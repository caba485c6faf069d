// The page of a unit: English words and definitions, which all pages share in one script, are put in their places.
(function () {
  "use strict";
  var shared = window.yitihuaUnits || { english: {}, indicators: {} };
  var known = shared.indicators; // page of an indicator -> definition and formula, in Chinese and English
  var own = Object.prototype.hasOwnProperty;
  var FORMULA = ["算法：", "Formula: "];

  function lang() { return document.documentElement.dataset.lang === "en" ? 1 : 0; }
  function each(list, act) { Array.prototype.forEach.call(list, act); }

  function words(link) {
    var page = /indicators\/[^?#]*/.exec(link.getAttribute("href"));
    var found = page && own.call(known, page[0]) ? known[page[0]] : null;
    return found ? [found[lang()], found[2 + lang()]] : ["", ""];
  }

  function element(name, text) {
    var made = document.createElement(name);
    made.textContent = text;
    return made;
  }

  // One group of definitions for every group of rows.
  function fill(place, body) {
    var list = document.createElement("dl");
    each(body.querySelectorAll("tr:not(.g) th a"), function (link) {
      var told = words(link);
      if (!told[0] && !told[1]) { return; }
      var name = document.createElement("dt");
      each(link.childNodes, function (node) { name.appendChild(node.cloneNode(true)); });
      list.appendChild(name);
      if (told[0]) { list.appendChild(element("dd", told[0])); link.title = told[0]; }
      if (told[1]) { list.appendChild(element("dd", FORMULA[lang()] + told[1])); }
    });
    each(place.querySelectorAll("dl"), function (old) { old.remove(); });
    if (list.firstChild) { place.appendChild(list); }
    place.hidden = !list.firstChild;
  }

  // Texts that stand in Chinese alone; one with an English of its own is in an element that names its language.
  var alone = [];

  function collect() {
    var walker = document.createTreeWalker(document.querySelector("main"), window.NodeFilter.SHOW_TEXT), node;
    while ((node = walker.nextNode())) {
      if (!own.call(shared.english, node.data) || node.parentNode.closest("[lang]:not(html), script, .canvas")) { continue; }
      alone.push([node, node.data]);
    }
  }

  function speak(one) { one[0].data = lang() ? shared.english[one[1]] : one[1]; }

  // Points of the unit as a dot and the median of its level as a line, between the ends of the scale.
  function mark(table) {
    var low = Number(table.dataset.low), width = Number(table.dataset.high) - low;
    function at(cell) { return (Number(cell.textContent.replace(/,/g, "").replace("−", "-")) - low) / width * 100; }
    each(table.querySelectorAll("tbody tr:not(.g)"), function (row) {
      var points = at(row.cells[2]), median = at(row.cells[3]);
      if (isNaN(points) || isNaN(median)) { return; }
      var made = document.createElement("span");
      made.className = "mk";
      made.style.setProperty("--p", points.toFixed(1));
      made.style.setProperty("--m", median.toFixed(1));
      row.cells[2].prepend(made, " ");
    });
  }

  function start() {
    alone.forEach(speak);
    var bodies = document.querySelector("table.ind").tBodies;
    each(document.querySelectorAll("details.defs"), function (place, k) { fill(place, bodies[k]); });
  }

  document.addEventListener("yitihua-lang", start);
  mark(document.querySelector("table.ind"));
  collect();
  start();
}());
