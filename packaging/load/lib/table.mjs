// The counts as a table for people.

/** The report of a run as lines of text. */
export function table(report) {
  const rows = Object.entries(report.kinds).map(([name, kind]) => [
    name,
    kind.requests,
    kind.failed,
    show(kind.ms.p50),
    show(kind.ms.p99),
    show(kind.ms.max),
    [...Object.entries(kind.failures), ...Object.entries(kind.notes)].map(([word, times]) => `${word} ${times}`).join(', '),
  ]);
  rows.push(['all', report.requests, report.failed, '', '', '', '']);
  const releases = Object.entries(report.releases).map(([name, { answers }]) => `${name} ${answers}`).join(', ');
  return [
    ...aligned([['kind', 'requests', 'failed', 'p50 ms', 'p99 ms', 'max ms', ''], ...rows]),
    `longest gap without a success: ${report.longestGapMs} ms (this client itself stood still for ${report.clientStallMs} ms at most)`,
    `answers by release: ${releases || 'none named'}; seconds in which more than one answered: ${report.mixedSeconds}`,
    ...report.samples.slice(0, 10).map((s) => `  ${s.at} ${s.kind}: ${s.failure}: ${s.detail}${s.release ? ` (${s.release})` : ''}`),
    ...(report.failed > 10 ? ['  ... more in the JSON report'] : []),
  ].join('\n');
}

function show(ms) {
  return ms === null ? '-' : ms.toFixed(1);
}

/** Rows in columns: the first and the last to the left, numbers to the right. */
export function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const text = String(cell);
        return column === 0 || column === row.length - 1 ? text.padEnd(widths[column]) : text.padStart(widths[column]);
      })
      .join('  ')
      .trimEnd(),
  );
}
