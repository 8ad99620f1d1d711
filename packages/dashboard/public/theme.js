// Runs before the first paint, so that nobody who chose dark is flashed at. Without a choice the system's holds.
;(function () {
  try {
    var chosen = localStorage.getItem('fairlead.theme')
    if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen
  } catch {
    // Storage is switched off: the system's holds.
  }
})()
