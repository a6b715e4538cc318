// Checks, completes and explains cells with TypeScript's language service. Every cell that was accepted is a module, held in
// memory; a later cell is checked as a module that imports the names it uses, so that types are those that were inferred.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from '../root.cjs';
import { type CompiledCell, transformCell } from './transform.cjs';

/** Something that is wrong with a cell, or with a file that it imports. */
export interface Diagnostic {
  /** The imported file; left out for the cell itself. */
  readonly file?: string;
  /** From 0; columns in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface Completions {
  /** The part of the code that a match replaces, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly matches: readonly { readonly text: string; readonly kind: string }[];
}

/** What turns cells into scripts and knows about names; positions are in UTF-16 units. The only place that knows the compiler. */
export interface CellCompiler {
  /** The script of a cell, named for stack traces, or what is wrong with it. */
  compile(code: string, name: string): CompiledCell | { readonly diagnostics: readonly Diagnostic[] };
  /** Makes the names of the cell that was compiled last known to later ones. */
  accept(): void;
  complete(code: string, position: number): Completions;
  /** Signature and documentation of what is at a position, or undefined. */
  inspect(code: string, position: number, detailed: boolean): string | undefined;
}

interface Name {
  /** Number of the accepted cell that declared it last. */
  readonly cell: number;
  /** Assignable: it is seen as a variable of its own instead of an import. */
  readonly variable: boolean;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  // Finds types through a package's "exports", this package by its own name among them.
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  esModuleInterop: true,
  allowJs: false,
  resolveJsonModule: true,
  allowImportingTsExtensions: true,
};

const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu;

/** Names that a file declares at its top. */
function declaredNames(file: ts.SourceFile): Map<string, boolean> {
  const names = new Map<string, boolean>();
  const bind = (name: ts.BindingName, variable: boolean): void => {
    if (ts.isIdentifier(name)) names.set(name.text, variable);
    else for (const element of name.elements) if (!ts.isOmittedExpression(element)) bind(element.name, variable);
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      const constant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
      for (const { name } of statement.declarationList.declarations) bind(name, !constant);
    } else if (ts.isImportDeclaration(statement)) {
      const { name, namedBindings } = statement.importClause ?? {};
      if (name) names.set(name.text, false);
      if (namedBindings && ts.isNamespaceImport(namedBindings)) names.set(namedBindings.name.text, false);
      if (namedBindings && ts.isNamedImports(namedBindings))
        for (const element of namedBindings.elements) names.set(element.name.text, false);
    } else if (
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isModuleDeclaration(statement) ||
      ts.isImportEqualsDeclaration(statement)
    ) {
      if (statement.name && ts.isIdentifier(statement.name)) names.set(statement.name.text, false);
    }
  }
  return names;
}

/** Without `export`, which a cell does not need: all its names are exported by a line after it. */
const withoutExports = (code: string): string =>
  code.replace(
    /^(\s*)export(\s+default)?(?=\s+(?:const|let|var|function|class|enum|interface|type|namespace|abstract|async|declare)\b)/gm,
    (whole) => ' '.repeat(whole.length),
  );

/**
 * A compiler for the cells of one session.
 *
 * @param folder where relative imports start: the notebook's
 */
export function createCompiler(folder: string): CellCompiler {
  const current = path.join(folder, '__cell__.ts');
  const cellPath = (number: number): string => path.join(folder, `__cell_${number}__.ts`);
  const additions = path.join(root, 'kernels', 'modelpred', 'cell-globals.d.ts');
  const names = new Map<string, Name>();
  /** Sources of accepted cells, by path. */
  const accepted = new Map<string, string>();
  const snapshots = new Map<string, { readonly version: string; readonly snapshot: ts.IScriptSnapshot }>();
  let text = '';
  let version = 0;
  let count = 0;
  let pending: { code: string; declared: Map<string, boolean> } | undefined;

  const fromDisk = (file: string): { version: string; snapshot: ts.IScriptSnapshot } | undefined => {
    // Packages do not change while the kernel runs; a person's own files beside the notebook do.
    const stable = file.includes('node_modules') || file.startsWith(path.join(root, 'dist'));
    const known = snapshots.get(file);
    if (known && stable) return known;
    const stamp = stable ? '1' : String(ts.sys.getModifiedTime?.(file)?.getTime() ?? 0);
    if (known?.version === stamp) return known;
    const content = ts.sys.readFile(file);
    if (content === undefined) return undefined;
    const entry = { version: stamp, snapshot: ts.ScriptSnapshot.fromString(content) };
    snapshots.set(file, entry);
    return entry;
  };
  const resolutions = ts.createModuleResolutionCache(folder, (name) => name, OPTIONS);
  const rootResolutions = ts.createModuleResolutionCache(root, (name) => name, OPTIONS);
  const resolve = (name: string, from: string): ts.ResolvedModuleFull | undefined => {
    if (name.startsWith('./__cell_')) {
      return {
        resolvedFileName: path.join(folder, `${name.slice(2)}.ts`),
        extension: '.ts',
        isExternalLibraryImport: false,
      };
    }
    const found = ts.resolveModuleName(name, from, OPTIONS, ts.sys, resolutions).resolvedModule;
    if (found || name.startsWith('.')) return found;
    // A notebook outside the project still finds this package and what the project has installed.
    return ts.resolveModuleName(name, path.join(root, '__cell__.ts'), OPTIONS, ts.sys, rootResolutions).resolvedModule;
  };
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => OPTIONS,
    getScriptFileNames: () => [additions, current],
    getScriptVersion: (file) =>
      file === current ? String(version) : accepted.has(file) ? '1' : (fromDisk(file)?.version ?? ''),
    getScriptSnapshot: (file) =>
      file === current
        ? ts.ScriptSnapshot.fromString(text)
        : accepted.has(file)
          ? ts.ScriptSnapshot.fromString(accepted.get(file)!)
          : fromDisk(file)?.snapshot,
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (file) => accepted.has(file) || ts.sys.fileExists(file),
    readFile: (file) => accepted.get(file) ?? ts.sys.readFile(file),
    directoryExists: (parent) => ts.sys.directoryExists(parent),
    getDirectories: (parent) => ts.sys.getDirectories(parent),
    readDirectory: (...search) => ts.sys.readDirectory(...search),
    realpath: (file) => ts.sys.realpath?.(file) ?? file,
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text: name }) => ({ resolvedModule: resolve(name, from) })),
  };
  const service = ts.createLanguageService(host, ts.createDocumentRegistry());

  /** One line that makes earlier names known to a cell which declares some itself. */
  function prefixFor(wanted: Iterable<string>, own: ReadonlyMap<string, boolean>): string {
    const imports = new Map<number, string[]>();
    let variables = '';
    for (const name of wanted) {
      const known = names.get(name);
      if (!known || own.has(name)) continue;
      if (known.variable) variables += `declare let ${name}: typeof import('./__cell_${known.cell}__').${name}; `;
      else imports.set(known.cell, [...(imports.get(known.cell) ?? []), name]);
    }
    const lines = [...imports].map(([cell, list]) => `import { ${list.join(', ')} } from './__cell_${cell}__'; `);
    return `${lines.join('')}${variables}\n`;
  }
  const suffixFor = (own: ReadonlyMap<string, boolean>): string =>
    own.size > 0 ? `\nexport { ${[...own.keys()].join(', ')} };` : '';

  /** Puts a cell before the language service; the length of what stands before it. */
  function present(code: string, wanted: Iterable<string>, own: ReadonlyMap<string, boolean>): number {
    const prefix = prefixFor(wanted, own);
    const next = `${prefix}${withoutExports(code)}`;
    if (next !== text) {
      text = next;
      version++;
    }
    return prefix.length;
  }
  const parse = (code: string): ts.SourceFile => ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
  const wordsOf = (code: string): Set<string> => new Set(code.match(WORD) ?? []);

  function describe(diagnostic: ts.Diagnostic): Diagnostic {
    const { file, start = 0 } = diagnostic;
    const { line, character } = file?.getLineAndCharacterOfPosition(start) ?? { line: 0, character: 0 };
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    if (file && file.fileName === current) return { line: line - 1, column: character, message };
    const name = file && path.relative(folder, file.fileName);
    return { ...(name && { file: name }), line, column: character, message };
  }
  /** Files of one's own that a cell imports, directly or not. */
  function ownImports(): readonly string[] {
    const files = service.getProgram()?.getSourceFiles() ?? [];
    const mine = files.filter(({ fileName, isDeclarationFile }) => !isDeclarationFile && fileName !== current);
    return mine.map(({ fileName }) => fileName).filter((file) => !accepted.has(file) && !file.includes('node_modules'));
  }

  return {
    compile(code, name) {
      const file = parse(code);
      const declared = declaredNames(file);
      present(code, wordsOf(code), declared);
      pending = undefined;
      const wrong = service.getSyntacticDiagnostics(current);
      const found = wrong.length > 0 ? wrong : service.getSemanticDiagnostics(current);
      const elsewhere =
        found.length > 0
          ? []
          : ownImports().flatMap((own) => [
              ...service.getSyntacticDiagnostics(own),
              ...service.getSemanticDiagnostics(own),
            ]);
      const diagnostics = [...found, ...elsewhere].map(describe);
      if (diagnostics.length > 0) return { diagnostics };
      pending = { code: text + suffixFor(declared), declared };
      return transformCell(code, name);
    },
    accept() {
      if (!pending) return;
      if (pending.declared.size > 0) {
        accepted.set(cellPath(++count), pending.code);
        for (const [name, variable] of pending.declared) names.set(name, { cell: count, variable });
      }
      pending = undefined;
    },
    complete(code, position) {
      const entry = /(?:from|import)\s*\(?\s*['"](modelpred[^'"]*)$/.exec(code.slice(0, position));
      if (entry) return ownEntries(entry[1], position);
      const own = declaredNames(parse(code));
      const offset = present(code, names.keys(), own);
      const info = service.getCompletionsAtPosition(current, position + offset, {
        includeInsertTextCompletions: false,
      });
      const { start, end } = replaced(info, code, position, offset);
      const typed = code.slice(start, position).toLowerCase();
      const fits = (text: string): boolean => text.toLowerCase().includes(typed);
      const rank = (text: string): number =>
        text.startsWith(code.slice(start, position)) ? 0 : text.toLowerCase().startsWith(typed) ? 1 : 2;
      const entries = (info?.entries ?? []).filter(
        ({ name, kind }) => fits(name) && kind !== ts.ScriptElementKind.warning && !name.startsWith('__cell'),
      );
      entries.sort(
        (a, b) => rank(a.name) - rank(b.name) || a.sortText.localeCompare(b.sortText) || a.name.localeCompare(b.name),
      );
      const seen = new Set<string>();
      const matches = entries.flatMap(({ name, kind }) => {
        if (seen.has(name)) return [];
        seen.add(name);
        return [{ text: name, kind: kind }];
      });
      return { start, end, matches };
    },
    inspect(code, position, detailed) {
      const own = declaredNames(parse(code));
      const offset = present(code, wordsOf(code), own);
      const at = position + offset;
      for (const place of [at, at - 1]) {
        const info = place >= offset ? service.getQuickInfoAtPosition(current, place) : undefined;
        if (info) return explained(ts.displayPartsToString(info.displayParts), info.documentation, info.tags, detailed);
      }
      const help = service.getSignatureHelpItems(current, at, undefined);
      const item = help?.items[help.selectedItemIndex];
      if (!item) return undefined;
      const separator = ts.displayPartsToString(item.separatorDisplayParts);
      const parameters = item.parameters
        .map(({ displayParts }) => ts.displayPartsToString(displayParts))
        .join(separator);
      const signature = `${ts.displayPartsToString(item.prefixDisplayParts)}${parameters}${ts.displayPartsToString(item.suffixDisplayParts)}`;
      return explained(signature, item.documentation, item.tags, detailed);
    },
  };
}

/** Names of this package's entries, which the compiler offers for other packages only. */
function ownEntries(typed: string, position: number): Completions {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { exports: object };
  const names = Object.keys(exports).map((entry) => `modelpred${entry.slice(1)}`);
  const matches = names.filter((name) => name.startsWith(typed) && !name.endsWith('.json'));
  return {
    start: position - typed.length,
    end: position,
    matches: matches.map((text) => ({ text, kind: 'module' })),
  };
}

/** The piece of code that completions replace: what the compiler says, else the word around the position. */
function replaced(
  info: ts.CompletionInfo | undefined,
  code: string,
  position: number,
  offset: number,
): { start: number; end: number } {
  const span =
    info?.optionalReplacementSpan ?? info?.entries.find(({ replacementSpan }) => replacementSpan)?.replacementSpan;
  if (span) return { start: span.start - offset, end: span.start - offset + span.length };
  const before = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position))?.[0].length ?? 0;
  const after = /^[\p{ID_Continue}$]*/u.exec(code.slice(position))?.[0].length ?? 0;
  return { start: position - before, end: position + after };
}

function explained(
  signature: string,
  documentation: ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
  detailed: boolean,
): string {
  const described = (tags ?? []).map(({ name, text }) => `@${name} ${ts.displayPartsToString(text)}`.trimEnd());
  const shown = detailed
    ? described
    : described.filter((tag) => /^@(param|returns|throws|example|deprecated)/.test(tag));
  return [signature, ts.displayPartsToString(documentation), ...shown].filter(Boolean).join('\n\n').trim();
}

/** What a console that sends code line by line needs to know; see {@link judge}. */
export type Completeness =
  { readonly status: 'complete' | 'invalid' } | { readonly status: 'incomplete'; readonly indent: string };

const INDENT = '  ';
const ENDS_OPEN: ReadonlySet<number> = new Set([1010, 1160]); // '*/' expected, unterminated template
const NEVER_CLOSED: ReadonlySet<number> = new Set([1002]); // unterminated string

/** Whether code can be run, could be if more lines follow, or cannot be whatever follows. */
export function judge(code: string): Completeness {
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest, true) as ts.SourceFile & {
    readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[];
  };
  const [first] = file.parseDiagnostics;
  if (!first) return { status: 'complete' };
  const open = ENDS_OPEN.has(first.code) || (!NEVER_CLOSED.has(first.code) && first.start >= code.trimEnd().length);
  if (!open) return { status: 'invalid' };
  let depth = 0;
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, code);
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    if ([ts.SyntaxKind.OpenBraceToken, ts.SyntaxKind.OpenParenToken, ts.SyntaxKind.OpenBracketToken].includes(token))
      depth++;
    if ([ts.SyntaxKind.CloseBraceToken, ts.SyntaxKind.CloseParenToken, ts.SyntaxKind.CloseBracketToken].includes(token))
      depth--;
  }
  return { status: 'incomplete', indent: INDENT.repeat(Math.max(0, depth)) };
}

/** Whether there is a file of one's own for a relative import; see the loader of modules. */
export const sourceOf = (base: string): string | undefined =>
  [
    base,
    ...['.ts', '.mts', '.cts'].map((end) => base.replace(/\.[cm]?js$/, '') + end),
    path.join(base, 'index.ts'),
  ].find((file) => /\.[cm]?ts$/.test(file) && existsSync(file));
