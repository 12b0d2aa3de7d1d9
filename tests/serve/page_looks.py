"""Scripts that measure how the page looks: what is too wide, too small or too pale."""

from __future__ import annotations

SEEN_WIDE = """
const width = document.documentElement.clientWidth;
const wide = [...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
  && !e.closest('.visually-hidden') && e.getBoundingClientRect().right > width + 1);
return [document.documentElement.scrollWidth - width, ...wide.map(e => e.outerHTML.slice(0, 90))];
"""

SMALL_TARGETS = """
const target = e => e.closest('.modes label, label.check') ?? e;
return [...document.querySelectorAll('button, select, summary, input')]
  .filter(e => e.checkVisibility())
  .map(e => [target(e).getBoundingClientRect(), e])
  .filter(([box]) => box.height < 40 || box.width < 40)
  .map(([, e]) => e.outerHTML.slice(0, 90));
"""

CONTRAST = """
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const parse = color => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const light = c => c.slice(0, 3).map(v => v / 255)
  .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const behind = e => {
  for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (c[3] === 255) return c;
  }
  return [255, 255, 255];
};
const ratio = (one, two) => {
  const [a, b] = [light(one), light(two)];
  return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
};
let worst = [99, ''];
const check = (color, e) => {
  const found = ratio(parse(color), behind(e));
  if (found < worst[0]) worst = [found, e.outerHTML.slice(0, 90)];
};
for (const e of document.querySelectorAll('body *')) {
  if (!e.checkVisibility() || e.disabled || e.closest('.visually-hidden')) continue;
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (own || e.matches('textarea, input, select')) check(getComputedStyle(e).color, e);
  if (e.matches('textarea')) check(getComputedStyle(e, '::placeholder').color, e);
}
return worst;
"""
