// A cell as the script that runs: declarations become variables of the session, imports are loaded, and the value of the
// last expression is kept. Types are erased by TypeScript itself.
import ts from 'typescript';

/** Name of the object through which a running cell reaches the session; see {@link CellRuntime}. */
export const RUNTIME = '$modelpred';

/** What compiled cells call. */
export interface CellRuntime {
  /** A module, loaded at once. */
  load(specifier: string): unknown;
  /** Its default export, also of a CommonJS module. */
  defaultOf(module: unknown): unknown;
  /** A module as `import()` gives it. */
  import(specifier: string): Promise<unknown>;
  /** The same value, or a promise that never settles once the cell it is awaited in was interrupted. */
  wait<T>(value: T): T | Promise<Awaited<T>>;
  /** Keeps the value of the cell's last expression. */
  last(value: unknown): void;
  readonly meta: { readonly url: string; readonly dirname: string };
}

export interface CompiledCell {
  /** JavaScript for V8's mode for consoles: `let` may be declared again, `await` stands at the top level. */
  readonly script: string;
  /** Line of the source, from 0, for each line of the script; -1 where there is none. */
  readonly sourceLines: readonly number[];
}

const factory = ts.factory;

const runtime = (member: string, ...args: ts.Expression[]): ts.CallExpression =>
  factory.createCallExpression(
    factory.createPropertyAccessExpression(factory.createIdentifier(RUNTIME), member),
    undefined,
    args,
  );

/** `let name = value`, where a source node stands for its place. */
function letStatement(name: ts.BindingName, value: ts.Expression, origin: ts.Node): ts.Statement {
  const declaration = factory.createVariableDeclaration(name, undefined, undefined, value);
  const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Let);
  return ts.setTextRange(factory.createVariableStatement(undefined, list), origin);
}

/** Without `export`, `default` and `declare`. */
const ownModifiers = (modifiers: readonly ts.ModifierLike[] | undefined): ts.ModifierLike[] =>
  (modifiers ?? []).filter(({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword);

const isAmbient = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);

/** Imports as variables, which later cells and functions of this one see as any other. */
function importStatements(node: ts.ImportDeclaration): ts.Statement[] {
  const clause = node.importClause;
  const load = runtime('load', node.moduleSpecifier);
  if (!clause) return [ts.setTextRange(factory.createExpressionStatement(load), node)];
  if (clause.isTypeOnly) return [];
  const statements: ts.Statement[] = [];
  if (clause.name) statements.push(letStatement(clause.name, runtime('defaultOf', load), node));
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) statements.push(letStatement(bindings.name, load, node));
  if (bindings && ts.isNamedImports(bindings)) {
    for (const { isTypeOnly, propertyName, name } of bindings.elements) {
      if (isTypeOnly) continue;
      const from = propertyName ?? name;
      const value =
        from.text === 'default'
          ? runtime('defaultOf', load)
          : factory.createElementAccessExpression(load, factory.createStringLiteral(from.text));
      statements.push(letStatement(name, value, node));
    }
  }
  return statements;
}

const ASSIGNMENTS = [ts.SyntaxKind.FirstAssignment, ts.SyntaxKind.LastAssignment] as const;

/** Whether an expression is an assignment, whose value is not shown: it has been given a name. */
function isAssignment(expression: ts.Expression): boolean {
  const inner = ts.isParenthesizedExpression(expression) ? expression.expression : expression;
  if (!ts.isBinaryExpression(inner)) return false;
  const operator = inner.operatorToken.kind;
  return operator >= ASSIGNMENTS[0] && operator <= ASSIGNMENTS[1];
}

/** A declaration that TypeScript turns into a variable and code, as one value: `let E = (() => { enum E {…} return E; })()`. */
function enclosed(node: ts.EnumDeclaration | ts.ModuleDeclaration, name: ts.Identifier): ts.Statement {
  const body = factory.createBlock([node, factory.createReturnStatement(name)], true);
  const arrow = factory.createArrowFunction(undefined, undefined, [], undefined, undefined, body);
  return letStatement(
    name,
    factory.createCallExpression(factory.createParenthesizedExpression(arrow), undefined, []),
    node,
  );
}

/** What a statement at the top of a cell becomes; `first` come before all others, as functions and imports do. */
function topLevel(statement: ts.Statement, isLast: boolean): { first?: ts.Statement[]; here?: ts.Statement[] } {
  if (isAmbient(statement)) return {};
  if (ts.isImportDeclaration(statement)) return { first: importStatements(statement) };
  if (ts.isImportEqualsDeclaration(statement)) {
    const reference = statement.moduleReference;
    return ts.isExternalModuleReference(reference) && !statement.isTypeOnly
      ? { first: [letStatement(statement.name, runtime('load', reference.expression), statement)] }
      : {};
  }
  if (ts.isExportDeclaration(statement)) return {};
  if (ts.isExportAssignment(statement))
    return topLevel(factory.createExpressionStatement(statement.expression), isLast);
  if (ts.isFunctionDeclaration(statement)) {
    if (!statement.body) return {};
    const { asteriskToken, name, typeParameters, parameters, type, body } = statement;
    const modifiers = ownModifiers(statement.modifiers).filter(ts.isModifier);
    const value = factory.createFunctionExpression(
      modifiers,
      asteriskToken,
      name,
      typeParameters,
      parameters,
      type,
      body,
    );
    return name ? { first: [letStatement(name, value, statement)] } : {};
  }
  if (ts.isClassDeclaration(statement)) {
    const { name, typeParameters, heritageClauses, members } = statement;
    const value = factory.createClassExpression(
      ownModifiers(statement.modifiers),
      name,
      typeParameters,
      heritageClauses,
      members,
    );
    return { here: [name ? letStatement(name, value, statement) : factory.createExpressionStatement(value)] };
  }
  if (ts.isEnumDeclaration(statement))
    return {
      here: [
        enclosed(
          factory.updateEnumDeclaration(
            statement,
            ownModifiers(statement.modifiers),
            statement.name,
            statement.members,
          ),
          statement.name,
        ),
      ],
    };
  if (ts.isModuleDeclaration(statement) && ts.isIdentifier(statement.name)) {
    const plain = factory.updateModuleDeclaration(
      statement,
      ownModifiers(statement.modifiers),
      statement.name,
      statement.body,
    );
    return { here: [enclosed(plain, statement.name)] };
  }
  if (ts.isVariableStatement(statement)) {
    const list = factory.createVariableDeclarationList(statement.declarationList.declarations, ts.NodeFlags.Let);
    return { here: [ts.setTextRange(factory.createVariableStatement(undefined, list), statement)] };
  }
  if (ts.isExpressionStatement(statement) && isLast && !isAssignment(statement.expression)) {
    const kept = factory.createExpressionStatement(runtime('last', statement.expression));
    return { here: [ts.setTextRange(kept, statement)] };
  }
  return { here: [statement] };
}

/** Inside expressions: `import()` and `import.meta` of a script, and waiting that an interrupt ends for good. */
function mendExpressions(context: ts.TransformationContext): (node: ts.Node) => ts.Node {
  const visit = (node: ts.Node): ts.Node => {
    const inner = ts.visitEachChild(node, visit, context);
    if (ts.isCallExpression(inner) && inner.expression.kind === ts.SyntaxKind.ImportKeyword) {
      return ts.setTextRange(runtime('import', ...inner.arguments.slice(0, 1)), inner);
    }
    if (ts.isMetaProperty(inner) && inner.keywordToken === ts.SyntaxKind.ImportKeyword) {
      return factory.createPropertyAccessExpression(factory.createIdentifier(RUNTIME), 'meta');
    }
    if (ts.isAwaitExpression(inner)) return factory.updateAwaitExpression(inner, runtime('wait', inner.expression));
    return inner;
  };
  return visit;
}

const asScript: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const mend = mendExpressions(context);
  const parts = file.statements.map((statement, i) => topLevel(statement, i === file.statements.length - 1));
  const statements = [...parts.flatMap(({ first = [] }) => first), ...parts.flatMap(({ here = [] }) => here)];
  return factory.updateSourceFile(
    file,
    statements.map((statement) => mend(statement) as ts.Statement),
  );
};

/** The lines of the source that the lines of the output come from, by the first mapping of each. */
function mappedLines(sourceMap: string, lines: number): number[] {
  const mappings = (JSON.parse(sourceMap) as { mappings: string }).mappings.split(';');
  let line = 0;
  return Array.from({ length: lines }, (_, i) => {
    const segments = (mappings[i] ?? '').split(',').filter(Boolean).map(decodeSegment);
    let first = -1;
    for (const segment of segments) {
      line += segment[2] ?? 0;
      if (first < 0) first = line;
    }
    return first;
  });
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The numbers of a segment of a source map: base64 digits of 5 bits, the least first, the sign in the lowest bit. */
function decodeSegment(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = BASE64.indexOf(character);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

/** Compiles a cell without looking at types. Its source must be free of syntax errors. */
export function transformCell(source: string, name: string): CompiledCell {
  const { outputText, sourceMapText = '{"mappings":""}' } = ts.transpileModule(source, {
    fileName: 'cell.ts',
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      sourceMap: true,
      verbatimModuleSyntax: false,
      isolatedModules: true,
      useDefineForClassFields: true,
    },
    transformers: { before: [asScript] },
  });
  const text = outputText.replace(/^export \{\};$/m, '').replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '');
  const lines = text.split('\n').length;
  // On the first line, so that no line moves.
  return { script: `"use strict"; ${text}\n//# sourceURL=${name}`, sourceLines: mappedLines(sourceMapText, lines) };
}
