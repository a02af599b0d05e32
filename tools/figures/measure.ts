import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** The figures of one source file. */
export interface FileFigures {
  /** Its path from the measured folder. */
  file: string;
  lines: number;
  /** Lines that are not empty. */
  filled: number;
  /** Lines with nothing but a comment. */
  comments: number;
  /** The number of lines longer than this many columns. */
  over: (columns: number) => number;
  /** The lines of each named function: declarations, methods, accessors, constructors, and arrows in a variable. */
  functions: number[];
  /** The parameters of each constructor that has any. */
  constructors: number[];
}

/** Reads one TypeScript or JavaScript file with the compiler’s parser. @param file from `root` */
export function measureFile(root: string, file: string): FileFigures {
  return measure(file, readFileSync(join(root, file), 'utf8'));
}

/** As `measureFile`, for a text. */
export function measure(file: string, text: string): FileFigures {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lines = text.replace(/\n$/, '').split('\n');
  const functions: number[] = [];
  const constructors: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isNamedFunction(node)) functions.push(linesOf(source, node));
    if (ts.isConstructorDeclaration(node) && node.body && node.parameters.length > 0)
      constructors.push(node.parameters.length);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const withCode = linesWithCode(source);
  const filled = lines.flatMap((line, at) => (line.trim() === '' ? [] : [at]));
  return {
    file,
    lines: lines.length,
    filled: filled.length,
    comments: filled.filter((at) => !withCode.has(at)).length,
    over: (columns) => lines.filter((line) => line.length > columns).length,
    functions,
    constructors,
  };
}

function isNamedFunction(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node.body !== undefined;
  if (ts.isConstructorDeclaration(node) || ts.isAccessor(node)) return node.body !== undefined;
  if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return false;
  return ts.isVariableDeclaration(node.parent) || ts.isPropertyDeclaration(node.parent);
}

function linesOf(source: ts.SourceFile, node: ts.Node): number {
  const lineAt = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  return lineAt(node.getEnd()) - lineAt(node.getStart(source)) + 1;
}

/** The lines with a token. Every other line that is not empty is a comment. */
function linesWithCode(source: ts.SourceFile): Set<number> {
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(source).filter((child) => !ts.isJSDoc(child));
    if (children.length > 0) return children.forEach(visit);
    const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
    for (let step = 0; step < linesOf(source, node); step += 1) lines.add(first + step);
  };
  visit(source);
  return lines;
}

export interface Figures {
  files: number;
  lines: number;
  fileLines: Spread;
  functionLines: Spread;
  constructorParameters: Spread;
  /** Lines over 120 columns outside tables of data. */
  over120: number;
  /** Lines over 140 columns per thousand, tables included. */
  over140PerThousand: number;
  /** Comment lines per hundred lines that are not empty. */
  commentPercent: number;
  /** The five folders with the most files, the largest first, without tests. */
  largestFolders: { folder: string; files: number }[];
}

export interface Spread {
  median: number;
  p90: number;
  most: number;
}

/** @param isTable whether a file is a table of data, where a row is a line however long */
export function figuresOf(files: readonly FileFigures[], isTable: (file: string) => boolean): Figures {
  const sum = (pick: (one: FileFigures) => number) => files.reduce((total, one) => total + pick(one), 0);
  const lines = sum((one) => one.lines);
  return {
    files: files.length,
    lines,
    fileLines: spreadOf(files.map((one) => one.lines)),
    functionLines: spreadOf(files.flatMap((one) => one.functions)),
    constructorParameters: spreadOf(files.flatMap((one) => one.constructors)),
    over120: sum((one) => (isTable(one.file) ? 0 : one.over(120))),
    over140PerThousand: (sum((one) => one.over(140)) / lines) * 1_000,
    commentPercent: (sum((one) => one.comments) / sum((one) => one.filled)) * 100,
    largestFolders: largestFolders(files.map((one) => one.file)),
  };
}

/** Zeros where there are no values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { median: at(0.5), p90: at(0.9), most: sorted.at(-1) ?? 0 };
}

function largestFolders(files: readonly string[]): Figures['largestFolders'] {
  const counts = new Map<string, number>();
  for (const file of files.filter((name) => !/spec\.[mc]?tsx?$/.test(name)))
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return [...counts]
    .map(([folder, count]) => ({ folder, files: count }))
    .toSorted((a, b) => b.files - a.files || a.folder.localeCompare(b.folder))
    .slice(0, 5);
}
