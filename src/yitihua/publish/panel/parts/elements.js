// Small helpers for the page.

// Makes an element: properties by name, data and aria attributes as they are written, listeners under "on".
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

// Writes a text only where it differs, because every write costs layout; what was written is remembered, because
// every question to the page costs too.
function write(place, text) {
  if (place.ypText === text) return;
  place.ypText = text;
  if (place.firstChild === null) place.append(text);
  else place.firstChild.data = text;
}

function put(place, name, value) {
  const known = (place.ypPut ??= {});
  if (known[name] === value) return;
  known[name] = value;
  place.setAttribute(name, value);
}

// An icon of a padlock, shut where the button beside it is pressed.
function padlock() {
  const space = "http://www.w3.org/2000/svg";
  const icon = document.createElementNS(space, "svg");
  for (const [name, value] of [["viewBox", "0 0 16 16"], ["aria-hidden", "true"], ["class", "yp-icon"]]) icon.setAttribute(name, value);
  for (const [name, path] of [["yp-shackle", "M5 7V5a3 3 0 0 1 6 0v2"], ["yp-body", "M3.5 7h9v6.5h-9z"]]) {
    const line = document.createElementNS(space, "path");
    line.setAttribute("d", path);
    line.setAttribute("class", name);
    icon.append(line);
  }
  return icon;
}

let counted = 0;

// An id that no other panel of the page has.
function freshId(word) {
  counted += 1;
  return `yp-${word}-${counted}`;
}
