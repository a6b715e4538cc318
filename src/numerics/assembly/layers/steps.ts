// Steps of optimisers, on vectors that begin anywhere.

import { bytes } from './scratch';

/** SGD with momentum and weight decay in place. */
export function momentumStep(
  length: i32,
  parameters: u32,
  gradient: u32,
  velocity: u32,
  rate: f32,
  momentum: f32,
  decay: f32,
): void {
  let theta = bytes(parameters);
  let g = bytes(gradient);
  let v = bytes(velocity);
  const whole = theta + bytes(length & ~3);
  const end = theta + bytes(length);
  const kept = f32x4.splat(momentum);
  const decays = f32x4.splat(decay);
  const rates = f32x4.splat(rate);
  for (; theta < whole; theta += 16, g += 16, v += 16) {
    const at = v128.load(theta);
    const slope = f32x4.add(v128.load(g), f32x4.mul(decays, at));
    const next = f32x4.add(f32x4.mul(kept, v128.load(v)), slope);
    v128.store(v, next);
    v128.store(theta, f32x4.sub(at, f32x4.mul(rates, next)));
  }
  for (; theta < end; theta += 4, g += 4, v += 4) {
    const at = load<f32>(theta);
    const next = momentum * load<f32>(v) + (load<f32>(g) + decay * at);
    store<f32>(v, next);
    store<f32>(theta, at - rate * next);
  }
}

/** One step of Adam in place. */
export function adamStep(
  length: i32,
  parameters: u32,
  gradient: u32,
  mean: u32,
  square: u32,
  step: f32,
  squareScale: f32,
  meanRate: f32,
  squareRate: f32,
  epsilon: f32,
  decay: f32,
  shrink: f32,
): void {
  const theta = bytes(parameters);
  const g = bytes(gradient);
  const m = bytes(mean);
  const v = bytes(square);
  const takeMean: f32 = 1 - meanRate;
  const takeSquare: f32 = 1 - squareRate;
  let at: usize = 0;
  for (const whole = bytes(length & ~3); at < whole; at += 16) {
    const old = v128.load(theta + at);
    const slope = f32x4.add(v128.load(g + at), f32x4.mul(f32x4.splat(decay), old));
    const first = f32x4.add(
      f32x4.mul(f32x4.splat(meanRate), v128.load(m + at)),
      f32x4.mul(f32x4.splat(takeMean), slope),
    );
    const second = f32x4.add(
      f32x4.mul(f32x4.splat(squareRate), v128.load(v + at)),
      f32x4.mul(f32x4.mul(f32x4.splat(takeSquare), slope), slope),
    );
    v128.store(m + at, first);
    v128.store(v + at, second);
    const scale = f32x4.add(f32x4.mul(f32x4.sqrt(second), f32x4.splat(squareScale)), f32x4.splat(epsilon));
    const change = f32x4.div(f32x4.mul(f32x4.splat(step), first), scale);
    v128.store(theta + at, f32x4.sub(f32x4.mul(f32x4.splat(shrink), old), change));
  }
  for (const end = bytes(length); at < end; at += 4) {
    const old = load<f32>(theta + at);
    const slope: f32 = load<f32>(g + at) + decay * old;
    const first: f32 = meanRate * load<f32>(m + at) + takeMean * slope;
    const second: f32 = squareRate * load<f32>(v + at) + takeSquare * slope * slope;
    store<f32>(m + at, first);
    store<f32>(v + at, second);
    const scale: f32 = sqrt<f32>(second) * squareScale + epsilon;
    store<f32>(theta + at, shrink * old - (step * first) / scale);
  }
}
