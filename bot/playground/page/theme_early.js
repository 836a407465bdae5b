/* Runs before the first paint, so a stored theme never flashes the other one. */
(() => {
  try {
    const theme = localStorage.getItem("playground-theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  } catch { /* storage may be blocked; the system's theme applies */ }
})();
