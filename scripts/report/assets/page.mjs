// The page's own script: draws each figure when it comes near the screen and marks the reader's place in the contents.
// Runs after Vega, Vega-Lite and Vega-Embed, which define globals.
const { vegaEmbed } = globalThis;

const options = {
  mode: 'vega-lite',
  renderer: 'svg',
  // Expressions are interpreted, not compiled: the page's security policy allows no other code than its own.
  ast: true,
  actions: { export: true, source: false, compiled: false, editor: false },
};

async function draw(figure) {
  const spec = JSON.parse(figure.querySelector('script').textContent);
  try {
    await vegaEmbed(figure.querySelector('.live'), spec, options);
    figure.classList.add('drawn');
  } catch (error) {
    // The still picture stays.
    console.error(`${figure.id} could not be drawn:`, error);
  }
}

const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((candidate) => candidate.isIntersecting)) {
      near.unobserve(entry.target);
      void draw(entry.target);
    }
  },
  { rootMargin: '600px' },
);
for (const figure of document.querySelectorAll('figure.figure')) near.observe(figure);

const places = [...document.querySelectorAll('nav a')].map((link) => ({
  link,
  target: document.getElementById(decodeURIComponent(link.hash.slice(1))),
}));
function markPlace() {
  const passed = places.filter(({ target }) => target && target.getBoundingClientRect().top < window.innerHeight / 3);
  const current = passed.at(-1) ?? places[0];
  for (const { link } of places) {
    if (link === current.link) link.setAttribute('aria-current', 'location');
    else link.removeAttribute('aria-current');
  }
}
document.addEventListener('scroll', () => requestAnimationFrame(markPlace), { passive: true });
markPlace();

// On narrow screens the contents start folded.
if (window.matchMedia('(max-width: 60rem)').matches) document.querySelector('nav details').open = false;
