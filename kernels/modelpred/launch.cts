// The Jupyter kernel: `node launch.cjs CONNECTION_FILE`.
import { serve } from './kernel.cjs';

const connectionFile = process.argv[2];
if (!connectionFile) {
  console.error(
    'The kernel is started by Jupyter, with the path of a connection file: node launch.cjs CONNECTION_FILE.',
  );
  process.exitCode = 2;
} else {
  void serve(connectionFile);
}
