import Handlebars from 'handlebars';
import { type Declaration, type Field, isSure, type Variable } from './declaration.ts';

/** An error in a template's file. */
export interface Problem {
  line?: number | undefined;
  what: string;
}

interface Scope {
  variables: Record<string, Variable | Field>;
  /** Optional variables that a surrounding {{#if}} has checked. */
  sure: ReadonlySet<string>;
  outer?: Scope;
}

const allowed = 'if, unless and each';

/**
 * Checks a template against its declaration before it is used: no undeclared variable, no helper except if, unless and
 * each, nothing unescaped in HTML, and no optional variable that would leave a gap.
 * @param part the part of the message: `subject` is one line; only `html` is escaped
 */
export function problemsIn(source: string, declaration: Declaration, part: string): Problem[] {
  try {
    const checker = new Checker(part);
    checker.program(Handlebars.parse(source), { variables: declaration.variables, sure: new Set() });
    return checker.problems;
  } catch (error) {
    return [syntaxProblem(error)];
  }
}

/** The first line of the parser's message has the line number, the last one what it expected. */
function syntaxProblem(error: unknown): Problem {
  const text = error instanceof Error ? error.message : String(error);
  const line = /(?:on line |- )(\d+)/.exec(text)?.[1];
  const lines = text.split('\n');
  return {
    line: line ? Number(line) : undefined,
    what: `is not well formed: ${lines.length > 1 ? lines.at(-1) : text}`,
  };
}

class Checker {
  readonly problems: Problem[] = [];
  private readonly part: string;

  constructor(part: string) {
    this.part = part;
  }

  program(program: hbs.AST.Program | undefined, scope: Scope): void {
    for (const statement of program?.body ?? []) this.statement(statement, scope);
  }

  private statement(statement: hbs.AST.Statement, scope: Scope): void {
    switch (statement.type) {
      case 'ContentStatement':
      case 'CommentStatement':
        return;
      case 'MustacheStatement':
        return this.mustache(statement as hbs.AST.MustacheStatement, scope);
      case 'BlockStatement':
        return this.block(statement as hbs.AST.BlockStatement, scope);
      default:
        return this.report(
          statement,
          `partials and decorators cannot be used here; in HTML, <mj-include> brings what is shared`,
        );
    }
  }

  private mustache(statement: hbs.AST.MustacheStatement, scope: Scope): void {
    const { path, params, hash, escaped } = statement;
    if (!isPath(path) || params.length > 0 || hash)
      return this.report(statement, `the helper ${originalOf(path)} does not exist: there are ${allowed}`);
    if (!escaped && this.part === 'html')
      return this.report(statement, `{{{${path.original}}}} would leave HTML unescaped: write {{${path.original}}}`);
    if (path.data) return this.loopValue(path);
    const found = this.resolve(path, scope);
    if (!found) return;
    const { variable, name, sure } = found;
    if (variable.type === 'list')
      return this.report(statement, `${name} is a list: show its items with {{#each ${name}}}…{{/each}}`);
    if (variable.type === 'text' && this.part === 'subject')
      return this.report(statement, `${name} may hold line breaks (type text) and cannot stand in a subject`);
    if (!sure)
      this.report(
        statement,
        `${name} is optional and would leave a gap: put it into {{#if ${name}}}…{{/if}}, or give it a default`,
      );
  }

  private block(statement: hbs.AST.BlockStatement, scope: Scope): void {
    const helper = statement.path.original;
    const [subject, ...others] = statement.params;
    if (helper !== 'if' && helper !== 'unless' && helper !== 'each')
      return this.report(statement, `the helper ${originalOf(statement.path)} does not exist: there are ${allowed}`);
    if (!isPath(subject) || others.length > 0 || statement.hash || statement.program?.blockParams) {
      return this.report(statement, `{{#${helper}}} takes the name of one variable and nothing else`);
    }
    const found = subject.data ? undefined : this.resolve(subject, scope);
    if (subject.data) this.loopValue(subject);
    const sureOf = { ...scope, sure: new Set([...scope.sure, ...(found ? [found.name] : [])]) };
    if (helper === 'each') {
      if (found && found.variable.type !== 'list') this.report(statement, `${found.name} is no list`);
      if (found?.variable.type === 'list')
        this.program(statement.program, { variables: found.variable.fields, sure: new Set(), outer: scope });
      return this.program(statement.inverse, scope);
    }
    this.program(statement.program, helper === 'if' ? sureOf : scope);
    this.program(statement.inverse, helper === 'if' ? scope : sureOf);
  }

  private loopValue({ parts, original, loc }: hbs.AST.PathExpression): void {
    if (!['index', 'first', 'last'].includes(parts.join('.')))
      this.report({ loc }, `${original} does not exist: there are @index, @first and @last`);
  }

  private resolve(
    path: hbs.AST.PathExpression,
    scope: Scope,
  ): { variable: Variable | Field; name: string; sure: boolean } | undefined {
    let from: Scope | undefined = scope;
    for (let { depth } = path; depth > 0; depth -= 1) from = from?.outer;
    const [name, ...rest] = path.parts;
    const variable =
      typeof name === 'string' && rest.length === 0 && from && Object.hasOwn(from.variables, name)
        ? from.variables[name]
        : undefined;
    if (!variable || typeof name !== 'string') {
      this.report(path, `the variable ${path.original} is not declared in template.yaml`);
      return undefined;
    }
    return { variable, name, sure: isSure(variable) || from!.sure.has(name) };
  }

  private report({ loc }: { loc?: hbs.AST.SourceLocation }, what: string): void {
    this.problems.push({ line: loc?.start.line, what });
  }
}

const isPath = (node: hbs.AST.Node | undefined): node is hbs.AST.PathExpression => node?.type === 'PathExpression';

const originalOf = (node: hbs.AST.Expression): string => String('original' in node ? node.original : node.type);
