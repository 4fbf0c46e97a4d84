// The tables of "packaging/bench stage", made from what stage.mjs measured.
import { aligned } from '../load/lib/table.mjs';
import { spread } from './footprint.mjs';

const AIM_FULL = 1.2;
const AIM_EDIT = 0.1;
const MB = 1_000_000;

const OTHERS = {
  tar: 'GNU tar -xzf, sync -f',
  cp: 'cp -al, sync -f',
  'rsync again': 'rsync --link-dest, nothing changed',
};

const AGENT = {
  first: 'full, first after start, empty store',
  full: 'full, warm, all content new',
  'full zst': 'the same as .tar.zst, without a digest of the archive',
  again: 'full again, nothing changed',
  'again, cold cache': 'the same, page cache dropped',
  envelope: 'only the list: all content is here',
  'envelope, recycled': 'the same, made of a spare tree',
};

const CHANGES = { a: 'source edit', b: '+ one patched package', d: '+ seven small bumps', c: '+ a large package with its binary' };

function values(samples, key) {
  return spread(samples.map((sample) => sample[key]));
}

function seconds(samples, key = 'ms') {
  const { median, least, most } = values(samples, key);
  return `${(median / 1_000).toFixed(2)} (${(least / 1_000).toFixed(2)}-${(most / 1_000).toFixed(2)})`;
}

const median = (samples, key) => values(samples, key).median;

function ratio(a, b) {
  return (a / b).toFixed(2);
}

/** One row for each thing that was done: time, processor time, and both as a multiple of GNU tar's. */
function timesOf(samples, names, tar) {
  return Object.entries(names)
    .filter(([key]) => samples[key])
    .map(([key, name]) => {
      const one = samples[key];
      return [name, seconds(one), (median(one, 'cpu') / 1_000).toFixed(2), ratio(median(one, 'ms'), median(tar, 'ms')), ratio(median(one, 'cpu'), median(tar, 'cpu')), ''];
    });
}

function others(samples, tar) {
  const rsync = Object.fromEntries(Object.entries(CHANGES).map(([change, what]) => [`rsync ${change}`, `rsync --link-dest, ${change}: ${what}`]));
  return aligned([['other tools', 'seconds', 'CPU s', 'to tar', 'CPU to tar', ''], ...timesOf(samples, { ...OTHERS, ...rsync, rm: 'rm -rf of one release, sync -f' }, tar)]);
}

function deltas(samples) {
  const rows = Object.entries(CHANGES)
    .filter(([change]) => samples[`delta ${change}`])
    .map(([change, what]) => {
      const one = samples[`delta ${change}`];
      const mb = (median(one, 'bytes') / MB).toFixed(2);
      return [`${change}: ${what}`, median(one, 'files'), mb, seconds(one), seconds(one, 'serverMs'), (median(one, 'cpu') / 1_000).toFixed(2), ratio(median(one, 'ms'), median(samples.full, 'ms')), ''];
    });
  return aligned([['delta', 'files', 'MB sent', 's, client too', 's, requests', 'agent CPU s', 'to full', ''], ...rows]);
}

function memory(samples) {
  const rows = Object.entries(samples).map(([name, one]) => [
    name,
    ...['peakMb', 'rssMb', 'usedMb', 'committedMb'].map((key) => values(one, key).most.toFixed(0)),
    '',
  ]);
  return aligned([['greatest MB (1,048,576 bytes)', 'peak VmHWM', 'VmRSS after', 'heap used', 'heap size', ''], ...rows]);
}

function app(name, samples, tar) {
  return [
    ...aligned([[`agent, app "${name}"`, 'seconds', 'CPU s', 'to tar', 'CPU to tar', ''], ...timesOf(samples, AGENT, tar)]),
    '',
    ...(Object.keys(samples).some((key) => key.startsWith('delta')) ? [...deltas(samples), ''] : []),
    ...memory(samples),
    '',
  ];
}

function aim(what, limit, measured) {
  return `aim: ${what} at most ${limit}: ${measured <= limit ? 'reached' : 'NOT reached'} (${measured.toFixed(2)})`;
}

function aims(name, samples, tar) {
  const full = median(samples.full, 'ms') / median(tar, 'ms');
  const lines = [aim(`app "${name}", full to GNU tar + sync`, AIM_FULL, full)];
  if (samples['delta a']) lines.push(aim(`app "${name}", source edit to full`, AIM_EDIT, median(samples['delta a'], 'ms') / median(samples.full, 'ms')));
  return lines;
}

/** The tables and the ratios as lines. */
export function report({ environment, release, samples }) {
  const { others: other, ...apps } = samples;
  const named = Object.entries(apps);
  return [
    environment,
    `The release: ${release.files} files, ${(release.bytes / MB).toFixed(0)} MB, ${(release.gz / MB).toFixed(1)} MB as .tar.gz, ${(release.zst / MB).toFixed(1)} MB as .tar.zst. Medians, with least and greatest in brackets.`,
    'CPU is user and system time, which other load changes less than time. To tar: as a multiple of GNU tar in the same run.',
    '',
    ...others(other, other.tar),
    '',
    ...named.flatMap(([name, one]) => app(name, one, other.tar)),
    ...named.flatMap(([name, one]) => aims(name, one, other.tar)),
  ];
}
