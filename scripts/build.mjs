// npm run build: compiles what changed, without looking at packages.
import { build } from './workspace/build.mjs';
import { command } from './workspace/failure.mjs';
import { root } from './workspace/root.mjs';

await command(() => build(root, (text) => console.log(text)));
