// The panel speaks the language of the page, from the start and when it is switched.
(function () {
  "use strict";
  var place = document.querySelector("[data-yitihua-panel]");
  if (!place) { return; }
  place.dataset.lang = document.documentElement.dataset.lang;
  document.addEventListener("yitihua-lang", function (event) {
    if (place.yitihuaPanel) { place.yitihuaPanel.setLang(event.detail); }
  });
}());
