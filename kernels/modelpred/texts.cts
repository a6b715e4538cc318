// Printed text on its way to clients, which cannot keep up with a message a line: gathered for a moment.

/** How long printed text is gathered into one message, and how much of it. */
const GATHER_MS = 50;
const GATHER_CHARACTERS = 65536;

export type StreamName = 'stdout' | 'stderr';

export interface Texts {
  add(name: StreamName, text: string): void;
  flush(): void;
}

export function gatherTexts(send: (name: StreamName, text: string) => void): Texts {
  let name: StreamName = 'stdout';
  let pieces: string[] = [];
  let characters = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (characters === 0) return;
    const text = pieces.join('');
    pieces = [];
    characters = 0;
    send(name, text);
  };
  return {
    flush,
    add(to, text) {
      if (to !== name || characters > GATHER_CHARACTERS) flush();
      name = to;
      pieces.push(text);
      characters += text.length;
      timer ??= setTimeout(flush, GATHER_MS);
    },
  };
}
