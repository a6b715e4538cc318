/** Characters of a mail that are read; the few longer ones go on with files in the form of text. */
const mostCharacters = 8_000;

/**
 * The text of a mail without its headers, as lower-case words, numbers and punctuation with single spaces between them:
 * markup is taken out, encodings are undone, and what could identify somebody or is of no use as a word is named by its kind
 * (`[address]`, `[url]`, `[number]`). Headers are left out entirely, those of the parts of a mail too, and what comes after the
 * first 8,000 characters.
 */
export function mailBody(mail: string): string {
  const { headers, content } = splitHeaders(mail.replace(/\r\n?/g, '\n'));
  return plainWords(readableText(headers, content).slice(0, mostCharacters));
}

function splitHeaders(text: string): { headers: string; content: string } {
  if (text.startsWith('\n')) return { headers: '', content: text.slice(1) };
  const end = text.indexOf('\n\n');
  return end < 0 ? { headers: text, content: '' } : { headers: text.slice(0, end), content: text.slice(end + 2) };
}

/** Text of a mail, or of all parts of it that are text, decoded and without markup. */
function readableText(headers: string, content: string): string {
  const type = headerOf(headers, 'content-type');
  const boundary = /boundary="?([^";\n]+)"?/i.exec(type)?.[1];
  if (/^multipart\//i.test(type) && boundary !== undefined)
    return content
      .split(`--${boundary}`)
      .slice(1)
      .filter((part) => !part.startsWith('--'))
      .map((part) => splitHeaders(part.replace(/^.*\n/, '')))
      .map((part) => readableText(part.headers, part.content))
      .join('\n');
  if (type !== '' && !/^(text|message|multipart)\b/i.test(type)) return '';
  const decoded = decode(headerOf(headers, 'content-transfer-encoding').toLowerCase(), content);
  return /^text\/html/i.test(type) || /<html|<body/i.test(decoded) ? withoutMarkup(decoded) : decoded;
}

/** Value of a header with its continuation lines; empty if it is not there. */
function headerOf(headers: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, 'im').exec(headers)?.[1] ?? '';
}

function decode(encoding: string, content: string): string {
  if (encoding === 'base64') return Buffer.from(content, 'base64').toString('latin1');
  if (encoding !== 'quoted-printable') return content;
  return content
    .replace(/=\n/g, '')
    .replace(/=([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', apos: "'" };

function withoutMarkup(html: string): string {
  return html
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(\w+);/g, (_, name: string) => entities[name.toLowerCase()] ?? ' ');
}

function plainWords(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/\S+@\S+/g, ' [address] ')
    .replace(/\b(?:https?|ftp):\/\/\S+|\bwww\.\S+/g, ' [url] ')
    .replace(/\d+(?:[.,:]\d+)*/g, ' [number] ')
    .replace(/[^\x20-\x7e\n]+/g, ' ')
    .match(/\[(?:address|url|number)\]|[a-z]+(?:'[a-z]+)?|\S/g);
  return words?.join(' ') ?? '';
}
