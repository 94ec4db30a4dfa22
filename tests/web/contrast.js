// Texts whose contrast with the nearest painted background is under WCAG AA's 4.5 (3 for large text).
() => {
  const parse = (text) => (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const faint = [];
  for (const node of document.querySelectorAll("p, a, h1, h2, h3, dt, dd, span, small, label, summary, button, li, time, b")) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !node.getClientRects().length || node.closest(".hero, .top, .photo, .scale, .hidden, .skip")) continue;
    let behind = node;
    while (behind && (parse(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
    if (!behind || (parse(getComputedStyle(behind).backgroundColor)[3] ?? 1) < 1) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(parse(style.color)), light(parse(getComputedStyle(behind).backgroundColor))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.6 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${node.tagName}.${node.className} ${ratio.toFixed(2)} ${node.textContent.trim().slice(0, 30)}`);
  }
  return [...new Set(faint)];
}
