'use strict';
// What every app here does, whatever it is written with: /slow answers only when somebody asks for /release.

const waiting = [];

const slow = () => new Promise((resolve) => waiting.push(() => resolve('slow')));

function release() {
  for (const answer of waiting.splice(0)) answer();
  return 'released';
}

/** Delays as long as ?ms says: for the load test only. */
function delay(url) {
  const ms = Number(new URL(url, 'http://x').searchParams.get('ms'));
  return new Promise((resolve) => setTimeout(resolve, ms, 'delayed'));
}

async function answer(url) {
  if (url.startsWith('/slow')) return slow();
  if (url.startsWith('/release')) return release();
  if (url.startsWith('/delay')) return delay(url);
  return `pid ${process.pid}`;
}

module.exports = { answer, waiting };
