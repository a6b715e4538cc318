'use strict';
// Mocha's usual output, and the counts and what failed as JSON in the file that MODELPRED_TEST_COUNTS names.
const fs = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => failed.push(`${test.fullTitle()}: ${error.message}`));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats;
      const counts = { passed: passes, failed: failures, skipped: pending };
      fs.writeFileSync(process.env.MODELPRED_TEST_COUNTS, JSON.stringify({ counts, failed }));
    });
  }
};
