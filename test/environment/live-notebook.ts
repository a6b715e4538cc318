import type { Locator, Page } from 'playwright-core';

/** A notebook open in a browser, as far as the tests use it. */
export interface LiveNotebook {
  /** Waits until cells can be run. */
  ready(): Promise<void>;
  /** Runs the cell at an index, counted from 0 over all cells. */
  run(index: number): Promise<void>;
  /** The outputs of the cell at an index. */
  outputs(index: number): Locator;
  /** A figure among them. */
  figure(index: number): Locator;
  /** Presses the button that interrupts the kernel. */
  interrupt(): Promise<void>;
}

/** JupyterLab 4. */
export function labNotebook(page: Page): LiveNotebook {
  const cell = (index: number) => page.locator(`.jp-Notebook .jp-Cell[data-windowed-list-index="${index}"]`);
  return {
    ready: () =>
      page
        .locator('#jp-main-statusbar')
        .getByText(/\| Idle$/)
        .waitFor({ timeout: 120_000 }),
    run: async (index) => {
      await cell(index).locator('.cm-content').click();
      await page.keyboard.press('Shift+Enter');
    },
    outputs: (index) => cell(index).locator('.jp-OutputArea-output'),
    figure: (index) => cell(index).locator('.vega-embed').locator('canvas, svg').first(),
    interrupt: () => page.locator('[data-command="notebook:interrupt-kernel"]').first().click(),
  };
}

/** Jupyter Notebook 6, which some distributions have instead; it shows figures as pictures. */
export function classicNotebook(page: Page): LiveNotebook {
  const cell = (index: number) => page.locator('#notebook-container .cell').nth(index);
  return {
    ready: () => page.locator('#kernel_indicator_icon.kernel_idle_icon').waitFor({ timeout: 120_000 }),
    run: async (index) => {
      await cell(index).locator('.CodeMirror').click();
      await page.keyboard.press('Shift+Enter');
    },
    outputs: (index) => cell(index).locator('.output_area'),
    figure: (index) => cell(index).locator('.output_area').locator('svg, img').first(),
    interrupt: () => page.locator('button[data-jupyter-action="jupyter-notebook:interrupt-kernel"]').click(),
  };
}
