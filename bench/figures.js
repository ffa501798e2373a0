'use strict';

// Samples as figures, figures as Markdown.

/** @param {number[]} samples */
function median(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Ratio of medians. */
const ratio = (samples, base) => median(samples) / median(base);

/** `min / median / max`, and what the median is of the base's. */
function spread(samples, digits, base) {
  const figures = [Math.min(...samples), median(samples), Math.max(...samples)];
  const text = figures.map((figure) => figure.toFixed(digits)).join(' / ');
  return base ? `${text} (${ratio(samples, base).toFixed(2)})` : text;
}

/**
 * A Markdown table; the first column is left-aligned, the others are numbers.
 *
 * @param {string[]} headings
 * @param {string[][]} rows
 */
function table(headings, rows) {
  const widths = headings.map((_, column) =>
    Math.max(...[headings, ...rows].map((row) => row[column].length)),
  );
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const padded = (row) =>
    line(row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))));
  const rule = line(
    widths.map((width, i) => (i ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))),
  );
  return [padded(headings), rule, ...rows.map(padded)].join('\n');
}

module.exports = { ratio, spread, table };
