import { InputError } from '../errors.js';
import type { Dataset } from './dataset.js';
import { shapeProblem } from './input-shape.js';

/** Class indices are bytes. */
export const maxClasses = 256;

/**
 * Checks that a data set is consistent: array lengths fit `N×d`, at least one point, one feature and two classes,
 * distinct class names, every label a class index, every feature finite, features of images and sequences
 * as their shape says. Returns its argument. A class may have no points
 * (a small test part), which a pool to train on may not.
 *
 * @throws InputError naming the first violation.
 */
export function validateDataset(dataset: Dataset): Dataset {
  const { name, size, dimension, features, labels, classes, featureNames } = dataset;
  const refuse = (problem: string): never => {
    throw new InputError(`Data set ${name} ${problem}.`);
  };
  if (!Number.isSafeInteger(size) || size < 1) refuse(`has size ${size}; it needs at least one point`);
  if (!Number.isSafeInteger(dimension) || dimension < 1)
    refuse(`has dimension ${dimension}; it needs at least one feature`);
  if (features.length !== size * dimension)
    refuse(`has ${features.length} feature values; ${size} points × ${dimension} features need ${size * dimension}`);
  if (labels.length !== size) refuse(`has ${labels.length} labels for ${size} points; give one for each`);
  if (featureNames.length !== dimension)
    refuse(`has ${featureNames.length} feature names for ${dimension} features; give one for each`);
  if (classes.length < 2 || classes.length > maxClasses)
    refuse(`has ${classes.length} classes; a classification needs 2 to ${maxClasses}`);
  if (new Set(classes).size < classes.length) refuse('has two classes of the same name; make them distinct');
  for (let i = 0; i < size; i++)
    if (labels[i] >= classes.length)
      refuse(`has label ${labels[i]} at row ${i}; labels are class indices 0 to ${classes.length - 1}`);
  for (let k = 0; k < features.length; k++)
    if (!Number.isFinite(features[k]))
      refuse(
        `has the value ${features[k]} at row ${Math.floor(k / dimension)}, feature ${featureNames[k % dimension]}; ` +
          'drop the row or fill in a number',
      );
  const origins = dataset.rows;
  if (
    origins !== undefined &&
    [origins.lines, origins.fileIndex, origins.identifiers ?? labels].some(({ length }) => length !== size)
  )
    refuse(`has the origins of ${origins.lines.length} rows for ${size} points; give one for each`);
  const problem = dataset.input && shapeProblem(dataset, dataset.input);
  if (problem !== undefined) refuse(problem);
  return dataset;
}
