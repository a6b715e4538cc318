import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';

/*
 * Records the advance widths of the bundled font Roboto in src/plots/text-widths.ts, from the tables of its font files
 * (cmap: character → glyph; hmtx: glyph → advance width). Run from the top of the repository after a change of the font:
 *
 *     npm run build && node dist/scripts/reference/text-widths.js
 */

const weights = { 400: '400Regular', 500: '500Medium', 600: '600SemiBold', 700: '700Bold' };

/** What figures write: ASCII, Latin-1, combining marks, Greek, punctuation, super- and subscripts, arrows, mathematics. */
const ranges: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0xa0, 0xac],
  [0xae, 0xff],
  [0x300, 0x304],
  [0x391, 0x3c9],
  [0x2010, 0x2026],
  [0x2030, 0x2033],
  [0x2070, 0x208e],
  [0x2190, 0x2193],
  [0x2200, 0x2265],
];

interface FontFile {
  readonly unitsPerEm: number;
  /** Glyph of a character; 0 where the font has none. */
  readonly glyph: (code: number) => number;
  readonly advance: (glyph: number) => number;
}

/** Reads what is needed of a TrueType file (OpenType specification 1.9: head, hhea, hmtx, cmap of format 4). */
function readFont(path: string): FontFile {
  const file = readFileSync(path);
  const tables = new Map<string, number>();
  for (let i = 0; i < file.readUInt16BE(4); i++)
    tables.set(file.toString('latin1', 12 + 16 * i, 16 + 16 * i), file.readUInt32BE(20 + 16 * i));
  const at = (table: string): number => {
    const offset = tables.get(table);
    if (offset === undefined) throw new Error(`${path} has no table ${table}.`);
    return offset;
  };
  const metrics = file.readUInt16BE(at('hhea') + 34);
  return {
    unitsPerEm: file.readUInt16BE(at('head') + 18),
    glyph: readCharacters(file, at('cmap')),
    advance: (glyph) => file.readUInt16BE(at('hmtx') + 4 * Math.min(glyph, metrics - 1)),
  };
}

function readCharacters(file: Buffer, cmap: number): FontFile['glyph'] {
  const subtables = Array.from({ length: file.readUInt16BE(cmap + 2) }, (_, i) => {
    return cmap + file.readUInt32BE(cmap + 8 + 8 * i);
  });
  const table = subtables.find((offset) => file.readUInt16BE(offset) === 4);
  if (table === undefined) throw new Error('The font has no character map of format 4.');
  const bytes = file.readUInt16BE(table + 6);
  const [ends, starts] = [table + 14, table + 16 + bytes];
  return (code) => {
    for (let i = 0; i < bytes; i += 2) {
      if (code > file.readUInt16BE(ends + i)) continue;
      const start = file.readUInt16BE(starts + i);
      if (code < start) return 0;
      const delta = file.readUInt16BE(starts + bytes + i);
      const place = starts + 2 * bytes + i;
      const offset = file.readUInt16BE(place);
      const glyph = offset === 0 ? code : file.readUInt16BE(place + offset + 2 * (code - start));
      return offset !== 0 && glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}

const fonts = Object.entries(weights).map(([weight, name]) => {
  return { weight, font: readFont(`node_modules/@expo-google-fonts/roboto/${name}/Roboto_${name}.ttf`) };
});
const codes = ranges
  .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
  .filter((code) => fonts.every(({ font }) => font.glyph(code) !== 0));
const version = (JSON.parse(readFileSync('node_modules/@expo-google-fonts/roboto/package.json', 'utf8')) as Package)
  .version;

interface Package {
  readonly version: string;
}

const written = (code: number): string => {
  const character = String.fromCodePoint(code);
  if (character === "'" || character === '\\') return `\\${character}`;
  // Spaces and combining marks cannot be seen in a source file.
  return /[\p{M}\p{Z}]/u.test(character) && code !== 0x20 ? `\\u${code.toString(16).padStart(4, '0')}` : character;
};

const source = `/**
 * Advance widths of Roboto (SIL Open Font License 1.1), made by scripts/reference/text-widths.ts from the files of
 * @expo-google-fonts/roboto ${version}.
 */

/** Units of a width in one font size. */
export const unitsPerEm = ${fonts[0].font.unitsPerEm};

/** The characters whose widths are known, in the order of the widths. */
export const characters = [
${Array.from(
  { length: Math.ceil(codes.length / 48) },
  (_, i) =>
    `'${codes
      .slice(48 * i, 48 * (i + 1))
      .map(written)
      .join('')}'`,
).join(',\n')}
].join('');

/** Weight of the font → widths of the characters. */
export const widths: ReadonlyMap<number, readonly number[]> = new Map([
${fonts.map(({ weight, font }) => `[${weight}, [${codes.map((code) => font.advance(font.glyph(code))).join(', ')}]],`).join('\n')}
]);
`;
const options = { parser: 'typescript', printWidth: 120, singleQuote: true };
writeFileSync('src/plots/text-widths.ts', await format(source, options));
