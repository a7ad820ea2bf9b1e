// Light or dark: the system's choice until somebody makes another.
function chooseTheme(button) {
  const chosen = remembered("theme");
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  button.addEventListener("click", () => {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
    remember("theme", root.dataset.theme);
  });
  button.hidden = false;
}
