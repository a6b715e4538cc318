import { InputError } from '../errors.js';
import { memberGame, type Game } from './game.js';
import { weightsPerSubset, type Semivalue } from './semivalue.js';

/** A game whose semivalues are known without enumerating subsets: for teaching, and to test estimators. */
export interface ClosedFormGame extends Game {
  readonly name: string;
  /** `N` exact values. */
  exact(semivalue: Semivalue): Float64Array;
}

/**
 * Weighted majority voting: a coalition wins, utility 1, when its votes reach the quota. Values by generating functions
 * (Mann & Shapley 1962): how many coalitions of the others have each size and number of votes.
 *
 * @throws InputError if votes or quota are not whole numbers, votes not negative and the quota at least 1.
 */
export function votingGame(votes: readonly number[], quota: number): ClosedFormGame {
  if (![...votes, quota - 1].every((number) => Number.isInteger(number) && number >= 0))
    throw new InputError(
      `Votes [${votes.join(', ')}] with quota ${quota} are no voting game; give whole numbers, the quota at least 1.`,
    );
  const n = votes.length;
  const total = votes.reduce((a, b) => a + b, 0);
  return {
    name: 'voting',
    ...memberGame(n, (members) => Number(members.reduce((sum, i) => sum + votes[i], 0) >= quota), [0, 1]),
    exact(semivalue) {
      const perSubset = weightsPerSubset(semivalue, n);
      return Float64Array.from(votes, (own, player) => {
        // coalitions[size·(total+1) + votes], grown by one voter at a time.
        const coalitions = new Float64Array(n * (total + 1));
        coalitions[0] = 1;
        votes.forEach((more, other) => {
          if (other === player) return;
          for (let size = n - 1; size >= 1; size--)
            for (let sum = total; sum >= more; sum--)
              coalitions[size * (total + 1) + sum] += coalitions[(size - 1) * (total + 1) + sum - more];
        });
        let value = 0;
        for (let size = 0; size < n; size++)
          for (let sum = Math.max(0, quota - own); sum < Math.min(quota, total + 1); sum++)
            value += perSubset[size] * coalitions[size * (total + 1) + sum];
        return value;
      });
    },
  };
}

/**
 * The airport (Littlechild & Owen 1973): a coalition's cost is that of the runway its largest aircraft needs. Each stretch
 * of runway is needed by all aircraft of at least some size, so its cost is a game in which the first of them pays.
 *
 * @throws InputError for a negative cost.
 */
export function airportGame(costs: readonly number[]): ClosedFormGame {
  if (!costs.every((cost) => cost >= 0))
    throw new InputError(`Runways cannot cost [${costs.join(', ')}]; give numbers of at least 0.`);
  return {
    name: 'airport',
    ...memberGame(costs.length, (members) => members.reduce((cost, i) => Math.max(cost, costs[i]), 0), [
      0,
      Math.max(0, ...costs),
    ]),
    exact: (semivalue) => airportValues(costs, semivalue),
  };
}

function airportValues(costs: readonly number[], semivalue: Semivalue): Float64Array {
  const n = costs.length;
  const perSubset = weightsPerSubset(semivalue, n);
  const order = [...costs.keys()].sort((a, b) => costs[a] - costs[b]);
  const values = new Float64Array(n);
  let paid = 0;
  order.forEach((player, smaller) => {
    // Whoever needs this stretch pays for it where only some of the `smaller` aircraft that do not are there.
    let chance = 0;
    let subsets = 1;
    for (let size = 0; size <= smaller; size++) {
      chance += subsets * perSubset[size];
      subsets *= (smaller - size) / (size + 1);
    }
    paid += (costs[player] - (smaller === 0 ? 0 : costs[order[smaller - 1]])) * chance;
    values[player] = paid;
  });
  return values;
}

/** Shoes (the glove game): the first `left` players hold a left shoe each, the others a right one; pairs are worth 1. */
export function shoesGame(left: number, right: number): ClosedFormGame {
  const n = left + right;
  return {
    name: 'shoes',
    ...memberGame(
      n,
      (members) => {
        const lefts = members.filter((i) => i < left).length;
        return Math.min(lefts, members.length - lefts);
      },
      [0, Math.min(left, right)],
    ),
    exact(semivalue) {
      const perSubset = weightsPerSubset(semivalue, n);
      // A shoe makes a pair where the others have more of the other side.
      const value = (same: number, other: number): number => {
        let sum = 0;
        let ofSame = 1;
        for (let s = 0; s < same; s++) {
          let ofOther = 1;
          for (let o = 0; o <= other; o++) {
            if (s < o) sum += ofSame * ofOther * perSubset[s + o];
            ofOther *= (other - o) / (o + 1);
          }
          ofSame *= (same - 1 - s) / (s + 1);
        }
        return sum;
      };
      return Float64Array.from({ length: n }, (_, i) => (i < left ? value(left, right) : value(right, left)));
    },
  };
}

/**
 * Minimum spanning tree: a coalition's cost of connecting all its members to a source, where member i can be joined to it
 * directly for `sourceCosts[i]` and to any other member for `link`, which is no dearer. So the cheapest member is joined
 * directly and all others to it: the smallest source cost, plus a link for each further member.
 *
 * @throws InputError if a link costs more than joining some member directly.
 */
export function spanningTreeGame(sourceCosts: readonly number[], link: number): ClosedFormGame {
  const n = sourceCosts.length;
  const dearest = Math.max(...sourceCosts);
  if (sourceCosts.some((cost) => !(cost >= link)))
    throw new InputError(
      `A link of ${link} costs more than the smallest source cost, ${Math.min(...sourceCosts)}; give a cheaper one.`,
    );
  return {
    name: 'minimum spanning tree',
    ...memberGame(n, (members) => spanningTree(members, sourceCosts, link), [0, dearest + link * (n - 1)]),
    exact(semivalue) {
      const first = semivalue.weights(n)[0];
      // min(costs) = dearest − max(dearest − costs): an airport, and what only a first member pays.
      const saved = airportValues(
        sourceCosts.map((cost) => dearest - cost),
        semivalue,
      );
      return saved.map((value) => link + (dearest - link) * first - value);
    },
  };
}

/** Prim's algorithm from the source. */
function spanningTree(members: readonly number[], sourceCosts: readonly number[], link: number): number {
  const distance = new Map(members.map((i) => [i, sourceCosts[i]]));
  let total = 0;
  while (distance.size > 0) {
    const [nearest, cost] = [...distance].reduce((a, b) => (b[1] < a[1] ? b : a));
    total += cost;
    distance.delete(nearest);
    for (const [i, before] of distance) distance.set(i, Math.min(before, link));
  }
  return total;
}
