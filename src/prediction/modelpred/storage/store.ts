import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Dataset } from '../../../data/dataset.js';
import { sha256 } from '../../../data/files.js';
import { datasetHash } from '../../../data/hash.js';
import type { Scaling } from '../../../data/scaling.js';
import { InputError } from '../../../errors.js';
import type { Learner } from '../../../learners/learner.js';
import { loadTensorFlow, type TensorFlow } from '../../../numerics/backend.js';
import { bytesOf, canonicalJson, replaceContents } from '../../../storage.js';
import { loadNetworkEngine } from '../network/load-engine.js';
import {
  headLayer,
  type NetworkShape,
  pointLayers,
  subsetInputs,
  subsetLayers,
  weightCount,
  weightViews,
} from '../network/network-shape.js';
import { pointEncoder } from '../network/point-encoding.js';
import { modelPredPredictor, networkShape, prepareBase, type TrainedModelPred } from '../trained-modelpred.js';
import { describeLearner, type Provenance, provenanceSchema } from '../training-provenance.js';
import { refuseUnknownOptions } from '../../../unknown-options.js';

/** Format of the folders that this version writes and reads. */
const formatVersion = 4;
const manifestName = 'manifest.json';
const networkNames = ['point-network', 'subset-network'] as const;

const scalingSchema = z.strictObject({
  kind: z.enum(['standardise', 'max-norm', 'none']),
  shift: z.array(z.number()),
  scale: z.array(z.number()),
}) satisfies z.ZodType<Scaling>;

const manifestSchema = z.strictObject({
  format: z.literal('modelpred'),
  formatVersion: z.literal(formatVersion),
  provenance: provenanceSchema,
  /** How raw features were scaled before training; null where that was not said. */
  scaling: scalingSchema.nullable(),
  reference: z.array(z.number()).nullable(),
  outputScaling: z.strictObject({ shift: z.array(z.number()), scale: z.array(z.number()) }).nullable(),
  residual: z
    .strictObject({ exponent: z.number(), stepShift: z.array(z.number()), stepScale: z.array(z.number()) })
    .nullable(),
  bestStep: z.int().nonnegative(),
  history: z.array(z.strictObject({ step: z.int(), trainingLoss: z.number(), validationError: z.number().nullable() })),
  /** The subfolder that holds every other file. */
  contents: z.string().regex(/^contents-[0-9a-f]+$/),
  /** Those files with their SHA-256. */
  files: z.record(z.string(), z.string()),
});
type Manifest = z.infer<typeof manifestSchema>;

export interface SaveModelPredOptions {
  readonly model: TrainedModelPred;
  readonly folder: string;
  /** The scaling that was applied to the pool's raw features, to be stored beside the model. */
  readonly scaling?: Scaling;
}

/**
 * Stores a trained ModelPred as a folder: `manifest.json` with everything it was trained from, and in the subfolder that it names
 * as `contents` `point-network` (φ) and `subset-network` (ρ and head), each a TensorFlow.js layers model that
 * `tf.loadLayersModel` reads. An earlier ModelPred in a folder of that name is replaced in one go: whoever loads it meanwhile gets
 * the earlier one or this.
 *
 * @throws InputError if the folder holds something else.
 */
export async function saveModelPred(options: SaveModelPredOptions): Promise<void> {
  refuseUnknownOptions(options, ['model', 'folder', 'scaling'], 'saveModelPred');
  const { model, folder, scaling } = options;
  await checkReplaceable(folder);
  const tf = await loadTensorFlow();
  const shape = shapeOf(model.provenance, model.pool, model.learner, model.reference);
  const files = await networkFiles(tf, shape, model.weights);
  const manifest: Omit<Manifest, 'contents'> = {
    format: 'modelpred',
    formatVersion,
    provenance: model.provenance,
    scaling: scaling ? scalingSchema.parse(scaling) : null,
    reference: model.reference && [...model.reference],
    outputScaling: model.outputScaling && {
      shift: [...model.outputScaling.shift],
      scale: [...model.outputScaling.scale],
    },
    residual: model.residual && {
      exponent: model.residual.exponent,
      stepShift: [...model.residual.stepShift],
      stepScale: [...model.residual.stepScale],
    },
    bestStep: model.bestStep,
    history: [...model.history],
    files: Object.fromEntries([...files].map(([name, bytes]) => [name, sha256(bytes)])),
  };
  await replaceContents({
    folder,
    index: manifestName,
    files,
    describe: (contents) => `${JSON.stringify({ ...manifest, contents }, null, 2)}\n`,
  });
}

/** What a stored ModelPred is to be used with; it must be what it was trained on. */
export interface LoadModelPredOptions {
  readonly pool: Dataset;
  readonly learner: Learner;
  /** Compared with the stored scaling where given. */
  readonly scaling?: Scaling;
}

/**
 * A trained ModelPred from its folder. It predicts exactly as the stored one on the same backend.
 *
 * @throws InputError if the folder is no ModelPred, has a file that is missing, cut short or changed, was written in a format
 * of a later version, or belongs to other data, another learner or another scaling than given.
 */
export async function loadModelPred(folder: string, options: LoadModelPredOptions): Promise<TrainedModelPred> {
  refuseUnknownOptions(options, ['pool', 'learner', 'scaling'], 'loadModelPred');
  const { pool, learner, scaling } = options;
  const { manifest, files } = await readContents(folder, (found) => checkUse(folder, found, pool, learner, scaling));
  const { bestStep, history, outputScaling, residual } = manifest;
  const reference = manifest.reference && Float64Array.from(manifest.reference);
  const shape = shapeOf(manifest.provenance, pool, learner, reference);
  const tf = await loadTensorFlow();
  const weights = await weightsFromFiles(tf, shape, files);
  await prepareBase(manifest.provenance.settings, pool, learner);
  return modelPredPredictor(await loadNetworkEngine(), pool, learner, manifest.provenance, {
    weights,
    reference,
    outputScaling: outputScaling && {
      shift: Float64Array.from(outputScaling.shift),
      scale: Float64Array.from(outputScaling.scale),
    },
    residual: residual && {
      exponent: residual.exponent,
      stepShift: Float64Array.from(residual.stepShift),
      stepScale: Float64Array.from(residual.stepScale),
    },
    bestStep,
    history,
  });
}

function shapeOf(
  { settings, parameterCount }: Provenance,
  pool: Dataset,
  learner: Learner,
  reference: Float64Array | null,
): NetworkShape {
  return networkShape(settings, pointEncoder(settings.architecture, pool, learner, reference), parameterCount);
}

async function checkReplaceable(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) return;
  const isModel = found.isDirectory() && (await stat(join(folder, manifestName)).catch(() => undefined));
  if (!isModel) throw new InputError(`${folder} exists and is no stored ModelPred; name another folder, or remove it.`);
}

async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, manifestName);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new InputError(`${folder} is no stored ModelPred: it has no readable ${manifestName}.`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InputError(`${file} is damaged or cut short: it is not JSON; save the model again.`);
  }
  const version = z.object({ format: z.literal('modelpred'), formatVersion: z.int() }).safeParse(json);
  if (version.success && version.data.formatVersion > formatVersion) {
    throw new InputError(
      `${folder} was stored in format ${version.data.formatVersion} by a later version of modelpred, this one reads format ${formatVersion}; update modelpred.`,
    );
  }
  const manifest = manifestSchema.safeParse(json);
  if (!manifest.success) {
    const { path, message } = manifest.error.issues[0];
    throw new InputError(
      `${file} is damaged or of something else: its entry "${path.join('.')}" is wrong (${message}); save the model again.`,
    );
  }
  return manifest.data;
}

function checkUse(
  folder: string,
  { provenance, scaling: stored }: Manifest,
  pool: Dataset,
  learner: Learner,
  scaling: Scaling | undefined,
): void {
  const given = { name: learner.name, hyperparameters: learner.hyperparameters };
  if (canonicalJson(given) !== canonicalJson(provenance.learner)) {
    throw new InputError(
      `${folder} was trained for the learner ${describeLearner(provenance.learner)}, not for ${describeLearner(given)}; load it with that learner.`,
    );
  }
  if (scaling !== undefined && canonicalJson(scaling) !== canonicalJson(stored)) {
    throw new InputError(
      `${folder} was trained on features with ${stored === null ? 'no recorded scaling' : `another scaling (${stored.kind})`} than the given one (${scaling.kind}); load it with the scaling of its training.`,
    );
  }
  const hash = datasetHash(pool);
  if (hash !== provenance.data.hash) {
    throw new InputError(
      `${folder} was trained on other data: "${provenance.data.name}" with hash ${provenance.data.hash.slice(0, 12)}…, not "${pool.name}" with hash ${hash.slice(0, 12)}…; load it with the points, scaling and labels of its training.`,
    );
  }
}

/** A model that is replaced while its files are read is read anew, so often at most. */
const mostReadings = 20;

async function readContents(
  folder: string,
  check: (manifest: Manifest) => void,
): Promise<{ manifest: Manifest; files: Map<string, Buffer> }> {
  for (let reading = 1; ; reading++) {
    const manifest = await readManifest(folder);
    check(manifest);
    const files = new Map<string, Buffer>();
    try {
      for (const name of networkNames.flatMap((network) => [`${network}/model.json`, `${network}/weights.bin`])) {
        files.set(name, await readVerified(folder, manifest, name));
      }
      return { manifest, files };
    } catch (error) {
      const isReplaced = (await readManifest(folder)).contents !== manifest.contents;
      if (!isReplaced || reading === mostReadings) throw error;
    }
  }
}

async function readVerified(folder: string, manifest: Manifest, name: string): Promise<Buffer> {
  const file = join(folder, manifest.contents, name);
  const hash = name in manifest.files ? manifest.files[name] : undefined;
  if (hash === undefined) {
    throw new InputError(`${join(folder, manifestName)} does not list ${name}; save the model again.`);
  }
  const bytes = await readFile(file).catch(() => {
    throw new InputError(`${file} is missing or not readable; save the model again.`);
  });
  if (sha256(bytes) !== hash) {
    throw new InputError(
      `${file} is damaged or cut short (its SHA-256 is not the recorded one); save the model again.`,
    );
  }
  return bytes;
}

/** Both networks as files of TensorFlow.js layers models. */
async function networkFiles(
  tf: TensorFlow,
  shape: NetworkShape,
  weights: Float32Array,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const views = weightViews(shape, weights);
  const points = pointLayers(shape).length * (shape.architecture.biases ? 2 : 1);
  const parts = [views.slice(0, points), views.slice(points)];
  const models = await layersModels(shape);
  for (const [i, model] of models.entries()) {
    tf.tidy(() => model.setWeights(model.getWeights().map((old, j) => tf.tensor(parts[i][j], old.shape))));
    await model.save(
      tf.io.withSaveHandler((artifacts: io.ModelArtifacts) => {
        const { modelTopology, format, generatedBy, convertedBy, weightSpecs } = artifacts;
        const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
        const json = { modelTopology, format, generatedBy, convertedBy, weightsManifest };
        files.set(`${networkNames[i]}/model.json`, Buffer.from(JSON.stringify(json)));
        files.set(`${networkNames[i]}/weights.bin`, Buffer.concat(parts[i].map(bytesOf)));
        return Promise.resolve({
          modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const },
        });
      }),
    );
    model.dispose();
  }
  return files;
}

/** Reads both networks back through the layers library and lays their weights out flat. */
async function weightsFromFiles(
  tf: TensorFlow,
  shape: NetworkShape,
  files: ReadonlyMap<string, Buffer>,
): Promise<Float32Array> {
  const layers = await import('@tensorflow/tfjs-layers');
  const weights = new Float32Array(weightCount(shape));
  let offset = 0;
  for (const network of networkNames) {
    const description = String(files.get(`${network}/model.json`));
    const weightData = Uint8Array.from(files.get(`${network}/weights.bin`) ?? []).buffer;
    const { modelTopology, weightsManifest } = JSON.parse(description) as io.ModelJSON;
    const weightSpecs = weightsManifest.flatMap((group) => group.weights);
    const model = await layers.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
    for (const tensor of model.getWeights()) {
      weights.set(tensor.dataSync<'float32'>(), offset);
      offset += tensor.size;
    }
    model.dispose();
  }
  return weights;
}

/** φ and ρ as layers models without trained weights. */
async function layersModels(shape: NetworkShape): Promise<[LayersModel, LayersModel]> {
  const { input, layers, model, sequential } = await import('@tensorflow/tfjs-layers');
  const { biases, skip } = shape.architecture;
  const dense = (name: string, [from, to]: readonly [number, number], activation: 'elu' | 'linear', useBias: boolean) =>
    layers.dense({ name, inputShape: [from], units: to, activation, useBias, kernelInitializer: 'zeros' });
  const point = pointLayers(shape);
  const read = input({ shape: [subsetInputs(shape)], name: 'pooled' });
  const apply = (x: SymbolicTensor, layer: ReturnType<typeof dense>) => layer.apply(x) as SymbolicTensor;
  const hidden = subsetLayers(shape).reduce(
    (x, size, i) => apply(x, dense(`subset_${i + 1}`, size, 'elu', biases)),
    read,
  );
  const last = skip ? (layers.concatenate({ name: 'skip' }).apply([hidden, read]) as SymbolicTensor) : hidden;
  return [
    sequential({
      name: networkNames[0],
      layers: point.map((size, i) => dense(`point_${i + 1}`, size, i < point.length - 1 ? 'elu' : 'linear', biases)),
    }),
    model({
      name: networkNames[1],
      inputs: read,
      outputs: apply(last, dense('parameters', headLayer(shape), 'linear', true)),
    }),
  ];
}
