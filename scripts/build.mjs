// npm run build: compiles what changed, without looking at packages.
import { readOptions } from './workspace/options.mjs';
import { build } from './workspace/build.mjs';
import { command } from './workspace/failure.mjs';
import { root } from './workspace/root.mjs';

await command(() => {
  readOptions('npm run build   compiles what changed, without looking at packages\n', {});
  return build(root, (text) => console.log(text));
});
