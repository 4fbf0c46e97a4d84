/** The elements of `list` by what `key` gives for each, in the order in which the keys came; [key, elements] pairs. */
export function grouped(list, key) {
  const groups = new Map();
  for (const element of list) {
    const name = key(element);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(element);
  }
  return [...groups];
}

/** The groups as words: "kill 3, stop 1". */
export function counted(list, key) {
  return grouped(list, key).map(([name, elements]) => `${name} ${elements.length}`).join(', ') || 'none';
}
