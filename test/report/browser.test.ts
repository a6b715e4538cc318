import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { loadAssets } from '../../scripts/report/assets.js';
import { readContent } from '../../scripts/report/content.js';
import { renderPage } from '../../scripts/report/page.js';
import { figureBundle } from '../../src/notebook/show-figure.js';
import { figures } from '../plots/tables.js';
import { executedNotebook, provenance } from './executed.js';

/** A second notebook, with every kind of figure. */
async function figureNotebook(): Promise<object> {
  const cells = await Promise.all(
    Object.entries(figures).map(async ([name, { table, draw }]) => [
      { cell_type: 'markdown', source: `## The figure ${name}` },
      {
        cell_type: 'code',
        source: '',
        outputs: [{ output_type: 'display_data', data: await figureBundle(draw(table), { name }) }],
      },
    ]),
  );
  return { nbformat: 4, cells: [{ cell_type: 'markdown', source: '# All figures' }, ...cells.flat()] };
}

/** A page with everything that went wrong in it. */
interface Visit {
  readonly page: Page;
  readonly requests: string[];
  readonly errors: string[];
}

describe('report in a browser', function () {
  this.timeout(120_000);
  let browser: Browser | undefined;
  let folder = '';
  let address = '';

  before(async function () {
    const program = process.env.MODELPRED_CHROMIUM ?? process.env.CHROME_PATH ?? '';
    if (program === '') {
      console.warn('    SKIPPED: no browser; set CHROME_PATH to the program file of Chromium or Chrome.');
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'modelpred-page-'));
    const page = renderPage({
      profile: 'quick',
      provenance,
      runs: [
        {
          outcome: { name: '01-everything', status: 'passed', seconds: 1, message: '' },
          content: readContent('01-everything', await executedNotebook()),
          kept: null,
        },
        {
          outcome: { name: '02-figures', status: 'passed', seconds: 1, message: '' },
          content: readContent('02-figures', await figureNotebook()),
          kept: { ran: '2026-01-02T03:04:05.000Z', current: true },
        },
      ],
      extra: [],
      assets: loadAssets(process.cwd()),
    });
    writeFileSync(join(folder, 'index.html'), page);
    address = pathToFileURL(join(folder, 'index.html')).href;
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  });

  after(async () => {
    await browser?.close();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
    assert.ok(browser);
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    const requests: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => {
      if (request.url() !== address && !request.url().startsWith('data:')) requests.push(request.url());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) errors.push(message.text());
    });
    await page.goto(address);
    return { page, requests, errors };
  }

  async function drawAll(page: Page): Promise<void> {
    for (const figure of await page.locator('figure').all()) {
      await figure.scrollIntoViewIfNeeded();
      await figure.locator('.live svg.marks').waitFor();
    }
  }

  it('draws every figure with Vega, asks the network for nothing and lets no foreign script run', async () => {
    const { page, requests, errors } = await visit();
    await drawAll(page);
    assert.equal(await page.locator('figure.drawn').count(), 3 + Object.keys(figures).length);
    assert.equal(await page.locator('figure img.still:visible').count(), 0);
    assert.deepEqual(requests, []);
    assert.equal(await page.evaluate('window.broken'), undefined);
    // The script element in an HTML output is held back, aloud; nothing else complains.
    assert.equal(errors.length, 1, errors.join('\n'));
    assert.match(errors[0], /inline script.*Content Security Policy/s);
    await page.close();
  });

  it('draws figures only when they come near, and shows a tooltip on a mark', async () => {
    const { page } = await visit();
    assert.ok((await page.locator('figure.drawn').count()) < (await page.locator('figure').count()));
    await drawAll(page);
    const mark = page.locator('#figure-02-figures-stackedcost .mark-rect path').last();
    await mark.scrollIntoViewIfNeeded();
    await mark.hover();
    const tooltip = page.locator('#vg-tooltip-element.visible');
    await tooltip.waitFor();
    assert.match((await tooltip.textContent()) ?? '', /time \(s\)/);
    await page.close();
  });

  it('leads from the contents to headings, by mouse and by keyboard, and marks the place', async () => {
    const { page } = await visit({ reducedMotion: 'reduce' });
    await page.getByRole('navigation', { name: 'Contents' }).getByRole('link', { name: 'Cost', exact: true }).click();
    const heading = page.getByRole('heading', { name: 'Cost', exact: true });
    await heading.waitFor();
    const top = (await heading.boundingBox())?.y ?? NaN;
    assert.ok(top >= 0 && top < 300, `the heading is at ${top}`);
    await page.locator('nav a[aria-current="location"]', { hasText: /^Cost$/ }).waitFor();

    await page.goto(address);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.id'), 'main');
    const code = page.locator('details.code summary').first();
    await code.focus();
    await page.keyboard.press('Enter');
    await page.locator('details.code[open] pre').first().waitFor();
    await page.close();
  });

  it('gives figures all of their frame and claims the width of a narrow screen', async () => {
    const { page } = await visit({ viewport: { width: 390, height: 844 } });
    await page.locator('.all summary').click();
    for (const row of await page.locator('#summary .claims tbody tr').all()) {
      const cells = await row.locator('td').all();
      const boxes = await Promise.all(cells.map((cell) => cell.boundingBox()));
      boxes.forEach((box, k) =>
        assert.ok(k === 0 || (box?.y ?? 0) > (boxes[k - 1]?.y ?? Infinity), 'one below another'),
      );
      for (const box of boxes) assert.ok(box && box.x + box.width <= 390, 'inside the screen');
    }
    await page.close();
    const wide = await visit();
    await drawAll(wide.page);
    const figure = wide.page.locator('figure').first();
    const [canvas, drawing] = await Promise.all(
      ['.canvas', '.live svg.marks'].map((part) => figure.locator(part).boundingBox()),
    );
    assert.ok(canvas && drawing && canvas.x + canvas.width - drawing.x - drawing.width < 16, 'no strip beside it');
    await wide.page.close();
  });

  it('fits a narrow screen without scrolling sideways, its contents folded', async () => {
    const { page } = await visit({ viewport: { width: 390, height: 844 } });
    await drawAll(page);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
    assert.equal(await page.locator('nav ol').first().isVisible(), false);
    await page.locator('nav summary').click();
    assert.equal(await page.locator('nav ol').first().isVisible(), true);
    await page.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has enough contrast in the ${colorScheme} scheme`, async () => {
      const { page } = await visit({ colorScheme });
      for (const selector of ['main p', 'main small', 'nav a', 'main a', '.holds', '.fails', '.untested', 'figcaption'])
        assert.ok((await contrast(page, selector)) >= 4.5, `${selector}: ${await contrast(page, selector)}`);
      await page.close();
    });
  }

  it('shows still pictures where scripts do not run, and on paper', async () => {
    const { page } = await visit({ javaScriptEnabled: false });
    assert.equal(await page.locator('figure img.still:visible').count(), 3 + Object.keys(figures).length);
    await page.close();
    const printed = await visit();
    await drawAll(printed.page);
    await printed.page.emulateMedia({ media: 'print' });
    assert.equal(await printed.page.locator('figure img.still:visible').count(), 3 + Object.keys(figures).length);
    assert.equal(await printed.page.locator('.live:visible').count(), 0);
    await printed.page.close();
  });
});

/** Contrast ratio of the first match's text with the nearest ground behind it (WCAG 2.2). */
async function contrast(page: Page, selector: string): Promise<number> {
  const colours: unknown = await page.evaluate(`(() => {
    const element = document.querySelector(${JSON.stringify(selector)});
    let behind = element;
    while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
    return [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
  })()`);
  const [text, ground] = colours as [string, string];
  const luminance = (colour: string): number => {
    const [red, green, blue] = (colour.match(/\d+/g) ?? []).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, bright] = [luminance(text), luminance(ground)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}
