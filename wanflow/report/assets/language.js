// The two languages: every word comes from one table, as { key: { en, zh } }.
const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const byId = (id) => document.getElementById(id);
const spoken = []; // what to do anew when the language changes
let words = {};

const tongue = () => (root.lang.startsWith("zh") ? "zh" : "en");
const say = (key, values = {}) =>
  words[key][tongue()].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
function announce(text) {
  byId("live").textContent = text;
}
// Says a word in an element or in an attribute of it, now and in every language chosen later.
function tell(element, key, attribute) {
  const now = () => {
    if (attribute) element.setAttribute(attribute, say(key));
    else element.textContent = say(key);
  };
  now();
  spoken.push(now);
  return element;
}
// Storage may be refused to a file opened from disk: then a choice lasts as long as the page.
function remembered(key) {
  try {
    return localStorage.getItem("wanflow-" + key);
  } catch {
    return null;
  }
}
function remember(key, value) {
  try {
    localStorage.setItem("wanflow-" + key, value);
  } catch {
    // A convenience only.
  }
}
function speak(chosen) {
  root.lang = chosen === "zh" ? "zh-CN" : "en";
  for (const element of all("[data-en]")) element.textContent = element.dataset[chosen];
  for (const element of all("[data-said]")) {
    for (const name of element.dataset.said.split(" ")) {
      element.setAttribute(name, element.getAttribute(`data-${name}-${chosen}`));
    }
  }
  for (const change of spoken) change();
}
function chooseLanguage(button) {
  button.addEventListener("click", () => {
    speak(tongue() === "zh" ? "en" : "zh");
    remember("language", tongue());
  });
  button.hidden = false;
  const wished = remembered("language") || (navigator.language || "").slice(0, 2);
  speak(wished === "zh" ? "zh" : "en");
}
