import { readFileSync } from 'node:fs';

/** Version of this package, recorded in everything it stores. */
export const packageVersion = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
