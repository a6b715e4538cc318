// What has been run in this session, for clients that ask.

type Entry = readonly [session: number, line: number, input: string | readonly [input: string, output: string | null]];

export interface History {
  record(line: number, input: string): void;
  /** Adds the text of a cell's value. */
  output(line: number, text: string): void;
  /** Answers a `history_request`; there is one session, numbered 1. */
  answer(request: Readonly<Record<string, unknown>>): Entry[];
}

const SESSION = 1;
const count = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.floor(value)) : otherwise;

/** A pattern with `*` and `?` as a regular expression. */
const globbed = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^]*')
      .replaceAll('?', '[^]')}$`,
  );

export function createHistory(): History {
  const entries: { readonly line: number; readonly input: string; output: string | null }[] = [];
  return {
    record: (line, input) => void entries.push({ line, input, output: null }),
    output(line, text) {
      const entry = entries.findLast((candidate) => candidate.line === line);
      if (entry) entry.output = text;
    },
    answer(request) {
      const {
        hist_access_type: kind,
        n,
        start,
        stop,
        pattern = '*',
        unique = false,
        output = false,
        session = 0,
      } = request;
      let found = entries;
      if (kind === 'range') {
        // 0 is this session, and negative numbers are those before it, which are not kept.
        if (session !== 0 && session !== SESSION) return [];
        const [from, to] = [count(start, 1), count(stop, Infinity)];
        found = entries.filter(({ line }) => line >= from && line < to);
      } else {
        if (kind === 'search') {
          const wanted = globbed(String(pattern));
          found = entries.filter(({ input }) => wanted.test(input));
          if (unique)
            found = found.filter(({ input }, i) => found.findLastIndex((other) => other.input === input) === i);
        }
        found =
          n === undefined || n === null
            ? found
            : found.slice(found.length - Math.min(found.length, count(n, found.length)));
      }
      return found.map(({ line, input, output: shown }) => [SESSION, line, output ? [input, shown] : input]);
    },
  };
}
