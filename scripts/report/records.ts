import { createHash } from 'node:crypto';
import type { Claim } from '../../src/evaluation/claim.js';
import type { Profile } from '../../src/experiments/common/profile.js';
import { outputsOf, type NamedTable, type NotebookContent } from './content.js';
import type { Outcome } from './execute.js';
import type { Provenance } from './provenance.js';

/** The rows and claims of one notebook, either those that repeat byte for byte or those that time makes different. */
interface Record {
  readonly tables: { readonly [name: string]: { readonly caption: string | null; readonly rows: NamedTable['rows'] } };
  readonly claims: readonly Claim[];
}

const isTiming = (entry: { readonly timing?: boolean }): boolean => entry.timing === true;

function record(content: NotebookContent, timing: boolean): Record {
  const tables = outputsOf(content, 'table').filter((table) => isTiming(table) === timing);
  const claims = outputsOf(content, 'claims').flatMap((output) => output.claims);
  return {
    tables: Object.fromEntries(tables.map(({ name, caption, rows }) => [name, { caption, rows }])),
    claims: claims.filter((claim) => isTiming(claim) === timing),
  };
}

/**
 * `results.json`: every table and claim that is not a time, and a digest of every figure's specification. Two runs with the
 * same profile and seeds on one machine give the same bytes.
 */
export function resultsJson(profile: Profile, contents: readonly NotebookContent[]): string {
  const notebooks = contents.map((content) => {
    const figures = outputsOf(content, 'figure').filter((figure) => !isTiming(figure));
    const digest = (spec: unknown) => createHash('sha256').update(JSON.stringify(spec)).digest('hex');
    return [
      content.name,
      { ...record(content, false), figures: Object.fromEntries(figures.map(({ name, spec }) => [name, digest(spec)])) },
    ];
  });
  return serialise({ profile, notebooks: Object.fromEntries(notebooks) as object });
}

/** `timings.json`: what `results.json` leaves out because it differs from run to run, with what the run was made of. */
export function timingsJson(
  profile: Profile,
  provenance: Provenance,
  contents: readonly NotebookContent[],
  outcomes: readonly Outcome[],
): string {
  const notebooks = outcomes.map(({ name, ...outcome }) => {
    const content = contents.find((candidate) => candidate.name === name);
    return [name, { ...outcome, ...(content && record(content, true)) }];
  });
  return serialise({ profile, provenance, notebooks: Object.fromEntries(notebooks) as object });
}

const serialise = (value: object): string => JSON.stringify(value, null, 2) + '\n';
