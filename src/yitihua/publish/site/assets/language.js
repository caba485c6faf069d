// Before anything is drawn: the language of the link, else of the last visit, else Chinese.
(function () {
  "use strict";
  var stored = null;
  try { stored = window.localStorage.getItem("yitihua-lang"); } catch (error) { stored = null; }
  var asked = /[?&]lang=(zh|en)\b/.exec(window.location.search);
  var lang = asked ? asked[1] : stored === "en" ? "en" : "zh";
  document.documentElement.dataset.lang = lang;
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
}());
