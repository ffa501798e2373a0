'use strict';

// npm run rooms [-- path]: counts rooms, imports, circles and long files of src/, lib/ and testing/,
// in this checkout or in the one at the path.
//
// * room: a file or a folder at the top of its tree; `a.rs` beside `a/` is one room
// * ground: the rooms that are one file
// * arrow: one room imports another, however often
// * circle: a set of rooms, or of files, that lead back to each other
//
// The front of a folder (mod.rs, index.js) lists its files, which may import the front. Such imports
// make no circle of files.

const { existsSync, readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { rustImports, scriptImports } = require('./rooms/imports');

const TREES = {
  src: { extension: '.rs', importsOf: rustImports, hasRanks: true },
  lib: { extension: '.js', importsOf: scriptImports, hasRanks: true },
  testing: { extension: '.js', importsOf: scriptImports, hasRanks: false },
};
const LONGEST = 10;

function filesOf(folder, extension) {
  return readdirSync(folder, { recursive: true })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith(extension))
    .sort();
}

const roomOf = (path) => path.split('/')[0].replace(/\.\w+$/, '');
const isFrontOf = (front, path) => path.startsWith(front.replace(/(\/(mod|index))?\.\w+$/, '/'));

/** Sets of two or more nodes that lead back to each other, each as a line of text. */
function circles(graph) {
  const reached = new Map([...graph.keys()].map((start) => [start, reachedFrom(start, graph)]));
  const leads = (from, to) => reached.get(from).has(to);
  const sets = [...graph.keys()].map((one) =>
    [...graph.keys()].filter((other) => leads(one, other) && leads(other, one)),
  );
  return [...new Set(sets.filter((set) => set.length > 1).map((set) => set.join(' ')))];
}

function reachedFrom(start, graph) {
  const seen = new Set();
  const next = [start];
  while (next.length > 0) {
    const fresh = [...graph.get(next.pop())].filter((other) => !seen.has(other));
    for (const other of fresh) seen.add(other);
    next.push(...fresh);
  }
  return seen;
}

/** The ranks in tests/house.rs: the table that names most of these rooms, at least half of them. */
function ranksOf(root, rooms) {
  const house = join(root, 'tests/house.rs');
  const text = existsSync(house) ? readFileSync(house, 'utf8') : '';
  const tables = [...text.matchAll(/&\[\(&str, u8\)\] = &\[([\s\S]*?)\];/g)].map(([, table]) => {
    const rows = [...table.matchAll(/\("([\w-]+)", (\d+)\)/g)];
    return new Map(rows.map(([, room, rank]) => [room, Number(rank)]));
  });
  const known = (table) => rooms.filter((room) => table.has(room)).length;
  const [best] = tables.sort((a, b) => known(b) - known(a));
  return best && known(best) * 2 >= rooms.length ? best : undefined;
}

/** What is counted in a tree, as lists; a list that makes no sense for the tree is undefined. */
function survey(root, tree) {
  const { extension, importsOf, hasRanks } = TREES[tree];
  const folder = join(root, tree);
  // The front page of the crate only lists the rooms.
  const files = filesOf(folder, extension).filter((path) => path !== 'lib.rs');
  const rooms = [...new Set(files.map(roomOf))];
  const byFile = new Map(files.map((path) => [path, new Set()]));
  const byRoom = new Map(rooms.map((room) => [room, new Set()]));
  for (const path of files) {
    for (const other of importsOf(path, readFileSync(join(folder, path), 'utf8'), files)) {
      if (other !== path && !isFrontOf(other, path)) byFile.get(path).add(other);
      if (roomOf(other) !== roomOf(path)) byRoom.get(roomOf(path)).add(roomOf(other));
    }
  }
  const isGround = (room) => !files.some((path) => path.startsWith(`${room}/`));
  const ranks = hasRanks ? ranksOf(root, rooms) : undefined;
  const rank = (room) => ranks.get(room) ?? (isGround(room) ? 0 : Number.NaN);
  const arrows = [...byRoom].flatMap(([from, all]) => [...all].map((to) => [from, to]));
  const show = (some) => some.map(([from, to]) => `${from} → ${to}`);
  return {
    rooms,
    arrows: show(arrows),
    'ground → folder': hasRanks
      ? show(arrows.filter(([from, to]) => isGround(from) && !isGround(to)))
      : undefined,
    'upward by rank': ranks && show(arrows.filter(([from, to]) => rank(from) < rank(to))),
    'circles of rooms': circles(byRoom),
    'circles of files': circles(byFile),
  };
}

function longest(root) {
  const files = Object.entries(TREES).flatMap(([tree, { extension }]) =>
    filesOf(join(root, tree), extension).map((path) => `${tree}/${path}`),
  );
  const linesOf = (path) => readFileSync(join(root, path), 'utf8').split('\n').length - 1;
  const sizes = files.map((path) => ({ path, lines: linesOf(path) }));
  return sizes.sort((a, b) => b.lines - a.lines).slice(0, LONGEST);
}

function main(root) {
  const surveys = Object.keys(TREES).map((tree) => [tree, survey(root, tree)]);
  const columns = Object.keys(surveys[0][1]);
  const row = (name, cells) =>
    [name.padEnd(7), ...cells.map((cell, i) => cell.padStart(columns[i].length))].join('  ');
  console.log(row('', columns));
  for (const [tree, lists] of surveys) {
    const cells = columns.map((name) => String(lists[name]?.length ?? '–'));
    console.log(row(tree, cells));
  }
  console.log();
  for (const [tree, { rooms, arrows, ...faults }] of surveys) {
    for (const [name, list] of Object.entries(faults)) {
      if (list?.length) console.log(`${tree}, ${name}: ${list.join(', ')}`);
    }
  }
  console.log(`\nThe ${LONGEST} longest files`);
  for (const { path, lines } of longest(root)) console.log(`${String(lines).padStart(5)}  ${path}`);
}

main(process.argv[2] ?? join(__dirname, '..'));
