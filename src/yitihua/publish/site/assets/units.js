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

  // A text that stands in Chinese alone; one with an English of its own has elements in it.
  function speak(place) {
    if (place.firstElementChild) { return; }
    if (place.chinese === undefined) { place.chinese = place.textContent; }
    var english = own.call(shared.english, place.chinese) ? shared.english[place.chinese] : place.chinese;
    place.textContent = lang() ? english : place.chinese;
  }

  function start() {
    each(document.querySelectorAll("[data-w]"), speak);
    var bodies = document.querySelector("table.ind").tBodies;
    each(document.querySelectorAll("details.defs"), function (place, k) { fill(place, bodies[k]); });
  }

  document.addEventListener("yitihua-lang", start);
  start();
}());
